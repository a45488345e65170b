"""The docket number: of the filing stamp, of the caption, of a letter's subject."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.services.classification.material import HEAD, Material, Proposal, found_at

_VALUE = (
    r"(?P<value>(?:(?:MDL|CV|CR|CIV|CA|SC|AP|BK)[ -])?[A-Z0-9][A-Z0-9]{0,14}(?:[:.\-–/‑ ](?=\w{1,12}(?:[-–:/‑.(\s),;]|$))(?<![ ])[A-Z0-9]+)*"
    r"(?:[ -]?\([A-Z]{2,4}x?\)(?:\([A-Z]{2,4}x?\))?)?)"
)
_WORDS = r"(?:Civil\s+Action|Criminal\s+Action|Civil\s+Case|Criminal\s+Case|Case|Civil|Criminal|Civ\.?|Crim\.?|Cause|Docket|Dkt\.?|Index|Appeal|Action|Court\s+File|File|C\.\s?A\.?|Bankr\.?|Adversary(?:\s+Proceeding)?|Adv\.(?:\s+Proc\.)?|Matter|Record|Application|Claim)"
_LABELLED = re.compile(
    rf"(?<![\w-]){_WORDS}(?:\s+(?:No|Nos|Number|Num)\s*s?\b\.?|\s*[#№]|\s*\#)\s*[:.#]*\s*{_VALUE}|(?<![\w-])(?:Case|Docket|Civil\s+Action)\s*[:#]+\s*(?P<value2>\d[\w:.\-–/]+)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?:^|[\s)(,|§:])(?:No|Nos)\.\s*{_VALUE}", re.IGNORECASE)
_FEDERAL = re.compile(
    r"(?<![\w:-])(?P<value>\d{1,2}:\d{2}-(?:cv|cr|mc|md|bk|ap|mj|po)-\d{3,6}(?:-[A-Z]{2,4}){0,4}(?:\s?\([A-Z]{2,4}x?\))?)", re.IGNORECASE
)
_CIV = re.compile(r"(?<![\w-])(?P<value>\d{2}\s+(?:Civ|Cr|Misc|CV|CR)\.?\s+\d{2,5}(?:\s?\([A-Z]{2,4}\))*)")
_GERMAN = re.compile(
    r"(?:Aktenzeichen|Geschäftszeichen|Geschäfts-?Nr\.?|Gesch\.-Z\.|Az\.?|Gz\.?)\s*[:.]?\s*(?P<value>\d{1,4}\s+[A-Z][A-Za-z]{0,4}\s+\d{1,6}/\d{2}(?:\s?\([\w]+\))?|[IVX]+\s+Z[RB]\s+\d+/\d{2})"
)
_FRENCH = re.compile(
    r"(?:N°\s*(?:de\s+)?(?:RG|R\.G\.)|RG\s*(?:n°|N°|:)|N°\s+d['’](?:inscription\s+au\s+répertoire\s+général|affaire)|Dossier\s*(?:n°|N°|:)|Affaire\s+n°)\s*:?\s*(?P<value>[\w/.-]*\d[\w/.-]*)",
    re.IGNORECASE,
)
_OTHER_NUMBERS = re.compile(
    r"(?:agreement|contract|invoice|policy|purchase\s+order|p\.?o\.?|exhibit|bates|bbo|bar|sbn|state\s+bar|atty\.?|attorney|doc\.?|document|dkt\.?|ecf|room|suite|phone|tel|fax|pub\.\s*l\.|claim|usdc|d\.?\s?c\.|"
    r"page|patent|serial|account|acct|motion|seq\.?|release|fed\.\s*reg|lower\s+(?:court|tribunal)|agency|l\.?\s?t\.?|firm|order|id|chapter|rule|section|paragraph|item|part|vol\.?|resolution|bill|permit|license)\s*[:.,]?\s*$",
    re.IGNORECASE,
)  # fmt: skip
_BELOW = re.compile(r"appeals?\s+from[\s\S]{0,160}$", re.IGNORECASE)


def docket_number_of(material: Material, *, in_court: bool) -> list[Proposal]:
    """`in_court`: whether the head has a caption, where a number without a word before it is believed."""
    found = list(_of_the_stamp(material))
    found += sorted(_of_the_head(material, in_court=in_court), key=lambda one: (-one.confidence, one.start or 0))
    return found


def _of_the_stamp(material: Material) -> Iterator[Proposal]:
    if stamped := str(material.metadata.get("docket_number") or ""):
        yield Proposal("docket_number", stamped, 0.93, "stamp", page=material.first)


def _of_the_head(material: Material, *, in_court: bool) -> Iterator[Proposal]:
    head = material.head
    for pattern, confidence in (
        (_LABELLED, 0.9),
        (_FEDERAL, 0.8),
        (_CIV, 0.88),
        (_GERMAN, 0.9),
        (_FRENCH, 0.9),
        (_BARE, 0.85 if in_court else 0.55),
    ):
        for match in pattern.finditer(head):
            group = "value" if match["value"] else "value2"
            start, end = match.span(group)
            value = _cleaned(match[group])
            before = head[max(0, match.start() - 40) : match.start() + 1]
            if not _is_number(value) or _OTHER_NUMBERS.search(before.rstrip("(|§: \n\t")):
                continue
            sure = confidence - (0.3 if _BELOW.search(head[max(0, start - 220) : start]) else 0) - (0.15 if start > HEAD // 2 else 0)
            sure -= 0 if in_court else 0.1
            yield found_at("docket_number", value, round(sure, 2), "caption" if in_court else "labelled", material.sheets[0], start, end)


def _cleaned(value: str) -> str:
    value = re.sub(r"[–‑]", "-", " ".join(value.split())).rstrip(".,:;-/")
    return value[:-1] if value.endswith(")") and "(" not in value else value


def _is_number(value: str) -> bool:
    digits = sum(sign.isdigit() for sign in value)
    whole = value.isdigit()
    return (
        digits >= 3
        and not (whole and (len(value) < 4 or (value[:2] in ("19", "20") and len(value) == 4)))
        and re.fullmatch(r"\d+\.\d+", value) is None
    )
