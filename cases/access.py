"""Whoever changes a membership or deletes a case, in whatever way (verbs, admin, many at once): open connections hear of it at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save

from cases.models import Case, Membership
from tasks.progress.access import access_changed


def connect() -> None:
    """Called when the app is ready."""
    post_save.connect(_membership_changed, Membership, dispatch_uid="cases.access")
    post_delete.connect(_membership_changed, Membership, dispatch_uid="cases.access")
    post_save.connect(_case_changed, Case, dispatch_uid="cases.access")
    post_delete.connect(_case_changed, Case, dispatch_uid="cases.access")
    post_save.connect(_person_changed, settings.AUTH_USER_MODEL, dispatch_uid="cases.access")
    post_delete.connect(_person_changed, settings.AUTH_USER_MODEL, dispatch_uid="cases.access")


def _membership_changed(instance: Membership, created: bool = False, **_: Any) -> None:
    if not created:  # who comes in has seen nothing yet
        access_changed(users=[instance.user_id])


def _case_changed(instance: Case, **_: Any) -> None:
    if instance.deleted_at is not None:
        members = Membership.objects.filter(case=instance.pk).values_list("user_id", flat=True)
        access_changed(users=list(members), topics=[f"case:{instance.pk}"])


def _person_changed(instance: Any, created: bool = False, update_fields: Any = None, **_: Any) -> None:
    if not created and update_fields != frozenset({"last_login"}):  # signing in changes no right
        access_changed(users=[instance.pk])
