"""The words of a question and of a sentence as they are compared. No Django here, and no database."""

from __future__ import annotations

import re
from functools import lru_cache

from documents.services.search.text.words import words_in

_STOP = frozenset(
    # Words that every question or sentence may have: they say nothing of what is asked.
    "a an the this that these those there here it its he him his she her they them their we us our you your i me my who whom whose what "  # noqa: SIM905
    "which when where why how is are was were be been being am do does did done doing has have had having can could may might must shall "
    "should will would ought of in on at by for from to into onto with without within under over about as than then and or but if nor "
    "not no any some all each every both either neither so such same own also only just too very much many long often more most least "
    "less few out up down off s t d ll re ve m one ones during before after until since between against through per via according "
    "please tell say says said know known give given according mention mentioned state stated documents document file files case matter "
    "let get got happen happens happened occur occurs occurred "
    "exactly ever actually really date day time year amount name place reason kind type person someone anyone".split()
)
_ENDINGS = (
    "ations", "ation", "ments", "ment", "ness", "ities", "ity", "ings", "ing", "ies", "ied", "ives", "ive", "ions", "ion", "ences", "ence",
    "ances", "ance", "ers", "er", "ors", "or", "als", "al", "ants", "ant", "ents", "ent", "eds", "ed", "es", "ly", "s", "e", "y",
)  # fmt: skip
_IRREGULAR = {
    form: base
    for base, forms in {
        "buy": "bought buys", "sell": "sold sells sale sales", "pay": "paid pays payable payment payments", "begin": "began begun begins",
        "break": "broke broken", "give": "gave", "write": "wrote written writes", "send": "sent sends", "leave": "left leaves",
        "hold": "held holds", "make": "made makes", "take": "took taken takes", "find": "found finds", "meet": "met meets meeting meetings",
        "build": "built builds", "bring": "brought brings", "lose": "lost loses loss losses", "keep": "kept keeps", "teach": "taught",
        "speak": "spoke spoken", "know": "knew", "fall": "fell fallen falls", "steal": "stole stolen theft", "bear": "bears bore borne",
        "choose": "chose chosen choice", "deny": "denied denies denial", "agree": "agreed agrees", "see": "saw seen", "run": "ran runs",
        "withdraw": "withdrew withdrawn", "drive": "drove driven", "come": "came comes", "go": "went gone goes", "become": "became",
        "receive": "received receipt receives", "analyse": "analysis analyses analyze analyzed", "die": "died death dies",
        "admit": "admitted admits admission admissions", "submit": "submitted submits submission",
        "ship": "shipped ships shipment shipments",
        "bind": "bound binds", "hurt": "hurts", "child": "children", "person": "people persons", "company": "companies",
        "use": "used uses using", "serve": "served serves", "hire": "hired hires hiring", "arrive": "arrival arrived",
        "breach": "breached breaches", "develop": "developed development develops developing", "behave": "behaviour behavior",
        "long": "length", "high": "height", "deep": "depth", "sue": "sued sues lawsuit suit", "refuse": "refusal refused refuses",
        "approve": "approved approval approves", "inspect": "inspection inspected inspector inspections",
    }.items()
    for form in forms.split()
}  # fmt: skip
_NEGATIVE = re.compile(
    r"\b(?:not|no|never|nor|neither|none|nothing|nobody|cannot|without|den(?:y|ies|ied|ying|ial)|refus(?:e|es|ed|al)|declin(?:e|es|ed)|"
    r"forbid(?:s|den)?|prohibit(?:s|ed)?|disclaim(?:s|ed)?|reject(?:s|ed)?|fail(?:s|ed)?\s+to|unable|lacks?)\b|n['’]t\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\bnot\s+(?:only|less\s+than|later\s+than|more\s+than|limited\s+to)\b|\bno\s+(?:later|less|more)\s+than\b|\bNo\.\s*\d", re.I
)
LEAST_STEM = 3


