"""Whether sentence and source agree on whether it is so: negation, what may and must be, conditions, and who says so.

There is no parser here. A sentence is taken clause by clause, each beside the clause of the sources with which it has the most words in
common; of several that are equally near, one that agrees is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground, beside
from documents.services.chat.gate.text.reading import PAST_FORMS, Clause, Reading
from documents.services.chat.gate.text.roots import GENERIC, bare_of, content_of, root, tokens

_NOT = re.compile(
    r"\b(?:not(?!\s+(?:only|merely|just|less|later|more|fewer|earlier|exceed|to\s+exceed|greater)\b)|cannot|\w+n't|never|neither|nor|none|nobody|nothing|nowhere"
    r"|no(?!\.|\s*\d|\s+(?:later|less|more|fewer|earlier|greater|doubt|longer\s+than)\b)|fail(?:s|ed|ing|ure)?\s+to|failures?\s+of|refus(?:e|es|ed|ing|al)\s+to"
    r"|declin(?:e|es|ed|ing)\s+to|unable\s+to|unwilling\s+to|lack(?:s|ed|ing)?|absence\s+of|(?:prohibit|forbid|bar|preclud|prevent|enjoin|restrain)\w*|forbad\w*"
    r"|(?:advis|recommend|decid|warn|counsel|vot|argu|rul|caution|speak|spoke)\w*\s+against|hardly|scarcely|barely|neglect(?:s|ed)?\s+to|omit(?:s|ted)?\s+to|far\s+from|instead\s+of|rather\s+than)(?=\W|$)",
    re.I,
)
_NON = re.compile(r"\bnon-(?=\w{4})", re.I)
_DENY = re.compile(r"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing)|reject(?:s|ed|ing)?|disclaim(?:s|ed)?|denial)\b", re.I)
_CONDITION = re.compile(
    r"\b(?:unless|except(?:\s+(?:for|that|as|with|by|in|to|where|when))?|without|provided\s+that|subject\s+to|only\s+(?:if|with|when|where|after|upon)"
    r"|(?<!even\s)(?<!as\s)(?<!asked\s)(?<!asks\s)(?<!know\s)(?<!knew\s)(?<!see\s)(?<!tell\s)if(?!\s+any\b)|in\s+the\s+event|conditional\s+(?:on|upon)|conditioned\s+on|contingent\s+(?:on|upon)|so\s+long\s+as|as\s+long\s+as|other\s+than"
    r"|absent|save\s+(?:for|that|as))\b",
    re.I,
)
_HARD = re.compile(r"\b(?:unless|except|only|provided|subject|if|event|condition\w*|contingent|long|other|absent|save)\b", re.I)
_ATTRIBUTED = re.compile(
    r"\b(?:alleg(?:es|ed|edly|e|ing)|contend(?:s|ed)?|assert(?:s|ed)?|argu(?:es|ed)|maintain(?:s|ed)?\s+that|purport(?:s|ed|edly)?|suppos(?:ed|edly)|accus(?:es|ed|ing)"
    r"|according\s+to|in\s+(?:his|her|their|its|my)\s+(?:opinion|view|belief)|on\s+information\s+and\s+belief|upon\s+information\s+and\s+belief|reputedly|rumou?r\w*|hearsay|i\s+(?:think|believe|guess|suspect)"
    r"|(?:claim(?:s|ed)|stat(?:es|ed)|sa(?:ys|id)|report(?:s|ed)|testifi\w+|believ(?:es|ed)|suspect(?:s|ed)|declar(?:es|ed)|writes|wrote|t(?:old|ells)|suggest(?:s|ed)|thinks|thought|insist(?:s|ed)"
    r"|speculat\w+|estimat(?:es|ed)|opin(?:es|ed)|submit(?:s|ted)|recall(?:s|ed)|assum(?:es|ed)|repl(?:ies|ied)|answer(?:s|ed)|explain(?:s|ed)|respond(?:s|ed))(?:\s+(?!that)\w+){0,4}?\s+that\b"
    r"|(?:claim|state|say|said|report|testifi|believ|suspect|declar|wrote|told|suggest|think|thought|insist|speculat|estimat|opin|propos|submit|recall|assum)\w*"
    r"(?:\s+(?:us|me|him|her|them|[A-Z]\w+))?\s+(?:that|he|she|they|it(?!\w))\b(?!\s+is\s+hereby)"
    r"|den(?:y|ies|ied)(?=\s+(?:that|having|any|the\s+alleg))|(?:claims|claimed)\s+(?:to\s+have|the\b|[A-Z]))",
    re.I,
)
_TOLD = re.compile(
    r"\b(?:alleg\w*|contend\w*|contention|assert\w*|argu\w*|maintain\w*|purport\w*|suppos\w*|accus\w*|according|opinion|view|belie\w*|claim\w*|says?|said|stat(?:e[sd]?|ing|ement)|report(?:s|ed)"
    r"|testi\w*|suspect\w*|declar\w*|wr[io]t\w*|told|tells?|suggest\w*|think\w*|thought|insist\w*|speculat\w*|estimat\w*|opin\w*|propos\w*|submit\w*|recall\w*|den(?:y|ies|ied|ial)"
    r"|rumou?r\w*|complain\w*|pleads?|pleaded|assum\w*|explain\w*|mention\w*|not(?:es|ed)|writes|reputedly|hearsay|answer\w*|respon\w*|repl(?:y|ies|ied)|expert\w*|witness\w*|deponent)\b",
    re.I,
)
_MUST = re.compile(
    r"\b(?:shall|must|will|requir\w*|oblig\w*|agree[sd]?|undertak\w*|covenant\w*|due|payable|owe[sd]?|(?:is|are|was|were)\s+to|ha(?:s|ve|d)\s+to|needs?\s+to|order(?:s|ed)?"
    r"|direct(?:s|ed)?|compel\w*|mandatory|responsible|demand\w*|bound|duty|promis\w*|necessary|need|instruct\w*|command\w*|liable|entitled\s+to\s+receive)\b",
    re.I,
)
_MAY = re.compile(r"\b(?:may(?!\s+\d)|permit\w*|allow\w*|entitle\w*|right|rights|can|could|option\w*|discretion\w*|authori[sz]\w*|free\s+to|at\s+liberty|might|able|eligible|empower\w*|license[sd]?|consent\w*|possibl\w*|potential\w*|perhaps)\b")  # fmt: skip
_OUGHT = re.compile(
    r"\b(?:shall|must|(?:is|are)\s+(?:required|obliged|obligated)\s+to|has\s+to|have\s+to|is\s+mandatory|had\s+to|was\s+required\s+to)\b",
    re.I,
)
_ALLOWED = re.compile(r"\b(?:may(?!\s+\d)|(?:is|are)\s+(?:permitted|allowed|entitled|free)\s+to)\b")
_OPEN = re.compile(r"\b(?:may(?!\s+\d)|might|could|would|should|plans?\s+to|planned\s+to|intends?\s+to|intended\s+to|wants?\s+to|wanted\s+to|hopes?\s+to|hoped\s+to|expect\w*\s+to|tried\s+to|attempt\w*\s+to|offer\w*\s+to|propos\w*\s+to|consider\w*|threaten\w*\s+to|likely|possibl[ey]|perhaps|potential\w*|proposed|about\s+to)\b")  # fmt: skip
_YET = re.compile(
    r"\b(?:shall|must|will|(?:is|are)\s+to|(?:is|are)\s+(?:required|obliged|obligated)\s+to|agree[sd]?\s+to|promis\w+\s+to|undertakes?\s+to|please|kindly)\b",
    re.I,
)
_SCHEDULED = re.compile(r"\b(?:is|are|be|been|was|were)\s+(?:set|scheduled|fixed|listed|calendared|planned)\s+(?:for|on|to)\b", re.I)
"""What is to happen on a day."""
_PAST = re.compile(r"\b(?:was|were|had|did|has\s+been|have\s+been|has|have)\b", re.I)
_FORBIDS = re.compile(
    r"\b(?:may|must|shall|will|can|could|should|would|is|are|was|were)\s+(?:not|never)\b|\bcannot\b|\b(?:no(?!\s*\.?\s*\d)|neither|nor|nobody|none|never|nothing)\b"
    r"|\b(?:prohibit|forbid|bar|preclud)\w*",
    re.I,
)
_AHEAD = 9
_OPPOSITES = {
    word: pair
    for pair in (
        frozenset(root(word) for word in one.split())
        for one in """grant deny|accept reject|increase decrease|increase reduce|rise fall|win lose|begin end|guilty innocent|true false|approve reject|affirm reverse|approve oppose|support oppose|favor oppose|endorse oppose
        sustain overrule|admit deny|enter leave|open close|early late|buyer seller|allow prohibit|permit prohibit|pass fail|arrive depart|include exclude|before after
        lend borrow|lender borrower|valid void|import export|hire fire|always never|legal illegal|buy sell|gain lose|profit loss|success failure|present absent
        public private|small large|small big|short long|new old|agree refuse|accept refuse|grant refuse|consent refuse|affirm vacate|uphold overturn|confirm deny|higher lower|high low|first last|north south|east west
        left right|male female|alive dead|cause prevent|remember forget|safe unsafe|satisfy breach|comply breach|perform breach|remain leave|debtor creditor|attend miss""".replace("\n", "|").split("|")
        if one.strip()
    )
    for word in pair
}  # fmt: skip
_ALL_OPPOSITES = list({frozenset(pair) for pair in _OPPOSITES.values()})


def faults_of(said: Reading, ground: Ground) -> Iterator[Fault]:
    told = set()
    for clause in said.clauses:
        best: list[Fault] | None = None
        for reading, other in beside(clause, ground):
            found = list(_differing(said, clause, reading, other))
            if best is None or len(found) < len(best):
                best = found
        for one in best or ():
            if one.code not in told:
                told.add(one.code)
                yield one
    if "negation" not in told and _denies_alone(said, ground):
        yield fault("negation")


def _differing(said: Reading, clause: Clause, reading: Reading, other: Clause) -> Iterator[Fault]:
    if _opposed(clause, other):
        yield fault("negation")
    elif (code := _modal(clause, other, said, reading)) is not None:
        yield fault(code)
    if _unconditional(said, clause, reading, other):
        yield fault("condition")
    if _flattened(said, clause, reading, other):
        yield fault("attribution")


# Negation


def _opposed(clause: Clause, other: Clause) -> bool:
    mine, theirs = _negations(clause, other), _negations(other, clause)
    mine_plus, theirs_plus = _prefixed(clause, other), _prefixed(other, clause)
    odd = (len(mine) + mine_plus - len(theirs) - theirs_plus) % 2 == 1
    if any(
        pair & clause.roots and pair & other.roots and not (pair & clause.roots & other.roots) and len(pair & clause.roots) == 1
        for pair in _ALL_OPPOSITES
    ):
        denied = sum(bool(_DENY.fullmatch(word)) for word in clause.words) - sum(bool(_DENY.fullmatch(word)) for word in other.words)
        return (odd + denied) % 2 == 0
    if not odd:
        return bool(mine) and len(mine) == len(theirs) and _aimed_elsewhere(clause, mine, other, theirs)
    if mine_plus or theirs_plus:
        return True
    hot = [_hot(one, at) for one, places in ((clause, mine), (other, theirs)) for at in places]
    shared = clause.roots & other.roots
    return any(not roots or roots & shared for roots in hot)


def _negations(clause: Clause, other: Clause | None = None) -> list[int]:
    """Where words that negate end, in the clause's text; without those (rejected, denied) that the other clause has as well."""
    neither = re.search(r"\bneither\b", clause.low, re.I) is not None
    found = [one.end() for pattern in (_NOT, _NON) for one in pattern.finditer(clause.low) if not (neither and one[0].casefold() == "nor")]
    denials = [one.end() for one in _DENY.finditer(clause.low) if other is None or root(one[0]) not in other.roots]
    return sorted([*found, *denials])


