"""The United States Code: 42 U.S.C. §§ 1981, 1983, and 1985(3); Title 18, United States Code, Section 1341; sections 1331 and 1332 of
title 28; I.R.C. § 501(c)(3); section 362(a) of the Bankruptcy Code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key
from cases.services.citations.lists import MARK, Numbering, ends_of_numbers, marked_lists, mentions
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders

NAME = "us_code"
# 1983, 78j, 2000e-2, 1320a-7b, 394-ccc and, over the end of a line, "1320a- 7b".
SECTION = r"\d{1,6}(?!(?:st|nd|rd|th)(?!\w))[a-zA-Z]{0,4}(?:- ?\d{1,5}[a-zA-Z]{0,4}|-[a-z]{1,4}(?![\w]))*"
SECTIONS = Numbering(SECTION, ends_of_numbers, tail=r"(?:,? note(?: prec\.)?(?! \d))?", points=False)
_CODE = r"(?:U\. ?S\. ?C(?:\. ?(?:[AS]\.?(?![A-Za-z]))?(?: ?Ann\.)?|ode)|USC[AS]?|U\. ?S\. Code(?: Ann\.)?|United States Code(?: Annotated)?)(?![A-Za-z])"
_HEAD = re.compile(
    rf"(?:(?<!\w)Title )?(?<![\w.§-])(?P<title>[1-9]\d?),? ?{_CODE},? ?"
    r"(?P<app>app(?:endix|x|\.)?(?: ?(?P<number>\d{1,2}|I{1,3})(?!\w))?,? ?)?"
    rf"(?P<mark>{MARK}|ss? (?=\d))?(?=\d)",
    re.I,
)
_TITLE_HEAD = re.compile(
    r"(?<!\w)(?:Internal Revenue Code(?: of 19\d\d)?|I\. ?R\. ?C\.|IRC|Bankruptcy Code),? ?(?P<mark>§{1,2} ?|[Ss]ections? )(?=\d)"
)
_OF_TITLE = re.compile(
    rf",? (?:of|in) (?:(?:Title )?(?P<title>\d{{1,2}})(?!\w)(?!\.\d)(?P<code>,? (?:of )?(?:the )?{_CODE})?|the (?P<named>Internal Revenue|Bankruptcy|Judicial) Code)"
    r"(?!,? (?:of )?(?:the )?(?:Code of Fed|C\. ?F\. ?R|CFR|[A-Z][a-z]+ (?:Code|Stat|Rev)))",
    re.I,
)
_TITLES = {"internal": "26", "i": "26", "irc": "26", "bankruptcy": "11", "judicial": "28"}
_ROMAN = {"I": "1", "II": "2", "III": "3"}

TITLES = 54
NO_SUCH_TITLE = 0.4


def _headed(text: str) -> Iterator[Found]:
    at = 0
    while head := _HEAD.search(text, at):
        at = head.end()
        title = int(head["title"])
        number = (head["number"] or "").upper()
        code = f"{title}app{_ROMAN.get(number, number)}" if head["app"] else str(title)
        found = _list(text, head.start(), at, code, head["mark"])
        at = max(at, found[-1].end if found else at)
        if title > TITLES:  # there is no such title: said to be doubtful, so that a person sees it
            for mention in found:
                mention.confidence = NO_SUCH_TITLE
        yield from found


def _named(text: str) -> Iterator[Found]:
    for head in _TITLE_HEAD.finditer(text):
        yield from _list(text, head.start(), head.end(), _TITLES[re.split(r"\W", head[0].lower())[0]], head["mark"])


def _prose(text: str) -> Iterator[Found]:
    """Sections before their title; "of title 15" without the Code is the Code's only where nothing else is named."""
    for start, items, end in marked_lists(text, SECTIONS):
        behind = _OF_TITLE.match(text, end)
        if behind is None:
            continue
        title = behind["title"] or _TITLES[behind["named"].split()[0].lower()]
        if not 1 <= int(title) <= TITLES or (behind["title"] and not behind["code"] and "itle" not in behind[0]):
            continue
        for found in mentions(NAME, "statute", start, items, text, behind.end()):
            yield _keyed(found, str(int(title)))


def _list(text: str, start: int, at: int, code: str, mark: str | None) -> list[Found]:
    plural = "§§" in (mark or "") or "s" in (mark or "").lower().rstrip(". ")[1:] or (mark or "").strip() == "ss"
    items, end = SECTIONS.read(text, at, plural)
    return [_keyed(found, code) for found in mentions(NAME, "statute", start, items, text, end)]


def _keyed(found: Found, code: str) -> Found:
    """A note is a provision of its own: usc:42:1983:note."""
    note = "note" in found.pin
    if note:
        found.pin = found.pin.partition("note")[0].strip(" ,")
    found.key = key("usc", code, found.section, "note" if note else None)
    found.section += "note" if note else ""
    return found


GRAMMAR = Finders(
    NAME,
    20,
    [
        Finder(_headed, ("S.C", "S. C", "USC", "Code", "s.c.", "CODE")),
        Finder(_named, ("I.R.C", "I. R. C", "IRC", "Revenue Code", "Bankruptcy Code")),
        Finder(_prose, ("itle ", "ITLE ", "Code", "CODE", "S.C", "S. C")),
    ],
)
