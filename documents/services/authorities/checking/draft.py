"""A text checked: each of its citations and quotations with what the library says of it. Nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.services import citations as law
from cases.services.citations import Mention
from documents.services.authorities.checking import by_name
from documents.services.authorities.checking.comparing import ALTERED, EXACT, NOT_FOUND, Comparison, compare
from documents.services.authorities.checking.judging import (
    FOUND,
    LOOK,
    NAME_MISMATCH,
    NOT_IN_LIBRARY,
    UNKNOWN_REPORTER,
    Library,
    Verdict,
    judge,
    keys_of,
)
from documents.services.authorities.checking.overlooked import overlooked
from documents.services.authorities.checking.possible import pages_are_of, pages_of, title_sentence
from documents.services.authorities.checking.quotations import Quotation, name_start, quotations_of
from documents.services.authorities.checking.texts import Source, sources_of

GROUPS = ("look", "doubtful", "fine", "not_in_library", "not_checkable", "not_understood")
CITED = ("authority", "history")
_ELSEWHERE = 40
"""Other texts that are looked through for a quotation that is not where it should be."""
_OMITTED = re.compile(r"\((?:[^()]*\b)?(?:citations?|footnotes?)(?:[^()]*\b)?omitted\b[^()]*\)|\(cleaned up\)", re.I)


@dataclass
class CheckedQuote:
    """A quotation and what became of it. `source` is where it was looked up; None where the library has no text."""

    quotation: Quotation
    comparison: Comparison | None = None
    source: Source | None = None
    page: int | None = None
    label: str = ""
    pin_fits: bool | None = None
    on_page: tuple[int, int] | None = None
    note: str = ""
    elsewhere: str = ""
    elsewhere_document: UUID | None = None

    @property
    def status(self) -> str:
        return self.comparison.status if self.comparison else ""

    @property
    def needs_a_look(self) -> bool:
        return self.comparison is not None and (self.status != EXACT or self.pin_fits is False)

    def as_json(self) -> dict[str, Any]:
        found = self.comparison
        return {
            "text": self.quotation.text, "status": self.status, "found_text": found.found_text if found else "",
            "start": self.quotation.start, "end": self.quotation.end, "block": self.quotation.block,
            "minor": bool(found and found.minor), "reordered": bool(found and found.reordered),
            "drops_negation": bool(found and found.drops_negation),
            "difference": [segment.as_json() for segment in found.segments] if found else [],
            "document": str(self.source.document) if self.source else None, "page": self.page, "page_label": self.label,
            "pin_fits": self.pin_fits, "sentence": self.sentence(), "url": self.url(),
        }  # fmt: skip

    def url(self) -> str:
        if self.source is None:
            return ""
        address = reverse("documents:detail", args=[self.source.document])
        if self.page is None or self.on_page is None:
            return address
        return f"{address}?page={self.page}&offset={self.on_page[0]}"

    def sentence(self) -> str:
        """What is said of it, in words."""
        parts = [_said(self.comparison, self.source)] if self.comparison else []
        if self.comparison and self.pin_fits is False:
            parts.append(_("It stands on page %(page)s, not on the page that is cited.") % {"page": self.label})
        return " ".join([*parts, *([self.note] if self.note else []), *([self.elsewhere] if self.elsewhere else [])])


def _said(found: Comparison, source: Source | None) -> str:
    if found.status == EXACT:
        left_out = any(segment.kind == "left_out" for segment in found.segments)
        return _("The words stand in the text; what the ellipsis leaves out is shown.") if left_out else _("The words stand in the text.")
    if found.status == NOT_FOUND:
        return _("These words are not found in the text of this authority.")
    if found.reordered:
        return _("Its parts stand in the text in another order.")
    if found.minor:
        return _("Only letter case, punctuation or hyphens differ from the text.")
    if found.drops_negation:
        return _("The text differs, and a negation is among what differs.")
    return _("The text differs.")


@dataclass
class Result:
    """One citation. `name_start` is where its name begins."""

    mention: Mention
    verdict: Verdict
    quotes: list[CheckedQuote] = field(default_factory=list)
    name_start: int = 0

    @property
    def group(self) -> str:
        codes = set(self.verdict.codes())
        if codes & LOOK or any(quote.needs_a_look for quote in self.quotes):
            return "look"
        if not self.mention.key and codes & {"unresolved", "not_understood"}:
            return "not_understood"
        if codes & {"doubtful", "ambiguous"}:
            return "doubtful"
        if self.verdict.status == FOUND:
            return "fine"
        return "not_in_library" if self.verdict.checkable else "not_checkable"

    @property
    def sentences(self) -> list[str]:
        told = [sentence for _code, sentence in self.verdict.findings]
        if self.verdict.status == NOT_IN_LIBRARY and not told:
            told.append(
                _("Not in the library, which says nothing about it.")
                if self.verdict.checkable
                else _("This can't be checked here: the library does not hold such sources.")
            )
        return told

    def as_json(self) -> dict[str, Any]:
        verdict, mention = self.verdict, self.mention
        ruling, statute = verdict.ruling, verdict.statute
        return {
            "start": mention.start, "end": mention.end, "text": mention.text, "key": mention.key, "status": verdict.status,
            "name_given": verdict.name_given, "name_found": verdict.name_found,
            "ruling": str(ruling.pk) if ruling else None, "statute": str(statute.pk) if statute else None,
            "quotes": [quote.as_json() for quote in self.quotes if quote.comparison],
            "unchecked_quotes": [
                {"text": quote.quotation.text, "start": quote.quotation.start, "end": quote.quotation.end}
                for quote in self.quotes if not quote.comparison
            ],
            "group": self.group, "findings": [{"code": code, "sentence": sentence} for code, sentence in verdict.findings],
            "sentences": self.sentences, "checkable": verdict.checkable, "kind": mention.kind, "role": mention.role,
            "pin_page": mention.pin, "year": mention.year, "confidence": mention.confidence, "cluster": mention.cluster,
            "candidates": [{"ruling": str(one.pk), "name": one.name, "date": one.dated} for one in verdict.candidates],
            "url": ruling.get_absolute_url() if ruling else statute.get_absolute_url() if statute else "",
        }  # fmt: skip


@dataclass
class Report:
    """Every citation once, in the order of the text; `stray` are quotations that belong to none."""

    text: str
    results: list[Result]
    stray: list[Quotation]

    def totals(self) -> dict[str, int]:
        counts = dict.fromkeys(GROUPS, 0)
        for result in self.results:
            counts[result.group] += 1
        return {"citations": len(self.results), **counts}

    def quote_totals(self) -> dict[str, int]:
        checked = [quote for result in self.results for quote in result.quotes]
        counts = {status: sum(quote.status == status for quote in checked) for status in (EXACT, ALTERED, NOT_FOUND)}
        return {
            "quotations": len(checked) + len(self.stray), **counts,
            "no_text": sum(quote.comparison is None for quote in checked), "without_citation": len(self.stray),
        }  # fmt: skip

    def of_group(self, group: str) -> list[Result]:
        return [result for result in self.results if result.group == group]

    def as_json(self) -> dict[str, Any]:
        return {
            "results": [result.as_json() for result in self.results], "totals": self.totals(), "quote_totals": self.quote_totals(),
            "quotes_without_citation": [{"text": one.text, "start": one.start, "end": one.end} for one in self.stray],
        }  # fmt: skip


def check(text: str, *, check: Callable[[], None] = lambda: None) -> Report:
    """The whole check of a text. Offsets are code points of `text`. `check` is called between pieces of work and may raise."""
    found = law.extract(text, check)
    cited = [mention for mention in found if mention.role in CITED]
    others = [(mention.start, mention.end) for mention in found if mention.role not in CITED]
    return check_mentions(text, cited, known=others, check=check)


def check_mentions(
    text: str, mentions: Sequence[Mention], *, known: Sequence[tuple[int, int]] = (), check: Callable[[], None] = lambda: None
) -> Report:
    """The same for mentions that were found before; `known` are places of what is understood and no citation (records of the case)."""
    library = Library(keys_of(mentions))
    mentions = by_name.look_up(mentions, text, library)
    quotations = quotations_of(text, mentions)
    check()
    sources = _sources(mentions, quotations, library)
    verdicts = judge(mentions, text, library, _last_pages(mentions, library, sources), _lengths(sources))
    floors = [0, *(mention.end for mention in mentions)]
    results = [
        Result(mention, verdict, name_start=name_start(text, mention, floor))
        for mention, verdict, floor in zip(mentions, verdicts, floors, strict=False)
    ]
    stray = [one for one in quotations if not _attributed(one, results, sources, text, check)]
    results += _not_understood(text, mentions, results, known)
    return Report(text, sorted(results, key=lambda one: (one.mention.start, one.mention.end)), stray)


def _sources(mentions: Sequence[Mention], quotations: Sequence[Quotation], library: Library) -> dict[UUID, list[Source]]:
    """The texts of what is quoted, and of rulings whose last page matters."""
    quoted = {mentions[place].key for one in quotations for place in one.places}
    pinned = {mention.key for mention in mentions if pages_of(mention.pin)}
    rulings = {ruling.pk for key in quoted | pinned for ruling in library.rulings(key)}
    statutes = {statute.pk for key in quoted if (statute := library.statute(key)) is not None}
    return sources_of(rulings, statutes) if rulings or statutes else {}


def _last_pages(mentions: Sequence[Mention], library: Library, sources: dict[UUID, list[Source]]) -> dict[object, int]:
    """The last page of a ruling by (ruling, reporter): of the reporter in whose range of pages its text's labels begin."""
    found: dict[object, int] = {}
    for key in {mention.key for mention in mentions if mention.key}:
        reporter = key.partition(":")[0]
        for ruling in library.rulings(key):
            labels = [int(label) for source in sources.get(ruling.pk, ()) for label in source.labels if label.isdigit()]
            if labels and pages_are_of(key, ruling.keys, min(labels)):
                found[ruling.pk, reporter] = max(labels)
    return found


