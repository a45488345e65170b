"""What the small card beside a citation tells: the authority as the library knows it, the words at the pin, how often it is cited here.

Made in a fixed number of queries, whatever is cited; what the reader may not see is neither shown nor counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Case as Selected
from django.db.models import Count, F, Q, Value, When
from django.db.models.functions import StrIndex, Substr
from django.utils.translation import gettext as _

from cases.models import Case, Ruling, Statute
from cases.services.authorities import authorities_for, keys_of_citations
from cases.services.bluebook import ruling_citation, statute_citation
from documents.models import Citation, Document, Page
from documents.services.authorities.graph import cues

DOUBTFUL = 0.75
EXCERPT = 320  # characters of the words at the pin
MOST_SHOWN = 4  # authorities of one citation; two short orders on one page are usual, more are not
_SECTION = 60_000  # characters of a section in which its subsection is looked for
_POINTERS = ("id", "short", "supra")
_NUMBER = re.compile(r"\d+")
_LABEL = re.compile(r"\([^()\s]{1,6}\)")


@dataclass(frozen=True)
class Passage:
    """The words of the library's text at the pin: where they begin, and the address that opens there."""

    text: str
    where: str
    url: str


@dataclass(frozen=True)
class Authority:
    """A ruling or section of the library. `passage` is None where there is no pin, or where `unshown` says why its words can't be shown."""

    name: str
    court: str
    dated: str
    citation: str
    url: str
    ruling: Ruling | None = None
    statute: Statute | None = None
    inferred: bool = False
    """That it has this citation is only what its source inferred."""
    passage: Passage | None = None
    unshown: str = ""
    cues: Sequence[Any] = ()


@dataclass(frozen=True)
class Card:
    """A citation as the reader may see it. `authorities` is empty where the library has none; two rulings may begin on one page."""

    written: str
    name: str
    kind: str
    pin: str
    role: str
    citation: str
    """To be copied where the library does not have it."""
    authorities: list[Authority]
    mentions: int
    documents: int
    case: Case | None = None
    """The matter in which it was counted; None: in all that the reader may see."""
    mention: Citation | None = None
    target: Document | None = None
    doubts: list[str] = field(default_factory=list)


def of_mention(user: Any, mention_id: int) -> Card | None:
    """The card of a mention in a document; None where the user may see no such mention."""
    mentions = Citation.objects.visible_to(user).select_related("text_version__document__case", "target", "ruling", "statute")
    mention = mentions.filter(pk=mention_id).first()
    if mention is None:
        return None
    keys = {mention.key, mention.cluster} - {""}
    found = _library(keys, mention)
    case = mention.text_version.document.case
    count, documents = _counted(user, keys, found, case)
    written = " ".join(mention.text.split())
    return Card(
        written=written,
        name=mention.name,
        kind=mention.kind,
        pin=mention.pin,
        role=mention.role,
        citation=_as_written(mention, written),
        authorities=_described(user, found, mention.key, mention.pin),
        mentions=count,
        documents=documents,
        case=case,
        mention=mention,
        target=mention.meant,
        doubts=_doubts(mention),
    )


def of_key(user: Any, key: str, typed: str = "", case: Case | None = None) -> Card:
    """The card of an authority by its canonical key, counted in a case that the user may see, or in all that he may see. It is named as it
    was typed, else as a document of his writes it."""
    found = _library({key}, None)
    count, documents = _counted(user, {key}, found, case)
    full = Citation.objects.visible_to(user).filter(key=key).exclude(kind__in=_POINTERS).order_by("pk").first()
    written = typed or (" ".join(full.text.split()) if full else key)
    return Card(
        written=written,
        name=full.name if full else "",
        kind=full.kind if full else "",
        pin="",
        role=Citation.Role.AUTHORITY,
        citation=_as_written(full, written) if full else written,
        authorities=_described(user, found, key, ""),
        mentions=count,
        documents=documents,
        case=case,
    )


def _library(keys: set[str], mention: Citation | None) -> list[Ruling | Statute]:
    """What the library has under the keys, what the mention means first; of a section the newest version."""
    meant: list[Ruling | Statute] = [one for one in (mention.ruling, mention.statute) if one] if mention else []
    known = {one.pk for one in meant}
    sections = {one.key for one in meant if isinstance(one, Statute)}
    for authorities in authorities_for(keys).values():
        for one in authorities:
            if one.pk in known or (isinstance(one, Statute) and one.key in sections):
                continue
            known.add(one.pk)
            sections |= {one.key} if isinstance(one, Statute) else set()
            meant.append(one)
    return meant[:MOST_SHOWN]


