"""Citations as The Bluebook (21st edition) has them in court documents: of rulings, of sections, and the order of a table of authorities.

Rules and tables are named where they are followed. What can't be told from the library's facts stays as the source wrote it: given names
of persons, weight and history of a decision, subsequent parties without "et al.".
"""

from __future__ import annotations

import datetime
import re
from functools import cache, lru_cache
from typing import Any, TypeAlias

from courts_db import courts
from reporters_db import CASE_NAME_ABBREVIATIONS, REPORTERS, STATE_ABBREVIATIONS

from cases.models import DatePrecision, Ruling, Statute
from cases.services.authorities import keys_of_citations

# Where courts-db's abbreviations are not those of T1 and T7.
_CORRECTED = {
    "scotus": "", "ny": "N.Y.", "ca3": "3d Cir.", "mdd": "D. Md.", "mnd": "D. Minn.", "pamd": "M.D. Pa.", "nyed": "E.D.N.Y.",
    "nyd": "D.N.Y.", "wvsd": "S.D. W. Va.", "wvnd": "N.D. W. Va.", "wvad": "D. W. Va.", "tennessed": "D. Tenn.", "cit": "Ct. Int'l Trade",
    "tax": "T.C.", "nmid": "D. N. Mar. I.", "cusc": "Cust. Ct.", "eca": "Emer. Ct. App.", "californiad": "D. Cal.",
}  # fmt: skip
_PANEL = re.compile(r"(?P<circuit>\S+ Cir\.) BAP")
# T7, for courts that courts-db does not abbreviate, and T10 for the states in their names.
_COURT_WORDS = {
    "court": "Ct.", "courts": "Cts.", "appeals": "App.", "appeal": "App.", "appellate": "App.", "superior": "Super.", "supreme": "Sup.",
    "district": "Dist.", "circuit": "Cir.", "bankruptcy": "Bankr.", "county": "Cnty.", "municipal": "Mun.", "criminal": "Crim.",
    "civil": "Civ.", "chancery": "Ch.", "commonwealth": "Commw.", "division": "Div.", "family": "Fam.", "juvenile": "Juv.",
    "probate": "Prob.", "common": "C.", "pleas": "Pl.", "justice": "J.", "magistrate": "Magis.", "special": "Spec.", "tax": "Tax",
    "territory": "Terr.", "tribal": "Tribal", "orphans": "Orphans'", "surrogate's": "Sur.",
}  # fmt: skip
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")  # T12
# T1.1: to volumes 1 to 90 of the United States Reports their reporter's own volume is added. (first, last, name)
_NOMINATIVE = (
    (1, 4, "Dall."), (5, 13, "Cranch"), (14, 25, "Wheat."), (26, 41, "Pet."), (42, 65, "How."), (66, 67, "Black"), (68, 90, "Wall."),
)  # fmt: skip

# Which of parallel citations T1 prefers: the lower number. A court's own reporter comes after the regional one (10.3.1).
_RANKS = {
    "U.S.": 0, "S. Ct.": 1, "L. Ed.": 2, "L. Ed. 2d": 2, "U.S.L.W.": 3,
    "F.": 10, "F.2d": 10, "F.3d": 10, "F.4th": 10, "F. Supp.": 11, "F. Supp. 2d": 11, "F. Supp. 3d": 11, "F.R.D.": 12, "B.R.": 12,
    "F. App'x": 14, "Cal. Rptr.": 21, "Cal. Rptr. 2d": 21, "Cal. Rptr. 3d": 21, "N.Y.S.": 21, "N.Y.S.2d": 21, "N.Y.S.3d": 21,
}  # fmt: skip
_REGIONAL = frozenset(
    f"{name}{series}"
    for name, serieses in {
        "A.": ("", "2d", "3d"), "N.E.": ("", "2d", "3d"), "N.W.": ("", "2d", "3d"), "P.": ("", "2d", "3d"), "S.E.": ("", "2d"),
        "S.W.": ("", "2d", "3d"), "So.": ("", " 2d", " 3d"),
    }.items()
    for series in serieses
)  # fmt: skip
_OF_THE_SUPREME_COURT = frozenset(["U.S.", "S. Ct.", "L. Ed.", "L. Ed. 2d"])
_REGIONAL_RANK, _OFFICIAL_RANK, _OTHER_RANK, _DATABASE_RANK = 20, 30, 40, 50
_INFERRED = 100
_WRITTEN = re.compile(r"(?P<volume>\d+) (?P<reporter>\D.*?) (?:at )?(?P<page>[\w*-]+)")
_DATABASE = re.compile(r"\bWL\b|\bLEXIS\b")
_SERIES = re.compile(r"\s*\b\d+(?:d|th|st|nd|rd)$")


