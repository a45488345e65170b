from django.apps import AppConfig


class LexIntelConfig(AppConfig):
    name = "lexintel"
    verbose_name = "LexIntel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from lexintel import celery  # noqa: F401  (Celery's app must exist wherever Django does)
        from lexintel.frame import openapi  # noqa: F401  (what the schema says of signing in)

        for folder in (settings.FILE_UPLOAD_TEMP_DIR, settings.STATIC_ROOT):
            folder.mkdir(parents=True, exist_ok=True)