def _hot(clause: Clause, at: int) -> frozenset[str]:
    """What is negated: the next words, up to a word that ends the reach of a negation; of "those that do not conform" the verb only."""
    relative = _RELATIVE.search(clause.low[:at])
    far = _FAR.search(clause.low[:at])
    words = [found[0] for found in tokens(clause.low[at:])][: 1 if relative else 40 if far else _AHEAD]
    kept = []
    for word in words:
        if word.casefold() in ("because", "without", "unless", "but", "although", "until", "except"):
            break
        kept.append(word)
    return frozenset(content_of(kept))


_FAR = re.compile(r"\b(?:prohibit|forbid|forbad|bar|preclud|prevent|enjoin|restrain|den)\w*\s*$", re.I)
_RELATIVE = re.compile(
    r"\b(?:that|which|who)\s+(?:(?:do|does|did|is|are|was|were|has|have|had|shall|may|must|can|will)\s+)?(?:not|never|n't|cannot)\s*$", re.I
)


def _aimed_elsewhere(clause: Clause, mine: list[int], other: Clause, theirs: list[int]) -> bool:
    """Both negate once, but each what the other states: "paid but did not deliver" beside "did not pay but delivered"."""
    if len(mine) != 1 or _DENY.search(clause.low) or _DENY.search(other.low):
        return False
    shared = clause.roots & other.roots
    one, two = _hot(clause, mine[0]) & shared, _hot(other, theirs[0]) & shared
    return bool(one) and bool(two) and not one & two


