"""Finding and resolving the authorities of rulings: ours (every grammar, records too) against stock eyecite over the same texts.

`differences` says where the two do not agree about decisions, by what kind; docs/LAW.md says who is right.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import eyecite
from eyecite.models import CaseCitation, FullCaseCitation, IdCitation, ShortCaseCitation, SupraCitation

from bench import materials
from bench.figures import Figures, Plan
from cases.services import citations
from cases.services.citations.cleaning import CleanText
from cases.services.citations.keys import key, slug


def run(out: Callable[[str], object], plan: Plan, _template: str) -> Figures:
    """Ratio (goal 5): eyecite's time to ours, both with references resolved, by the time of one core."""
    found = Figures()
    texts = materials.corpus_opinions(plan.corpus) if plan.corpus else materials.opinions(plan.size(12, 1), paragraphs=plan.size(60, 10))
    texts = texts[: plan.size(len(texts), 1)]
    # Patterns are compiled at their first use.
    for text in texts[:2]:
        citations.extract(text[:40_000])
        _stock(text[:40_000])
    ours, theirs = _seconds(citations.extract, texts), _seconds(_stock, texts)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    found.ratios["extraction and resolution to stock eyecite"] = theirs / ours
    found.absolute["extraction and resolution, MB/s a core"] = megabytes / ours
    found.absolute["stock eyecite, MB/s a core"] = megabytes / theirs
    return found


def _stock(text: str) -> None:
    eyecite.resolve_citations(eyecite.get_citations(text))


def _seconds(find: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        find(text)
    return time.process_time() - began


@dataclass(frozen=True)
class Difference:
    """`kind` names what differs; `around` is the text there."""

    kind: str
    ours: str
    theirs: str
    around: str


def differences(text: str) -> Iterator[Difference]:
    """Where ours and eyecite's answers on cleaned text (as eyecite wants it) differ: found at all, key, name, year, pin, court."""
    clean = CleanText(text).text
    mentions = [mention for mention in citations.extract(clean) if mention.role != "record"]
    used: set[int] = set()
    for citation in eyecite.get_citations(clean):
        if not isinstance(citation, CaseCitation | IdCitation | SupraCitation):
            continue
        start, end = citation.span()
        around = clean[max(0, start - 80) : end + 60]
        met = [place for place, mention in enumerate(mentions) if mention.start < end and start < mention.end]
        if not met:
            yield Difference(f"not found by us: {type(citation).__name__}", "", clean[start:end], around)
            continue
        used.update(met)
        mention = mentions[met[0]]
        if isinstance(citation, FullCaseCitation) and mention.kind == "case":
            yield from _of_full(citation, mention, around)
        elif isinstance(citation, ShortCaseCitation | IdCitation):
            theirs = (citation.metadata.pin_cite or "").removeprefix("at ").strip(" ,")
            if theirs and theirs != mention.pin:
                yield Difference(f"pin of {mention.kind}", mention.pin, theirs, around)
    for place, mention in enumerate(mentions):
        if place not in used and mention.kind in ("case", "short", "id", "supra"):
            around = clean[max(0, mention.start - 80) : mention.end + 60]
            yield Difference(f"not found by eyecite: {mention.kind}", mention.text, "", around)


def _of_full(citation: FullCaseCitation, mention: citations.Mention, around: str) -> Iterator[Difference]:
    said = citation.metadata
    theirs = {
        "key": key(slug(citation.corrected_reporter()), citation.groups.get("volume"), citation.corrected_page())
        if citation.groups.get("page")
        else "",
        "name": " v. ".join(filter(None, (said.plaintiff, said.defendant))),
        "year": str(said.year or ""),
        "pin": (said.pin_cite or "").removeprefix("at ").strip(" ,"),
        "court": said.court or "",
    }
    ours = {"key": mention.key, "name": mention.name, "year": str(mention.year or ""), "pin": mention.pin, "court": mention.court}
    for what, value in theirs.items():
        if value != ours[what] and not (what == "key" and mention.role == "history"):
            yield Difference(f"{what} of a full citation", ours[what], value, around)


def counted(texts: Sequence[str]) -> Counter[str]:
    """How many differences of each kind."""
    return Counter(difference.kind for text in texts for difference in differences(text))
