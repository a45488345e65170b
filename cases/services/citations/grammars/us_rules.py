"""What eyecite misses: lists of sections, federal rules, the sentencing guidelines, the Constitution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key, slug
from cases.services.citations.mentions import Found

SUBS = r"(?:\([0-9A-Za-z]{1,5}\))*(?:-(?:\([0-9A-Za-z]{1,5}\))+)?"
# 1983, 78j, 2000e-2, 1320a-7b, 1961-1968; not the 28 of a following "28 U.S.C.".
SECTION = (
    rf"\d{{1,6}}(?!\d)[a-zA-Z]{{0,3}}(?:-(?:\d{{1,5}}(?!\d)[a-zA-Z]{{0,3}}|[a-z]{{1,4}}(?![\w])))*"
    rf"(?![\w.]\d)(?![a-zA-Z]){SUBS}(?: et seq\.?)?"
)
NEXT_CODE = r"(?! ?(?:U\. ?S|USC|C\. ?F|CFR|F\.|Fed\.|S\. ?Ct|L\. ?Ed|Cong|Stat|WL))"
AND = r"(?:,? ?(?:and|or|&) |, ?)"
_MARK = r"(?:§§? ?|[Ss]ections? |[Ss]ecs?\. ?)"
_TO = r" (?:to|through) (?:§ ?)?"
_USC = re.compile(
    r"(?<![\w.§])(?P<title>\d{1,2}),? ?(?:U\. ?S\. ?C(?:\. ?(?:[AS]\.?)?(?: ?Ann\.)?|ode)?|USC[AS]?|United States Code)(?!\w),? ?"
    rf"(?P<app>app(?:endix|x|\.)? ?(?P<appnumber>\d{{1,2}})?,? ?)?"
    rf"(?P<mark>{_MARK})?(?P<items>{SECTION}(?:{_TO}{SECTION})?(?:{AND}{_MARK}?{SECTION}{NEXT_CODE})*)(?P<note>,? note\b(?! \d))?",
    re.I,
)
_PROSE = re.compile(
    rf"(?<!\w)[Ss]ections? (?P<items>{SECTION}(?:{AND}{SECTION})*),? of [Tt]itle (?P<title>\d{{1,2}})(?!\w)(?:,? (?:of )?(?:the )?U(?:nited|\.) ?S(?:tates|\.) ?C(?:ode|\.))?"
    rf"|(?<!\w)[Tt]itle (?P<title2>\d{{1,2}}),? (?:of )?(?:the )?(?:U(?:nited|\.) ?S(?:tates|\.) ?C(?:ode|\.),? )[Ss]ections? (?P<items2>{SECTION}(?:{AND}{SECTION})*)"
)
_AFTER_REMARK = re.compile(
    rf" \([^()]{{3,160}}\)(?P<joint>{AND})(?P<items>§{{0,2}} ?(?P<section>\d[\w.-]*\d[a-zA-Z]{{0,2}}|\d+)(?P<pin>{SUBS}))(?![\w.]\w)"
)
_CFR_SECTION = rf"\d{{1,4}}(?:\.\d{{1,5}}[a-zA-Z]?(?:-\d{{1,4}}[a-zA-Z]?)*)?(?![a-zA-Z\d]){SUBS}"
_CFR = re.compile(
    r"(?<![\w.§])(?P<title>\d{1,2}) ?(?:C\. ?F\. ?R\.?|CFR)(?!\w),? ?(?P<mark>§§? ?|parts? |pts?\. ?|sections? |secs?\. ?)?"
    rf"(?P<items>{_CFR_SECTION}(?:{AND}§{{0,2}} ?{_CFR_SECTION}{NEXT_CODE})*)",
    re.I,
)
_ITEM = re.compile(rf"(?P<section>\d[\w.]*?(?:-(?:\d+[a-zA-Z]{{0,3}}|[a-z]{{1,4}}(?![\w])))*)(?P<pin>{SUBS}(?: et seq\.?)?)(?=,| |$)")

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
    r"(?! (?:to|of) (?!the (?:U\.? ?S|United|Federal|Const)))"
    r"(?!,? (?:Agreement|Complaint|Lease|Contract|Loan|Note|Effective|and Restate|Date|dated|effective|executed|entered into|made as|made and"
    r"|amending|between|by and between|attached|in writing|No\.|Period|shall|will be (?:signed|executed)))"
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
        code = f"{title}app{match['appnumber'] or ''}" if match["app"] else str(title)
        found = [*items(match, "statute"), *_after_remarks(text, match.end(), "statute")]
        if match["note"] and len(found) == 1:
            found[0].end, found[0].pin, found[0].section = match.end(), "", f"{found[0].section}note"
        for mention in found:
            mention.key = key(
                "usc",
                code,
                *(part for part in (mention.section.removesuffix("note"), "note" if mention.section.endswith("note") else None)),
            )
            yield mention
    for match in _PROSE.finditer(text):
        title = int(match["title"] or match["title2"])
        if 1 <= title <= 54:
            for mention in items(match, "statute", "items" if match["title"] else "items2"):
                mention.key = key("usc", str(title), mention.section)
                yield mention


def _after_remarks(text: str, end: int, kind: str) -> Iterator[Found]:
    """§§ 778.113 (the statutory method), 778.114 (the fluctuating workweek): a list goes on behind what is said of its items."""
    while (further := _AFTER_REMARK.match(text, end)) is not None:
        end = further.end()
        yield Found(further.start("section"), end, kind, pin=further["pin"], section=further["section"], method="us_rules/list")


def _regulations(text: str) -> Iterator[Found]:
    for match in _CFR.finditer(text):
        if 1 <= int(match["title"]) <= 50:
            for mention in (*items(match, "regulation"), *_after_remarks(text, match.end(), "regulation")):
                mention.key = key("cfr", str(int(match["title"])), mention.section)
                yield mention


def items(match: re.Match[str], kind: str, group: str = "items") -> Iterator[Found]:
    """One mention for each item of a list; the first begins where the citation does. A range of numbers is cited by its first section,
    one that ends in a lettered section by both ends."""
    first = True
    offset = match.start(group)
    for item in _ITEM.finditer(match[group]):
        section, last = _ends(item["section"])
        pin = item["section"] + item["pin"] if last else item["pin"]
        start = match.start() if first else offset + item.start()
        end = offset + item.end()
        method = "us_rules/full" if first else "us_rules/list"
        first = False
        if not last or last.isdigit():
            yield Found(start, end, kind, pin=pin.strip(), section=section, method=method)
            continue
        dash = offset + item.start() + item["section"].rindex("-")
        yield Found(start, dash, kind, pin=pin.strip(), section=section, method=method)
        yield Found(dash + 1, end, kind, pin=pin.strip(), section=last, method="us_rules/range")


def _ends(section: str) -> tuple[str, str]:
    """The two ends of 1961-1968, 1961-68 and 1681-1681x; 2000e-2 and 80a-1 are sections, and have one."""
    first, _dash, last = section.rpartition("-")
    if not first.isdigit() or len(first) < 3:
        return section, ""
    if last.isdigit():
        whole = first[: -len(last)] + last if len(last) < len(first) else last
        return (first, whole) if int(whole) > int(first) else (section, "")
    lettered = re.fullmatch(r"(\d+)[a-zA-Z]{1,3}", last)
    return (first, last) if lettered and len(lettered[1]) == len(first) and int(lettered[1]) >= int(first) else (section, "")


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
