"""What is kept of a reading so that texts like it are found by an index."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet

from documents.models import Document, Page, TextSignature, TextVersion
from documents.services.similarity.shingles import (
    HASHES,
    LONG,
    Hashes,
    bands_of,
    digest_of,
    marks_of,
    minhash_of,
    numbered,
    shingles_of,
    words_of,
)

LEAST_WORDS = 50
"""Shorter texts are like too many: "This page is left blank", "Thanks, received"."""


def signature_of(pages: Iterable[str]) -> TextSignature:
    """The signature of a text, of no document yet."""
    words = words_of(pages)
    if len(words) < LEAST_WORDS:
        return TextSignature(words=len(words), minhash=b"")
    numbers = numbered(words)
    minhash = minhash_of(shingles_of(numbers))
    marks, level = marks_of(shingles_of(numbers, LONG))
    return TextSignature(
        words=len(words),
        digest=digest_of(words),
        minhash=minhash.astype("<u4").tobytes(),
        bands=bands_of(minhash),
        marks=marks,
        level=level,
    )


def minhash_in(signature: TextSignature) -> Hashes:
    """(HASHES,), or (0,) of a text of few words."""
    return np.frombuffer(signature.minhash, "<u4")


def likeness(one: Hashes, others: np.ndarray) -> np.ndarray:
    """The estimated resemblance of one text to each of others, (n, HASHES) -> (n,); its standard error is at most 0.045."""
    return (others == one).sum(axis=1) / HASHES


def sign(version: TextVersion) -> None:
    """Keep the signature of a reading in place of any other of its document, in the caller's transaction."""
    texts = Page.objects.filter(text_version=version).order_by("number").values_list("text", flat=True)
    keep(signature_of(texts.iterator(chunk_size=500)), version)


def keep(signature: TextSignature, version: TextVersion) -> None:
    """As `sign`, where the signature has been made already."""
    TextSignature.objects.filter(document=version.document_id).delete()
    signature.document, signature.text_version = version.document, version
    signature.save(force_insert=True)


def forget(document: Document) -> None:
    """It is read as another one now, which has the signature."""
    TextSignature.objects.filter(document=document).delete()


def unsigned() -> QuerySet[Document]:
    """What was read, but whose newest reading has no signature."""
    signed = TextSignature.objects.filter(document=OuterRef("pk"), text_version=OuterRef("text_version"))
    return Document.objects.filter(~Exists(signed), deleted_at=None, text_version__isnull=False)
