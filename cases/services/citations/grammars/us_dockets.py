"""Decisions cited by their docket number: Smith v. Jones, No. 1:20-cv-0123, 2021 WL 12345, at *3 (D. Mass. Jan. 5, 2021), or slip op. at 4.

The database's number is a citation of its own, which the reporters' grammar finds; both are one decision, known by the database's key.
"""

from __future__ import annotations

import re

from cases.services import dockets
from cases.services.citations import pins
from cases.services.citations.courts import court_of
from cases.services.citations.keys import key, slug
from cases.services.citations.mentions import Found
from cases.services.citations.names import BLANK, name_before

_NUMBER = r"(?=[\w:.-]*\d)[A-Z\d][\w:.]*(?:[-–] ?(?=\d|[a-z]{2}[-\d]|[A-Z]{2})[\w:.]+)*(?: (?:Civ|Cr|CIV|CV|CR|cv|cr|C|Civil)\.? ?\d[\w-]*)?(?: ?\([A-Z]{2,4}\))*"
_DOCKET = re.compile(
    rf"(?P<written>(?:Nos?\.|Case Nos?\.|(?:Civ(?:il|\.)|Crim(?:inal|\.)) ?(?:A(?:ction|\.) ?)?Nos?\.|C\.A\. Nos?\.|Docket Nos?\.) ?(?P<number>{_NUMBER}))"
    rf"(?:(?:, | & | and ){_NUMBER}){{0,3}},? "
    r"(?:(?P<volume>(?:19|20)\d\d) (?P<database>WL|(?:[A-Z][\w.']* ?){1,5}LEXIS) (?P<page>\d{1,9})"
    rf"|(?P<pin>(?:slip op\.?)?(?:{pins.PINS}){{0,12}}+),? ?\((?P<inside>[^()]{{2,60}}?) ?(?P<year>(?:19|20)\d\d)\))"
)

# The First Circuit's way: United States v. Lilly, ___ F.3d ___, ___ (1st Cir. 1994) [No. 93-1577, slip op. at 3 n.2].
_BRACKETED = re.compile(
    rf", (?P<blank>{BLANK})\((?P<inside>[^()]{{2,40}}?) ?(?P<year>(?:19|20)\d\d)\) ?\[(?P<written>Nos?\. ?(?P<number>{_NUMBER}))"
    rf"(?:(?:, | & | and ){_NUMBER}){{0,3}},? ?(?P<pin>(?:slip op\.?)?(?:{pins.PINS}){{0,12}}+)"
)


class Dockets:
    name, rank = "us_dockets", 35

    def find(self, text: str) -> list[Found]:
        if "No" not in text:
            return []
        plain = [mention for match in _DOCKET.finditer(text) if (mention := _found(match, text)) is not None]
        return [*(mention for match in _BRACKETED.finditer(text) if (mention := _bracketed(match, text)) is not None), *plain]

    def keys(self, query: str) -> list[str]:
        """None: docket numbers of a query are the search's own."""
        return []


def _found(match: re.Match[str], text: str) -> Found | None:
    name = name_before(text, match.start())
    if not name:
        return None
    mention = Found(match.start("written"), match.end("written"), "case", name=name, method="us_dockets/full", confidence=0.9)
    if match["page"]:
        tail = pins.TAIL.match(text, match.end())
        inside, year = (tail["inside"], int(tail["year"])) if tail else ("", int(match["volume"]))
        mention.cluster = key(slug(match["database"]), match["volume"], match["page"])
    else:
        inside, year = match["inside"], int(match["year"])
        mention.pin = pins.plain(match["pin"])
    mention.court, mention.year = court_of(inside, ""), year
    if not mention.cluster and not mention.court:
        mention.confidence = 0.7
    mention.key = key("docket", mention.court, normalised(match["number"]))
    return mention


def _bracketed(match: re.Match[str], text: str) -> Found | None:
    name = name_before(text, match.start() + 1)
    if not name:
        return None
    court = court_of(match["inside"], "")
    return Found(
        match.start("written"), match.end("written"), "case", key("docket", court, normalised(match["number"])), pins.plain(match["pin"]),
        name, int(match["year"]), "us_dockets/full", 0.9 if court else 0.7, court=court,
    )  # fmt: skip


def normalised(number: str) -> str:
    """A docket number without what does not matter, as 1:20-cv-44."""
    found = next(dockets.dockets_in(f"No. {number.replace(' ', '')}"), None)
    return found.key if found is not None else "".join(number.lower().split())


GRAMMAR = Dockets()