def _counted(user: Any, keys: set[str], found: Iterable[Ruling | Statute], case: Case | None) -> tuple[int, int]:
    """(mentions, documents that have them); parallel citations of one decision in one place count once, the authority's own texts not."""
    rulings = [one for one in found if isinstance(one, Ruling)]
    wanted = sorted(keys.union(*(ruling.keys for ruling in rulings)))
    if not wanted:
        return 0, 0
    mentions = (
        Citation.objects.first_hand()
        .visible_to(user)
        .filter(Q(cluster="") | Q(cluster=F("key")), key__in=wanted, role=Citation.Role.AUTHORITY)
    )
    mentions = mentions.filter(text_version__document__case=case) if case else mentions
    if rulings:
        mentions = mentions.exclude(text_version__document__ruling__in=[ruling.pk for ruling in rulings])
    counts = mentions.aggregate(mentions=Count("pk"), documents=Count("text_version__document", distinct=True))
    return counts["mentions"], counts["documents"]


def _as_written(mention: Citation, written: str) -> str:
    full = f"{mention.name}, {written}" if mention.name else written
    return f"{full} ({mention.year})" if mention.kind == "case" and mention.year and mention.name else full


def _doubts(mention: Citation) -> list[str]:
    """Why a mention may be read wrongly; empty where nothing speaks for that."""
    if mention.role == Citation.Role.RECORD:
        return []
    if not mention.key:
        return [_("What this refers to could not be told.")]
    if mention.confidence >= DOUBTFUL:
        return []
    if "inferred" in mention.method:
        return [_("Which title is meant is only inferred from what was cited before.")]
    if mention.kind in _POINTERS:
        return [_("It was joined to an earlier citation that may not be the one that is meant.")]
    return [_("It was recognised by its form alone, and may mean something else.")]


# The authorities.


def _described(user: Any, found: Sequence[Ruling | Statute], key: str, pin: str) -> list[Authority]:
    rulings = [one for one in found if isinstance(one, Ruling)]
    said = cues.cues_of_each(user, rulings)
    at_pin = _pages_at(user, rulings, key, pin) if rulings and pin else {}
    sections = _sections(user, [one for one in found if isinstance(one, Statute)])
    return [
        _ruling(one, key, pin, at_pin.get(one.pk), said.get(one.pk, ()))
        if isinstance(one, Ruling)
        else _statute(one, pin, sections.get(one.pk, ""))
        for one in found
    ]


def _ruling(ruling: Ruling, key: str, pin: str, passage: Passage | str | None, cues: Sequence[Any]) -> Authority:
    url = ruling.get_absolute_url()
    shown = passage if isinstance(passage, Passage) else None
    return Authority(
        name=ruling.name,
        court=ruling.court,
        dated=ruling.dated,
        citation=ruling_citation(ruling, pin, of=key),
        url=shown.url if shown else url,
        ruling=ruling,
        inferred=key in keys_of_citations(ruling.inferred),
        passage=shown,
        unshown=passage if isinstance(passage, str) else "",
        cues=cues,
    )


def _statute(statute: Statute, pin: str, text: str) -> Authority:
    at = _subsection(text, pin) if pin else 0
    url = statute.get_absolute_url()
    passage = Passage(_excerpt(text[at:]), pin, f"{url}?offset={at}") if text and at is not None else None
    unshown = _("The subsection was not found in the library's text.") if text and at is None else ""
    name = f"{statute}. {statute.heading}" if statute.heading else str(statute)
    citation = statute_citation(statute)
    if pin.startswith("(") and f" {statute.section}" in citation:
        citation = citation.replace(f" {statute.section}", f" {statute.section}{''.join(_LABEL.findall(pin))}", 1)
    return Authority(name, "", statute.dated, citation, url, statute=statute, passage=passage, unshown=unshown)