def _lengths(sources: dict[UUID, list[Source]]) -> dict[object, int]:
    """Characters of all texts of each authority."""
    return {authority: sum(len(source.words.text) for source in texts) for authority, texts in sources.items()}


def _attributed(one: Quotation, results: Sequence[Result], sources: dict[UUID, list[Source]], text: str, check: Callable[[], None]) -> bool:
    """Give a quotation to its citation, compared where there is a text. False where it belongs to none: one that is not surely a
    citation's is its only where the words stand there."""
    check()
    best: tuple[int, CheckedQuote] | None = None
    for place in one.places:
        compared = _compared(one, results[place], sources, text, results)
        if compared is None:
            continue
        if best is None or _rank(compared) < _rank(best[1]):
            best = place, compared
        if compared.status == EXACT:
            break
    if best is not None and (one.sure or best[1].status != NOT_FOUND):
        place, compared = best
        if compared.status == NOT_FOUND:
            place = one.places[0] if results[one.places[0]].verdict.ruling or results[one.places[0]].verdict.statute else place
            _look_elsewhere(compared, sources)
        results[place].quotes.append(compared)
        return True
    if one.sure and one.places:
        results[one.places[0]].quotes.append(CheckedQuote(one))
        return True
    return False


def _rank(compared: CheckedQuote) -> int:
    return {EXACT: 0, ALTERED: 1, NOT_FOUND: 2}[compared.status]