def ruling_citation(ruling: Ruling, pin: str = "", of: str = "") -> str:
    """A ruling in full (rule 10): Roe v. Wade, 410 U.S. 113, 120 (1973).

    Of parallel citations the one that T1 prefers; with a pin that of the key `of`, whose pages the pin counts, if the ruling has it. A
    neutral citation is followed by the regional reporter (10.3.3). Without a reporter: docket number and full date (10.8.1).
    """
    name = short_name(ruling.name, _state_of(ruling.court_id))
    cited = sorted(dict.fromkeys(ruling.citations), key=lambda cite: _rank(cite, inferred=cite in ruling.inferred))
    if pin and of:
        cited = [cite for cite in cited if of in keys_of_citations([cite])] or cited
    cite = cited[0] if cited else ""
    if not cite or _DATABASE.search(cite):
        return _unreported(ruling, name, cite, pin)
    reporter = _parts(cite)[1]
    neutral = _kind(reporter) == "neutral"
    regional = next((other for other in cited[1:] if _parts(other)[1] in _REGIONAL), "") if neutral else ""
    where = _with_pins(cite, regional, pin)
    court = "" if neutral else _court_beside(ruling, reporter)
    # A neutral citation begins with its year and names its court.
    return f"{name}, {where}" + ("" if neutral else _parenthesis(court, _year(ruling.date)))


def statute_citation(statute: Statute) -> str:
    """A section with the year of its edition (rules 12.3, 14.2): 42 U.S.C. § 1983 (2012). Codes of states as their source writes them."""
    code = {"usc": "U.S.C.", "cfr": "C.F.R."}.get(statute.code)
    written = f"{statute.title} {code} § {statute.section}" if code else statute.citation or str(statute)
    return written + _parenthesis("", _year(statute.as_of))


def court_abbreviation(court_id: str) -> str:
    """A court as its parenthesis names it (T1, T7): "1st Cir.", "D. Mass."; "" for the Supreme Court, whose reporters say it, and where
    courts-db knows none."""
    if court_id in _CORRECTED:
        return _CORRECTED[court_id]
    written = str(_court(court_id).get("citation_string", ""))
    return _PANEL.sub(r"B.A.P. \g<circuit>", written)


def _unreported(ruling: Ruling, name: str, database: str, pin: str) -> str:
    numbers = re.sub(r"^\s*nos?\.?\s+", "", ruling.docket_number, flags=re.IGNORECASE).strip()
    docket = f"{'Nos.' if re.search(r'[,;]', numbers) else 'No.'} {numbers}" if numbers else ""
    at = ""
    if pin:
        at = f"at *{pin.lstrip('*')}" if database else f"slip op. at {pin}"
    court = "U.S." if ruling.court_id == "scotus" else _court_words(ruling)
    return ", ".join(part for part in (name, docket, database, at) if part) + _parenthesis(court, _full_date(ruling))


def _with_pins(cite: str, regional: str, pin: str) -> str:
    """The citation, the pin behind the one whose pages or paragraphs it counts, and the regional reporter of a neutral one."""
    first, second = _normalised(cite), _normalised(regional) if regional else ""
    of_second = bool(second) and bool(pin) and not pin.startswith("¶")
    parts = [first, "" if of_second else pin, second, pin if of_second else ""]
    return ", ".join(part for part in parts if part)


def _parenthesis(court: str, date: str) -> str:
    inside = " ".join(part for part in (court, date) if part)
    return f" ({inside})" if inside else ""


def _year(date: datetime.date | None) -> str:
    return str(date.year) if date else ""


