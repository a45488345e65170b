"""Celery's application. Its configuration is in the settings, under CELERY_*."""

from celery import Celery

app = Celery("lexintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
