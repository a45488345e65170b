"""Cues of treatment: what a sentence says was done to the decision that it cites. No Django here.

A cue is a word of treatment (overruled, distinguished, followed ...) that is directed at a citation by the grammar of its sentence: as the
object of the verb ("overruling Roe v. Wade, 410 U.S. 113"), as the subject of a passive ("Roe v. Wade, 410 U.S. 113, was overruled"), or
as the decision before its subsequent history ("410 U.S. 113 (1973), overruled by ..."). A word that merely stands in the same sentence is
none: motions are overruled and objections too. What is denied ("did not overrule"), wished or asked for ("asks us to overrule"), supposed
("whether X was overruled") or claimed by a party is none either. So cues are missed rather than made up, and a person confirms each.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Target(NamedTuple):
    """A mention in a sentence: [start, end) there, the authority's name as the citation gives it, and what makes two of them one."""

    start: int
    end: int
    name: str = ""
    cluster: str = ""
    history: bool = False
    """An order about the decision before it (cert. denied), at which no cue is directed."""


class Cue(NamedTuple):
    """`target` is the index of the mention; the words of treatment stand at [start, end) of the sentence."""

    target: int
    kind: str
    start: int
    end: int


Span = tuple[int, int]
Told = tuple[str, int, int]
"""A kind, and [start, end) of the words that say it."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SAYS_SO = re.compile(
    r"overrul|abrogat|supers[ec]d|revers|vacat|distinguish|question|doubt|critici[zs]|disapprov|limit|confin|declin|refus|follow|adopt"
    r"|affirm|rev['’]|aff['’]|vac['’]|good law",
    re.I,
)
"""Without any of these a text has no cue."""
_GAP = re.compile(r"\s+(?:-\s?(\d{1,4})\s?-\s+(?:\1\s+)?)*")
_ADVERB = r"(?:(?!hardly|scarcely|barely)[a-z]+ly|later|since|now|also|thereafter|long|often|in turn|itself|in part)"

# -- the object of a verb -----------------------------------------------------------------------------------------------------------

_VERB = re.compile(
    r"""\b(?:
      (?P<declined>(?:declin|refus)(?:ed|es|ing|e)\ to\ (?:follow|adopt|extend|apply)|(?:did|do|does)\ not\ follow)
    | (?P<overruled>overrul(?:ed|es|ing|e)) | (?P<abrogated>abrogat(?:ed|es|ing|e)) | (?P<superseded>supers[ec]d(?:ed|es|ing|e))
    | (?P<reversed>revers(?:ed|es|ing|e)|rev['’]g) | (?P<vacated>vacat(?:ed|es|ing|e)|vac['’]g)
    | (?P<affirmed>affirm(?:ed|s|ing)?|aff['’]g)
    | (?P<distinguished>distinguish(?:ed|es|ing)?|distinguishable\ from)
    | (?P<questioned>question(?:ed|s|ing)?|doubt(?:ed|s|ing)?|critici[sz](?:ed|es|ing|e)|disapprov(?:ed|es|ing|e)(?:\ of)?
        |cast(?:s|ing)?\ (?:some\ |serious\ |considerable\ )?doubt\ (?:up)?on|call(?:s|ed|ing)?\ into\ (?:question|doubt))
    | (?P<limited>limit(?:ed|s|ing)?|confin(?:ed|es|ing|e))
    | (?P<followed>follow(?:ed|s)?|adopt(?:ed|s|ing)?)
    )(?![\w'’])""",
    re.I | re.X,
)
_BASE = _words(
    "overrule abrogate supersede supercede reverse vacate distinguish question doubt criticize criticise disapprove limit confine follow "
    "adopt affirm decline refuse do"
)
# Words that may stand between a verb and the citation that is its object.
_OF_WHOM = _words(
    "the our its their his this that these those a an such earlier prior previous former own recent original entire first second third "
    "court circuit panel state district supreme appeals majority fourth fifth sixth seventh eighth ninth tenth eleventh federal"
)
_WHAT = _words(
    "decision decisions holding holdings opinion opinions ruling rulings rule rules reasoning rationale approach analysis dicta dictum "
    "test tests standard standards precedent precedents case cases line scope reach logic validity vitality correctness application "
    "continuing continued interpretation teaching teachings lead framework view part language result conclusion authority"
)
_LAID_DOWN = _words("announced articulated established adopted set forth out laid down enunciated stated expressed reached outlined used")
_LEADING = _words("only both whether expressly explicitly implicitly specifically sub silentio see e.g inter alia and")
_THEN = frozenset(["in", "of", "from"])
_NOT_FIRST = re.compile(r",? ?(?:in|by|under|after|as|at|to|of|with|for|against|from|on|when|where|because|see)\b", re.I)
_ASIDE = re.compile(r"^,? (?:in (?:relevant |large )?part|on other grounds|sub nom\.|sub silentio)\b,?")
LONGEST_GAP, MOST_WORDS = 140, 16
# Of these only the decision itself is an object: "affirmed the conviction in X" is what X did.
_BY_DECISION = frozenset(["affirmed", "reversed", "vacated"])
_DECIDED = _words("decision decisions holding holdings opinion opinions ruling rulings")
_INTO_QUESTION = re.compile(r"\bcall(?:s|ed|ing)? (?:the [a-z ]{0,40}(?:of|in) )?$", re.I)
_QUESTION_AFTER = re.compile(r",? into (?:question|doubt)\b")
_LISTED = re.compile(r"(?:,? and|,|;|,? &) ?")

# -- whether it is said at all ------------------------------------------------------------------------------------------------------

_DENIED = re.compile(
    r"(?:\b(?:not|never|nor|neither|without|cannot|hardly|rather than|instead of|unwilling to"
    r"|no (?:occasion|need|reason|authority|intention) (?:to|for)"
    r"|(?:declin(?:e[sd]?|ing)|refus(?:e[sd]?|ing)|fail(?:s|ed|ing)?|unable|reluctant|free|power|yet|purport(?:s|ed)?|seem(?:s|ed)?) to"
    r"|(?:short|far) (?:of|from))|n['’]t)(?: (?:been|be|have|has|to|ever|otherwise|[a-z]+ly))*,? ?$",
    re.I,
)
_WISHED = re.compile(
    r"\b(?:to|would|should|could|might|may|must|will|shall|can|if|whether|unless|until)"
    r"(?: (?:also|thus|now|be|have|have been|[a-z]+ly|us|we|it))* ?$",
    re.I,
)
_CLAIMED = re.compile(
    r"\b(?:argu(?:es|ed|ing|e)|contend(?:s|ed|ing)?|assert(?:s|ed|ing)?|urg(?:es|ed|ing|e)|suggest(?:s|ed|ing)?|maintain(?:s|ed|ing)?"
    r"|insist(?:s|ed|ing)?|ask(?:s|ed|ing)?|invit(?:es|ed|ing|e)|seeks?|sought|suppos(?:e|ing)|assum(?:es|ed|ing|e)|if|unless|whether)\b"
    r"(?!.*\b(?:but|however|although|though|we)\b)[^.;()]{0,80}$",
    re.I,
)
_WE = re.compile(
    r"\b(?:we|I|courts|circuits|justices|judges)(?: (?:also|hereby|today|therefore|thus|both|all|must|now|[a-z]+ly))* ?$", re.I
)
_PASSIVE_BEFORE = re.compile(r"\b(?:was|were|is|are|been|be|being|stands?|remains?)(?: [a-z]+ly)* ?$", re.I)
_NOUN_BEFORE = re.compile(r"\b(?:the|an?|any|this|no|some|every|each|of|as|his|her|its|their|our|serious|little|reasonable) ?$", re.I)
_OTHER_MATTER = re.compile(
    r"\b(?:objections?|motions?|demurrers?|exceptions?|pleas?|challenges?|requests?|petitions?|arguments?|claims?|witness(?:es)?|convictions?"
    r"|sentences?)\b[^.;()]{0,30}$",
    re.I,
)
_SUPPOSED = re.compile(r"\b(?:if|unless|until|whether|suppose|assuming)(?: that)? $", re.I)
_RELYING = re.compile(r"\b(?:citing|quoting|relying (?:up)?on|applying|following|invoking|under|per) $", re.I)

# -- what stands behind a citation --------------------------------------------------------------------------------------------------

_PIN = re.compile(r",? ?(?:at )?(?:\d[\d*]*(?:[-–]\d+)?(?: ?(?:& )?nn?\. ?\d+(?:[-–]\d+)?)?|nn?\. ?\d+|\*\d+)(?![\w'’]| [A-Z])")
_OPENED = re.compile(r" ?\(")
_HISTORY_INSIDE = re.compile(
    r" ?\((?:later |subsequently )?(?:overrul|abrogat|supers[ec]d|revers|vacat|rev['’]d|aff['’]d)\w*['’]?d?,? (?:by|in|on|sub|as|part)\b",
    re.I,
)
_RELATIVE = r"(?:which|that|a (?:case|decision|ruling|holding)(?: (?:which|that))?|itself)"
_PASSIVES = (
    r"(?:(?P<overruled>overruled)|(?P<abrogated>abrogated)|(?P<superseded>supers[ec]ded)|(?P<reversed>reversed)|(?P<vacated>vacated)"
    r"|(?P<distinguished>distinguished|distinguishable)|(?P<limited>limited|confined)|(?P<declined>not followed)"
    r"|(?P<questioned>questioned|doubted|critici[sz]ed|disapproved|called into (?:question|doubt)|no longer good law)"
    r"|(?P<followed>followed|adopted)|(?P<affirmed>affirmed))(?![\w'’])"
)
_WAS = re.compile(
    rf",? ?(?:{_RELATIVE},? )?(?:(?:has|have|had)(?: {_ADVERB})* been|was|were|is|are|stands)(?: {_ADVERB},?)* {_PASSIVES}", re.I
)
_IS_TO_BE = re.compile(r",? ?(?:can|may|must)(?: [a-z]+ly)* be(?: [a-z]+ly)* (?P<distinguished>distinguished)\b", re.I)
_SUBSEQUENT = re.compile(
    r"""(?P<lead>[,;]?\ ?\(?(?:as\ )?(?:(?:later|subsequently|partially|implicitly|expressly|impliedly|effectively|since|largely)[ ,]+)*)
    (?P<words>(?P<overruled>overruled) | (?P<abrogated>abrogated) | (?P<superseded>supers[ec]ded) | (?P<reversed>reversed|rev['’]d)
    | (?P<vacated>vacated|vac['’]d) | (?P<affirmed>affirmed|aff['’]d) | (?P<questioned>questioned|critici[sz]ed|disapproved|doubted)
    | (?P<limited>limited) | (?P<distinguished>distinguished) | (?P<followed>followed(?!\ by)) | (?P<declined>not\ followed))
    (?P<after>\.?(?:$|[,;)]|\.$|\ (?:by|in|on|as|sub|mem|per|en\ banc)\b|\ and\ (?:remanded|vacated|rev['’]d|reversed)|\ \(|\ \d+\ ))""",
    re.I | re.X,
)
_AND_ALSO = re.compile(
    r" (?:in part,? )?and (?:(?P<reversed>rev['’]d|reversed)|(?P<vacated>vac['’]d|vacated)|(?P<affirmed>aff['’]d|affirmed))\b", re.I
)
_DENIAL = re.compile(r",? ?(?:cert\.|reh['’]g|review|appeal|petition)[^,;()]{0,40}, ", re.I)


def cues_in(sentence: str, targets: Sequence[Target]) -> list[Cue]:
    """The cues of a sentence, each once for a kind and an authority, in the order of their targets."""
    if not targets or not SAYS_SO.search(sentence):
        return []
    text, places = _flowed(sentence)
    targets = [target._replace(start=bisect_left(places, target.start), end=bisect_left(places, target.end)) for target in targets]
    floors = [0, *(target.end for target in targets)]
    spans = [(_name_start(text, target, floor), _behind(text, target.end)) for target, floor in zip(targets, floors, strict=False)]
    found: dict[tuple[str | int, str], Cue] = {}
    for index, target in enumerate(targets):
        if not target.history:
            for kind, start, end in (*_as_object(text, index, spans), *_as_subject(text, index, targets, spans)):
                found.setdefault((target.cluster or index, kind), Cue(index, kind, places[start], places[end - 1] + 1))
    return list(found.values())


def _flowed(text: str) -> tuple[str, list[int]]:
    """The text with single spaces and without numbers of pages between its words, and for each character where it stands in the text."""
    kept: list[int] = []
    last = 0
    for gap in _GAP.finditer(text):
        kept += [*range(last, gap.start()), gap.start()]
        last = gap.end()
    kept += range(last, len(text))
    return "".join(" " if text[place].isspace() else text[place] for place in kept), kept


def _name_start(text: str, target: Target, floor: int) -> int:
    """Where the name before a citation begins, behind the end of the one before it (`floor`), else where the citation does."""
    words = [word for word in re.split(r"[\s,]+", target.name) if word]
    reach = 2 * len(target.name) + 40
    before = text[max(floor, target.start - reach) : target.start]
    places = [match.start() for match in re.finditer(r"[ ,]+".join(map(re.escape, words)), before)] if words else []
    return target.start - len(before) + places[-1] if places else target.start


def _behind(text: str, end: int) -> int:
    """Behind the pins of a citation and the parentheses that follow it, up to one that tells its history."""
    while True:
        if pin := _PIN.match(text, end):
            end = pin.end()
        elif (opened := _OPENED.match(text, end)) and not _HISTORY_INSIDE.match(text, end) and (closed := _closing(text, opened.end() - 1)):
            end = closed
        else:
            return end


def _closing(text: str, opening: int) -> int | None:
    """Behind the parenthesis that closes this one; None where none does."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place + 1
    return None


def _as_object(text: str, index: int, spans: Sequence[Span]) -> Iterator[Told]:
    """The verb before the citation, with nothing between but what leads to its object."""
    begin = _list_start(text, index, spans)
    low = max(0, begin - 2 * LONGEST_GAP)
    before = text[low:begin]
    calling = _INTO_QUESTION.search(before) if _QUESTION_AFTER.match(text, spans[index][1]) else None
    if calling and _is_said(before[: calling.start()], "called"):
        yield "questioned", low + calling.start(), low + calling.end()
    for verb in _VERB.finditer(before):
        kind, word = _named(verb), verb[0].lower()
        leads = _leads_to_object(before[verb.end() :], kind, doing=word.endswith("g"))
        if leads and _is_said(before[: verb.start()], word):
            yield kind, low + verb.start(), low + verb.end()


def _list_start(text: str, index: int, spans: Sequence[Span]) -> int:
    """Where a list of citations begins of which this is a part ("X, 1 U.S. 1, and Y, 2 U.S. 2"); else where its own name does."""
    begin = spans[index][0]
    for start, end in reversed(spans[:index]):
        if not (end <= begin and _LISTED.fullmatch(text, end, begin)):
            break
        begin = start
    return begin


def _leads_to_object(gap: str, kind: str, *, doing: bool) -> bool:
    """Whether the words between a verb and a citation make it the verb's object: "our decision in", "the rule announced in". Behind a
    comma, or "on other grounds", only one who is `doing` it has an object; else it is where that was done: "vacated, 544 U.S. 946"."""
    if len(gap) > LONGEST_GAP or (not doing and ("," in gap or " on other grounds" in gap)):
        return False
    while aside := _ASIDE.match(gap):
        gap = " " + gap[aside.end() :].lstrip()
    if _NOT_FIRST.match(gap):
        return False
    words = [word.strip(".,:“\"'‘([") for word in gap.split()]
    if len(words) > MOST_WORDS or not all(map(_may_lead, words, ["", *words])):
        return False
    of = [word.lower() for word in words if word.lower() in _WHAT]
    return kind not in _BY_DECISION or not of or bool(_DECIDED.intersection(of))


def _may_lead(word: str, before: str) -> bool:
    low, before = word.lower(), before.lower()
    if low in _THEN:
        return before in _WHAT or before in _LAID_DOWN
    if low in ("by", "under", "at", "on", "for"):
        return before in _LAID_DOWN
    if before == "and" and _VERB.fullmatch(word):
        return True
    return not low or any(low.removesuffix("'s").removesuffix("’s") in known for known in (_OF_WHOM, _WHAT, _LAID_DOWN, _LEADING))


def _is_said(head: str, verb: str) -> bool:
    """Whether the words before a verb let it be said, of the citation behind it, as done."""
    if _DENIED.search(head) or _CLAIMED.search(head):
        return False
    if verb == "distinguishable from":
        return True
    if verb.split()[0] in _BASE:
        return bool(_WE.search(head))
    return not (_PASSIVE_BEFORE.search(head) or _WISHED.search(head) or _NOUN_BEFORE.search(head))


def _as_subject(text: str, index: int, targets: Sequence[Target], spans: Sequence[Span]) -> Iterator[Told]:
    """The passive, or the subsequent history, behind the citation and its parallel ones."""
    end = _behind_parallel(text, index, targets, spans)
    before = text[max(0, spans[index][0] - 160) : spans[index][0]]
    if told := _SUBSEQUENT.match(text, end):
        if "’" in told["words"] or "'" in told["words"] or told["after"].startswith(" by") or not _RELYING.search(before):
            yield _named(told), told.start("words"), told.end("words")
            if also := _AND_ALSO.match(text, told.end("words")):
                yield _named(also), also.start(), also.end()
        return
    told = _WAS.match(text, end) or _IS_TO_BE.match(text, end)
    if told and not any(pattern.search(before) for pattern in (_OTHER_MATTER, _CLAIMED, _SUPPOSED)):
        yield _named(told), told.start(_named(told)), told.end(_named(told))


def _behind_parallel(text: str, index: int, targets: Sequence[Target], spans: Sequence[Span]) -> int:
    """Behind the citation, its parallel ones and the denials of review that follow."""
    end = spans[index][1]
    for other, (_, behind) in zip(targets[index + 1 :], spans[index + 1 :], strict=True):
        parallel = bool(other.cluster) and other.cluster == targets[index].cluster and other.start >= end
        between = text[end : other.start]
        if (parallel and between.strip(" ,") == "") or (other.history and _DENIAL.match(between)):
            end = behind
    return end


def _named(match: re.Match[str]) -> str:
    return next(kind for kind, words in match.groupdict().items() if words and kind not in ("words", "lead", "after"))