def _prefixed(clause: Clause, other: Clause) -> int:
    """Words like unpaid that the other has without their beginning."""
    bare = {root(one) for word in clause.words if root(word) not in other.roots and (one := bare_of(word))}
    return len({one for one in bare if one in other.roots and one not in clause.roots})


def _denies_alone(said: Reading, ground: Ground) -> bool:
    """Whether the sentence negates and nothing in its sources does."""
    if not any(_negations(clause) for clause in said.clauses):
        return False
    texts = [*ground.readings]
    if any(_negations(clause) for reading in texts for clause in reading.clauses):
        return False
    negative = re.compile(r"\b(?:without|unless|except|only|un\w{4,}|in(?:valid|complete|sufficient|correct|accurate|admissible|eligible|operative|effective)\w*|non-?\w{4,}|missing|empty|zero|refus\w+|declin\w+|waive\w*|void|absent|exclu\w+|false|wrong|impossible|dismiss\w*|lapsed?|ceased?|stopped|other than)\b", re.I)  # fmt: skip
    return not any(negative.search(reading.text) for reading in texts)


# May and must


def _modal(clause: Clause, other: Clause, said: Reading, reading: Reading) -> str | None:
    mine, theirs = clause.low, other.low
    negated = bool(_FORBIDS.search(mine)) and bool(_FORBIDS.search(theirs))
    if _OUGHT.search(mine) and not negated and not _MUST.search(theirs):
        return "modality"
    if _ALLOWED.search(mine) and not negated and not _MAY.search(theirs) and not re.search(r"\bmay\b", reading.text):
        return "modality"
    if _ALLOWED.search(mine) and not negated and _OUGHT.search(theirs) and not _MAY.search(theirs):
        return "modality"
    if negated:
        return None
    if (
        _governs(_OPEN, other, clause)
        and not re.search(
            r"\b(?:may(?!\s+\d)|might|could|would|should|can|permit\w*|allow\w*|entitle\w*|right|option|discretion|authori\w*)\b", mine
        )
        and not _shared_open(mine, theirs)
    ):
        return "modality"
    if _governs(_YET, other, clause) and not _MUST.search(mine) and _happened(clause, other):
        return "modality"
    if _SCHEDULED.search(theirs) and not _SCHEDULED.search(mine) and _tells_past(clause):
        return "modality"
    return None