@lru_cache(maxsize=50_000)
def stem(folded: str) -> str:
    """What a folded word shares with its other forms: agreement, agreed and agree are one; figures stay."""
    if base := _IRREGULAR.get(folded):
        folded = base
    if folded[:1].isdigit():
        return folded
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= LEAST_STEM + (len(ending) < 3 and ending != "s"):
            folded = folded[: -len(ending)]
            break
    if len(folded) > LEAST_STEM and folded[-1] == folded[-2] and folded[-1] not in "aeiouls":
        folded = folded[:-1]
    return folded.rstrip("ei") if len(folded) > LEAST_STEM + 1 else folded


def content_of(text: str) -> dict[str, str]:
    """The words that say something, by their stems in their order; a vice president is no president."""
    found: dict[str, str] = {}
    for word in words_in(_COMPOUND.sub(lambda match: match[0].replace(" ", ""), _LAST_TIME.sub(" ", " ".join(text.split())))):
        if word.folded not in _STOP and (len(word.folded) > 1 or word.folded.isdigit()):
            found.setdefault(stem(word.folded), word.folded)
    return found


def stems_in(text: str) -> set[str]:
    """Of the words that say something."""
    return set(content_of(text))


def alike(stem_of_question: str) -> frozenset[str]:
    """Stems that say the same in papers of law."""
    return _ALIKE.get(stem_of_question, frozenset())


def is_negative(text: str) -> bool:
    """Whether it says that something is not so: an odd number of negations would be too clever for a sentence of a lawyer."""
    return bool(_NEGATIVE.search(_NO_NEGATION.sub(" ", text)))


_LAST_TIME = re.compile(r"\blast\s+(?=[a-z])")
_COMPOUND = re.compile(r"\bvice president\b|\bdeputy director\b", re.IGNORECASE)
_SAME = (
    "buy purchase acquire order", "employ hire staff", "salary wage pay compensation remuneration", "sign execute conclude enter",
    "begin start commence", "end expire terminate cease", "contract agreement", "lease tenancy", "rent lease", "keep store hold",
    "publish disclose announce public", "lawyer attorney counsel", "lawsuit action complaint", "error mistake", "glue adhesive",
    "email message mail", "defective faulty nonconforming fail", "price cost", "forbid prohibit", "transfer assign",
    "people person persons",
    "notice notification", "injury hurt suffer", "reply answer respond", "successor replace", "reject refuse", "build manufacture make",
    "drive disk stick", "repair maintain fix responsible", "last survive continue", "location place", "inspect examine test check",
)  # fmt: skip
_ALIKE: dict[str, frozenset[str]] = {}
for _group in _SAME:
    _stems = frozenset(stem(_word) for _word in _group.split())
    for _one in _stems:
        _ALIKE[_one] = _ALIKE.get(_one, frozenset()) | _stems
_CONTRARY = (
    ("admit acknowledge concede confess", "deny dispute contest"), ("accept", "reject refuse decline"),
    ("grant allow approve", "deny refuse reject"),
    ("deny dispute contest", "admit acknowledge concede confess"), ("agree", "disagree refuse"),
)  # fmt: skip
OPPOSITES: dict[str, frozenset[str]] = {}
for _some, _others in _CONTRARY:
    for _one in _some.split():
        OPPOSITES[stem(_one)] = OPPOSITES.get(stem(_one), frozenset()) | frozenset(stem(_word) for _word in _others.split())


_NEAR_NEGATION = re.compile(
    r"\b(?:not|never|nor|no|none|neither|cannot|without|den(?:y|ies|ied)(?:\s+that)?|"
    r"refus(?:e|es|ed)\s+to|fail(?:s|ed)?\s+to)\b|n['’]t\b",
    re.IGNORECASE,
)
REACH = 60
"""Characters behind a negation that it is about."""


def negated_in(text: str, *, first: bool = False) -> set[str]:
    """Stems of the words right behind the negations of a sentence; `first`: of each only the next."""
    bare = _NO_NEGATION.sub(" ", text)
    found: set[str] = set()
    for match in _NEAR_NEGATION.finditer(bare):
        reach = re.split(r"[.;]|,\s+(?:and|but)\s", bare[match.end() : match.end() + REACH])[0]
        found |= set(list(content_of(reach))[:1]) if first else stems_in(reach)
    return found
