from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class TasksConfig(AppConfig):
    name = "tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import every app's `tasks.py`, tell Celery the names, and have schedules made after migrations."""
        from importlib import import_module

        autodiscover_modules("tasks")
        for module in settings.TASK_MODULES:
            import_module(module)

        from tasks.operations import explanations  # noqa: F401  (registers what errors mean)
        from tasks.operations.maintenance import register_check
        from tasks.scheduling import overview, schedules
        from tasks.workers import celery

        celery.register_names()
        register_check("schedules", overview.check)
        post_migrate.connect(schedules.create_missing, sender=self, dispatch_uid="tasks.scheduling.schedules")
