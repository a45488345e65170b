"""Rules of courts: Fed. R. Civ. P. 12(b)(1), (6); Rule 9(b) of the Federal Rules of Civil Procedure; Sup. Ct. R. 10; D. Mass. Local Rule
56.1; N.D. Cal. Civ. L.R. 7-2; 1st Cir. R. 28.0; Mass. R. Civ. P. 56; U.S.S.G. §§ 2B1.1(b)(1), 3C1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.courts import court_by_paren
from cases.services.citations.keys import key, slug
from cases.services.citations.lists import Item, Numbering, ends_of_dotted, mentions
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders

NAME = "us_rules"
_NUMBERED = r"\d{1,4}(?:\.\d{1,2})?(?:- ?\d{1,4})?"
_NOTES = r"(?:,? (?:adv(?:isory|\.) comm(?:ittee|\.)(?:'?s?'?)? notes?))?"
RULES = Numbering(_NUMBERED, lambda section, plural: (-1, ""), siblings=True, tail=_NOTES)
# No federal rule has a hyphen in its number: what stands behind one is the other end of a range.
_FEDERAL_RULES = Numbering(_NUMBERED, lambda section, plural: _ends_of_rules(*section.partition("-")[::2]), siblings=True, tail=_NOTES)
_LOCAL_NUMBERS = Numbering(r"(?:[A-Z]{1,3} )?\d{1,4}(?:\.\d{1,3}){0,2}(?:- ?\d{1,3}){0,2}", lambda section, plural: (-1, ""), siblings=True)
_GUIDELINES = Numbering(
    r"[1-8][A-Z]\d{1,2}\.\d{1,2}",
    ends_of_dotted,
    tail=r"(?:,? (?:cmt\.|comment\.|comment|commentary),?(?: \(?(?:n|nn|app\. n|note)\.? ?\d{1,2}(?:\([A-Za-z\d]{1,3}\))*\)?| background)?)?",
)

_FAMILIES = {"civ": "frcp", "crim": "frcrp", "evid": "fre", "app": "frap", "bankr": "frbp", "bank": "frbp"}
_LONG = {"civil": "frcp", "criminal": "frcrp", "evidence": "fre", "appellate": "frap", "bankruptcy": "frbp"}
_INITIALS = {"frcp": "frcp", "frcivp": "frcp", "frcrp": "frcrp", "frcrimp": "frcrp", "fre": "fre", "frap": "frap", "frbp": "frbp"}
_BOOK = (
    r"(?:Fed(?:eral|\.)? ?(?:R(?:ules?|\.)?) ?(?P<short>Civ|Crim|Evid|App|Bankr?)\.?(?: ?(?:P|Proc)\.?)?(?![A-Za-z])"
    r"|(?:Federal|Fed\.) Rules? of (?P<long>Civil|Criminal|Evidence|Appellate|Bankruptcy)(?: Procedure)?(?![A-Za-z])"
    r"|(?P<initials>F\. ?R\. ?C(?:iv)?\. ?P\.|FRC(?:iv)?P|F\. ?R\. ?Cr(?:im)?\. ?P\.|FRCr(?:im)?P|F\. ?R\. ?E\.|FRE|F\. ?R\. ?A\. ?P\.|FRAP|F\. ?R\. ?B\. ?P\.|FRBP)(?![A-Za-z])"
    r"|(?P<plain>Bankruptcy|Bankr\.) R(?:ules?|\.)(?= ?\d))"
)
_HEAD = re.compile(rf"(?<!\w){_BOOK},? ?(?:Rules? |R\. ?)?(?=\d)", re.I)
_BEFORE = re.compile(r"Rule(?<!\wRule)s? (?=\d)")
_OF_BOOK = re.compile(
    rf",? (?:of the |of |under the )?(?:{_BOOK}|Rules Governing (?:Section|§) (?P<habeas>225[45]) (?:Cases|Proceedings))(?!,? ?(?:Rules? )?\d)",
    re.I,
)
_SUPREME = re.compile(
    r"(?<!\w)(?:U\. ?S\. ?)?(?:Sup\. ?Ct\. ?R(?:ule)?\.?|S\. ?Ct\. ?R(?:ule)?\.?|(?:U\.?S\.? |United States )?Supreme Court Rules?|Rules? of the Supreme Court of the United States) ?(?=\d)"
)
_OF_COURT = re.compile(r"(?<!\w)(?:Cal(?:\.|ifornia) Rules of Court,? (?:[Rr]ules? )|CRC )(?=\d)")
_SUPREME_NUMBER = re.compile(r"(?P<rule>\d{1,2}(?:\.\d{1,2})*)(?P<pin>(?:\([a-z0-9]{1,4}\))*)(?![\w])")
_GUIDELINE = re.compile(
    r"(?:U\. ?S\. ?S\. ?G\.|USSG|(?:U\. ?S\. |United States |Federal )Sentencing Guidelines(?: Manual)?|Sentencing Guidelines(?: Manual)?|Guidelines|(?P<bare>§(?<![\w§]§)§?))"
    r" ?(?:§{1,2} ?|[Ss]ec(?:tions?|\.) )?(?=[1-8][A-Z]\d)"
)

_STATES = (
    r"Ala|Alaska|Ariz|Ark|Cal|Colo|Conn|Del|Fla|Ga|Haw|Idaho|Ill|Ind|Iowa|Kan|Ky|La|Me|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|N\. ?H|N\. ?J|N\. ?M|N\. ?Y"
    r"|N\. ?C|N\. ?D|Ohio|Okla|Or|Pa|R\. ?I|S\. ?C|S\. ?D|Tenn|Tex|Utah|Vt|Va|Wash|W\. ?Va|Wis|Wyo|D\. ?C|P\. ?R|Guam|V\. ?I"
)
_COURT = (
    rf"(?:(?:Bankr\. )?(?:[NSEWMC]\. ?D\. ?|D\. ?)(?:{_STATES})\.?|[NSEW]\.D\.N\.Y\.|(?:1st|2d|3d|2nd|3rd|[4-9]th|1[01]th|Fed\.|D\. ?C\.) Cir\."
    r"|(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Federal|D\.C\.) Cir(?:cuit|\.))"
)
# Each begins with a literal, so that a search skips to it; what stands before is looked for backwards.
_LOCAL = re.compile(
    r"L(?:(?:ocal |OCAL |oc\. ?|\. ?)(?:(?:Civ|Cv|Crim|Cr|Bankr|App|Pat)(?:\.|il|inal|uptcy|ellate|ent)? ?)?R(?:ules?|ULES?|\.)(?: ?(?:Civ|Crim)\. ?P\.)?|\. ?A\. ?R\.|CivR|CvR|CrR|CrimR|BR|R(?:-?Civ|-?Cr|-?Cv)?)"
    r" ?(?=(?:[A-Z]{1,3} )?\d)"
)
_COURT_BEFORE = re.compile(
    rf"(?<![\w.])(?:(?P<court>{_COURT})(?:'s)?,? )?(?P<sort>(?:Civil|Civ\.|Criminal|Crim\.|Bankruptcy|Bankr\.|Patent|Pat\.) |Civ)?$"
)
_RULE = re.compile(
    r" R(?:\.|ules? )(?: ?(?P<sort>Civ|Crim|Bankr|App|Evid|Prof(?:'l|\.)? ?Conduct|Juv|Sup\. ?Ct|Super\. ?Ct)\.?(?: ?P(?:roc)?\.)?)? ?(?=\d)"
)
_COURT_ALONE = re.compile(rf"(?<![\w.])(?P<court>{_COURT})$")
_STATE_ALONE = re.compile(rf"(?<![\w.])(?P<state>{_STATES})\.?$")
# The longest name of a court, and more.
_REACH = 40
_SORTS = tuple(
    (re.compile(mark), sort)
    for mark, sort in ((r"Ci?v", "civ"), (r"Cr", "crim"), (r"Bankr|LBR", "bankr"), (r"App|L\.A\.", "app"), (r"Pat", "patent"))
)
_CIRCUITS = {
    name: f"ca{number}"
    for number, name in enumerate(
        ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh"], 1
    )
} | {"Federal": "cafc"}


def _ends_of_rules(first: str, last: str) -> tuple[int, str]:
    """702-03 is 702 to 703."""
    last = last.strip()
    return (len(first), first[: max(0, len(first) - len(last))] + last) if last else (-1, "")


def _keyed(start: int, items: list[Item], text: str, end: int, *family: str | None) -> Iterator[Found]:
    """Rules are keyed with their parts: frcp:12(b)(6)."""
    for found in mentions(NAME, "rule", start, items, text, end):
        parts = re.match(r"(?:\([^()]*\))*", found.pin)
        found.key = key(*family, found.section + (parts[0] if parts else ""))
        yield found


def _federal(text: str) -> Iterator[Found]:
    at = 0
    while head := _HEAD.search(text, at):
        at = head.end()
        items, end = _FEDERAL_RULES.read(text, at)
        for found in _keyed(head.start(), items, text, end, _family(head)):
            at = max(at, found.end)
            yield found


def _before(text: str) -> Iterator[Found]:
    """Rule 9(b) of the Federal Rules of Civil Procedure; Rules 12 and 56, Fed. R. Civ. P."""
    for head in _BEFORE.finditer(text):
        items, end = _FEDERAL_RULES.read(text, head.end(), headed=False)
        if items and (book := _OF_BOOK.match(text, end)):
            family = f"r{book['habeas']}" if book["habeas"] else _family(book)
            yield from _keyed(head.start(), items, text, book.end(), family)


def _family(book: re.Match[str]) -> str:
    if book["short"]:
        return _FAMILIES[book["short"].lower()]
    if book["long"]:
        return _LONG[book["long"].lower()]
    return _INITIALS[slug(book["initials"])] if book["initials"] else "frbp"


def _supreme(text: str) -> Iterator[Found]:
    for head in _SUPREME.finditer(text):
        if number := _SUPREME_NUMBER.match(text, head.end()):
            yield Found(
                head.start(),
                number.end(),
                "rule",
                key("scr", number["rule"]),
                number["pin"],
                section=number["rule"],
                method=f"{NAME}/full",
                confidence=0.98,
            )


def _california(text: str) -> Iterator[Found]:
    for head in _OF_COURT.finditer(text):
        yield from _numbered(text, head.start(), head.end(), "calrulesofcourt")


def _guidelines(text: str) -> Iterator[Found]:
    """No other American code numbers like 2B1.1, so that a bare § 2B1.1 is known by its form."""
    at = 0
    while head := _GUIDELINE.search(text, at):
        at = head.end()
        items, end = _GUIDELINES.read(text, at)
        for found in mentions(NAME, "rule", head.start(), items, text, end):
            found.key = key("ussg", found.section)
            if head["bare"]:
                found.method, found.confidence = f"{NAME}/form", 0.85
            at = max(at, found.end)
            yield found


def _local(text: str) -> Iterator[Found]:
    """lr:mad:56.1 and lr:cand:civ:7-2; where the court is not named, lr:7.1 says no more than the number."""
    for head in _LOCAL.finditer(text):
        start = head.start()
        before = _COURT_BEFORE.search(text, max(0, start - _REACH), start)
        if before is None or (start and (text[start - 1].isalnum() or text[start - 1] == ".") and not before["sort"]):
            continue
        yield from _numbered(text, before.start(), head.end(), "lr", _court(before["court"]), _sort((before["sort"] or "") + head[0]))


def _courts_and_states(text: str) -> Iterator[Found]:
    """Rules with a court or a state right before them: 1st Cir. R. 28.0, E.D. Pa. R. Civ. P. 7.1, Mass. R. Civ. P. 56."""
    for head in _RULE.finditer(text):
        low, start = max(0, head.start() - _REACH), head.start()
        if before := _COURT_ALONE.search(text, low, start):
            yield from _numbered(text, before.start(), head.end(), "lr", _court(before["court"]), _sort(head["sort"] or ""))
        elif head["sort"] and (before := _STATE_ALONE.search(text, low, start)):
            sort = slug(head["sort"])
            family = f"{slug(before['state'])}r{sort}" + ("p" if sort in ("civ", "crim", "app", "juv") else "")
            yield from _numbered(text, before.start(), head.end(), family)


def _numbered(text: str, start: int, at: int, *family: str | None) -> Iterator[Found]:
    items, end = _LOCAL_NUMBERS.read(text, at)
    for found in _keyed(start, items, text, end, *family):
        found.section = ""  # A bare "Rule 7.1" may be of any court.
        yield found


def _court(written: str | None) -> str | None:
    """The id of courts-db."""
    if not written:
        return None
    circuit = re.match(r"\d+", written)
    return (f"ca{circuit[0]}" if circuit else _CIRCUITS.get(written.split()[0])) or court_by_paren(written) or slug(written)


def _sort(name: str) -> str | None:
    return next((sort for mark, sort in _SORTS if mark.search(name)), None)


GRAMMAR = Finders(
    NAME,
    20,
    [
        Finder(_local, ("Local", "LOCAL", "Loc.", "L.R", "L. R", "L.A", "LR", "LC", "LB", "L.Civ", "L. Civ", "L.Cv")),
        Finder(_courts_and_states, (" R.", " Rule")),
        Finder(_federal, ("Fed", "FED", "FR", "F.R", "F. R", "Bankr")),
        Finder(_before, ("Fed", "FR", "F.R", "F. R", "Rules Governing", "Bankr")),
        Finder(_supreme, ("Ct. R", "Ct.R", "Supreme Court Rule", "Rules of the Supreme", "Rule of the Supreme")),
        Finder(_california, ("Rules of Court", "CRC")),
        Finder(_guidelines, ("§", "U.S.S.G", "U. S. S. G", "USSG", "Guidelines")),
    ],
)