def _governs(pattern: re.Pattern[str], other: Clause, clause: Clause) -> bool:
    """Whether such a word of the source stands before a verb that the sentence has."""
    for found in pattern.finditer(other.low):
        ahead = content_of(one[0] for one in tokens(other.low[found.end() :])[:7])
        if {*[one for one in ahead if one not in GENERIC][:2]} & clause.roots:
            return True
    return False


def _shared_open(mine: str, theirs: str) -> bool:
    """Whether the sentence keeps open what the source does, in the same words or others."""
    found = {one[0].split()[0][:5].casefold() for one in _OPEN.finditer(theirs)}
    return all(re.search(rf"\b{re.escape(word)}", mine, re.I) for word in found) or bool(re.search(r"\b(?:plan\w*|inten\w*|want\w*|hop\w*|expect\w*|tr(?:y|ied)|attempt\w*|offer\w*|propos\w*|consider\w*|threat\w*|likely|possib\w*|perhaps|potential\w*)\b", mine, re.I))  # fmt: skip


def _tells_past(clause: Clause) -> bool:
    return bool(_PAST.search(clause.low)) or any(word in PAST_FORMS or word.endswith("ed") for word in clause.words)


def _happened(clause: Clause, other: Clause) -> bool:
    """Whether the sentence tells as past what the source only requires."""
    if _PAST.search(clause.low) and not _PAST.search(other.low):
        return True
    theirs = {word.casefold() for word in other.words}
    for word in clause.words:
        low = word.casefold()
        if low in theirs or root(low) not in other.roots:
            continue
        if low.endswith("ed") or low in PAST_FORMS:
            return True
    return False


