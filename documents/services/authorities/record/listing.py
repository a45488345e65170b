"""The record of the case as a reading cites it: each paper as written, with the document of the same case that it means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F

from documents.models import Citation, Document, Page, TextVersion
from documents.services.authorities.record.labels import bates_of

MOST = 500


@dataclass
class Place:
    """The mentions on one page; `first` is where a link leads."""

    page: int
    first: Citation
    count: int = 1


@dataclass
class Paper:
    """One paper and place in it, as written; `document` and `page` where they can be told."""

    text: str
    document: Document | None = None
    page: int | None = None
    pages: dict[int, Place] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        return list(self.pages.values())


def record_in(version: TextVersion | None, user: Any) -> list[Paper]:
    """In the order of their first mention, at most MOST. Numbers that only look like pages of a production are left out."""
    if version is None:
        return []
    mentions = Citation.objects.filter(text_version=version, role=Citation.Role.RECORD).order_by("page", "start", "id")
    found: dict[str, tuple[Paper, Citation]] = {}
    means = _documents(mentions, user)
    for mention in mentions.iterator():
        document = means.get(mention.target_id) if mention.target_id else None
        if mention.key.startswith("record:bates:") and document is None:
            continue
        written = " ".join(mention.text.split())
        if written not in found:
            if len(found) == MOST:
                break
            found[written] = Paper(written, document), mention
        pages = found[written][0].pages
        if mention.page in pages:
            pages[mention.page].count += 1
        else:
            pages[mention.page] = Place(mention.page, mention)
    _tell_pages(list(found.values()))
    return [paper for paper, _mention in found.values()]


def _documents(mentions: Any, user: Any) -> dict[UUID, Document]:
    """What is meant, through the one door, and only while it is in the case of the document that cites it."""
    targets = mentions.filter(target__case=F("text_version__document__case")).values("target")
    return {document.pk: document for document in Document.objects.visible_to(user).filter(pk__in=targets)}


def _tell_pages(papers: list[tuple[Paper, Citation]]) -> None:
    """Pages of filings are those of the file; those of transcripts and appendices stand on the sheets, where these have labels."""
    labelled: dict[tuple[int, str], int] = {}
    wanted = {paper.document.text_version_id for paper, _ in papers if paper.document is not None and paper.document.text_version_id}
    if wanted:
        rows = Page.objects.filter(text_version__in=wanted).exclude(label="").values_list("text_version", "label", "number")
        labelled = {(version, label): number for version, label, number in rows}
    for paper, mention in papers:
        if paper.document is not None:
            paper.page = page_of(mention, paper.document, labelled)


def page_of(mention: Citation, document: Document, labelled: dict[tuple[int, str], int]) -> int | None:
    """The page of the document that a record citation names, or None where it names none or one that is not there."""
    kind, _, rest = mention.key.removeprefix("record:").partition(":")
    if kind == "bates":
        begin = re.search(r"\d+$", (bates_of(document) or ("",))[0])
        page = int(rest.rpartition(":")[2]) - int(begin[0]) + 1 if begin else 0
    else:
        number = re.match(r"(?:pp?\. ?)?(\d{1,5}[a-z]?)(?![\d.])", mention.pin)
        if number is None:
            return None
        if (page_labelled := labelled.get((document.text_version_id or 0, number[1]))) is not None:
            return page_labelled
        page = int(number[1]) if kind in ("dkt", "ex", "complaint", "answer", "petition") and number[1].isdigit() else 0
    return page if 1 <= page <= document.page_count else None
