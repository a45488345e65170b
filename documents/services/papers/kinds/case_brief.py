"""The brief of a ruling: its facts as the library knows them, and sentences of its own, word for word with their pages. Nothing is summed
up in other words: what a sentence is was told by cue words, and the paper says so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Case, Opinion, Ruling
from cases.services import bluebook
from documents.errors import Refused
from documents.models import Document
from documents.services.chunking.sentences import headings, sentences_of
from documents.services.papers.blocks import Block, Run, heading, items, note, para, quote, run, table
from documents.services.papers.kinds.base import Draft, Kind, Making, as_uuid, document_asked
from documents.services.papers.tables import table_of
from documents.services.papers.texts import Text, text_of

_POSTURE = (
    r"\b(?:appeals?|appealed) from\b", r"\bon appeal from\b", r"\bpetition(?:ed|s)? for (?:a writ|review|rehearing|certiorari)",
    r"\b(?:granted|denied) (?:the |a |its |his |her |their )?(?:petition|certiorari|motion|leave|summary judgment|writ)",
    r"\bwe granted (?:certiorari|review|leave)", r"\bmoved (?:for|to)\b",
    r"\b(?:brought|filed|commenced) (?:this|an?|suit|the) ?(?:action|suit|complaint|petition)?\b",
    r"\b(?:district|trial|lower|superior|bankruptcy) court (?:granted|denied|held|dismissed|entered|ruled|found)\b",
)  # fmt: skip
_HOLDING = (
    r"\bwe (?:therefore |thus |now |accordingly |also |further )?(?:hold|conclude)\b", r"\bour holding\b",
    r"\bthe court (?:holds|concludes|finds) that\b", r"\b(?:it is|we are) (?:therefore )?(?:held|persuaded) that\b",
)  # fmt: skip
_DISPOSITION = (
    r"\b(?:judgment|order|decision|decree|conviction|sentence|award)s?\b[^.]{0,120}\b(?:is|are|be|was) (?:hereby |therefore )?"
    r"(?:affirmed|reversed|vacated|modified|remanded|set aside)",
    r"\bwe (?:therefore |thus |accordingly |hereby )?(?:affirm|reverse|vacate|remand|dismiss)\b",
    r"\b(?:petition|motion|appeal|writ|application|complaint)\b[^.]{0,80}\b(?:is|are) (?:hereby |therefore )?"
    r"(?:granted|denied|dismissed|allowed)",
    r"^\W*(?:affirmed|reversed|vacated|remanded|dismissed|so ordered|it is so ordered)\b",
)
_CUES: tuple[tuple[Any, re.Pattern[str]], ...] = (
    (gettext_lazy("Procedural posture"), re.compile("|".join(_POSTURE), re.IGNORECASE)),
    (gettext_lazy("Holding"), re.compile("|".join(_HOLDING), re.IGNORECASE)),
    (gettext_lazy("Disposition"), re.compile("|".join(_DISPOSITION), re.IGNORECASE)),
)
_MOST_SENTENCES, _MOST_AUTHORITIES, _MOST_HEADINGS = 8, 25, 60
_LONGEST_SENTENCE = 1500


@dataclass(frozen=True)
class Part:
    """One text of the ruling: what it is, and as it is read."""

    label: str
    text: Text


@dataclass(frozen=True)
class Sentence:
    words: str
    page: int


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """{ruling} or {document}. Raises Refused (no_ruling, no_such_ruling, no_text)."""
    if given.get("ruling"):
        ruling = _ruling(given["ruling"])
        if not _documents(ruling, user):
            raise Refused(_("The library knows this ruling, but has no text of it."), "no_text")
        return {"ruling": str(ruling.pk)}
    if given.get("document"):
        document = document_asked(case, user, given["document"], library=True)
        return {"ruling": str(document.ruling_id)} if document.ruling_id else {"document": str(document.pk)}
    raise Refused(_("Say of which ruling: give the id of one of the library as “ruling”, or of a document of this case."), "no_ruling")


def _ruling(given: Any) -> Ruling:
    key = as_uuid(given)
    found = Ruling.objects.filter(pk=key).first() if key else None
    if found is None:
        raise Refused(_("There is no such ruling in the library."), "no_such_ruling")
    return found


def _documents(ruling: Ruling, user: Any) -> list[Document]:
    texts = Document.objects.visible_to(user).filter(ruling=ruling, case=None).select_related("opinion", "text_version")
    return list(texts.order_by("opinion__position", "created", "pk"))


def built(making: Making) -> Draft:
    ruling = _ruling(making.inputs["ruling"]) if making.inputs.get("ruling") else None
    documents = (
        _documents(ruling, making.user)
        if ruling is not None
        else [document_asked(making.case, making.user, making.inputs.get("document"), library=True)]
    )
    parts = [Part(_label(document), text_of(document, making.check)) for document in documents]
    if not parts:
        raise Refused(_("The library knows this ruling, but has no text of it."), "no_text")
    blocks = [heading(_("The ruling")), table((_("What"), _("As the library has it")), (2, 7), _facts(making, ruling, documents[0]))]
    if len(parts) > 1:
        blocks += [heading(_("Opinions")), items([[run(part.label, href=making.page_link(part.text.document.pk))] for part in parts])]
    for label, cue in _CUES:
        making.check()
        blocks += [heading(label), *_found(making, parts, cue)]
    blocks += _outline(making, parts) + _authorities(making, parts)
    title = bluebook.ruling_citation(ruling) if ruling is not None else documents[0].title
    honest = _("The sentences above are the ruling's own, word for word, found by cue words; none was written by a machine.")
    return Draft(_("Case brief"), title, [*blocks, note(honest)])


def _label(document: Document) -> str:
    return str(document.opinion) if document.opinion is not None else str(Opinion.Kind.COMBINED.label)


def _facts(making: Making, ruling: Ruling | None, document: Document) -> list[list[list[Run]]]:
    if ruling is None:
        told = [(_("Title"), document.title), (_("Date"), document.date.isoformat() if document.date else "")]
    else:
        told = [
            (_("Citation"), bluebook.ruling_citation(ruling)), (_("Full name"), ruling.full_name), (_("Court"), ruling.court),
            (_("Date"), ruling.dated), (_("Docket number"), ruling.docket_number), (_("Judges"), ruling.judges),
            (_("Reporters"), "; ".join(ruling.citations)), (_("Status"), ruling.status),
        ]  # fmt: skip
    rows = [[[run(name)], [run(value)]] for name, value in told if value]
    return [*rows, [[run(_("Text"))], [run(document.title, href=making.page_link(document.pk))]]]


def _found(making: Making, parts: Sequence[Part], cue: re.Pattern[str]) -> list[Block]:
    """Sentences with the cue: of the first text; of the others too, where the first has none."""
    for part in parts:
        hits = [one for one in _sentences(part.text) if cue.search(one.words)]
        if not hits:
            continue
        of_text = part.text
        blocks: list[Block] = [note(_("Found by cue words in: %(opinion)s.") % {"opinion": part.label})]
        for one in hits[:_MOST_SENTENCES]:
            source = making.source(of_text.document.pk, part.label, one.page, of_text.label(one.page))
            blocks.append(quote(run(f"“{one.words}”"), " ", source))
        if len(hits) > _MOST_SENTENCES:
            more = len(hits) - _MOST_SENTENCES
            blocks.append(
                note(ngettext("%(n)d more sentence has such words.", "%(n)d more sentences have such words.", more) % {"n": more})
            )
        return blocks
    return [para(_("No sentence has the cue words of this."))]


def _sentences(text: Text) -> Iterator[Sentence]:
    """Sentences that may run over a page's end; each with the page where it begins."""
    starts, whole, length = [], [], 0
    for sheet in text.sheets:
        starts.append(length)
        whole.append(sheet.text)
        length += len(sheet.text) + 1
    joined = "\n".join(whole)
    for start, end in sentences_of(joined):
        words = " ".join(joined[start:end].split())
        if 0 < len(words) <= _LONGEST_SENTENCE:
            yield Sentence(words, text.sheets[bisect_right(starts, start) - 1].number)


