from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.db.models.signals import post_migrate

        from documents import explanations
        from documents.models import Conversation, Document, LawImport, Message
        from documents.services import embedding
        from documents.services.authorities.record import linking
        from documents.services.chat import conversations, llm
        from documents.services.chat import registering as chat
        from documents.services.papers import asking as papers
        from documents.services.pipeline import citing_again, confinement, keeping, lifecycle
        from documents.services.pipeline.subscriptions import documents_named, documents_of
        from documents.services.reading import overview
        from documents.services.recognition import client as recogniser
        from documents.services.review import registering as review
        from documents.services.sandbox import folders
        from documents.services.search.narrowing import listed
        from documents.services.similarity import backlog
        from documents.services.sources import overview as sources
        from documents.services.storage import blobs, checks, holders, space
        from documents.services.timeline import backlog as events
        from documents.services.timeline import registering
        from tasks.operations.maintenance import register_check
        from tasks.progress.topics import register_subjects, register_topic

        blobs.require_settings()  # a wrong STORAGE_URL stops the start here
        folders.sweep(settings.SCRATCH_FOLDER)
        embedding.register()
        confinement.require_settings()
        recogniser.require_settings()
        recogniser.register()
        llm.register()
        register_topic("document", documents_of)
        register_subjects("document", documents_named)
        register_topic("conversation", Conversation.objects.visible_to)
        register_topic("message", Message.objects.visible_to)
        overview.register()
        conversations.register()
        review.register()
        linking.connect()
        sources.register()
        papers.register()
        registering.register()
        listed.register()
        chat.register()
        explanations.register()
        holders.register(holders.Holder(Document.objects, lifecycle.announce))
        holders.register(holders.Holder(LawImport.objects))
        space.register()
        register_check("storage", blobs.probe)
        register_check("confinement", confinement.check)
        register_check("stored files", checks.summary)
        post_migrate.connect(keeping.read_kept_once, sender=self, dispatch_uid="documents.services.pipeline.keeping")
        post_migrate.connect(citing_again.begin, sender=self, dispatch_uid="documents.services.pipeline.citing_again")
        post_migrate.connect(events.begin, sender=self, dispatch_uid="documents.services.timeline.backlog")
        post_migrate.connect(backlog.begin, sender=self, dispatch_uid="documents.services.similarity.backlog")
