"""The Constitution of the United States: U.S. Const. art. I, § 8, cl. 3; U.S. Const. amends. V, XIV, § 1; Article III, Section 2 of the
Constitution; the Fifth and Fourteenth Amendments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders
from cases.services.citations.roman import number

NAME = "us_constitution"
_CARDINALS = {name: place for place, name in enumerate(["one", "two", "three", "four", "five", "six", "seven"], 1)}
_NUMBER = r"(?:[IVX]+|\d{1,2})(?!\w)"
_SECTION = rf"(?:§§? ?|[Ss]ec(?:tions?|s?\.) ?|SECTIONS? )(?P<section>{_NUMBER}|[Oo]ne|[Tt]wo)"
_CLAUSE = r"(?:cls?\.|[Cc]lauses?|CLAUSES?|Cl\.) ?(?P<clause>\d{1,2}(?:-\d{1,2})?)(?!\w)"
_PLACE = rf"(?:,? (?:{_SECTION}))?(?:,? {_CLAUSE})?"
_FURTHER = re.compile(rf"(?P<joint>,? ?(?:and|or|&) |, ?)(?P<mark>§ ?)?(?P<number>{_NUMBER})")
_BOOK = r"(?:(?:the )?(?:U\.? ?S\.?|United States|Federal) ?Const(?:itution|\.)?(?![A-Za-z]))"
_WRITTEN = re.compile(
    rf"(?<!\w){_BOOK},? ?(?:(?P<preamble>pmbl\.|preamble)|(?P<what>amend(?:ment)?s?|amdts?|art(?:icle)?s?)\.? ?(?P<number>{_NUMBER}){_PLACE})",
    re.I,
)
# Amdt. 14 and Amend. XIV, § 1 stand in no contract.
_ALONE = re.compile(rf"(?<![\w.] )(?<!\w)(?P<what>Amdts?|AMDTS?)\.? (?P<number>{_NUMBER}){_PLACE}")
_OF = r",? (?:of|to) the (?:U\. ?S\. |United States |Federal |federal )?Constitution(?! of)"
_ARTICLE = re.compile(
    rf"(?<!\w)(?:(?P<clause0>[Cc]lause \d{{1,2}}) of )?(?P<what>Article|article|Art\.|art\.|Amendment|Amend\.|Amdt\.) (?P<number>{_NUMBER}|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even){_PLACE}{_OF}"
)
_SECTION_FIRST = re.compile(
    rf"(?<!\w)(?:§ ?|[Ss]ection )(?P<section>{_NUMBER})(?:,? {_CLAUSE})?,? of (?P<what>Article|article|Art\.) (?P<number>{_NUMBER})(?:{_OF})"
)
# Nothing but the judicial power has its own article in the language of courts.
_ARTICLE_THREE = re.compile(
    r"(?<!\w)(?:Article III|Art\. III)(?=(?:'s)? (?:standing|courts?|judges?|jurisdiction|case|tribunals?|injury|review|power)(?!\w))"
)

_TENS = (
    "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth Thirteenth Fourteenth Fifteenth Sixteenth "
    "Seventeenth Eighteenth Nineteenth Twentieth"
)
_ORDINALS = {name.lower(): place for place, name in enumerate(_TENS.split(), 1)} | {
    f"twenty-{name.lower()}": 20 + place for place, name in enumerate(_TENS.split()[:7], 1)
}
_TEN = "|".join(f"{name}|{name.upper()}" for name in _TENS.split())
_ORDINAL = rf"Twenty-(?:first|second|third|fourth|fifth|sixth|seventh)|(?:(?:Twenty|TWENTY)[- ])?(?:{_TEN})|\d{{1,2}}(?:st|nd|d|rd|th)"
_AMENDMENTS = re.compile(
    rf"(?<![\w-])(?P<items>(?:{_ORDINAL})(?:(?:, and |,? & | and |, or |, | or )(?:the )?(?:{_ORDINAL}))*) (?:Amendments?|AMENDMENTS?|Amends?\.)(?!\w)"
    # "First Amendment to the Lease" amends a contract.
    r"(?! (?:to|of) (?!(?:the|our) (?:U\.? ?S|United|[Ff]ederal|Const|Bill of Rights)))"
    r"(?!,? (?:Agreement|Complaint|Lease|Contract|Loan|Note|Effective|and Restate|Date|dated|effective|executed|entered into|made as|made and"
    r"|amending|between|by and between|attached|in writing|No\.|Period|shall|will be (?:signed|executed)|\(the [\"“]))"
)
_ONE_ORDINAL = re.compile(_ORDINAL)
_SECTION_OF = re.compile(r"(?:§ ?|[Ss]ection )(?P<section>\d|[Oo]ne|[Ff]ive) of the $")


def _written(text: str) -> Iterator[Found]:
    for match in _WRITTEN.finditer(text):
        if match["preamble"]:
            yield Found(match.start(), match.end(), "constitution", key("const", "preamble"), method=f"{NAME}/full", confidence=0.98)
        else:
            yield from _clauses(match, "amend" if match["what"].lower().startswith("am") else "art")


def _alone(text: str) -> Iterator[Found]:
    for match in _ALONE.finditer(text):
        yield from _clauses(match, "amend")


def _clauses(match: re.Match[str], what: str) -> Iterator[Found]:
    """The provision and what goes on behind it: amends. V, VI & XIV, § 1; art. I, §§ 8, 9; arts. I, § 8 & III, § 2."""
    found = [_clause(match, what)]
    text, end = match.string, match.end()
    several = match["what"].lower().endswith("s")
    plural = several or "§§" in match[0] or "ections" in match[0]
    place, sections = number(match["number"]), bool(match["section"])
    while (
        plural and (more := _FURTHER.match(text, end)) and not re.match(r" ?(?:U\.|S\. ?Ct|L\. ?Ed|F\.)", text[more.end() : more.end() + 8])
    ):
        end, counted = more.end(), number(more["number"])
        if more["mark"] and several and not sections:
            _add_section(found[-1], end, what, place, counted)
            sections = True
            continue
        if not more["mark"] and several and (not sections or more["number"].isalpha()):
            place, sections = counted, False
            item = Found(more.start("number"), end, "constitution", method=f"{NAME}/list", confidence=0.95)
            item.key = key("const", what, str(place)) if 1 <= place <= (7 if what == "art" else 27) else ""
        else:
            item = Found(more.start("mark" if more["mark"] else "number"), end, "constitution", method=f"{NAME}/list", confidence=0.95)
            item.key = key("const", what, str(place), str(counted) if what == "art" else None)
            item.pin = f"§ {counted}" if what == "amend" else ""
        found.append(item)
    yield from found


def _add_section(found: Found, end: int, what: str, place: int, section: int) -> None:
    found.end = end
    if what == "art":
        found.key = key("const", "art", str(place), str(section))
    else:
        found.pin = f"§ {section}"


def _clause(match: re.Match[str], what: str) -> Found:
    """Articles are cited by their section, amendments as a whole with the section as pin."""
    groups = match.groupdict()
    section = str(_counted(groups["section"])) if groups.get("section") else ""
    clause = f"cl. {groups['clause']}" if groups.get("clause") else (groups.get("clause0") or "").replace("lause", "l.").lower()
    found = Found(match.start(), match.end(), "constitution", method=f"{NAME}/full", pin=clause, confidence=0.98)
    place = _counted(match["number"])
    if not 1 <= place <= (7 if what == "art" else 27):
        return found
    found.key = key("const", what, str(place), section if what == "art" else None)
    if what == "amend" and section:
        found.pin = ", ".join(filter(None, (f"§ {section}", clause)))
    return found


def _counted(written: str) -> int:
    return _CARDINALS.get(written.lower()) or number(written)


def _articles(text: str) -> Iterator[Found]:
    for pattern in (_ARTICLE, _SECTION_FIRST):
        for match in pattern.finditer(text):
            yield _clause(match, "amend" if match["what"].startswith("Am") else "art")


def _article_three(text: str) -> Iterator[Found]:
    for match in _ARTICLE_THREE.finditer(text):
        yield Found(match.start(), match.end(), "constitution", key("const", "art", "3"), method=f"{NAME}/full", confidence=0.9)


def _amendments(text: str) -> Iterator[Found]:
    for match in _AMENDMENTS.finditer(text):
        if _defines(text, match):
            continue
        ordinals = list(_ONE_ORDINAL.finditer(match["items"]))
        before = _SECTION_OF.search(text, max(0, match.start() - 24), match.start())
        for ordinal in ordinals:
            place = _ORDINALS.get(ordinal[0].lower().replace(" ", "-")) or int(re.sub(r"\D", "", ordinal[0]) or 0)
            start = match.start() + ordinal.start()
            end = match.end() if ordinal is ordinals[-1] else match.start() + ordinal.end()
            if not 1 <= place <= 27:
                continue
            found = Found(start, end, "constitution", key("const", "amend", str(place)), method=f"{NAME}/full", confidence=0.95)
            if before and ordinal is ordinals[0]:
                found.start, found.pin = before.start(), f"§ {_counted(before['section'])}"
            yield found


def _defines(text: str, match: re.Match[str]) -> bool:
    """Whether it is the name that a contract gives itself: (the "First Amendment"). Nothing in that contract is the Constitution's."""
    ordinal = match["items"]
    return any(f"(the {left}{ordinal} Amendment{right}" in text for left, right in (('"', '"'), ("“", "”"), ("“", '"')))


def _titled(query: str) -> str:
    """Ordinals as the text writes them, so that "fourteenth amendment" is understood."""
    return " ".join(
        word.title() if word.lower().strip(",") in _ORDINALS or word.lower().startswith("amendment") else word for word in query.split()
    )


GRAMMAR = Finders(
    NAME,
    20,
    [
        Finder(_written, ("Const", "CONST", "const.")),
        Finder(_alone, ("Amdt", "AMDT")),
        Finder(_articles, ("Constitution",)),
        Finder(_article_three, ("Article III", "Art. III")),
        Finder(_amendments, ("Amend", "AMEND")),
    ],
    typed=_titled,
)
