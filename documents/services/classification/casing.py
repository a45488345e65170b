"""Captions and headings are set in capitals; people read titles."""

from __future__ import annotations

import re

_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "de",
        "del",
        "der",
        "di",
        "du",
        "et",
        "for",
        "from",
        "in",
        "into",
        "la",
        "le",
        "nor",
        "of",
        "on",
        "or",
        "the",
        "to",
        "und",
        "upon",
        "v",
        "van",
        "von",
        "vs",
        "with",
    ]
)
_KEPT = frozenset(
    [
        "USA",
        "US",
        "LLC",
        "LLP",
        "PLLC",
        "LP",
        "PC",
        "PA",
        "NA",
        "AG",
        "GMBH",
        "SA",
        "SE",
        "KG",
        "II",
        "III",
        "IV",
        "VI",
        "VII",
        "VIII",
        "IX",
        "NFL",
        "FBI",
        "IRS",
        "SEC",
        "EPA",
        "FTC",
        "CEO",
        "NY",
        "DC",
        "UK",
        "EU",
        "IVC",
        "MDL",
        "DBA",
        "NDA",
    ]
)
_WRITTEN = {"GMBH": "GmbH", "DBA": "d/b/a", "INC": "Inc", "CORP": "Corp"}
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


def in_title_case(text: str) -> str:
    """Words in capitals as a title has them; text that has small letters of its own stays as it is."""
    text = " ".join(text.split())
    letters = [sign for sign in text if sign.isalpha()]
    if not letters or sum(sign.isupper() for sign in letters) < 0.7 * len(letters):
        return text
    titled = _WORD.sub(lambda found: _cased(found.group(), first=found.start() == 0), text)
    return re.sub(r"(?<=['’])S\b", "s", titled)


def _cased(word: str, *, first: bool) -> str:
    if possessive := re.fullmatch(r"(.+)(['’])s", word, re.IGNORECASE):
        return f"{_cased(possessive[1], first=first)}{possessive[2]}s"
    bare = word.replace(".", "").upper()
    if bare in _WRITTEN:
        return _WRITTEN[bare]
    if bare in _KEPT or any(sign.isdigit() for sign in word):
        return word
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?", word):
        return word
    if word.lower() in _SMALL and not first:
        return word.lower()
    return "".join(part[:1].upper() + part[1:].lower() for part in re.split(r"((?<=\bMC)|(?<=\bO['’]))", word))
