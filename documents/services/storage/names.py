"""File names as people gave them, made safe to show; and what a name says about its file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from documents.models import Document

MAX_NAME = 255
MAX_TITLE = 300
# Controls, surrogates, private and unassigned points can't be shown; bidirectional overrides make "exe.fdp" of "pdf.exe".
_HIDDEN = {"Cc", "Cs", "Cn", "Co"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")

# The words of a filing's name, most specific first.
_KINDS: tuple[tuple[str, Document.Kind], ...] = (
    (r"transcript|deposition|hearing", Document.Kind.TRANSCRIPT),
    (r"contract|agreement|lease|nda|amendment|addendum", Document.Kind.CONTRACT),
    (r"exhibit|evidence|invoice|receipt|report|photo|scan", Document.Kind.EVIDENCE),
    (r"memo|memorandum to file|notes?", Document.Kind.MEMO),
    (r"opinion|ruling|judge?ment", Document.Kind.RULING),
    (r"complaint|answer|motion|brief|petition|order|notice|filing|pleading|docket|declaration|affidavit|summons", Document.Kind.FILING),
)


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
    """A first guess, which people may change: e-mails by their type, filings by the words in their name."""
    if mime == "message/rfc822":
        return Document.Kind.EMAIL
    words = " ".join(re.findall(r"[a-z]+", _SUFFIX.sub("", name).lower()))
    return next((kind for pattern, kind in _KINDS if re.search(rf"\b(?:{pattern})s?\b", words)), Document.Kind.OTHER)


def suffix_of(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _cut(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    suffix = found.group() if (found := _SUFFIX.search(name)) else ""
    return name[: MAX_NAME - len(suffix)].rstrip() + suffix