def _full_date(ruling: Ruling) -> str:
    date = ruling.date
    if date is None:
        return ""
    if ruling.date_precision == DatePrecision.YEAR:
        return str(date.year)
    month = _MONTHS[date.month - 1]
    return f"{month} {date.year}" if ruling.date_precision == DatePrecision.MONTH else f"{month} {date.day}, {date.year}"


# Reporters.


@lru_cache(maxsize=4096)
def _parts(cite: str) -> tuple[str, str, str]:
    """(volume, reporter as T1 writes it, page); the reporter is "" where the citation has another form."""
    found = _WRITTEN.fullmatch(" ".join(cite.split()))
    return (found["volume"], _editions().get(found["reporter"], found["reporter"]), found["page"]) if found else ("", "", "")


def _normalised(cite: str) -> str:
    volume, reporter, page = _parts(cite)
    if not reporter:
        return " ".join(cite.split())
    if reporter == "U.S.":
        for first, last, nominative in _NOMINATIVE:
            if first <= int(volume) <= last:
                return f"{volume} U.S. ({int(volume) - first + 1} {nominative}) {page}"
    return f"{volume} {reporter} {page}"


def _rank(cite: str, *, inferred: bool) -> int:
    reporter = _parts(cite)[1]
    kind = _kind(reporter)
    if _DATABASE.search(cite):
        rank = _DATABASE_RANK
    elif kind == "neutral":
        rank = _REGIONAL_RANK - 1
    elif reporter in _REGIONAL:
        rank = _REGIONAL_RANK
    else:
        rank = _RANKS.get(reporter, _OFFICIAL_RANK if kind in ("state", "federal") else _OTHER_RANK)
    return rank + (_INFERRED if inferred else 0)


@cache
def _editions() -> dict[str, str]:
    """{an edition's name or a variation of it that only it has: its name}."""
    known: dict[str, set[str]] = {}
    names = set()
    for reporters in REPORTERS.values():
        for reporter in reporters:
            names.update(reporter["editions"])
            for variation, edition in reporter["variations"].items():
                known.setdefault(variation, set()).add(edition)
    unique = {variation: next(iter(editions)) for variation, editions in known.items() if len(editions) == 1}
    return unique | {name: name for name in names}


@cache
def _kinds() -> dict[str, str]:
    return {edition: one["cite_type"] for reporters in REPORTERS.values() for one in reversed(reporters) for edition in one["editions"]}


def _kind(edition: str) -> str:
    return _kinds().get(edition, "")


# Courts.


@cache
def _courts() -> dict[str, dict[str, Any]]:
    return {court["id"]: court for court in courts}


def _court(court_id: str) -> dict[str, Any]:
    return _courts().get(court_id, {})


def _court_words(ruling: Ruling) -> str:
    if short := court_abbreviation(ruling.court_id):
        return short
    words = re.sub(r"\b(?:of|the|for|in)\b", " ", ruling.court, flags=re.IGNORECASE).replace(",", " ")
    for state, abbreviation in _states().items():
        words = re.sub(rf"\b{re.escape(state)}\b", abbreviation, words)
    return " ".join(_COURT_WORDS.get(word.lower(), word) for word in words.split())


def _court_beside(ruling: Ruling, reporter: str) -> str:
    """What the parenthesis must say of the court, as far as the reporter's title does not (10.4): nothing for 99 Mass. 376, which only a
    state's highest court has; "Sup. Ct." beside N.Y.S.2d."""
    if ruling.court_id == "scotus":
        return "" if reporter in _OF_THE_SUPREME_COURT else "U.S."
    court = _court_words(ruling)
    title = _SERIES.sub("", reporter)
    if title == court or (title.endswith(court) and court):
        return ""
    state = next((one for one in sorted(STATE_ABBREVIATIONS, key=len, reverse=True) if title.startswith(one)), "")
    if not state or not court.startswith(state) or reporter in _REGIONAL:
        return court
    rest = court.removeprefix(state).strip()
    return "" if "App." in title and "App." in rest else rest


def _state_of(court_id: str) -> str:
    """The state whose court this is, "" for federal courts and unknown ones."""
    court = _court(court_id)
    return str(court.get("location", "")) if court.get("system") == "state" else ""


# Names of cases.