def _sections(user: Any, statutes: Sequence[Statute]) -> dict[UUID, str]:
    """The text of each section, of a very long one the beginning."""
    if not statutes:
        return {}
    pages = _pages_of(user).filter(text_version__document__statute__in=[one.pk for one in statutes], number=1)
    return dict(pages.values_list("text_version__document__statute", Substr("text", 1, _SECTION)))


def _pages_of(user: Any) -> Any:
    """Pages of the published readings of what the user may see."""
    documents = Document.objects.visible_to(user).values("pk")
    return Page.objects.filter(text_version__document__in=documents, text_version=F("text_version__document__text_version"))


def _pages_at(user: Any, rulings: Sequence[Ruling], key: str, pin: str) -> dict[UUID, Passage | str]:
    """For each ruling the words at the pin, or why they can't be shown.

    A page is told by the labels of the text's pages, where these count the pages of the reporter that the key names (its first page is
    among them), or by a mark in the text: *120, ¶ 5.
    """
    number = _NUMBER.search(pin)
    if number is None:
        return {}
    mark = f"¶ {number[0]}" if "¶" in pin else f"*{number[0]}"
    rows = _pages_of(user).filter(text_version__document__ruling__in=[one.pk for one in rulings]).order_by("text_version", "number")
    pages: dict[UUID, list[dict[str, Any]]] = {}
    document = "text_version__document"
    # Where pages have labels the text need not be read for marks of pages.
    at: Any = StrIndex("text", Value(mark))
    at = at if "¶" in pin else Selected(When(label="", then=at), default=0)
    for row in rows.values("pk", "number", "label", document, f"{document}__ruling", at=at):
        pages.setdefault(row[f"{document}__ruling"], []).append(row)
    chosen = {ruling: page for ruling, found in pages.items() if (page := _page_at(found, key, number[0], "¶" in pin))}
    texts = dict(Page.objects.filter(pk__in=[page["pk"] for page in chosen.values()]).values_list("pk", "text"))
    said: dict[UUID, Passage | str] = {}
    for ruling in rulings:
        page = chosen.get(ruling.pk)
        if page is not None and (passage := _passage(page, texts[page["pk"]], mark, document)):
            said[ruling.pk] = passage
        elif ruling.pk in pages:
            said[ruling.pk] = _("The library's text does not tell where page %(pin)s is.") % {"pin": pin}
        else:
            said[ruling.pk] = _("The library has no text of it.")
    return said


def _page_at(pages: Sequence[dict[str, Any]], key: str, number: str, paragraph: bool) -> dict[str, Any] | None:
    """The page of the pin; None where it can't be told."""
    first = key.rpartition(":")[2]
    labels = [int(page["label"]) for page in pages if page["label"].isdecimal()]
    if not paragraph and labels and first.isdecimal() and min(labels) - 1 <= int(first) <= max(labels):
        for page in pages:
            if page["label"] == number:
                return page | {"labelled": True}
    return next((page | {"labelled": False} for page in pages if page["at"]), None)


def _passage(page: dict[str, Any], text: str, mark: str, document: str) -> Passage | None:
    at = 0
    if not page["labelled"]:
        found = re.search(rf"{re.escape(mark)}(?!\d)", text)
        if found is None:
            return None
        at = found.start()
    words = re.sub(r"^\s*(?:\[\*?(?:\d+ [A-Z][\w.' ]{0,20}? )?\d+\]|\*\d+\]?)\s*", "", text[at : at + 2 * EXCERPT])
    url = f"{Document(pk=page[document]).get_absolute_url()}?page={page['number']}&offset={at}"
    return Passage(_excerpt(words), mark.lstrip("*"), url)


def _subsection(text: str, pin: str) -> int | None:
    """Where the subsection begins; None where it is not there, 0 for a pin that names none."""
    at = 0
    for depth, label in enumerate(_LABEL.findall(pin)):
        before = r"(?:^|\n)\s*" if depth == 0 else r"(?<!\w)"
        found = re.compile(before + re.escape(label)).search(text, at)
        if found is None:
            return None if depth == 0 else at
        at = found.end() - len(label)
    return at


def _excerpt(text: str) -> str:
    """The beginning in one line, not cut within a word."""
    words = " ".join(text[: 4 * EXCERPT].split())
    if len(words) <= EXCERPT:
        return words
    return words[: max(words.rfind(" ", 0, EXCERPT), EXCERPT // 2)] + " …"
