"""The record of the case itself: Compl. ¶ 12, Dkt. No. 12 at 3, Tr. 45:3-10, Smith Dep. 12:4, Pet. App. 12a, ABC000123. It is no authority, but
an "id." behind it means it, and no decision that was cited before.

A mention has the key of what it names, without its case: record:ex:4, record:dkt:45-2, record:dep:smith, record:complaint. `labels` of a
document's title and facts are keys of the same kind, so that the case's own documents are found by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from cases.services.citations.mentions import RECORD, Found

_PIN = r"(?P<pin>(?:,? ?(?:(?:¶¶?|§§?|at|pp?\.|Claims?|Counts?|Part|lines?|ll\.) ?)+(?:\d[\w:.-]*(?:, ?\d+[:\d-]*(?![\w ]))*|[IVX]+\b)|,? \d{1,4}:\d{1,2}(?:[-–]\d[\d:]*)?)*)"
_ORDER_OF = r"(?P<order>(?:First|Second|Third|Fourth|Fifth|1st|2d|3d|Am\.|Amended|Verified|Consol\.|Consolidated|Class|Op\.|Opening|Resp\.|Reply|Pl\.'s|Def\.'s|Defs\.'|Pls\.'|Plaintiff's|Defendant's|Suppl?\.) )"
_PAPERS = {
    "complaint": r"Compl\.|Complaint(?= ¶)|SAC(?= ¶)|FAC(?= ¶)|TAC(?= ¶)",
    "answer": r"Answer(?= ¶)|Ans\.",
    "petition": r"Pet\.(?! App)(?= |$)|Petition(?= (?:¶|at))",
}
_OTHER_PAPERS = (
    r"(?:Countercl\.|Mot\.|Mem\.|Br\.|Opp(?:\.|'n)|Reply|Stip\.|SUF|SOF|SMF|Interrog\.|R\. Doc\.|Rec\. Doc\.)"
    r" ?(?:(?:¶¶? ?|§§? ?|at |pp?\. ?|Nos?\. ?|Exs?\. ?)*(?:[A-Z]{1,3}-?)?\d[\w:.,-]*|(?:Claim|Count|Part) [IVX]+|¶¶? ?\d[\d,-]*)"
)
_PERSON = r"(?P<person>[A-Z][a-z][\w'-]*|Mc[A-Z][a-z]+|[A-Z]{3,}|(?:De|Van|Von|La) ?[A-Z][a-z]+)"
_PAPER_RECORD = re.compile(
    rf"(?<![\w.])(?:{_ORDER_OF}{{0,3}}(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _PAPERS.items())}))"
    r" ?(?:(?:¶¶? ?|§§? ?|at |pp?\. ?|Claims? |Counts? |Ex\. )+(?:[A-Z](?!\w)|[IVX]+|\d[\d:.,-]*\d|\d)(?:\([a-z]\))?(?:, ?\d+(?:-\d+)?(?![\w ]))*)"
)
_OTHER_RECORD = re.compile(rf"(?<![\w.])(?:{_ORDER_OF}{{0,3}})?(?:{_OTHER_PAPERS})".replace("?P<order>", "?:"))
_FILED = re.compile(
    r"(?<![\w.])(?:Dkt\.?|Docket Entry|Docket|Doc(?:ket|\.) Entry|D\. ?E\.|DE|Doc\.|ECF|CM/ECF|R\. ?E\.)(?: Nos?\.?)? ?#?(?P<entry>\d{1,5})(?:-(?P<part>\d{1,4}))?(?![\w:])(?!-\w*\d{3})"
    + _PIN
)
_PERSONAL = re.compile(
    rf"(?<![\w.]){_PERSON},? (?:(?P<dep>Dep\.(?: ?Tr\.)?|Depo\.|Deposition)|(?P<decl>Decl\.|Declaration(?= ¶)|Aff\.|Affidavit(?= ¶)|Aff'd\.))(?: (?:Ex|Exh)\. (?:[A-Z]|\d+))?{_PIN}"
)
_TRANSCRIPT = re.compile(
    r"(?<![\w.])(?P<which>Trial |Hr'g |Arb\. |Hearing |Sentencing |Plea |Oral Arg\. )?Tr\. ?(?:of [A-Z][\w .]{2,30} ?)?(?:at |pp?\. ?|Vol\. ?\w+,? ?)*\d[\d:.,-]*(?<![.,:-])"
)
_APPENDIX = re.compile(
    r"(?<![\w.])(?:(?P<petapp>Pet\. ?App\.|Cert\. App\.)|(?P<jointapp>J\. ?A\.|Jt\. App\.|Joint App\.)|(?P<adminrec>A\. ?R\.)|(?P<app>App'x(?= at))|(?P<record>R\.(?= at)))"
    r" ?(?:at |pp?\. ?|Vol\. ?\w+,? ?)*\d[\w:.,-]*(?<![.,:-])"
)
_EXHIBIT = re.compile(
    r"(?<![\w.])(?:(?P<party>Pls?\.'?s?'?|Defs?\.'?s?'?|Plaintiffs?'s?|Defendants?'s?|Gov't|Government's|Joint|Trial|Resp\.'s) )?"
    r"(?:Exs?\.|Exhs?\.|Exhibits?|EXHIBITS?)(?! parte) ?(?:Nos?\. ?)?(?P<mark>[A-Z]{1,2}(?:-\d{1,3})?(?![\w])|\d{1,4}(?:[-.]\d{1,3}|-?[A-Z])?(?![\w]))"
    + _PIN
)
_BATES = re.compile(r"(?<![\w/.-])(?P<prefix>[A-Z][A-Z]{1,9}(?:[-_][A-Z]{2,8})?)(?P<gap>[-_]?|[ ](?=0))(?P<number>\d{5,10})(?![\w/]|-\d)")
# "Exs. 4, 5 and 6", "ECF Nos. 45, 46": each number behind is one more.
_PLURAL = re.compile(r"Exs\.|Exhs\.|Exhibits|EXHIBITS|Nos\.")
_NEXT_EXHIBIT = re.compile(r"(?:,? (?:and|&) |, )(?P<mark>[A-Z]{1,2}(?![\w.'])|\d{1,4}(?:-?[A-Z])?(?![\w:]| [A-Z]))")
_NEXT_ENTRY = re.compile(r"(?:,? (?:and|&) |, )(?P<entry>\d{1,5})(?:-(?P<part>\d{1,4}))?(?![\w:]| [A-Z])")
_PARTIES = {"p": "pl", "d": "def", "g": "gov", "j": "joint"}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2d": 2, "third": 3, "3d": 3, "fourth": 4, "fifth": 5}


BEFORE, BEHIND = 120, 300
"""How far a record citation reaches around its word."""


def _around(text: str, words: Collection[str]) -> list[list[int]]:
    """[low, high] around each of these words in the text, those that meet as one; the whole text where there are none to look for."""
    if not words:
        return [[0, len(text)]]
    places = sorted(place for word in words for place in _places(text, word))
    spans: list[list[int]] = []
    for place in places:
        if spans and place - BEFORE <= spans[-1][1]:
            spans[-1][1] = place + BEHIND
        else:
            spans.append([max(0, place - BEFORE), place + BEHIND])
    return spans


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


class Records:
    name, rank = "records", 40

    def find(self, text: str) -> list[Found]:
        """Each pattern is tried only around the words of which it has one."""
        found: list[Found] = []
        for words, pattern, made in _KINDS:
            for low, high in _around(text, words):
                found += [mention for match in pattern.finditer(text, low, high) for mention in made(match)]
        return found

    def keys(self, query: str) -> list[str]:
        """None: the record of a case is no authority."""
        return []


def key_of_paper(match: re.Match[str]) -> str:
    """record:complaint, record:complaint:2 for the second amended one."""
    kind = next(name for name in _PAPERS if match[name])
    written = match[0]
    if kind == "complaint" and (short := re.match(r"([FST])AC", match[kind])):
        return f"record:complaint:{'FST'.index(short[1]) + 1}"
    return f"record:{kind}" + amended(written)


def amended(written: str) -> str:
    if not re.search(r"\bAm\.|Amended", written, re.I):
        return ""
    ordinal = next((n for word, n in _ORDINALS.items() if re.search(rf"\b{word}\b", written, re.I)), None)
    return f":{ordinal}" if ordinal else ":amended"


def entry_key(entry: str, part: str | None) -> str:
    return f"record:dkt:{int(entry)}" + (f"-{int(part)}" if part else "")


def exhibit_key(party: str | None, mark: str) -> str:
    whose = _PARTIES.get((party or " ")[0].lower(), "")
    return "record:ex:" + (f"{whose}:" if whose else "") + re.sub(r"(?<=\d)-(?=[a-z])", "", mark.lower().replace(".", "-").lstrip("0"))


def bates(number: str) -> str:
    """A number of a production as it is compared: prefix and number without zeros, as abc:123; "" for none."""
    found = re.fullmatch(r"([A-Za-z][A-Za-z_ -]*?)[-_ ]?0*(\d{1,12})", number.strip())
    return f"{re.sub(r'[^a-z]', '', found[1].lower())}:{found[2]}" if found else ""


def _others(match: re.Match[str], follows: re.Pattern[str], key: Callable[[re.Match[str]], str]) -> Iterator[Found]:
    """What a list in the plural goes on with."""
    at, text = match.end(), match.string
    if not _PLURAL.search(match[0]):
        return
    for _ in range(50):
        one = follows.match(text, at)
        if one is None:
            return
        group = "mark" if "mark" in one.re.groupindex else "entry"
        yield Found(one.start(group), one.end(), RECORD, key(one), method="records/list", confidence=0.9)
        at = one.end()


def _made(match: re.Match[str], key: str) -> Found:
    start, end = match.span()
    while end > start and match.string[end - 1] in " ,;:.":
        end -= 1
    pin = ""
    if "pin" in match.re.groupindex and match["pin"]:
        pin = re.sub(r"^[ ,]*(?:at )?", "", match["pin"]).strip(" .,;:")
    elif "pin" not in match.re.groupindex and (at := re.search(r"(?:at |¶¶? ?)?\d[\d:,-]*[a-z]?$", match.string[start:end])):
        pin = at[0].removeprefix("at ") if not key.startswith("record:bates") else ""
    return Found(start, end, RECORD, key[:120], pin[:60], method="records/full", confidence=0.95 if key else 0.8)


def _paper(match: re.Match[str]) -> list[Found]:
    return [_made(match, key_of_paper(match))]


def _filed(match: re.Match[str]) -> list[Found]:
    first = _made(match, entry_key(match["entry"], match["part"]))
    return [first, *_others(match, _NEXT_ENTRY, lambda one: entry_key(one["entry"], one["part"]))]


def _of_a_person(match: re.Match[str]) -> list[Found]:
    return [_made(match, f"record:{'dep' if match['dep'] else 'decl'}:{match['person'].lower()}")]


def _transcript(match: re.Match[str]) -> list[Found]:
    return [_made(match, "record:trial" if (match["which"] or "")[:5] == "Trial" else "record:tr")]


def _appendix(match: re.Match[str]) -> list[Found]:
    return [_made(match, f"record:{match.lastgroup}")]


def _exhibit(match: re.Match[str]) -> list[Found]:
    first = _made(match, exhibit_key(match["party"], match["mark"]))
    return [first, *_others(match, _NEXT_EXHIBIT, lambda one: exhibit_key(match["party"], one["mark"]))]


def _other_paper(match: re.Match[str]) -> list[Found]:
    return [_made(match, "")]


def _produced(match: re.Match[str]) -> list[Found]:
    mention = _made(match, f"record:bates:{bates(match['prefix'] + match['number'])}")
    mention.aside = True
    return [mention]


_KINDS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], list[Found]]], ...] = (
    (("ompl", "AC ¶", "Ans", "Pet"), _PAPER_RECORD, _paper),
    (("Dkt", "Docket", "Doc", "D.E", "D. E", "DE ", "ECF", "R.E", "R. E"), _FILED, _filed),
    (("Dep", "Decl", "Aff"), _PERSONAL, _of_a_person),
    (("Tr.",), _TRANSCRIPT, _transcript),
    (("App", "J.A", "J. A", "A.R", "A. R", "R. at"), _APPENDIX, _appendix),
    (("Ex", "EXH"), _EXHIBIT, _exhibit),
    (("Countercl", "Mot.", "Mem.", "Br.", "Opp", "Reply", "Stip.", "SUF", "SOF", "SMF", "Interrog", "Doc."), _OTHER_RECORD, _other_paper),
    ((), _BATES, _produced),  # has no word of its own
)

GRAMMAR = Records()
