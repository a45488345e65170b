"""Audit events in words. Apps above register the words of their own verbs."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import AuditEvent, Role

_words: dict[str, str | Promise] = {
    "case.created": gettext_lazy("opened the case"),
    "case.updated": gettext_lazy("changed %(changes)s of the case"),
    "case.held": gettext_lazy("put the case under legal hold"),
    "case.released": gettext_lazy("lifted the legal hold"),
    "case.deleted": gettext_lazy("deleted the case"),
    "member.added": gettext_lazy("let %(name)s in as %(role)s"),
    "member.changed": gettext_lazy("made %(name)s %(role)s"),
    "member.removed": gettext_lazy("took %(name)s out"),
}


def register_words(verb: str, words: str | Promise) -> None:
    """`words` follow the actor's name and may use %(detail)s keys of the event."""
    _words[verb] = words


class _Detail(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(event: AuditEvent) -> str:
    words = _words.get(event.verb)
    if words is None:
        return _("did “%(verb)s”") % {"verb": event.verb.replace(".", " ").replace("_", " ")}
    return str(words) % _Detail(_readable(event.detail))


def _readable(detail: dict[str, Any]) -> dict[str, Any]:
    shown = dict(detail)
    if shown.get("role") in Role.values:
        shown["role"] = Role(shown["role"]).label.lower()
    if isinstance(shown.get("changes"), dict):
        shown["changes"] = ", ".join(str(field).replace("_", " ") for field in shown["changes"])
    return shown
