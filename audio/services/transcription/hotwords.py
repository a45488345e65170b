"""The names and terms of a case, as a hint to the speech model, which spells names as it has heard them elsewhere."""

from __future__ import annotations

import re
from collections import Counter

from cases.models import Case
from documents.models import Document, Page

MOST_WORDS, LONGEST = 40, 400
DOCUMENTS, PAGES, CHARACTERS = 60, 3, 4000
FEWEST = 2
_NAME = re.compile(r"\b[A-Z][a-zà-öø-ÿ'’-]{2,}(?:\s+(?:[A-Z]\.\s+)?[A-Z][a-zà-öø-ÿ'’-]{2,}){0,2}")
_TITLE_NAME = re.compile(r"\b[A-Z][\w'’-]{2,}")
# Capitals of every filing, and the words with which sentences begin.
_COMMON = frozenset(
    re.findall(
        r"[a-z]+",
        """the this that these those there then they their plaintiff plaintiffs defendant defendants court united states district circuit
        judge motion order case page pages section exhibit attorney attorneys counsel complaint answer state county dear sincerely re
        from subject date sent january february march april may june july august september october november december monday tuesday
        wednesday thursday friday saturday sunday and for but with when where which while under upon after before because however
        therefore moreover pursuant accordingly respectfully certificate service rule rules law act code title his her its our your was
        were has have had not all any each such also see""",
    )
)


def hotwords_of(case: Case) -> str:
    """Names of the case's title, then those that its documents say most often, in at most LONGEST characters."""
    names = [name for name in _TITLE_NAME.findall(case.title) if name.lower() not in _COMMON]
    counted = Counter[str]()
    for text in _beginnings(case):
        counted.update({name for name in map(_clean, _NAME.findall(text)) if name})
    names += [name for name, count in counted.most_common(MOST_WORDS * 3) if count >= FEWEST]
    return _joined(names)


def _beginnings(case: Case) -> list[str]:
    """The first pages of the case's documents, where parties and counsel are named; not of transcripts, which repeat mistakes."""
    documents = Document.objects.filter(case=case, deleted_at=None).exclude(kind=Document.Kind.TRANSCRIPT)
    versions = documents.exclude(text_version=None).order_by("-created").values_list("text_version", flat=True)[:DOCUMENTS]
    pages = Page.objects.filter(text_version__in=list(versions), number__lte=PAGES).values_list("text", flat=True)
    return [text[:CHARACTERS] for text in pages]


def _clean(name: str) -> str:
    words = name.split()
    while words and words[0].lower() in _COMMON:
        words = words[1:]
    return " ".join(words) if words and not all(word.lower() in _COMMON for word in words) else ""


def _joined(names: list[str]) -> str:
    chosen: list[str] = []
    length = 0
    for name in dict.fromkeys(names):
        if any(name in other for other in chosen):
            continue
        length += len(name) + 2
        if length > LONGEST or len(chosen) >= MOST_WORDS:
            break
        chosen.append(name)
    return ", ".join(chosen) + "." if chosen else ""  # a sentence: after it the model begins with a capital
