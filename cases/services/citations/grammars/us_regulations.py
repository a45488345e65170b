"""The Code of Federal Regulations and the Federal Register: 29 C.F.R. §§ 825.100-.800; 29 C.F.R. pt. 1604; Treas. Reg. § 1.61-1;
66 Fed. Reg. 49,079, 49,081 (Sept. 23, 2001)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key
from cases.services.citations.lists import MARK, Numbering, ends_of_dotted, marked_lists, mentions, year_behind
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders

NAME = "us_regulations"
# 1604.11, 240.10b-5, 1.401(k)-1, 52.21, the .134 of "1910.132, .134" and parts without a point.
SECTION = r"(?:\d{1,4})?\.\d{1,5}[a-zA-Z]{0,2}(?:\([a-z]\)-\d{1,3}[A-Z]?|- ?\.?\d{1,5}(?:\.\d{1,5})?[a-zA-Z]{0,2})*|\d{1,4}(?:-\d{1,4})?"
_TAIL = r"(?:,? (?:subpts?\.|[Ss]ubparts?) [A-Z]{1,5}(?!\w))?(?:,? (?:apps?\.|appendix|appendices) [A-Z\d]{1,3}(?!\w))?"
SECTIONS = Numbering(SECTION, ends_of_dotted, tail=_TAIL)
_CODE = r"(?:C\. ?F\. ?R\.?|CFR|Code of Federal Regulations)(?![A-Za-z])"
_MARK = rf"(?:{MARK}|[Pp]arts? |PARTS? |[Pp]ts?\. ?)"
_HEAD = re.compile(
    rf"(?:(?<!\w)Title )?(?<![\w.§-])(?P<title>\d{{1,2}}),? ?(?:of the )?{_CODE},? ?(?:ch\. [IVX\d]+,? )?(?P<mark>{_MARK})?(?=\d)", re.I
)
_PARTS = re.compile(r"(?:Part|part)(?<!\wpart)s? (?=\d)")
_OF_TITLE = re.compile(
    rf",? (?:of|in) (?:(?:Title )?(?P<title>\d{{1,2}})(?!\w)(?!\.\d),? (?:of )?(?:the )?{_CODE}|the (?P<treasury>Treasury) Regulations)",
    re.I,
)
_TREASURY = re.compile(
    r"(?<!\w)(?:Temp\. |Temporary |(?P<proposed>Prop\. |Proposed ))?Treas(?:\.|ury) Reg(?:\.|ulations?)s? (?P<mark>§{1,2} ?|[Ss]ec(?:tions?|\.) )?(?=\d)"
)
_REGISTER = re.compile(
    r"(?<![\w.])(?P<volume>\d{1,3}) ?(?:Fed\. ?Reg\.|F\. ?R\.(?! ?[A-Z])|FR) ?(?P<page>\d{1,3},\d{3}|\d{1,6})(?![\w,]\d|\w)"
    r"(?:,? (?:at )?(?P<pin>(?>\d{1,3},\d{3}(?:-\d[\d,]*\d)?|\d{1,6}(?:-\d{1,6})?))(?! ?[A-Z§\[]|\w))?"
)
_EXCHANGE_RULE = re.compile(r"(?<!\w)Rules? (?P<rule>1[0-9][a-z]{1,2}-\d{1,2})(?P<pin>(?:\([a-z0-9]{1,3}\))*)(?!\w)")


def _headed(text: str) -> Iterator[Found]:
    at = 0
    while head := _HEAD.search(text, at):
        at = head.end()
        if 1 <= int(head["title"]) <= 50:
            mark = (head["mark"] or "").strip(" .").lower()
            items, end = SECTIONS.read(text, at, "§§" in mark or mark.endswith("s"))
            for found in mentions(NAME, "regulation", head.start(), items, text, end):
                found.key = key("cfr", str(int(head["title"])), found.section)
                at = max(at, found.end)
                yield found


def _prose(text: str) -> Iterator[Found]:
    """Section 778.114 of title 29, Code of Federal Regulations."""
    for start, items, end in (
        *marked_lists(text, SECTIONS),
        *marked_lists(text, SECTIONS, (match.span() for match in _PARTS.finditer(text))),
    ):
        behind = _OF_TITLE.match(text, end)
        if behind and (behind["treasury"] or 1 <= int(behind["title"]) <= 50):
            for found in mentions(NAME, "regulation", start, items, text, behind.end()):
                found.key = key("cfr", str(int(behind["title"] or 26)), found.section)
                yield found


def _treasury(text: str) -> Iterator[Found]:
    """The Treasury's regulations are Title 26; proposed ones stand in no code."""
    for head in _TREASURY.finditer(text):
        items, end = SECTIONS.read(text, head.end(), "§§" in (head["mark"] or ""))
        for found in mentions(NAME, "regulation", head.start(), items, text, end):
            if "." in found.section:
                found.key = key("proptreasreg", found.section) if head["proposed"] else key("cfr", "26", found.section)
                yield found


def _register(text: str) -> Iterator[Found]:
    for match in _REGISTER.finditer(text):
        page = match["page"].replace(",", "")
        yield Found(
            match.start(),
            match.end("pin") if match["pin"] else match.end("page"),
            "regulation",
            key("fr", match["volume"], page),
            match["pin"] or "",
            year=year_behind(text, match.end()),
            method=f"{NAME}/full",
            confidence=0.95,
        )


def _exchange_rules(text: str) -> Iterator[Found]:
    """The rules under the Securities Exchange Act have their own numbers in Part 240: Rule 10b-5 is 17 C.F.R. § 240.10b-5."""
    for match in _EXCHANGE_RULE.finditer(text):
        yield Found(
            match.start(),
            match.end(),
            "regulation",
            key("cfr", "17", f"240.{match['rule']}"),
            match["pin"],
            method=f"{NAME}/named",
            confidence=0.85,
        )


GRAMMAR = Finders(
    NAME,
    20,
    [
        Finder(_headed, ("C.F", "C. F", "CFR", "Regulations", "REGULATIONS", "c.f.r")),
        Finder(_prose, ("C.F", "C. F", "CFR", "Regulations")),
        Finder(_treasury, ("Treas",)),
        Finder(_register, ("Fed. Reg", "Fed.Reg", "F.R", "F. R", "FR")),
        Finder(_exchange_rules, ("Rule 1", "Rules 1")),
    ],
)