def _compared(
    one: Quotation, result: Result, sources: dict[UUID, list[Source]], text: str, results: Sequence[Result]
) -> CheckedQuote | None:
    """The quotation beside the texts of a citation's authority, the best of them; None where the library has none."""
    verdict = result.verdict
    authorities: list[Any] = [verdict.ruling or verdict.statute] if verdict.ruling or verdict.statute else list(verdict.candidates)
    best: CheckedQuote | None = None
    for authority in authorities:
        for source in sources.get(authority.pk, ()):
            if not source.words.words:
                continue
            compared = CheckedQuote(one, _beside(one, source, result.mention, text), source)
            if best is None or _rank(compared) < _rank(best):
                best = compared
    if best is not None:
        _place(best, result.mention, verdict.ruling.keys if verdict.ruling else [])
    return best


def _beside(one: Quotation, source: Source, mention: Mention, text: str) -> Comparison:
    found = compare(one.text, source.words)
    if found.status == ALTERED and not found.minor:
        bare = compare(one.text, source.without_citations(found.first, found.last))
        if bare.status == EXACT:
            bare.first, bare.last = found.first, found.last
            if _OMITTED.search(text, one.end, min(len(text), mention.end + 400)):
                return bare
            found.minor = True  # only a citation is left out, which a parenthesis should say
    return found


