from django.apps import AppConfig


class LexIntelConfig(AppConfig):
    name = "lexintel"
    verbose_name = "LexIntel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_delete, post_save

        from lexintel import celery  # noqa: F401  (Celery's app must exist wherever Django does)
        from lexintel.accounts import people, sessions
        from lexintel.frame import openapi  # noqa: F401  (what the schema says of signing in)
        from lexintel.models import ApiToken, UserSession
        from tasks.progress.access import register_credentials

        user_logged_in.connect(sessions.remember_device, dispatch_uid="accounts.device")
        register_credentials(sessions.still_valid)
        post_delete.connect(people.session_ended, UserSession, dispatch_uid="accounts.session")
        post_delete.connect(people.token_ended, ApiToken, dispatch_uid="accounts.token")
        post_save.connect(people.token_ended, ApiToken, dispatch_uid="accounts.token")

        for folder in (settings.FILE_UPLOAD_TEMP_DIR, settings.STATIC_ROOT):
            folder.mkdir(parents=True, exist_ok=True)
