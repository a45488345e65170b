"""Whose conversations there are, and how their answers went: what was asked and answered is as confidential as the case."""

from __future__ import annotations

from django.contrib import admin

from documents.admin.base import Shown
from documents.models import Conversation, Message
from tasks.admin_links import linked


@admin.register(Conversation)
class ConversationAdmin(Shown):
    """A title may say what the case is about, and the documents what is looked for."""

    list_display = ["id", linked("case"), linked("owner"), "shared", "narrowed_to", "created", "last", "deleted_at"]
    list_filter = ["shared", "last", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["case", "owner"]
    search_fields = ["id", "case__title", "owner__username"]
    exclude = ["title", "documents"]
    view_on_site = False


@admin.register(Message)
class MessageAdmin(Shown):
    list_display = ["id", linked("conversation"), "number", linked("asked_by"), "state", "method", "refused", "removed", "created", "ended"]
    list_filter = ["state", "method", "refused", "refusal", "error_code", "created"]
    list_select_related = ["conversation", "asked_by"]
    search_fields = ["id", "conversation__id", "asked_by__username"]
    fields = (
        "id", "conversation", "number", "asked_by", "state", "method", "refused", "refusal", "removed", "error_code", "task_id", "created",
        "ended",
    )  # fmt: skip
