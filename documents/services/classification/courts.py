"""The court of a document: as its caption names it, in one spelling.

courts-db knows 2,800 courts, but its names are those of citations ("D. Mass."): it does not find the captions of most filings. What a
caption looks like is a small grammar of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from documents.services.classification.casing import in_title_case
from documents.services.classification.material import HEAD, Material, Proposal, Sheet, columns_of, found_at

STATES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida", "Georgia", "Hawaii",
    "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan",
    "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York",
    "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota",
    "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming", "Puerto Rico",
    "Guam", "District of Columbia", "Columbia",
)  # fmt: skip
_SP = r"[\s,:)(|§*]+"
_S = r"(?:\s+)"
_STATE = "(?:" + "|".join(state.replace(" ", r"\s+") for state in sorted(STATES, key=len, reverse=True)) + r")\b"
_CIRCUIT = (
    r"(?P<circuit>First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|District\s+of\s+Columbia|D\.?\s?C\.?|Federal|"
    r"\d{1,2}(?:st|nd|rd|th))\s+Circuit"
)
_DISTRICT = rf"(?P<side>(?:Northern|Southern|Eastern|Western|Middle|Central)\s+)?District\s+of\s+(?:the\s+)?(?P<state>{_STATE})"
_COUNTY = r"(?:the\s+)?(?:County\s+of\s+(?P<county1>[A-Z][\w.'-]+(?:\s+[A-Z][\w.'-]+)?)|(?P<county2>[A-Z][\w.'-]+(?:\s+[A-Z][\w.'-]+)?)\s+(?:County|Parish))\b"
_LEVEL = (
    r"(?:Superior|Supreme(?:\s+Judicial)?|District|Circuit|Chancery|County|Family|Probate(?:\s+and\s+Family)?|Municipal|Appellate|Land|Justice|"
    r"Trial|Appeals)\s+Court(?:\s+Department)?(?:\s+of\s+(?:Appeals|Judicature|Justice))?|Court\s+of\s+(?:Common\s+Pleas|Chancery|(?:Criminal\s+|Civil\s+|Special\s+)?Appeals?)"
)
_BEGIN = r"(?:(?<![\s\S])|(?<=[\n)|§:\t])|(?<=\s\s)|(?<=[\n)|§:]\s))(?=\w)"
_START = _BEGIN + r"(?P<name>(?:in\s+the\s+|before\s+the\s+)?"

ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh"]


def _federal_district(m: re.Match[str]) -> str:
    side = (m["side"] or "").strip().title()
    state = in_title_case(m["state"].upper()) if m["state"].isupper() else " ".join(m["state"].split())
    state = "Columbia" if state.endswith("Columbia") else state
    kind = "Bankruptcy" if "bankruptcy" in m.group().lower() else "District"
    return f"United States {kind} Court for the {side + ' ' if side else ''}District of {state}"


def _circuit(m: re.Match[str]) -> str:
    which = re.sub(r"[\s.]", "", m["circuit"]).lower()
    if which[0].isdigit():
        number = int(re.sub(r"\D", "", which))
        name = ORDINALS[number - 1] if number <= len(ORDINALS) else m["circuit"]
    else:
        name = {"dc": "District of Columbia", "districtofcolumbia": "District of Columbia"}.get(which, which.title())
    return f"United States Court of Appeals for the {name} Circuit"


def _fixed(name: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: name


_BREAK = re.compile(r"(?<!\bof)(?<!\bfor)(?<!\bthe)(?<!\band)(?<!,)[ \t]*\n\s*(?!(?:of|for|in|and)\b)", re.IGNORECASE)


def _as_written(m: re.Match[str]) -> str:
    words = " ".join(_BREAK.sub(", ", m["name"]).split())
    words = re.sub(r"^(?:in|before)\s+the\s+", "", words, flags=re.IGNORECASE)
    words = re.sub(r"\s*[)(|§]+\s*", ", ", words)
    return in_title_case(words).strip(" ,.:;)").replace(" ,", ",")


def _state_then_court(m: re.Match[str]) -> str:
    """STATE OF MINNESOTA / COUNTY OF HENNEPIN / DISTRICT COURT, in whatever order."""
    state, level = in_title_case(m["state"].upper()), in_title_case(m["level"].upper())
    parts = m.groupdict()
    county = parts.get("county1") or parts.get("county2") or parts.get("county3") or parts.get("county4")
    return f"{level} of {state}" + (f", {in_title_case(county.upper())} County" if county else "")


_GRAMMAR: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"{_START}(?:united\s+states|u\.?\s?s\.?)\s+(?:district|bankruptcy)\s+court{_SP}(?:for\s+)?(?:the\s+)?{_DISTRICT})", _federal_district),
    (rf"{_START}district\s+court\s+of\s+the\s+united\s+states{_SP}(?:for\s+)?(?:the\s+)?{_DISTRICT})", _federal_district),
    (rf"{_START}(?:united\s+states|u\.?\s?s\.?)\s+court\s+of\s+appeals{_SP}(?:for\s+)?(?:the\s+)?{_CIRCUIT})", _circuit),
    (rf"{_START}supreme\s+court\s+of\s+the\s+united\s+states|{_START.replace('name', 'name2')}united\s+states\s+supreme\s+court))", _fixed("Supreme Court of the United States")),
    (rf"{_START}united\s+states\s+tax\s+court)", _fixed("United States Tax Court")),
    (rf"{_START}united\s+states\s+court\s+of\s+federal\s+claims)", _fixed("United States Court of Federal Claims")),
    (rf"{_START}united\s+states\s+court\s+of\s+international\s+trade)", _fixed("United States Court of International Trade")),
    (rf"{_START}united\s+states\s+court\s+of\s+appeals\s+for\s+(?:veterans\s+claims|the\s+armed\s+forces))", _as_written),
    (rf"{_START}(?:{_LEVEL})\s+(?:of|for|in\s+and\s+for)\s+(?:the\s+)?(?:(?:state|commonwealth)\s+of\s+)?{_STATE}"
     rf"(?:{_SP}(?:(?:law|chancery|civil|criminal|family)\s+division{_SP})?(?:in\s+and\s+for\s+|for\s+)?{_COUNTY})?)", _as_written),
    (rf"{_START}{_STATE}\s+(?:{_LEVEL})(?:{_SP}(?:(?:Northern|Southern|Eastern|Western|Middle|First|Second|Third|Fourth|Fifth|Sixth)\s+(?:Appellate\s+)?(?:District|Department|Division)|{_COUNTY}))?)", _as_written),
    (rf"{_START}(?:{_LEVEL})\s+(?:of|for|in\s+and\s+for)\s+{_COUNTY}(?:,?\s+(?:state\s+of\s+)?{_STATE})?)", _as_written),
    (rf"{_START}(?:{_LEVEL})\s+of\s+(?:the\s+)?[\w-]+\s+judicial\s+(?:circuit|district){_SP}(?:in\s+and\s+)?for\s+{_COUNTY}(?:,?\s+(?:state\s+of\s+)?{_STATE})?)", _as_written),
    (rf"{_START}(?:\d{{1,3}}(?:st|nd|rd|th)\s+)?(?:judicial\s+)?district\s+court\s+of\s+{_COUNTY},?\s+{_STATE})", _as_written),
    (rf"{_START}(?:state|commonwealth)\s+of\s+(?P<state>{_STATE})[\s\S]{{0,60}}?(?:county\s+of\s+(?P<county3>[A-Z][\w'-]+(?:[ ][A-Z][\w'-]+)?)|(?P<county4>[A-Z][\w'-]+)(?:\s+county)?,?\s+ss\.?)?[\s\S]{{0,60}}?\b(?P<level>{_LEVEL}))", _state_then_court),
    (rf"{_START}(?:high\s+court\s+of\s+justice|court\s+of\s+session|federal\s+court\s+of\s+(?:canada|australia|appeal)))", _as_written),
    (_BEGIN + r"(?P<name>(?:Landgericht|Amtsgericht|Oberlandesgericht|Arbeitsgericht|Landesarbeitsgericht|Verwaltungsgericht|Sozialgericht|Finanzgericht|Handelsgericht|Bezirksgericht)"
     r"[ ]+[A-ZÄÖÜ][\wäöüß-]+(?:[ ]+(?:am|an der|im)[ ]+[A-ZÄÖÜ][\wäöüß-]+|[ ]+I{1,3}\b|[ ]+\([A-Za-z]+\))?|Bundes(?:gerichtshof|verfassungsgericht|arbeitsgericht|verwaltungsgericht|finanzhof))", _as_written),
    (_BEGIN + r"(?P<name>(?:Tribunal\s+(?:judiciaire|de\s+(?:commerce|grande\s+instance)|administratif)|Cour\s+(?:d['’]appel|administrative\s+d['’]appel)|Conseil\s+de\s+prud['’]hommes)[ ]+(?:de[ ]+la[ ]+|de[ ]+|du[ ]+|d['’]|des[ ]+)[A-ZÉ][\w'’-]+(?:[ ]+[A-Z][\w-]+)?|Cour\s+de\s+cassation)", _as_written),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), made) for pattern, made in _GRAMMAR)
_CASE_SENSITIVE_COUNTY = re.compile(r"\b[a-z]{3,}\s+(?:County|Parish)\b")
_BELOW = re.compile(
    r"(?:appeals?\s+from(?:\s+a\s+\w+\s+of)?|certiorari\s+to|petition\s+for\s+(?:review|a?\s*writ)[\w\s]{0,40}(?:of|to)|review\s+of[\w\s]{0,30}|removed\s+from|transferred\s+from|"
    r"on\s+writ[\w\s]{0,30}to)\s+(?:the\s+|a\s+\w+\s+of\s+the\s+)?$",
    re.IGNORECASE,
)  # fmt: skip
_ADDRESSED = re.compile(
    r"(?:clerk(?:\s+of\s+(?:the\s+)?court)?|judge|justice|honorable[^\n]*|an\s+das|à\s+madame[^\n]*|to)\s*[,:]?\s*$", re.IGNORECASE
)


def court_of(material: Material) -> list[Proposal]:
    """The courts that the head of the document names, the one of its caption first."""
    if not material.sheets:
        return []
    found = sorted(_courts(material.sheets[0], material.head), key=lambda one: (-one.confidence, one.start or 0))
    return found or list(_beside(material))


def _beside(material: Material) -> Iterator[Proposal]:
    """A court that stands in the column at the right, broken over its lines."""
    _left, right = columns_of(material.head)
    text = "\n".join(line.text for line in right)
    for one in _courts(Sheet(material.first, text), text):
        first = next(line for line in right if line.text.split()[0] in one.evidence)
        yield one._replace(start=first.start, end=first.end)


def _courts(sheet: Sheet, head: str) -> Iterator[Proposal]:
    taken: list[tuple[int, int]] = []
    for pattern, made in _COMPILED:
        for match in pattern.finditer(head):
            group = "name" if match["name"] is not None else "name2"
            start, end = match.span(group)
            if any(start < other_end and other_start < end for other_start, other_end in taken) or _in_a_sentence(head, start, end):
                continue
            taken.append((start, end))
            before = head[max(0, start - 70) : start]
            if _BELOW.search(before):
                continue
            written = head[start:end]
            confidence = 0.95 if start < 700 else 0.85 if start < HEAD // 2 else 0.6
            if _ADDRESSED.search(before):
                confidence, reason = min(confidence, 0.7), "addressed"
            else:
                reason = "caption"
                confidence -= 0 if _capitalised(written) else 0.3
            yield found_at("court", made(match), round(confidence, 2), reason, sheet, start, end)


def _in_a_sentence(text: str, start: int, end: int) -> bool:
    """A caption names its court in lines of its own; in a sentence small words go on behind it."""
    return (
        re.match(r"[ ]+(?:has|had|held|is|was|will|shall|may|granted|denied|entered|erred|which|that|and\s+the)\b", text[end:]) is not None
    )


def _capitalised(written: str) -> bool:
    small = {
        "the",
        "of",
        "for",
        "and",
        "in",
        "a",
        "de",
        "la",
        "du",
        "des",
        "am",
        "an",
        "der",
        "im",
        "judiciaire",
        "commerce",
        "grande",
        "instance",
        "administratif",
        "administrative",
        "cassation",
        "prud",
        "hommes",
        "appel",
        "d",
        "before",
    }
    return all(word[0].isupper() or word in small or word[0].isdigit() for word in re.findall(r"\w+", written))
