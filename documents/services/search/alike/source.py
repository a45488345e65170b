"""What others are compared with: a passage, a document or a ruling that the user may see, and what counts as the same as it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Ruling
from documents.models import Chunk, Document, TextSignature
from documents.services.search.errors import SearchError

WHAT = ("chunk", "document", "ruling")
LARGEST = 2**63 - 1  # of a passage's number


class Like(NamedTuple):
    """What was asked for: `what` is one of WHAT, `key` its id (of a passage an int, else a UUID)."""

    what: str
    key: Any


@dataclass(frozen=True)
class Source:
    """`documents` are its texts and `passages` those of their passages that are compared, none where it has no text; `left_out` are the
    documents that are no answer: its own, and those with the same file or the same text. `text` is how it begins."""

    what: str
    key: Any
    title: str
    url: str
    documents: tuple[uuid.UUID, ...]
    passages: tuple[int, ...]
    left_out: tuple[uuid.UUID, ...]
    text: str = ""
    language: str = ""
    case: uuid.UUID | None = None
    texts: frozenset[str] = field(default=frozenset(), repr=False)
    """The texts of the passages of a short source: what has just these is a copy of it. Longer ones are known by their signature."""

    @property
    def of_passage(self) -> bool:
        return self.what == "chunk"


MOST_PASSAGES = 60
"""Of a long source so many passages are looked at for its words and authorities, evenly over its length."""
SHORT = 3
"""Passages; so short a text may have no signature."""


def like_of_address(asked: Mapping[str, Any]) -> Like:
    """Of the parameters chunk=, document= or ruling=, of which one must be given. Raises SearchError, and Http404 for what is no id."""
    given = [(what, str(asked.get(what) or "").strip()) for what in WHAT]
    given = [(what, value) for what, value in given if value]
    if len(given) != 1:
        raise SearchError(_("Say what the others should be like: one passage (chunk), document or ruling."), "no_source")
    ((what, value),) = given
    if what == "chunk":
        if not (value.isascii() and value.isdecimal() and len(value) < 20 and int(value) <= LARGEST):
            raise Http404
        return Like(what, int(value))
    try:
        return Like(what, uuid.UUID(value))
    except ValueError as error:
        raise Http404 from error


def source_of(like: Like, user: Any) -> Source:
    """Raises Http404 for what the user may not see, what is deleted, and for a passage of a reading that is no longer the published one."""
    if like.what == "chunk":
        return _passage(like.key, user)
    return _document(like.key, user) if like.what == "document" else _ruling(like.key, user)


def _passage(key: int, user: Any) -> Source:
    published = Document.objects.visible_to(user).filter(text_version__chunks=key)
    document = published.select_related("text_version").first()
    chunk = Chunk.objects.filter(pk=key).first()
    if document is None or chunk is None:
        raise Http404
    title = _("%(title)s, p. %(page)d") % {"title": document.title, "page": chunk.page_from} if document.page_count > 1 else document.title
    url = f"{document.get_absolute_url()}?page={chunk.page_from}&chunk={chunk.pk}"
    left_out = tuple(pk for pk in _same([document], user) if pk != document.pk)
    about = _about(document, chunk.text)
    return Source("chunk", key, title, url, (document.pk,), (key,), left_out, texts=frozenset({chunk.text}), **about)


def _document(key: uuid.UUID, user: Any) -> Source:
    visible = Document.objects.visible_to(user).select_related("text_version")
    document = visible.filter(pk=key).first()
    if document is None:
        raise Http404
    read = document
    if document.duplicate_of_id is not None:  # has no reading of its own
        read = visible.filter(pk=document.duplicate_of_id).first() or document
    return _of_documents("document", key, document.title, document.get_absolute_url(), [read], {document.pk}, user)


def _ruling(key: uuid.UUID, user: Any) -> Source:
    ruling = Ruling.objects.filter(pk=key).first()
    if ruling is None:
        raise Http404
    opinions = Document.objects.visible_to(user).filter(ruling=ruling, case=None).select_related("text_version")
    texts = list(opinions.order_by("opinion__position", "created", "pk"))
    others = set(Document.objects.visible_to(user).filter(ruling=ruling).values_list("pk", flat=True))
    return _of_documents("ruling", key, str(ruling), ruling.get_absolute_url(), texts, others, user)


def _of_documents(what: str, key: uuid.UUID, title: str, url: str, read: list[Document], others: set[uuid.UUID], user: Any) -> Source:
    chunks = Chunk.objects.filter(text_version__in=[one.text_version_id for one in read]).order_by("text_version", "index")
    passages = list(chunks.values_list("pk", flat=True))
    step = -(-len(passages) // MOST_PASSAGES) or 1
    texts = list(chunks.values_list("text", flat=True)[:SHORT])
    short = frozenset(texts) if len(passages) <= SHORT else frozenset()
    about = _about(read[0], texts[0] if texts else "") if read else {}
    left_out = tuple(others | _same(read, user))
    return Source(what, key, title, url, tuple(one.pk for one in read), tuple(passages[::step]), left_out, texts=short, **about)


def _about(document: Document, text: str) -> dict[str, Any]:
    language = document.text_version.language if document.text_version is not None else ""
    return {"text": text, "language": language, "case": document.case_id}


def _same(documents: list[Document], user: Any) -> set[uuid.UUID]:
    """These, and what has the same file or the same words, as far as the user may see it."""
    keys = [one.pk for one in documents] + [one.duplicate_of_id for one in documents if one.duplicate_of_id]
    files = [one.sha256 for one in documents if one.sha256]
    digests = TextSignature.objects.filter(document__in=keys, text_version=F("document__text_version")).exclude(digest="")
    copies = TextSignature.objects.filter(digest__in=list(digests.values_list("digest", flat=True))).values("document")
    same = Q(pk__in=keys) | Q(duplicate_of__in=keys) | Q(pk__in=copies) | (Q(sha256__in=files) if files else Q())
    return {*keys, *Document.objects.visible_to(user).filter(same).values_list("pk", flat=True)}
