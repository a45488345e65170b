"""Which documents that a person may see are the same as one, nearly the same, hold it, or are held by it.

Candidates come from indexes (digest, bands, marks), are judged by their signatures, and the best few by their texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Page, TextSignature
from documents.services.similarity.shingles import HASHES, Hashes, at_level, containment, numbered, resemblance, shingles_of, words_of
from documents.services.similarity.signatures import likeness, minhash_in

NEAR = 0.5
"""From which resemblance on two texts are nearly the same: of a text of some length about every tenth word may differ."""
HELD = 0.8
"""How much of a text another must have to hold it."""
FEWEST_MARKS = 3
MOST_ASKED = 512  # marks of a text by which others are looked for
COMMON = 50  # a passage that stands in so many texts tells nothing of two of them
MOST_CANDIDATES = 10_000
MOST_SHOWN = 100
MOST_CHARACTERS = 2_000_000  # of texts that are read to judge the best few
MOST_READ = 20


class Relation(StrEnum):
    SAME_FILE = "same_file"
    SAME_TEXT = "same_text"
    NEAR = "near"
    CONTAINS = "contains"
    CONTAINED = "contained"

    @property
    def label(self) -> Any:
        return _LABELS[self]


_LABELS = {
    Relation.SAME_FILE: _("the same file"),
    Relation.SAME_TEXT: _("another file with the same text"),
    Relation.NEAR: _("nearly the same"),
    Relation.CONTAINS: _("is inside this one"),
    Relation.CONTAINED: _("holds this one"),
}
_ORDER = list(Relation)


@dataclass(frozen=True)
class Neighbour:
    """Another document and what it is to the one that was asked for. `similarity` is the resemblance of the two, or, where one holds the
    other, how much of the inner text the outer has; 0 to 1, of the texts themselves where `exact`, else by their signatures."""

    document: Document
    relation: Relation
    similarity: float
    exact: bool

    @property
    def percent(self) -> int:
        """Rounded down, so that what differs is never 100."""
        return int(self.similarity * 100)


@dataclass(frozen=True)
class _Candidate:
    key: UUID
    relation: Relation
    similarity: float
    exact: bool = False


def count_of(document: Document, user: Any) -> int:
    """How many there are to show: as `neighbours_of`, but no text is read."""
    origin = document.duplicate_of or document
    return len(_candidates(document, origin, user))


def neighbours_of(document: Document, user: Any) -> list[Neighbour]:
    """The documents that the user may see and that are the same as this one or like it: the same file, the same text, nearly the same (the
    likest first), then what holds it or is held by it; at most MOST_SHOWN."""
    origin = document.duplicate_of or document
    found = _judged(origin, _candidates(document, origin, user))
    rows = Document.objects.visible_to(user).select_related("case").in_bulk([one.key for one in found])
    return [Neighbour(rows[one.key], one.relation, one.similarity, one.exact) for one in found if one.key in rows]


def same_files(document: Document, user: Any) -> QuerySet[Document]:
    """Other documents with the same bytes, in this case and in others."""
    if not document.sha256:
        return Document.objects.none()
    return Document.objects.visible_to(user).filter(sha256=document.sha256).exclude(pk=document.pk)


def _candidates(document: Document, origin: Document, user: Any) -> list[_Candidate]:
    files = list(same_files(document, user).order_by("-created", "-pk").values_list("pk", flat=True)[:MOST_SHOWN])
    found = [_Candidate(key, Relation.SAME_FILE, 1.0, exact=True) for key in files]
    signature = TextSignature.objects.filter(document=origin.pk, text_version=F("document__text_version")).first()
    if signature is not None and signature.digest:
        found += _like(signature, user, {document.pk, origin.pk, *files})
        found += _inner_and_outer(signature, user, {document.pk, origin.pk, *(one.key for one in found)})
    found.sort(key=lambda one: (_ORDER.index(one.relation), -one.similarity))
    return found[:MOST_SHOWN]


def _like(signature: TextSignature, user: Any, known: Collection[UUID]) -> list[_Candidate]:
    """Those with the same words, and those whose signature is near, as far as the user may see them.

    The door comes last: asked first, it would make the database go through all that the user sees, where the indexes name a few.
    """
    others = TextSignature.objects.exclude(document__in=known)
    same = list(others.filter(digest=signature.digest).values_list("pk", flat=True)[:MOST_CANDIDATES])
    rows = list(
        others.filter(bands__overlap=signature.bands).exclude(digest=signature.digest).values_list("pk", "minhash")[:MOST_CANDIDATES]
    )
    hashes = np.frombuffer(b"".join(bytes(row[1]) for row in rows), "<u4").reshape(len(rows), HASHES)
    near = likeness(minhash_in(signature), hashes)
    found = [_Candidate(key, Relation.SAME_TEXT, 1.0, exact=True) for key in same]
    found += (_Candidate(rows[at][0], Relation.NEAR, float(near[at])) for at in np.flatnonzero(near >= NEAR))
    keys = [one.key for one in found]
    visible = set(Document.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return [one for one in found if one.key in visible]


_SHARED_MARKS = """
SELECT asked.mark, found.document_id FROM unnest(%s::int[]) AS asked(mark) CROSS JOIN LATERAL (
    SELECT kept.document_id FROM documents_textsignature AS kept
    WHERE kept.marks @> ARRAY[asked.mark] AND kept.document_id IN ({visible}) LIMIT %s
) AS found
"""


def _inner_and_outer(signature: TextSignature, user: Any, known: Collection[UUID]) -> Iterator[_Candidate]:
    """Texts that this one holds, and that hold it, by the sample of passages that they share."""
    shared = _sharing(signature, user)
    keys = [key for key, count in shared.most_common(MOST_SHOWN) if key not in known and count >= FEWEST_MARKS]
    marks = np.array(signature.marks, np.int32).view(np.uint32)
    rows = TextSignature.objects.filter(pk__in=keys).values_list("pk", "marks", "level")
    for key, theirs, level in rows:
        other = np.array(theirs, np.int32).view(np.uint32)
        coarser = max(level, signature.level)
        mine, other = at_level(marks, coarser), at_level(other, coarser)
        inside = len(mine) <= len(other)
        relation = Relation.CONTAINED if inside else Relation.CONTAINS
        held = containment(mine, other) if inside else containment(other, mine)
        if min(len(mine), len(other)) >= FEWEST_MARKS and held >= HELD - 0.2:
            yield _Candidate(key, relation, held)


def _sharing(signature: TextSignature, user: Any) -> Counter[UUID]:
    """How many of the text's marks others have. Each mark is an index look-up that ends where it turns out to be common."""
    asked = sorted(signature.marks, key=lambda mark: mark & 0xFFFFFFFF)[:MOST_ASKED]
    if not asked:
        return Counter()
    visible, parameters = Document.objects.visible_to(user).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_MARKS.format(visible=visible), [asked, *parameters, COMMON + 1])
        rows = cursor.fetchall()
    usual = {mark for mark, count in Counter(mark for mark, _key in rows).items() if count > COMMON}
    return Counter(key for mark, key in rows if mark not in usual)


