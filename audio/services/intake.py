"""Recordings among other files: what is one, told by its beginning, and how it becomes a session of the case."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audio.models import AudioSession
from audio.services import sessions
from documents.models import Document
from documents.services.ingest.takers import Arrival, Taker, register

_NAMES = "wav w64 aif aiff aifc mp3 m4a m4b aac ogg oga opus flac webm mka mkv mp4 m4v mov wma asf amr caf"
SUFFIXES = frozenset(f".{name}" for name in _NAMES.split(" "))
_SIGNATURES = (
    b"fLaC", b"OggS", b"caff", b"#!AMR", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"riff\x2e\x91\xcf\x11",
)  # fmt: skip
_IMAGES = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_MPEG = frozenset([".mp3", ".aac"])


def recognises(head: bytes, suffix: str) -> bool:
    """Whether a file that begins so holds sound, or may (films). MP3 and AAC without a tag begin with two bytes only, so there the name
    has to say it too."""
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WAVE"
    if head.startswith(b"FORM"):
        return head[8:12] in (b"AIFF", b"AIFC")
    if head[4:8] == b"ftyp":
        return head[8:12] not in _IMAGES
    if head.startswith(b"ID3"):
        return head[3:4] in (b"\2", b"\3", b"\4")
    if suffix in _MPEG and head[:1] == b"\xff":
        return head[1] & 0xE0 == 0xE0 if len(head) > 1 else False
    return head.startswith(_SIGNATURES)


def enter(arrival: Arrival) -> AudioSession:
    return sessions.enter(
        arrival.stored, arrival.name, arrival.case, arrival.user, batch=arrival.batch, attached_to=arrival.parent,
        found_by=arrival.found_by, about={**arrival.about, **({"tags": [*arrival.tags]} if arrival.tags else {})},
    )  # fmt: skip


def find(key: UUID) -> AudioSession | None:
    return AudioSession.objects.select_related("duplicate_of").filter(pk=key, deleted_at=None).first()


def known(document: Document) -> set[tuple[str, str, str]]:
    rows = AudioSession.objects.filter(attached_to=document).values_list("sha256", "name", "about")
    return {(sha256, name, about.get("folder", "")) for sha256, name, about in rows}


def register_taker() -> None:
    register(Taker("audio", _("recordings (WAV, MP3, M4A, OGG, FLAC, WMA, MP4)"), SUFFIXES, recognises, enter, find, known))
