"""What eyecite misses: lists of sections, federal rules, the sentencing guidelines, the Constitution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key, slug
from cases.services.citations.mentions import Found

SUBS = r"(?:\([0-9A-Za-z]{1,5}\))*"
# 1983, 78j, 2000e-2, 1320a-7b, 1961-1968; not the 28 of a following "28 U.S.C.".
SECTION = rf"\d{{1,6}}(?!\d)[a-zA-Z]{{0,3}}(?:-\d{{1,5}}(?!\d)[a-zA-Z]{{0,3}})*(?![\w.]\d)(?![a-zA-Z]){SUBS}(?: et seq\.?)?"
NEXT_CODE = r"(?! ?(?:U\. ?S|USC|C\. ?F|CFR|F\.|Fed\.|S\. ?Ct|L\. ?Ed|Cong|Stat|WL))"
AND = r"(?:,? ?(?:and|or|&) |, ?)"
_MARK = r"(?:§§? ?|[Ss]ections? |[Ss]ecs?\. ?)"
_USC = re.compile(
    r"(?<![\w.§])(?P<title>\d{1,2}),? ?(?:U\. ?S\. ?C(?:\. ?(?:[AS]\.?)?(?: ?Ann\.)?|ode)?|USC[AS]?|United States Code)(?!\w),? ?"
    rf"(?P<mark>{_MARK})?(?P<items>{SECTION}(?:{AND}{_MARK}?{SECTION}{NEXT_CODE})*)",
    re.I,
)
_CFR_SECTION = rf"\d{{1,4}}(?:\.\d{{1,5}}[a-zA-Z]?(?:-\d{{1,4}}[a-zA-Z]?)*)?(?![a-zA-Z\d]){SUBS}"
_CFR = re.compile(
    r"(?<![\w.§])(?P<title>\d{1,2}) ?(?:C\. ?F\. ?R\.?|CFR)(?!\w),? ?(?P<mark>§§? ?|parts? |pts?\. ?|sections? |secs?\. ?)?"
    rf"(?P<items>{_CFR_SECTION}(?:{AND}§{{0,2}} ?{_CFR_SECTION}{NEXT_CODE})*)",
    re.I,
)
_ITEM = re.compile(rf"(?P<section>\d[\w.]*?(?:-\d+[a-zA-Z]{{0,3}})*)(?P<pin>{SUBS}(?: et seq\.?)?)(?=,| |$)")

_FAMILIES = {"civ": "frcp", "crim": "frcrp", "evid": "fre", "app": "frap", "bankr": "frbp", "bank": "frbp"}
_INITIALS = {"frcp": "frcp", "frcrp": "frcrp", "frcrimp": "frcrp", "fre": "fre", "frap": "frap", "frbp": "frbp"}
_LONG = {"civil": "frcp", "criminal": "frcrp", "evidence": "fre", "appellate": "frap", "bankruptcy": "frbp"}
RULE = r"\d{1,4}(?:\.\d{1,2})?(?![\w])" + SUBS
_RULES = re.compile(
    r"(?<!\w)(?:Fed(?:eral|\.)? ?(?:R(?:ules?|\.)?) ?(?P<short>Civ|Crim|Evid|App|Bankr?)\.?(?: ?(?:P|Proc)\.?)?(?!\w)"
    r"|(?:Federal|Fed\.) Rules? of (?P<long>Civil|Criminal|Evidence|Appellate|Bankruptcy)(?: Procedure)?"
    r"|(?P<initials>F\.?R\.?C\.?P\.?|F\.?R\.?Cr(?:im)?\.?P\.?|F\.?R\.?E\.?|F\.?R\.?A\.?P\.?|F\.?R\.?B\.?P\.?)(?!\w)),?"
    rf" ?(?:Rules? )?(?P<items>{RULE}(?:{AND}{RULE}{NEXT_CODE})*)",
    re.I,
)
_SUPREME = re.compile(
    r"(?<!\w)(?:Sup\. ?Ct\. ?R\.|S\. ?Ct\. ?R\.|Supreme Court Rule) ?(?P<rule>\d{1,2}(?:\.\d{1,2})*)(?P<pin>(?:\([a-z0-9]{1,4}\))*)"
)
_GUIDELINE = re.compile(
    r"(?:(?<!\w)U\. ?S\. ?S\. ?G\.|USSG|Sentencing Guidelines(?: Manual)?) ?(?:§§? ?)?"
    r"(?P<rule>[1-8][A-Z]\d{1,2}\.\d{1,2})(?P<pin>(?:\([A-Za-z0-9]{1,4}\))*)"
)

_ROMAN = {"I": 1, "V": 5, "X": 10}
_TENS = (
    "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth Thirteenth Fourteenth Fifteenth Sixteenth "
    "Seventeenth Eighteenth Nineteenth Twentieth"
)
_ORDINALS = {name.lower(): number for number, name in enumerate(_TENS.split(), 1)} | {
    f"twenty-{name.lower()}": 20 + number for number, name in enumerate(_TENS.split()[:7], 1)
}
_ORDINAL = r"(?:Twenty-)?(?:" + _TENS.replace(" ", "|") + r")|\d{1,2}(?:st|nd|rd|th)"
_WRITTEN = re.compile(
    r"(?<!\w)(?:U\.? ?S\.?|United States|Federal) ?Const(?:\.|itution)?(?!\w),? ?"
    r"(?P<what>amends?|arts?|amendments?|articles?)\.? ?(?P<number>[IVX]+|\d{1,2})(?!\w)"
    r"(?:, ?(?:§|sec\.|section) ?(?P<section>\d{1,2}))?(?P<clause>, ?(?:cl\.|clause) ?\d{1,2})?",
    re.I,
)
_ARTICLE = re.compile(
    r"(?<!\w)(?:Article|Art\.) (?P<number>[IVX]+|[1-7])"
    r"(?:, ?(?:§|sec\.|section) ?(?P<section>\d{1,2}))?(?P<clause>, ?(?:cl\.|clause) ?\d{1,2})?"
    r",? of the (?:U\. ?S\. |United States |Federal )?Constitution"
)
_AMENDMENTS = re.compile(
    rf"(?<!\w)(?P<items>(?:{_ORDINAL})(?:(?:, and | and |, | or )(?:the )?(?:{_ORDINAL}))*) Amendments?\b"
    # "First Amendment to the Lease" amends a contract.
    r"(?! (?:to|of) (?!the (?:U\.? ?S|United|Federal|Const)))(?! (?:Agreement|Complaint|Lease|Contract))"
)
_ONE_ORDINAL = re.compile(_ORDINAL)


class UnitedStatesRules:
    name, rank = "us_rules", 20

    def find(self, text: str) -> list[Found]:
        return [*_statutes(text), *_regulations(text), *_rules(text), *_constitution(text)]

    def keys(self, query: str) -> list[str]:
        return [mention.key for mention in (*_statutes(query), *_regulations(query), *_rules(query), *_constitution(_titled(query)))]


def _statutes(text: str) -> Iterator[Found]:
    for match in _USC.finditer(text):
        title = int(match["title"])
        # Below § 1 of a title that does not exist stands something else.
        if not 1 <= title <= 54:
            continue
        for mention in items(match, "statute"):
            mention.key = key("usc", str(title), mention.section)
            yield mention


def _regulations(text: str) -> Iterator[Found]:
    for match in _CFR.finditer(text):
        if 1 <= int(match["title"]) <= 50:
            for mention in items(match, "regulation"):
                mention.key = key("cfr", str(int(match["title"])), mention.section)
                yield mention


def items(match: re.Match[str], kind: str) -> Iterator[Found]:
    """One mention for each item of a list; the first begins where the citation does."""
    first = True
    offset = match.start("items")
    for item in _ITEM.finditer(match["items"]):
        section, pin = _without_range(item["section"], item["pin"])
        start = match.start() if first else offset + item.start()
        yield Found(
            start, offset + item.end(), kind, pin=pin.strip(), section=section, method="us_rules/full" if first else "us_rules/list"
        )
        first = False


def _without_range(section: str, pin: str) -> tuple[str, str]:
    """1961-1968 and 1961-68 are ranges, cited by their first section; 2000e-2 and 80a-1 are sections."""
    first, dash, last = section.rpartition("-")
    if (
        dash
        and first.isdigit()
        and last.isdigit()
        and len(first) > 2
        and int(first[: -len(last)] + last if len(last) < len(first) else last) > int(first)
    ):
        return first, section + pin
    return section, pin


def _rules(text: str) -> Iterator[Found]:
    for match in _RULES.finditer(text):
        family = _family(match)
        for mention in items(match, "rule"):
            mention.key = key(family, mention.section + mention.pin)
            yield mention
    for family, pattern in (("scr", _SUPREME), ("ussg", _GUIDELINE)):
        for match in pattern.finditer(text):
            yield Found(
                match.start(), match.end(), "rule", key(family, match["rule"]), match["pin"], method="us_rules/full", confidence=0.98
            )


def _family(match: re.Match[str]) -> str:
    if match["short"]:
        return _FAMILIES[match["short"].lower()]
    return _LONG[match["long"].lower()] if match["long"] else _INITIALS[slug(match["initials"])]


def _constitution(text: str) -> Iterator[Found]:
    for match in _WRITTEN.finditer(text):
        what = "amend" if match["what"].lower().startswith("am") else "art"
        yield _clause(match, what)
    for match in _ARTICLE.finditer(text):
        yield _clause(match, "art")
    for match in _AMENDMENTS.finditer(text):
        yield from _amendments(match)


def _clause(match: re.Match[str], what: str) -> Found:
    """Articles are cited by their section, amendments as a whole with the section as pin."""
    section, clause = match["section"], (match["clause"] or "").lstrip(", ")
    mention = Found(match.start(), match.end(), "constitution", method="us_rules/full", pin=clause)
    mention.key = key("const", what, str(_number(match["number"])), section if what == "art" else None)
    if what == "amend" and section:
        mention.pin = ", ".join(filter(None, (f"§ {section}", clause)))
    return mention


def _amendments(match: re.Match[str]) -> Iterator[Found]:
    ordinals = list(_ONE_ORDINAL.finditer(match["items"]))
    for ordinal in ordinals:
        number = _ORDINALS.get(ordinal[0].lower()) or int(re.sub(r"\D", "", ordinal[0]))
        end = match.end() if ordinal is ordinals[-1] else match.start() + ordinal.end()
        if 1 <= number <= 27:
            yield Found(
                match.start() + ordinal.start(),
                end,
                "constitution",
                key("const", "amend", str(number)),
                method="us_rules/full",
                confidence=0.95,
            )


def _number(written: str) -> int:
    """Roman or Arabic."""
    if written.isdigit():
        return int(written)
    values = [_ROMAN[letter] for letter in written.upper()]
    return sum(-value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True))


def _titled(query: str) -> str:
    """Ordinals as the text writes them, so that "fourteenth amendment" is understood."""
    return " ".join(
        word.title() if word.lower().strip(",") in _ORDINALS or word.lower().startswith("amendment") else word for word in query.split()
    )


GRAMMAR = UnitedStatesRules()