_VERSUS = re.compile(r"\s+vs?\.\s+")
_RE = re.compile(r"^(?:in\s+the\s+matters?\s+of|in\s+re:?|matter\s+of|petition\s+of|application\s+of)\s+(?:the\s+)?", re.IGNORECASE)
_RELATION = re.compile(
    r",?\s+\b(?:on\s+(?:the\s+)?relation\s+of|upon\s+the\s+relation\s+of|on\s+behalf\s+of|ex\s+rel\.?)\s+", re.IGNORECASE
)
_OTHERS = re.compile(r",?\s+(?:et\s+al\.?|et\s+ux\.?|et\s+vir\.?|and\s+others)(?=$|[,\s])", re.IGNORECASE)
_ALIAS = re.compile(r",?\s+(?:a/?k/?a|d/?b/?a|f/?k/?a|n/?k/?a|also known as|doing business as)\b.*$", re.IGNORECASE)
_ROLE = re.compile(
    r",?\s+(?:plaintiffs?|defendants?|appell(?:ant|ee)s?|petitioners?|respondents?|relators?)(?:[\s,/–-]+(?:plaintiffs?|defendants?|appell(?:ant|ee)s?"
    r"|petitioners?|respondents?|cross|counter))*\.?$",
    re.IGNORECASE,
)
_GOVERNMENT = re.compile(
    r"^(?:the\s+)?(?P<who>state|commonwealth|people)\s+of\s+(?:the\s+state\s+of\s+)?(?P<state>[A-Z]\w+(?: [A-Z]\w+)?)$", re.IGNORECASE
)
_FIRM = re.compile(r"\b(?:Ass'n|Bros\.|Co\.|Cos\.|Corp\.|Ins\.|R\.R\.|Ry\.)(?=$|[\s,])")
_DESIGNATION = re.compile(r",?\s+(?:Inc\.?|Ltd\.?|L\.?L\.?C\.?|L\.?L\.?P\.?|L\.?P\.?|N\.?A\.?|F\.?S\.?B\.?)$")
_WORD = re.compile(r"[\w'’.-]+|[^\w\s]|\s+")
# T6 words that are names of persons and places as often; shortened only beside another word of the table.
_ALSO_NAMES = frozenset([
    "east", "west", "north", "south", "eastern", "western", "northern", "southern", "street", "parish", "road", "avenue", "merchant",
    "mechanic", "number", "and", "general", "temporary",
])  # fmt: skip
_MORE_WORDS = {
    "american": "Am.", "associates": "Assocs.", "association": "Ass'n", "communications": "Commc'ns", "consumer": "Consumer",
    "contractors": "Contractors", "development": "Dev.", "government": "Gov't", "holdings": "Holdings", "labor": "Lab.", "trust": "Tr.",
    "transportation": "Transp.", "securities": "Sec.", "university": "Univ.", "limited": "Ltd.", "regional": "Reg'l", "junior": "Jr.",
    "co": "Co.", "corp": "Corp.", "inc": "Inc.", "ins": "Ins.", "llc": "LLC", "ltd": "Ltd.",
}  # fmt: skip


def short_name(name: str, home: str = "") -> str:
    """A case's name as citations have it (10.2.1, 10.2.2): one procedural phrase, no "The", "et al." or aliases, T6 and T10.

    `home` is the state whose court decided, which calls its own state only "State", "Commonwealth" or "People" (10.2.1(f)); elsewhere it is
    the state's name. Words are shortened in names of organisations only: a party of one word is a surname.
    """
    name = " ".join(name.replace("’", "'").split())
    bare = _RE.sub("", name)
    if bare != name:
        return f"In re {_party(bare, home)}"
    return " v. ".join(_related(party, home) for party in _VERSUS.split(name) if party.strip()) or name


def _related(party: str, home: str) -> str:
    return " ex rel. ".join(_party(part, home) for part in _RELATION.split(party) if part.strip())


