from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from cases.services.summaries import register_summary
        from cases.tabs import register_overview, register_tab
        from documents.services import embedding, overview, storage
        from documents.services.watching import may_see
        from tasks.topics import register_topic

        storage.root()  # a wrong STORAGE_URL stops the start here
        embedding.register()
        register_topic("document", may_see)
        register_tab("documents", _("Documents"), "documents:case-documents", 10)
        register_tab("search", _("Search"), "documents:case-search", 20)
        register_overview(overview.overview)
        register_summary(overview.summary)
