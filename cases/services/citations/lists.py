"""Lists of provisions as lawyers write them: "§§ 1331, 1332(a), (b), and 1441-1446" is read item by item, each with its own offsets.

A grammar finds where a list begins and says how its code numbers; what is no item of the list any more ("..., 28 U.S.C. § 5", "..., 20
years") ends it. Each step looks at a bounded stretch of text, so that a list takes no longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from cases.services.citations.mentions import Found

MARK = r"(?:§{1,3} ?|[Ss]ections? |SECTIONS? |[Ss]ecs?\. ?|[Ss]ec |[Ss]ect\. ?)"
# As MARK, with literals in front, so that a search of a text skips to them. No part of a word, no second sign of a §§.
_MARKED = re.compile(
    r"(?:§(?<![\w§]§)§{0,2} ?|Section(?<!\wSection)s? |section(?<!\wsection)s? |SECTION(?<!\wSECTION)S? "
    r"|Sec(?<!\wSec)(?:s?\.|t\.) ?|sec(?<!\wsec)(?:s?\.|t\.) ?)(?=\d)"
)
# (a)(1)(A)(ii); a year in parentheses is none.
_SUB = r"\((?:\d{1,3}[A-Za-z]?|[A-Za-z]{1,5}(?:-\d{1,2})?)\)"
SUBS = rf"(?:{_SUB})*"
_DIVISION = rf"(?:,? (?:[Ss]ubds?\.|[Ss]ubdivisions?|[Ss]ubsec(?:tion|\.)s?|[Pp]ar(?:a\.|agraph)s?) ?(?:{_SUB})+)"
_PIN = rf"(?P<pin>(?:(?:{_SUB})+(?:-(?:{_SUB})+)?|{_DIVISION})?)(?P<seq>,? et\.? seq\.?(?![a-z]))?"
_SUBS_ONLY = re.compile(rf"(?P<pin>(?:{_SUB})+(?:-(?:{_SUB})+)?)(?![\w(])")
_AND = r"(?:,? ?(?:and|or|and/or|&|as well as) |, ?)"
_JOINT = re.compile(rf"(?P<to> (?:to|through|thru) | - )(?P<mark>{MARK})?(?=\d|[.-]\d)|{_AND}(?P<mark2>{MARK})?(?=[\d(]|[.-]\d)")
_SHORT = re.compile(r"-\d{1,5}[a-zA-Z]{0,3}(?!\w)")
_AND_ALONE = re.compile(_AND)
# "(1) violating § 922(g), (2) violating § 841" counts charges.
_SENTENCE = re.compile(r" (?!and |or |& |of |to |et |through )[a-z]")
_REMARK = re.compile(r" \((?!\w{1,3}\))[^()]{1,160}(?:\([^()]{0,60}\)[^()]{0,60})?\)(?=,? ?(?:and |or |& )?(?:§{1,2} ?)?\d)")
# The 28 of a following "28 U.S.C." or the 117 of "117 Harv. L. Rev. 1", and numbers of things and days.
_OTHER = re.compile(
    r" ?(?:U\. ?S\.|USC|C\. ?F\. ?R|CFR|F\.(?: ?\d| ?Supp)|S\. ?Ct|Fed\.|Stat\.|WL |Op\.|ILCS|N\.[EWY]|S\.[EW]|P\.\dd|Cal\.|A\.\dd|So\.)"
    r"| (?:[A-Z][A-Za-z.']* ?){1,4}(?:§|\d)"
    r"| ?%| (?:years?|months?|weeks?|days?|hours?|minutes?|percent|people|persons?|plaintiffs|defendants|counts|others?|times|dollars"
    r"|miles|feet|January|February|March|April|May|June|July|August|September|October|November|December)(?!\w)"
)
_ENDS = re.compile(r"$|[;:)\]\"”’']|[.,](?!\d)|,? (?:and|or|&|to|through|et seq|note)(?!\w)| \(")
_OF_ELSE = re.compile(
    r",? (?:hereof|thereof|herein|of (?:the|this|that|these|those|said|such|any|each|an?|his|her|its|our|their|Exhibit|Schedule)(?!\w))"
)
_OF_CODE = re.compile(r",? of |, (?:[A-Z][a-z]+ (?:Statutes|Code|Revised)|RSMo)")
_YEAR = re.compile(r",? \((?:[A-Z][\w.'& ]{0,40} )?(?P<year>1[789]\d\d|20\d\d)(?!\d)[^()]{0,60}\)")


@lru_cache(maxsize=2)
def marked(text: str) -> tuple[tuple[int, int], ...]:
    """Where "§", "Section" and the like stand before a number: (start, where the number begins). Several grammars ask for one text."""
    return tuple(match.span() for match in _MARKED.finditer(text))


class Item(NamedTuple):
    start: int
    end: int
    section: str
    pin: str
    ends_range: bool = False


class Numbering:
    """How a code numbers its provisions.

    `section` is the pattern of one number; `ends` gives both ends of a range that is written with a hyphen ("" for the last where the
    hyphen is part of the number); `siblings` says that "(6)" behind "12(b)(1)" is a provision of its own, not more of a pin; `tail` is
    what may stand behind a number as part of its pin. `points` says that numbers have points; where they have none, the 1 of "§ 1983.1" is
    the mark of a footnote.
    """

    def __init__(
        self, section: str, ends: Callable[[str, bool], tuple[int, str]], siblings: bool = False, tail: str = "", points: bool = True
    ) -> None:
        self.ends, self.siblings = ends, siblings
        behind = r"(?![A-Za-z\d]|\.\d)" if points else r"(?![A-Za-z\d])"
        self.item = re.compile(rf"(?P<section>{section}){behind}{_PIN}(?P<tail>{tail})(?![\w§])")

    def read(self, text: str, at: int, plural: bool = True, headed: bool = True) -> tuple[list[Item], int]:
        """The items of the list that begins at `at`, and where it ends. `plural` is whether its mark announces several (§§), `headed`
        whether its code is named before it, so that "section 5 of title 3" is no item of it any more."""
        items: list[Item] = []
        end, ranging = at, False
        match = self.item.match(text, at)
        while match:
            items.extend(self._items(match, items, plural, ranging))
            end = self._further(text, match.end(), items)
            remark = _REMARK.match(text, end)
            joint = _JOINT.match(text, remark.end() if remark else end)
            if joint is None:
                break
            marked_again, ranging = bool(joint["mark"] or joint["mark2"]), bool(joint["to"])
            if items and (short := _SHORT.match(text, joint.end())):  # 300aa-1 to -34
                stem = items[-1].section.rpartition("-")[0] or items[-1].section
                items.append(Item(short.start(), short.end(), f"{stem}{short[0]}", "", ranging))
                end = short.end()
                break
            match = self.item.match(text, joint.end())
            if match and not _goes_on(text, match.end(), plural, marked_again, ranging, headed):
                break
        return items, end

    def _items(self, match: re.Match[str], before: list[Item], plural: bool, ranging: bool) -> Iterator[Item]:
        raw = match["section"]
        pin = ((match["pin"] or "") + (match["seq"] or "") + (match["tail"] or "")).strip(" ,")
        start, end = match.span()
        if raw.startswith("."):  # §§ 1910.132, .134
            raw = (before[-1].section.partition(".")[0] if before else "") + raw
            yield Item(start, end, raw, pin, ranging)
            return
        dash, last = self.ends(raw, plural)
        if not last:
            yield Item(start, end, raw.replace(" ", ""), pin, ranging)
            return
        yield Item(start, start + dash, raw[:dash].replace(" ", ""), "", ranging)
        behind = start + dash + len(raw[dash:]) - len(raw[dash:].lstrip("- "))
        yield Item(behind, end, last, pin, True)

    def _further(self, text: str, end: int, items: list[Item]) -> int:
        """More of what was named last: the (b)(1)(A) of "841(a)(1), (b)(1)(A)"."""
        while items and items[-1].pin.endswith(")"):
            joint = _AND_ALONE.match(text, end)
            more = _SUBS_ONLY.match(text, joint.end()) if joint else None
            if more is None or _SENTENCE.match(text, more.end()):
                break
            last = items[-1]
            if self.siblings:
                items.append(Item(more.start(), more.end(), last.section, _sibling(last.pin, more["pin"])))
            else:
                items[-1] = last._replace(end=more.end(), pin=last.pin + text[end : more.end()])
            end = more.end()
        return end


def marked_lists(text: str, numbering: Numbering, places: Iterable[tuple[int, int]] = ()) -> Iterator[tuple[int, list[Item], int]]:
    """The lists behind the marks of a text, which no code precedes, as (start, items, end). A mark within a list begins none of its own, or
    a text of nothing but marks would be read once for each."""
    after = 0
    for start, at in places or marked(text):
        if start < after:
            continue
        items, end = numbering.read(text, at, headed=False)
        if items:
            after = end
            yield start, items, end


def _goes_on(text: str, end: int, plural: bool, marked: bool, ranging: bool, headed: bool) -> bool:
    """Whether the number that ends at `end` is an item of the list before it."""
    if _OTHER.match(text, end):
        return False
    if marked:
        return not (_OF_ELSE.match(text, end) or (headed and _OF_CODE.match(text, end)))
    return plural or ranging or bool(_ENDS.match(text, end))


def _sibling(before: str, subs: str) -> str:
    """The (b)(6) that "(6)" means behind "(b)(1)": the new parts stand where the first part of their sort stood."""
    parts = re.findall(_SUB, before)
    sort = _sort(re.findall(_SUB, subs)[0])
    for place, part in enumerate(parts):
        if _sort(part) == sort:
            return "".join(parts[:place]) + subs
    return before + subs


def _sort(part: str) -> str:
    inner = part.strip("()")
    return "digit" if inner[0].isdigit() else "upper" if inner.isupper() else "lower"


def year_behind(text: str, end: int) -> int | None:
    """The year of the edition in the parenthesis that follows: (2012), (West 2020), (2012 & Supp. 2015)."""
    found = _YEAR.match(text, end)
    return int(found["year"]) if found else None


def mentions(grammar: str, kind: str, start: int, items: list[Item], text: str, end: int) -> list[Found]:
    """One mention for each item; the first begins where the citation does."""
    year = year_behind(text, end)
    return [
        Found(
            start if place == 0 else item.start,
            item.end,
            kind,
            pin=item.pin,
            section=item.section,
            year=year,
            method=f"{grammar}/{'range' if item.ends_range else 'list' if place else 'full'}",
            confidence=0.98,
        )
        for place, item in enumerate(items)
    ]


_PARTS = re.compile(r"(\d+)([A-Za-z]*)")


def ends_of_numbers(section: str, plural: bool) -> tuple[int, str]:
    """Ends of 1961-1968, 1961-68, 1681-1681x and 2000e-2000e-17; 2000e-2 and 80a-1 are sections and have one."""
    for dash in [place for place, sign in enumerate(section) if sign == "-"]:
        first, last = section[:dash], section[dash + 1 :].strip()
        low, high = _PARTS.match(first), _PARTS.match(last)
        if not (low and high):
            continue
        if first.isdigit() and last.isdigit():
            whole = first[: -len(last)] + last if len(last) < len(first) else last
            if (plural or len(first) >= 3) and int(whole) > int(first):
                return dash, whole
        elif (low[1] == high[1] and len(low[1]) >= 2) or (len(low[1]) == len(high[1]) >= 3 and int(high[1]) > int(low[1])):
            return dash, last.replace(" ", "")
    return -1, ""


def ends_of_dotted(section: str, plural: bool) -> tuple[int, str]:
    """Ends of 60.1-60.19, 825.100-.800 and, of parts, 1600-1699; 240.10b-5 is one section."""
    for dash in [place for place, sign in enumerate(section) if sign == "-"]:
        first, last = section[:dash], section[dash + 1 :].strip()
        if last.startswith(".") and "." in first:
            return dash, first.partition(".")[0] + last
        if "." in first and "." in last and first.partition(".")[0].isdigit() and _order(first) <= _order(last):
            return dash, last
        if first.isdigit() and last.isdigit() and len(first) >= 3 and len(last) >= 3 and int(last) > int(first):
            return dash, last
    return -1, ""


def _order(section: str) -> int:
    number = _PARTS.match(section)
    return int(number[1]) if number else 0


def ends_of_joined(section: str, plural: bool) -> tuple[int, str]:
    """Hyphens join the parts of a number (42-110b); 42-110a-42-110q has twice as many, and its middle one is the range."""
    dashes = [place for place, sign in enumerate(section) if sign == "-"]
    if len(dashes) < 3 or len(dashes) % 2 == 0:
        return -1, ""
    middle = dashes[len(dashes) // 2]
    first, last = section[:middle], section[middle + 1 :].strip()
    return (middle, last) if first.partition("-")[0] == last.partition("-")[0] and first != last else (-1, "")
