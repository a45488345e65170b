"""The date of the document itself, among all the dates that it mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from documents.services.classification.dates import Found, dates_in
from documents.services.classification.material import HEAD, Material, Proposal, Sheet, found_at, lines_of

# What stands right before the date of the document, and how surely it says so.
_LABELS: tuple[tuple[str, float, str], ...] = (
    (r"(?:decided|dec['’]d)(?:\s+(?:on|and filed|and entered))?\s*:?\s*", 0.95, "date_decided"),
    (r"(?:(?:made|entered\s+into|executed|concluded|dated|effective)\s+(?:and\s+(?:entered\s+into|effective)\s+)?)(?:as\s+of\s+|on\s+|this\s+|the\s+)+", 0.9, "date_made"),
    (r"(?:agreement|contract|lease|deed|amendment)[^.\n]{0,60}?\b(?:dated|as\s+of)\s+(?:as\s+of\s+)?(?:the\s+)?", 0.82, "date_made"),
    (r"effective\s+date\s*(?:\([^)]*\)\s*)?[:.]?\s*(?:is\s+|shall\s+be\s+)?", 0.8, "date_made"),
    (r"(?:dated|date[dt]?\s+and\s+(?:filed|signed|entered)|date\s+of\s+(?:this\s+)?(?:order|letter|report|judgment|meeting|hearing|deposition))(?:\s+this|\s+at\s+[\w\s,]{3,40}?)?\s*[:,]?\s*(?:this\s+|the\s+)*", 0.9, "date_dated"),
    (r"(?:so\s+ordered|it\s+is\s+so\s+ordered|signed|executed|sworn[^.\n]{0,60}before\s+me|done\s+and\s+ordered[^\n]{0,80}?|entered|issued|given)[^\w\n]{0,4}(?:\s*(?:on|this|the|at|in\s+\w+,?)){0,4}\s*[:,]?\s*", 0.86, "date_signed"),
    (r"\bfiled\b(?:\s+(?:on|in\s+(?:the\s+)?\w+(?:\s+\w+)?))?\s*[:,]?\s*", 0.85, "date_filed"),
    (r"(?:invoice|billing|statement|issue|report|letter)\s+date\s*[:.]?\s*", 0.9, "date_dated"),
    (r"(?:^|\n)\s*(?:rechnungs|bescheid|beleg|ausstellungs)?datum(?:\s+der\s+rechnung)?\s*[:.]?\s*", 0.88, "date_dated"),
    (r"\b(?:held|taken|conducted|convened)\s+(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?", 0.85, "date_dated"),
    (r"(?:^|\n)\s*(?:date|dato|fecha|fait\s+(?:à|a)\s+[\w\s'’-]{2,30},?\s*le|am|vom)\s*[:.]?\s*(?:le\s+)?", 0.85, "date_dated"),
    (r"(?:^|\n)\s*(?:[A-ZÄÖÜÉÈ][\w.'’/() -]{1,34}),\s*(?:den|dem|am|le|a|den\s+)?\s*", 0.88, "date_place"),
)  # fmt: skip
_BEFORE = tuple((re.compile(pattern + r"$", re.IGNORECASE), confidence, reason) for pattern, confidence, reason in _LABELS)
_MENTIONED = re.compile(
    r"(?:argued|submitted|arg\.|heard|born|birth|due|expires?|until|since|before|after|between|from|through|till|hired|amended|order\s+of|"
    r"letter\s+(?:of|dated)|e-?mail\s+(?:of|dated)|received|hearing|scheduled|deadline|no\s+later\s+than|by|printed|downloaded|"
    r"geboren(?:\s+am)?|geb\.|bis(?:\s+zum)?|ab(?:\s+dem)?|seit(?:\s+dem)?|(?:schreiben|brief|urteil|bescheid)\s+vom)"
    r"\s*[:&.]?\s*(?:on\s+|the\s+|&\s+sub\.\s*[–-]\s*)*$",
    re.IGNORECASE,
)  # fmt: skip
_WEEKDAY = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche|den|le|date|dated|datum|on)?[\s,.:]*",
    re.IGNORECASE,
)  # fmt: skip
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?([01]\d)[-_. ]?([0-3]\d)(?!\d)")
AROUND = 110


def date_of(material: Material, language: str) -> list[Proposal]:
    return [*_of_the_file(material), *_in_the_text(material, language)]


def _of_the_file(material: Material) -> Iterator[Proposal]:
    if material.date and material.kind == "email":
        yield Proposal("date", material.date.isoformat(), 0.98, "sent")
    elif filed := str(material.metadata.get("filed") or ""):
        yield Proposal("date", filed[:10], 0.92, "stamp")
    elif material.date:
        yield Proposal("date", material.date.isoformat(), 0.9, "file_says")
    if (named := _IN_NAME.search(material.name)) and (day := _day(*map(int, named.groups()))):
        yield Proposal("date", day, 0.5, "file_name", named.group())
    created = str(material.metadata.get("created") or "")[:10]
    if len(created) == 10 and created[:4].isdigit() and _day(*map(int, created.split("-"))):
        yield Proposal("date", created, 0.25, "properties")


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _in_the_text(material: Material, language: str) -> Iterator[Proposal]:
    for place, sheet in enumerate(material.sheets):
        alone = {(line.start, line.end): number for number, line in enumerate(lines_of(sheet.text))}
        for found in dates_in(sheet.text, language):
            confidence, reason = _weighed(sheet, found, alone, first=place == 0, last=sheet is material.last)
            if confidence:
                confidence -= 0 if found.sure else 0.15
                yield found_at("date", found.day.isoformat(), confidence, reason, sheet, found.start, found.end)


def _weighed(sheet: Sheet, found: Found, lines: dict[tuple[int, int], int], *, first: bool, last: bool) -> tuple[float, str]:
    """Confidence and reason; (0, "") for a date that is only mentioned."""
    before = sheet.text[max(0, found.start - AROUND) : found.start]
    at_top = first and found.start < HEAD
    at_end = last and found.end > len(sheet.text) - 1500
    for pattern, confidence, reason in _BEFORE:
        label = pattern.search(before)
        if label and (reason != "date_place" or (at_top and found.start < 1500) or at_end):
            placed = at_top or at_end or (reason in ("date_dated", "date_signed") and first)
            confidence -= 0 if placed else 0.12
            said_in_passing = reason not in ("date_decided", "date_made") and not _is_of_its_own(
                sheet.text, found, found.start - len(before) + label.start()
            )
            return round(confidence - (0.4 if said_in_passing else 0), 2), reason
    if _MENTIONED.search(before):
        return 0.0, ""
    if _stands_alone(sheet.text, found, lines):
        if at_top:
            return 0.84, "date_alone"
        return (0.72, "date_at_end") if at_end else (0.0, "")
    return (0.3, "date_first") if at_top else (0.0, "")


def _is_of_its_own(text: str, found: Found, label: int) -> bool:
    """Whether a label begins its line, or the date after it ends the same: not "the letter dated May 5 was ..."."""
    before = text[text.rfind("\n", 0, label) + 1 : label]
    if not before.strip(" \t*_.:;()[]|-"):
        return True
    return "\n" not in text[label : found.start].lstrip() and _ends_line(text, found)


_HOUR = re.compile(r"[,\s]*(?:at\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,4}\b)?", re.IGNORECASE)


def _ends_line(text: str, found: Found) -> bool:
    stop = text.find("\n", found.end)
    after = text[found.end : stop if stop >= 0 else len(text)]
    if hour := _HOUR.match(after):
        after = after[hour.end() :]
    return after.startswith(("   ", "\t")) or not after.strip(" .)|")


def _stands_alone(text: str, found: Found, lines: dict[tuple[int, int], int]) -> bool:
    """Whether the date has a line of its own, but for a weekday."""
    start = text.rfind("\n", 0, found.start) + 1
    before = re.sub(r"^\d{1,2}\s+", "", text[start : found.start].strip())
    return _WEEKDAY.fullmatch(before) is not None and _ends_line(text, found)
