"""Constitutions of the states: Cal. Const. art. I, § 7; Mich. Const. 1963, art. 1, § 17; article I, section 7 of the California
Constitution; Massachusetts Declaration of Rights art. 12."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders
from cases.services.citations.roman import number
from cases.services.citations.states import STATE, state_slug

NAME = "state_constitutions"
_FIRST = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth",
]  # fmt: skip
_NUMBER = r"(?:[IVXL]+|\d{1,3})(?:-?[A-Z]| [A-D](?=,))?(?!\w)|(?:" + "|".join(_FIRST) + r")(?!\w)"
_SUBS = r"(?:\([0-9A-Za-z]{1,4}\))*"
_SECTION = r"(?:,? (?:§§? ?|[Ss]ecs?\. |[Ss]ections? |art\. )(?P<section>(?:[\dIVX]{1,5}[a-z]?(?:\.\d+)?(?:-[a-z]{1,2})?|[Oo]ne)(?!\w)))?"
_PIN = rf"(?P<pin>{_SUBS}(?:,? (?:cl\.|para?\.|¶|subd\.|subdivision|ch\.|art\.) ?[\d(]?[\dA-Za-z)]{{1,5}}(?!\w))*)"
_WRITTEN = re.compile(
    rf"(?P<state>{STATE}) ?(?:Const(?:\.|itution)?(?![A-Za-z])|CONST\.),? ?(?:\(?(?:of )?(?:1[789]|20)\d\d\)?,? )?"
    rf"(?P<what>[Aa]rt(?:icle|\.)?|ART\.|[Aa]mend(?:ment|\.)?|[Pp]t\.|[Pp]art|[Cc]h(?:apter|\.)) ?(?P<number>{_NUMBER}){_SECTION}{_PIN}"
)
_BEFORE = re.compile(
    rf"(?<!\w)(?P<what>[Aa]rticle|[Aa]rt\.|[Aa]mendment) (?P<number>{_NUMBER}|[Oo]ne){_SECTION}{_PIN},? (?:of|to) the (?:(?P<state>{STATE}) (?:State )?Constitution)(?!\w)"
)
_MASSACHUSETTS = re.compile(
    r"(?<!\w)(?:(?:Mass\.|Massachusetts) Decl(?:aration|\.) of R(?:ights|ts\.),? art(?:icle|\.) (?P<number>[IVX]+|\d{1,2})"
    r"|[Aa]rt(?:icle|\.) (?P<number2>[IVX]+|\d{1,2}) of the Massachusetts Declaration of Rights)(?!\w)"
)
_FURTHER = re.compile(r"(?:,? ?(?:and|&) |, ?)(?P<section>\d{1,3}[a-z]?)(?!\w)(?! ?(?:U\.|[A-Z][\w.]* ?\d))")


def _articles(text: str) -> Iterator[Found]:
    for pattern in (_WRITTEN, _BEFORE):
        for match in pattern.finditer(text):
            start = match.start()
            if pattern is _WRITTEN and start and (text[start - 1].isalnum() or text[start - 1] == "."):
                continue
            yield _found(match, start, match.end(), match["section"], match["pin"])
            end = match.end()
            while "§§" in match[0] and pattern is _WRITTEN and (more := _FURTHER.match(text, end)):
                end = more.end()
                yield _found(match, more.start("section"), end, more["section"], "")


def _found(match: re.Match[str], start: int, end: int, section: str | None, pin: str) -> Found:
    what = match["what"].lower()[:2]
    family = {"ar": "art", "am": "amend", "pt": "pt", "pa": "pt", "ch": "chap"}[what]
    made = key(state_slug(match["state"]) + "const", family, _plain(match["number"]), _plain(section) if section else None)
    return Found(start, end, "constitution", made, pin.strip(" ,"), method=f"{NAME}/full", confidence=0.97)


def _plain(written: str) -> str:
    """Arabic for Roman, letters behind it kept: XIII-A is 13-A, XIIIA 13A."""
    if written.lower() == "one":
        return "1"
    if written in _FIRST:
        return str(_FIRST.index(written) + 1)
    written = written.replace(" ", "")
    parts = re.fullmatch(r"([IVXL]+)(-?[A-Z]?)", written)
    return f"{number(parts[1])}{parts[2]}" if parts else written


def _massachusetts(text: str) -> Iterator[Found]:
    for match in _MASSACHUSETTS.finditer(text):
        article = _plain(match["number"] or match["number2"])
        yield Found(
            match.start(), match.end(), "constitution", key("massconst", "pt", "1", article), method=f"{NAME}/full", confidence=0.97
        )


GRAMMAR = Finders(NAME, 10, [Finder(_articles, ("Const", "CONST")), Finder(_massachusetts, ("Decl",))])
