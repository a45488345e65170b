"""The sentence around a citation, with the citation masked, must lead to the ruling that it cites.

Taken from the library at run time: what its rulings say of one another, as their citations were read and resolved. Nobody wrote these
searches for an engine, and there are many of them; it is how citation recommendation is measured (Huang et al., Context-aware legal
citation recommendation using deep learning, ICAIL 2021).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from documents.models import Citation, Document, Page
from documents.services.chunking.sentences import sentence_starts
from documents.services.search.evaluation.labels import DEVELOPMENT, HELD_OUT, Answer, LabelledSearch

STYLE = "citation context"
CASES = ("case", "short", "id", "supra")
LEAST_WORDS = 8
"""Of a query: a sentence that says less than this once its citations are gone takes in the one before it."""
LONGEST = 400
PER_RULING = 8
"""Searches for one ruling at most, so that the one that all cite does not decide."""
_OF_CITATIONS = re.compile(
    r"""\((?:[^()]*\W)?(?:1[89]|20)\d\d\)              # court and year
      | \b(?:1st|2d|3d|\d+th|D\.C\.|Fed\.)\s?Cir\.?     # what a mask has left of them
      | \bslip\ op\.?(?:\ at)? | \bcert\.\ denied | \bper\ curiam | \b(?:F|Supp|S|U)\.\s?(?:\dd|4th|Supp|Ct|S)\.?
      | \bsee(?:\ also|,?\ e\.g\.,?)? | \bcf\. | \b(?:quoting|citing|accord)\b
      | [\"“”()\[\]/*_] | \s-+\s""",
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_PARTY = re.compile(r"[^\W\d_]{4,}")


def citing_searches(user: Any, most: int) -> list[LabelledSearch]:
    """At most so many, the same ones each time over the same library: in the order of their hashes, as good as drawn by lot."""
    documents = _documents(user)
    made: dict[str, LabelledSearch] = {}
    for page, mentions in _pages(user, documents):
        for mention in mentions:
            if mention.kind in CASES and _leads_elsewhere(mention, documents):
                made |= _search(page, mention, mentions, documents)
    taken: Counter[tuple[Answer, ...]] = Counter()
    chosen = []
    for _key, one in sorted(made.items()):
        taken[one.answers] += 1
        if taken[one.answers] <= PER_RULING:
            chosen.append(one)
    return chosen[:most]


def _documents(user: Any) -> dict[Any, frozenset[uuid.UUID]]:
    """The texts of each ruling of the library, {ruling: documents}; rulings of which there are only facts are not in it."""
    texts: defaultdict[Any, set[uuid.UUID]] = defaultdict(set)
    rows = (
        Document.objects.visible_to(user).filter(case=None, ruling__isnull=False).exclude(text_version=None).exclude(ruling__source="demo")
    )
    for ruling, document in rows.values_list("ruling", "pk"):
        texts[ruling].add(document)
    return {ruling: frozenset(found) for ruling, found in texts.items()}


def _pages(user: Any, documents: dict[Any, frozenset[uuid.UUID]]) -> Iterable[tuple[Page, list[Citation]]]:
    """The pages on which a ruling of the library cites, each with all of its mentions."""
    rulings = frozenset[uuid.UUID]().union(*documents.values()) if documents else frozenset()
    mentions: defaultdict[tuple[Any, int], list[Citation]] = defaultdict(list)
    for mention in Citation.objects.visible_to(user).filter(text_version__document__in=rulings).select_related("ruling", "text_version"):
        mentions[mention.text_version_id, mention.page].append(mention)
    for page in Page.objects.filter(text_version__in={version for version, _page in mentions}).order_by("text_version", "number"):
        if found := mentions.get((page.text_version_id, page.number)):
            yield page, found


def _leads_elsewhere(mention: Citation, documents: dict[Any, frozenset[uuid.UUID]]) -> bool:
    cited = documents.get(mention.ruling_id, frozenset())
    return bool(cited) and mention.role == Citation.Role.AUTHORITY and mention.text_version.document_id not in cited


def _search(
    page: Page, mention: Citation, mentions: Sequence[Citation], documents: dict[Any, frozenset[uuid.UUID]]
) -> dict[str, LabelledSearch]:
    starts = [0, *sentence_starts(page.text)]
    first = bisect_right(starts, mention.start) - 1
    end = next((start for start in starts if start >= mention.end), len(page.text))
    q = _masked(page.text, starts[first], end, mention, mentions)
    if first and len(q.split()) < LEAST_WORDS:
        q = _masked(page.text, starts[first - 1], end, mention, mentions)
    if len(q.split()) < LEAST_WORDS:
        return {}
    key = hashlib.sha256(q.encode()).hexdigest()[:16]
    half = HELD_OUT if int(key, 16) % 2 else DEVELOPMENT
    answers = (Answer(documents[mention.ruling_id]),)
    return {key: LabelledSearch(key, STYLE, half, q, answers, without=mention.text_version.document_id)}


def _masked(text: str, start: int, end: int, cited: Citation, mentions: Sequence[Citation]) -> str:
    """These sentences without any citation, without the names of the cited cases, and as plain words without operators."""
    kept, at = [], start
    for mention in sorted(mentions, key=lambda one: one.start):
        if mention.start >= at and mention.end <= end:
            kept.append(text[at : mention.start])
            at = mention.end
    said = " ".join(" ".join([*kept, text[at:end]]).split())
    for name in sorted({one.name for one in mentions if one.name}, key=len, reverse=True):
        said = said.replace(" ".join(name.split()), " ")
    parties = {word.casefold() for word in _PARTY.findall(cited.ruling.name if cited.ruling else "")}
    words = [word for word in _OF_CITATIONS.sub(" ", said).split() if _WORD.search(word)]
    return " ".join(word for word in words if not parties & set(_PARTY.findall(word.casefold())))[:LONGEST].strip(" ,.;:")