# Conditions and who says so


def _unconditional(said: Reading, clause: Clause, reading: Reading, other: Clause) -> bool:
    mine, theirs = said.sentence_of(clause), reading.sentence_of(other)
    place = next((number for number, one in enumerate(reading.clauses) if one is other), 0)
    around = [one for one in reading.clauses[max(0, place - 1) : place + 2] if one.sentence == other.sentence]
    near = " ".join(one.text for one in around if one is other or _CONDITION.match(one.text.lstrip()))
    conditions = [one[0].casefold().split()[0] for one in _CONDITION.finditer(near)]
    kept = [one[0].casefold().split()[0] for one in _CONDITION.finditer(mine)]
    if "without" in kept and not re.search(r"\b(?:without|lack\w*|absen\w+|no)\b", theirs, re.I) and not _NOT.search(theirs):
        return True
    if conditions and not kept and not _sure_exceptions(mine):
        return any(
            word != "without" or _NOT.search(theirs) or _MAY.search(theirs) or _after(theirs, "without") & clause.roots
            for word in conditions
        )
    if kept and not conditions and not _sure_exceptions(theirs):
        return any(word in ("unless", "except", "without", "only") for word in kept)
    return False


def _sure_exceptions(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:only|until|consent|approval|condition\w*|whether|exception\w*|when(?:ever)?|where|upon|in case|no|lack\w*)\b", text, re.I
        )
    )


def _after(text: str, word: str) -> frozenset[str]:
    found = re.search(rf"\b{word}\b", text, re.I)
    return frozenset(content_of(one[0] for one in tokens(text[found.end() :])[:4])) if found else frozenset()


def _flattened(said: Reading, clause: Clause, reading: Reading, other: Clause) -> bool:
    """Whether the source has it from somebody, and the sentence from nobody."""
    theirs = reading.sentence_of(other)
    found = _ATTRIBUTED.search(theirs)
    if found is None or _TOLD.search(said.text):
        return False
    # What stands before "alleges that" is no allegation, and neither is what the court found.
    at = other.start - reading.sentences[other.sentence][0]
    inside = at >= found.start() or found.end() <= at + len(other.text)
    shared = clause.telling & frozenset(content_of(one[0] for one in tokens(theirs[found.end() :])))
    return inside and bool(shared)