def _place(compared: CheckedQuote, mention: Mention, keys: Sequence[str]) -> None:
    found, source = compared.comparison, compared.source
    if found is None or source is None or found.status == NOT_FOUND:
        return
    compared.page, compared.label = source.page_of(found.first)
    compared.on_page = source.span_on_page(found.first, found.last)
    last = source.page_of(max(found.first, found.last - 1))[1]
    pages = pages_of(mention.pin)
    if pages and compared.label.isdigit() and last.isdigit() and mention.key.count(":") == 2 and _same_pages(source, mention, keys):
        compared.pin_fits = int(compared.label) <= pages[1] and pages[0] <= int(last)
    if source.opinion and "dissent" not in mention.text:
        names = {"dissent": _("a dissent"), "concurrence": _("a concurrence"), "in_part": _("an opinion that dissents in part")}
        compared.note = (
            _("It stands in %(opinion)s (%(author)s).") % {"opinion": names[source.opinion], "author": source.author}
            if source.author
            else _("It stands in %(opinion)s.") % {"opinion": names[source.opinion]}
        )


def _same_pages(source: Source, mention: Mention, keys: Sequence[str]) -> bool:
    """Whether the labels of the text are the pages of the reporter that is cited."""
    labels = [int(label) for label in source.labels if label.isdigit()]
    return bool(labels) and pages_are_of(mention.key, keys, min(labels))


def _look_elsewhere(compared: CheckedQuote, sources: dict[UUID, list[Source]]) -> None:
    """Whether the words stand in another authority that the text quotes."""
    if len(compared.quotation.text.split()) < 4:
        return
    others = [source for group in sources.values() for source in group if source is not compared.source][:_ELSEWHERE]
    for source in others:
        if compare(compared.quotation.text, source.words).status == EXACT:
            compared.elsewhere = _("They stand in %(title)s.") % {"title": source.title}
            compared.elsewhere_document = source.document
            return


def _not_understood(text: str, mentions: Sequence[Mention], results: Sequence[Result], known: Sequence[tuple[int, int]]) -> list[Result]:
    names = [*known, *((result.name_start, result.mention.start) for result in results if result.name_start < result.mention.start)]
    found = []
    for one in overlooked(text, mentions, names):
        mention = Mention(one.start, one.end, one.text, "", "other", "", "", None, "overlooked", 0.0)
        verdict = Verdict(UNKNOWN_REPORTER)
        if one.title is not None:
            verdict.tell("impossible", title_sentence(*one.title))
        else:
            verdict.tell("not_understood", _("This looks like a citation, but it is not understood."))
        found.append(Result(mention, verdict, name_start=one.start))
    return found


__all__ = ["FOUND", "GROUPS", "NAME_MISMATCH", "CheckedQuote", "Report", "Result", "check", "check_mentions"]
