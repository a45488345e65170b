"""A search's words as a person reads them: what is looked for, and how it is narrowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import Document

_KINDS = dict(Document.Kind.choices)
_FLAGS = {
    "library": gettext_lazy("only the library"),
    "hearings": gettext_lazy("only hearings"),
    "document": gettext_lazy("in one document"),
}
_SAID: dict[str, Callable[[str], Any]] = {
    "mode": lambda value: {"text": _("by words"), "semantic": _("by meaning")}.get(value, value),
    "kind": lambda value: _KINDS.get(value, value),
    "from": lambda value: _("from %(value)s") % {"value": value},
    "to": lambda value: _("to %(value)s") % {"value": value},
    "sort": lambda value: {"newest": _("newest first"), "oldest": _("oldest first")}.get(value, value),
    "court": lambda value: _("court: %(value)s") % {"value": value},
    "judge": lambda value: _("judge: %(value)s") % {"value": value},
    "author": lambda value: _("by %(value)s") % {"value": value},
    "sender": lambda value: _("sent by %(value)s") % {"value": value},
    "recipient": lambda value: _("sent to %(value)s") % {"value": value},
    "tag": lambda value: _("tag: %(value)s") % {"value": value},
    "docket": lambda value: _("docket number: %(value)s") % {"value": value},
    "year": lambda value: value,
}


def narrowed_by(words: Mapping[str, Any]) -> list[str]:
    """["Contract", "from 2025-01-01", "tag: Lab"]; empty where only words are looked for. Plain text, which is still to be escaped."""
    told: list[str] = []
    for word, value in words.items():
        if word in _FLAGS:
            told.append(str(_FLAGS[word]))
        elif word in _SAID:
            told += [str(_SAID[word](one)) for one in (value if isinstance(value, list) else [value])]
    return told