def _judged(origin: Document, found: list[_Candidate]) -> list[_Candidate]:
    """The best few by their texts, as many as may be read; what turns out not to be like it is left out."""
    unsure = [one.key for one in found if not one.exact][:MOST_READ]
    if not unsure or origin.text_version_id is None:
        return found
    texts = _texts([origin.pk, *unsure])
    if origin.pk not in texts:
        return found
    own = texts.pop(origin.pk)
    judged = (_judge(one, own, texts[one.key]) if one.key in texts else one for one in found)
    return sorted((one for one in judged if one is not None), key=lambda one: (_ORDER.index(one.relation), -one.similarity))


def _judge(candidate: _Candidate, own: Hashes, other: Hashes) -> _Candidate | None:
    near = resemblance(own, other)
    if near >= NEAR or candidate.relation is Relation.NEAR:
        return replace(candidate, relation=Relation.NEAR, similarity=near, exact=True)
    held = containment(own, other) if candidate.relation is Relation.CONTAINED else containment(other, own)
    return replace(candidate, similarity=held, exact=True) if held >= HELD else None


def _texts(keys: Iterable[UUID]) -> dict[UUID, Hashes]:
    """The shingles of documents' published texts, in this order, until MOST_CHARACTERS are read."""
    versions = TextSignature.objects.filter(document__in=keys).values_list("document", "text_version", "text_version__characters")
    known = {document: (version, characters) for document, version, characters in versions}
    read: dict[int, UUID] = {}
    left = MOST_CHARACTERS
    for key in keys:
        version, characters = known.get(key, (0, MOST_CHARACTERS + 1))
        left -= characters
        if left < 0:
            break
        read[version] = key
    pages: dict[UUID, list[str]] = {key: [] for key in read.values()}
    for version, text in Page.objects.filter(text_version__in=read).order_by("number").values_list("text_version", "text"):
        pages[read[version]].append(text)
    return {key: shingles_of(numbered(words_of(texts))) for key, texts in pages.items()}