def _party(party: str, home: str) -> str:
    whole = re.sub(r"^the\s+", "", party.strip(" ,"), flags=re.IGNORECASE)
    for ending in (_OTHERS, _ALIAS, _ROLE):
        whole = ending.sub("", whole)
    if whole.lower() in ("united states of america", "united states", "u.s.", "usa", "u.s.a."):
        return "United States"
    if found := _GOVERNMENT.match(whole):
        return found["who"].capitalize() if found["state"].lower() == home.lower() else found["state"]
    if whole in _states() or " " not in whole:
        return whole or party.strip()
    shortened = _shortened(whole)
    return _DESIGNATION.sub("", shortened) if _FIRM.search(shortened) else shortened


def _shortened(party: str) -> str:
    words = _WORD.findall(party)
    hits = [word for word in words if (short := _short(word)) and short != word and word.lower() not in _ALSO_NAMES]
    if not hits and not _FIRM.search(party):
        return party
    party = "".join(_short(word) or word for word in words)
    party = re.sub(r"\bUnited States\b", "U.S.", party)
    for state, abbreviation in _states().items():
        if state in party and f"George {state}" not in party:
            party = re.sub(rf"\b{state}\b", abbreviation, party)
    return party


@cache
def _words() -> dict[str, str]:
    """T6, as reporters-db has it, in lower case."""
    table = {word.lower(): short for short, words in CASE_NAME_ABBREVIATIONS.items() for word in words if " " not in word}
    table["county"] = "Cnty."
    return table | _MORE_WORDS


@lru_cache(maxsize=8192)
def _short(word: str) -> str:
    """The abbreviation of a capitalised word, with "s" for a plural (T6); "" where there is none."""
    lower = word.lower()
    table = _words()
    if lower == "and":
        return "&"
    if not word[:1].isupper():
        return ""
    if lower in table:
        return table[lower]
    singular = next((one for one in (lower.removesuffix("s"), lower.removesuffix("ies") + "y") if one != lower and one in table), "")
    if not singular or singular in _ALSO_NAMES:
        return ""
    short = table[singular]
    return f"{short.removesuffix('.')}s." if short.endswith(".") else f"{short}s"


@cache
def _states() -> dict[str, str]:
    """{state: its abbreviation (T10)}, longer names first, those that are not shortened left out."""
    pairs = sorted(((name, short) for short, name in STATE_ABBREVIATIONS.items()), key=lambda pair: -len(pair[0]))
    return dict(pairs)


# Tables of authorities.

_IGNORED = re.compile(r"^(?:(?:in re:?|ex parte|in the matters? of|matter of|the|an?)\s+)+", re.IGNORECASE)
_FEDERAL = re.compile(r"(?P<title>\d+[A-Za-z]?)\s+(?P<code>U\.?\s?S\.?\s?C\.?(?:\s?A\.?)?|C\.?\s?F\.?\s?R\.?)\s*(?:§+)?\s*(?P<section>.*)")
_ROMAN = re.compile(r"\b(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

SortKey: TypeAlias = tuple[tuple[int, int, str], ...]


def sort_key(kind: str, name_or_citation: str) -> SortKey:
    """The order within one heading of a table of authorities; compare only keys of one kind.

    The Bluebook has no rule for tables; this is the practice of printed tables of cases, as in the United States Reports: cases by the
    first party's name, "In re", "Ex parte", "Matter of" and articles ignored; sections by title and number as numbers (§ 2 before
    § 10a), the United States Code before the Code of Federal Regulations before states' codes; articles of constitutions before amendments.
    """
    text = " ".join(name_or_citation.split())
    if kind == "case":
        return _natural(_IGNORED.sub("", text))
    if kind == "constitution":
        text = _ROMAN.sub(lambda roman: str(_number(roman[0])), text)
        return _natural(text.replace("art.", "1").replace("amend.", "2"))
    found = _FEDERAL.match(text)
    if not found:
        return ((2, 0, ""), *_natural(text))
    code = 0 if found["code"].replace(" ", "").upper().startswith("U") else 1
    return ((code, 0, ""), *_natural(found["title"]), *_natural(found["section"]))


def _natural(text: str) -> SortKey:
    """Numbers as numbers and before letters; marks and capitals don't count."""
    parts = re.findall(r"\d+|[^\W\d_]+", text.casefold())
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def _number(roman: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in roman]
    return sum(-value if value < max(values[place:], default=0) else value for place, value in enumerate(values))
