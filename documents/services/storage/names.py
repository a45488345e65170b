"""File names as people gave them, made safe to show; and what a name says about its file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.classification.kinds import kind_by_name
from documents.services.extraction import registry

MAX_NAME = 255
MAX_TITLE = 300
# Controls, surrogates, private and unassigned points can't be shown; bidirectional overrides make "exe.fdp" of "pdf.exe".
_HIDDEN = {"Cc", "Cs", "Cn", "Co"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")


def clean_name(name: str) -> str:
    """The last part of a path, without what can't be shown, at most 255 characters and with its extension kept."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    spaced = " ".join(unicodedata.normalize("NFC", last).split())
    shown = "".join(sign for sign in spaced if unicodedata.category(sign) not in _HIDDEN and sign not in _BIDI)
    return _cut(shown.strip()) if shown.strip(". ") else _("unnamed")


def title_of(name: str) -> str:
    """A title from a file's name: without the extension, underscores as spaces."""
    stem = _SUFFIX.sub("", name)
    return " ".join((stem or name).replace("_", " ").split())[:MAX_TITLE] or name[:MAX_TITLE]


def kind_of(name: str, mime: str) -> str:
    """A first guess until it is read: by the format where it says so (e-mail), else by the words in its name."""
    form = registry.by_mime(mime)
    if form and form.kind:
        return Document.Kind(form.kind)
    return Document.Kind(kind_by_name(name) or Document.Kind.OTHER)


def suffix_of(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _cut(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    suffix = found.group() if (found := _SUFFIX.search(name)) else ""
    return name[: MAX_NAME - len(suffix)].rstrip() + suffix
