"""What the chat says of itself when the app is ready: its tab in the case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.tabs import register_tab

TAB = "chat"


def register() -> None:
    register_tab(TAB, _("Chat"), "documents:case-chat", 30)
