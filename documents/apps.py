from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.db.models.signals import post_migrate

        from documents import explanations
        from documents.services import embedding
        from documents.services.pipeline import keeping
        from documents.services.pipeline.subscriptions import documents_named, documents_of
        from documents.services.reading import overview
        from documents.services.recognition import client as recogniser
        from documents.services.sandbox import folders
        from documents.services.storage import blobs
        from tasks.operations.maintenance import register_check
        from tasks.progress.topics import register_subjects, register_topic

        blobs.root()  # a wrong STORAGE_URL stops the start here
        folders.sweep(settings.SCRATCH_FOLDER)
        embedding.register()
        recogniser.require_settings()
        recogniser.register()
        register_topic("document", documents_of)
        register_subjects("document", documents_named)
        overview.register()
        explanations.register()
        register_check("storage", blobs.probe)
        post_migrate.connect(keeping.read_kept_once, sender=self, dispatch_uid="documents.services.pipeline.keeping")
