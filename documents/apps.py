from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from documents import causes
        from documents.services import embedding, overview, storage
        from documents.services.sandbox import folders
        from documents.services.watching import documents_named, documents_of
        from tasks.maintenance import register_check
        from tasks.topics import register_subjects, register_topic

        storage.root()  # a wrong STORAGE_URL stops the start here
        folders.sweep(settings.SCRATCH_FOLDER)
        embedding.register()
        register_topic("document", documents_of)
        register_subjects("document", documents_named)
        overview.register()
        causes.register()
        register_check("storage", storage.probe)
