from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.services.ratings import prior, showing
        from documents.services.search.showing.priors import register_prior

        showing.register()
        register_prior(prior.of_documents)
