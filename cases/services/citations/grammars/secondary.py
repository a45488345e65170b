"""Secondary sources: restatements, model codes, treatises, encyclopedias, dictionaries. Restatement (Second) of Contracts §§ 90, 139; Model
Penal Code § 2.02(2)(c); U.C.C. § 2-207; 5B Charles Alan Wright & Arthur R. Miller, Federal Practice and Procedure § 1350; 3 Nimmer on
Copyright § 13.03; 45 Am. Jur. 2d Job Discrimination § 87; Black's Law Dictionary 123 (11th ed. 2019)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.services.citations.keys import key, slug
from cases.services.citations.lists import Numbering, mentions
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders, Patterns, Rule

NAME = "secondary"
_MARK = r"(?P<mark>§{1,2} ?|[Ss]ections? |[Ss]ecs?\. )"
_SERIES = {"first": "", "second": "2d", "third": "3d", "fourth": "4th", "2d": "2d", "3d": "3d", "4th": "4th"}
_RESTATEMENT = re.compile(
    r"(?<!\w)(?:Restatement|RESTATEMENT)(?: \((?P<series>First|Second|Third|Fourth|2d|3d|4th|FIRST|SECOND|THIRD|FOURTH)\))?,? (?:(?:of|OF) )?(?:the )?(?:Law of )?"
    r"(?P<subject>[A-Z][A-Za-z]+(?:(?: of| and| for| &|,|:){0,3} [A-Z][A-Za-z.]+){0,10}?),? ?(?:\((?:Am\. L\. Inst\.|ALI|Tent\. Draft No\. \d+,?)? ?(?:19|20)\d\d\),? )?"
    + _MARK + r"(?=\d)"
)  # fmt: skip
_SECTIONS = Numbering(
    r"\d{1,4}[A-Z]?(?:\.\d{1,2})?",
    lambda section, plural: (-1, ""),
    tail=r"(?:,? (?:cmts?\.|comments?|illus\.|illustrations?|reporters?'?s? notes?) ?(?:[a-z\d]{1,3}(?:-[a-z\d]{1,2})?(?!\w))?)*",
)
_MODELS = (
    (r"Model Penal Code|M\.P\.C\.", "modelpenalcode"),
    (r"U\. ?C\. ?C\.|UCC|Uniform Commercial Code", "ucc"),
    (r"Model Bus(?:iness|\.) Corp(?:oration|\.) Act", "modelbuscorpact"),
    (r"Model (?:Code|Rules) of Prof(?:essional|'l) (?:Conduct|Responsibility)", "modelrulesprofconduct"),
    (r"Unif(?:orm|\.) (?:Prob(?:ate|\.) Code)", "unifprobatecode"),
)
_MODEL = re.compile(
    "(?<![A-Za-z.])(?:"
    + "|".join(f"(?P<m{place}>{name})" for place, (name, _key) in enumerate(_MODELS))
    + r"),? (?:§{1,2} ?|[Ss]ections? |[Rr]\. ?|[Rr]ules? )(?=\d)"
)
_NUMBERS = Numbering(
    r"\d{1,2}[A-Z]?(?:[.-]\d{1,4}[A-Z]?)?",
    lambda section, plural: (-1, ""),
    tail=r"(?:,? (?:cmts?\.|off(?:icial|\.) cmt\.) ?(?:[a-z\d]{1,3}(?!\w))?)?",
)


def _restatements(text: str) -> Iterator[Found]:
    for head in _RESTATEMENT.finditer(text):
        items, end = _SECTIONS.read(text, head.end(), "§§" in head["mark"] or "ions" in head["mark"])
        for found in mentions(NAME, "other", head.start(), items, text, end):
            found.key = key("restatement" + _SERIES[(head["series"] or "first").lower()], slug(head["subject"]), found.section)
            yield found


def _models(text: str) -> Iterator[Found]:
    for head in _MODEL.finditer(text):
        name = next(known for place, (_pattern, known) in enumerate(_MODELS) if head[f"m{place}"])
        items, end = _NUMBERS.read(text, head.end(), "§§" in head[0])
        for found in mentions(NAME, "other", head.start(), items, text, end):
            found.key = key(name, found.section)
            yield found


# As lawyers call each; the key is the first name. A treatise's own section numbers are unique over its volumes.
_TREATISES = {
    "wrightmiller": r"(?:(?:Charles A(?:lan|\.) |C\. )?Wright (?:&|and) (?:Arthur R\. |A\. )?Miller(?: (?:&|and) (?:Edward H\. |E\. )?Cooper)?|(?:Charles A(?:lan|\.) )?Wright,? (?:Arthur R\. )?Miller,? (?:&|and) [A-Z][\w.]*(?: [A-Z][\w.]*){0,2}|Fed(?:eral|\.) Prac(?:tice|\.) (?:and|&) Proc(?:edure|\.))",
    "moore": r"(?:Moore(?:'s)? (?:et al\., )?(?:Manual: )?(?:Moore's )?Fed(?:eral|\.) Prac(?:tice|\.))",
    "weinstein": r"Weinstein(?:'s| & Berger,? Weinstein's)? (?:Fed(?:eral|\.) )?Evid(?:ence|\.)",
    "nimmer": r"Nimmer on Copyright|Nimmer (?:&|and) (?:David )?Nimmer",
    "mccarthy": r"McCarthy on Trademarks(?: (?:and|&) Unfair Competition)?",
    "chisum": r"Chisum on Patents",
    "williston": r"Williston on Contracts",
    "corbin": r"Corbin on Contracts",
    "collier": r"Collier on Bankruptcy",
    "wigmore": r"Wigmore on Evidence|Wigmore, Evidence",
    "mccormick": r"McCormick on Evidence",
    "prosserkeeton": r"Prosser (?:&|and) Keeton(?: on (?:the Law of )?Torts)?",
    "dobbs": r"Dobbs(?:' Law| on the Law|, The Law) of Torts",
    "farnsworth": r"Farnsworth on Contracts",
    "areedahovenkamp": r"Areeda (?:&|and) (?:Herbert )?Hovenkamp(?:, Antitrust Law)?",
    "lafave": r"LaFave,? (?:Search (?:and|&) Seizure|Substantive Criminal Law)",
    "newberg": r"Newberg(?: and Rubenstein)? on Class Actions",
    "sutherland": r"Sutherland(?: on)? Stat(?:utes|utory|\.) (?:and Statutory )?Constr(?:uction|\.)",
    "larson": r"Larson's Workers' Compensation(?: Law)?",
}
_NAMES = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _TREATISES.items())
_TREATISE = re.compile(
    rf"(?<![\w.])(?:(?P<volume>\d{{1,2}}[A-D]?) )?(?:{_NAMES})(?:[,:]? [A-Z][\w.']*(?: (?:of|and|&|the) |,? )?[^§¶;()\d]{{0,60}}?)?,? ?"
    r"(?:\([^()]{3,60}\),? ?)?(?:§{1,2} ?|¶{1,2} ?|[Ss]ections? )(?P<section>\d{1,4}[A-Z]?(?:[.:]\d{1,4})?(?:\[\w{1,3}\])*)(?![\w])(?P<pin>,? at \d[\d-]*)?"
)
_ENCYCLOPEDIA = re.compile(
    r"(?<![\w.])(?P<volume>\d{1,3}[A-Z]?) (?P<name>Am\. ?Jur\. ?(?:2d|3d)?|C\. ?J\. ?S\.) (?P<subject>[A-Z][A-Za-z.,'& ]{2,60}?),? §{1,2} ?(?P<section>\d{1,4}(?:\.\d{1,2})?)(?!\w)"
)
_DICTIONARY = re.compile(
    r"(?<!\w)(?P<name>Black's Law Dictionary|BLACK'S LAW DICTIONARY|(?:Merriam-)?Webster's (?:Third |Second )?(?:New )?(?:International |Collegiate )?Dictionary|Oxford English Dictionary)"
    r"(?:,? (?:at )?(?P<pin>\d{1,4}(?:-\d{1,4})?)(?!\w))?(?: \((?:[^()]{0,20}? )?(?:ed\. ?)?(?P<year>(?:18|19|20)\d\d)\))?"
)


def _treatise(match: re.Match[str]) -> str:
    return key(next(name for name in _TREATISES if match[name]), match["section"])


_BOOKS = Patterns(
    NAME,
    10,
    [
        Rule(
            _TREATISE,
            "other",
            _treatise,
            (
                "wright",
                "federalprac",
                "fed.prac",
                "moore",
                "weinstein",
                "nimmer",
                "mccarthy",
                "chisum",
                "willist",
                "corbin",
                "collier",
                "wigmore",
                "mccorm",
                "prosser",
                "dobbs",
                "farnsw",
                "areeda",
                "lafave",
                "newberg",
                "sutherl",
                "larson",
            ),
        ),
        Rule(_ENCYCLOPEDIA, "other", lambda m: key(slug(m["name"]), slug(m["subject"]), m["section"]), ("jur.", "c.j.s")),
        Rule(_DICTIONARY, "other", lambda m: key(slug(m["name"])), ("dictionary",)),
    ],
)


GRAMMAR = Finders(
    NAME,
    10,
    [
        Finder(_restatements, ("Restatement", "RESTATEMENT")),
        Finder(_models, ("Model ", "M.P.C", "U.C.C", "U. C. C", "UCC", "Unif")),
        Finder(_BOOKS.find, ()),  # knows its own needs
    ],
)