def _outline(making: Making, parts: Sequence[Part]) -> list[Block]:
    """The ruling's own headings."""
    rows: list[list[Run]] = []
    for part in parts:
        for sheet in part.text.sheets:
            for one in headings(sheet.text):
                rows.append([run(f"{one.title} "), making.source(part.text.document.pk, part.label, sheet.number, sheet.label)])
    return [heading(_("Its own headings")), items(rows[:_MOST_HEADINGS])] if rows else []


def _authorities(making: Making, parts: Sequence[Part]) -> list[Block]:
    """What its first text relies upon, the most cited first."""
    text = parts[0].text
    counted: dict[str, int] = {}
    for mention in text.mentions:
        counted[mention.key] = counted.get(mention.key, 0) + 1
    entries = table_of(text, text.mentions).entries
    ranked = sorted(((sum(counted.get(key, 0) for key in entry.keys), entry) for entry in entries), key=lambda pair: -pair[0])
    if not ranked:
        return []
    rows = []
    for count, entry in ranked[:_MOST_AUTHORITIES]:
        pages: list[Run] = []
        for number, label in entry.pages[:12]:
            pages += [run(", ")] if pages else []
            pages.append(run(label, href=making.page_link(text.document.pk, number)))
        rows.append(
            [[run(entry.name, italic=True), run(entry.rest)], [run(count)], [*pages, *([run(", …")] if len(entry.pages) > 12 else [])]]
        )
    more = len(ranked) - len(rows)
    left = [note(ngettext("and %(n)d more authority", "and %(n)d more authorities", more) % {"n": more})] if more > 0 else []
    return [heading(_("Authorities it relies upon")), table((_("Authority"), _("Times"), _("Pages")), (6, 1, 3), rows), *left]


KIND = Kind(
    "case_brief",
    "book",
    gettext_lazy("A ruling's facts, opinions and headings, and its own sentences on posture, holding and disposition, word for word."),
    understood,
    built,
)
