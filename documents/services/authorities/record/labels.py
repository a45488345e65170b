"""What the papers of a case call a document: keys as record citations have them, told from its title, its file's name, its kind and what
its filing stamp or production says. Only what is said plainly counts: "doc12.pdf" is no docket entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from cases.services.citations.grammars.records import amended, entry_key, exhibit_key
from documents.models import Document

MOST = 24
_EXHIBIT = re.compile(
    r"(?<![a-z])(?:(?P<party>(?:pl|plaintiff|def|defendant|gov|government|joint|trial)[a-z.'’]{0,4})[ _.-]+)?"
    r"(?:exhibit|exh?)(?![a-z])(?=[ ._#-]*(?:no|\d|[a-z](?![a-z])|[A-Z]))"
    r"[ ._#-]*(?:no[. _]+)?(?P<mark>\d{1,4}(?:[-.]\d{1,3}(?!\d|\.\w)|-?[a-z](?![a-z]))?|[a-z]{1,2}(?:-\d{1,3})?)(?![a-z\d])",
    re.I,
)
_ENTRY = re.compile(
    r"(?<![a-z])(?:dkt|ecf|docket entry|d\.e)[ ._#-]*(?:no[. _]*)?(?P<entry>\d{1,5})(?:[-.](?P<part>\d{1,3})(?!\d))?(?!\d|:)", re.I
)
_PACER = re.compile(r"gov[._]uscourts[._][a-z]+[._]\d+[._](?P<entry>\d{1,5})[._](?P<part>\d{1,3})(?!\d)", re.I)
_DEPOSITION = re.compile(r"(?<![a-z])(?:dep|depo|deposition)(?![a-z])", re.I)
_DECLARATION = re.compile(r"(?<![a-z])(?:decl|declaration|aff|affidavit|aff'd)(?![a-z])", re.I)
_TRIAL = re.compile(r"(?<![a-z])trial(?![a-z])", re.I)
_NAMED = (
    (
        "petapp",
        re.compile(r"(?<![a-z])(?:pet\.?|petitioner'?s?|petition) ?app(?:endix|\.|x)?(?![a-z])|appendix to (?:the )?petition", re.I),
    ),
    ("jointapp", re.compile(r"(?<![a-z])joint app(?:endix|\.)?(?![a-z])", re.I)),
    ("adminrec", re.compile(r"(?<![a-z])administrative record(?![a-z])", re.I)),
)
_PERSON = re.compile(r"(?<![\w])(?:[A-Z][a-z]{2,}|Mc[A-Z][a-z]+|O'[A-Z][a-z]+|[A-Z]{3,})(?![\w])")
_NO_PERSON_WORDS = """
    deposition depo dep transcript declaration decl affidavit aff of the exhibit volume vol video videotaped expert support motion
    opposition january february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec certified rough final draft signed sworn supplemental plaintiff defendant plaintiffs defendants witness excerpts
    errata doctor mister hearing trial zoom remote page pages inc llc corp company bank city county state united states response
    summary judgment dismiss reply brief part
"""
_NO_PERSON = frozenset(_NO_PERSON_WORDS.split())


def labels_of(document: Document) -> list[str]:
    """Its keys, sorted; none for one that is deleted or of the library."""
    if document.deleted_at is not None or document.case_id is None:
        return []
    return sorted(set(_labels(document)))[:MOST]


def bates_of(document: Document) -> tuple[str, str] | None:
    """First and last number of a document of a production, as written."""
    metadata: dict[str, Any] = document.metadata or {}
    begin = str(metadata.get("bates_begin") or "")
    return (begin, str(metadata.get("bates_end") or begin)) if begin else None


def _labels(document: Document) -> Iterator[str]:
    said = [document.title, PurePosixPath(document.name).stem.replace("_", " ")]
    for words in said:
        yield from _exhibits(words)
        for found in _ENTRY.finditer(words):
            yield entry_key(found["entry"], found["part"])
        yield from _papers(words, document.kind)
        yield from (f"record:{name}" for name, pattern in _NAMED if pattern.search(words))
    if pacer := _PACER.search(document.name):
        yield entry_key(pacer["entry"], None if int(pacer["part"]) == 0 else pacer["part"])
    entry, _, part = str((document.metadata or {}).get("docket_entry") or "").partition("-")
    if entry.isdigit() and (not part or part.isdigit()):
        yield entry_key(entry, part)


def _exhibits(words: str) -> Iterator[str]:
    for found in _EXHIBIT.finditer(words):
        mark = found["mark"]
        if re.fullmatch(r"[A-Za-z]{2}", mark) and not ((mark.isupper() and words != words.upper()) or mark[0].lower() == mark[1].lower()):
            continue  # "exhibit to", "exhibit of"
        yield exhibit_key(None, mark)
        # One that does not say whose it is may be anybody's.
        for party in (found["party"],) if found["party"] else ("pl", "def", "gov", "joint"):
            yield exhibit_key(party, mark)


def _papers(words: str, kind: str) -> Iterator[str]:
    if kind in ("complaint", "answer", "petition"):
        yield f"record:{kind}"
        if behind := amended(words):
            yield from {f"record:{kind}:amended", f"record:{kind}{behind}"}
            if behind == ":amended":
                yield f"record:{kind}:1"
    deposed, declared = _DEPOSITION.search(words), _DECLARATION.search(words)
    if deposed or kind == "transcript":
        yield from (f"record:dep:{name}" for name in _people(words) if deposed)
        if not deposed:
            yield "record:trial" if _TRIAL.search(words) else "record:tr"
    if declared or kind == "declaration":
        yield from (f"record:decl:{name}" for name in _people(words) if declared)


def _people(words: str) -> Iterator[str]:
    for found in _PERSON.finditer(words.replace("-", " ")):
        if (name := found[0].lower()) not in _NO_PERSON:
            yield name
