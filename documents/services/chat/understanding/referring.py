"""Questions that lean on the conversation: "when was that order made?", "why?", "what about Halden-7?". Only what is sure is replaced."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from documents.models import Document
from documents.services.chat.contracts import Turn
from documents.services.chat.understanding.kinds import ANY, PATTERN, kind_of
from documents.services.chat.understanding.stated import names_in, premise_of
from documents.services.chat.understanding.types import without_lead_in
from documents.services.timeline.dates import dates_in

_THAT_KIND = re.compile(
    rf"\b(?:that|this|the\s+(?:said|same|aforesaid|above))\s+(?:same\s+)?({PATTERN})\b(?!\s+(?:of|dated|from|between)\b)", re.IGNORECASE
)
_THAT_NOUN = re.compile(
    r"\b(?:that|this|the\s+(?:said|same))\s+([a-z]{4,})\b(?=\s*(?:\?|$|[,.]|\s(?:is|was|were|are|did|does|do"
    r"|has|have|had|will|end|begin|start|come|mean|cost)\b))",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(he|she|him|his|hers?)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(they|them|theirs?)\b", re.IGNORECASE)
_IT = re.compile(r"\b(it|its)\b", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\b(?:is|was)\s+it\s+(?:true|possible|correct|clear|likely|so|the\s+case|alleged|said|stated|known|agreed"
    r"|established|shown|documented)\b"
    r"|\bit\s+(?:is|was|has\s+been)\s+(?:\w+ly\s+)?(?:true|possible|correct|clear|likely|said|stated|alleged|known)\b",
    re.IGNORECASE,
)  # fmt: skip
_ALONE = re.compile(
    r"(?:and\s+|but\s+|so\s+)?(why(?:\s+(?:is|was)\s+(?:that|this|it))?|how come|when|where|who|how|by whom"
    r"|for how long|how long|how much|since when|why not)(?:\s+exactly)?\s*\?*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:and\s+|but\s+|so\s+)?(?:(?:what|how)\s+about|and)\s+(?:for\s+|with\s+|in\s+|on\s+)?(.+?)\s*\?*", re.IGNORECASE)
_OTHER = re.compile(r"(?:the\s+)?other\s+(?:one|" + PATTERN + r")", re.IGNORECASE)
_WH_AUX = re.compile(
    r"(?P<wh>(?:(?:on|in|at|by|to|for|from|with|since|until)\s+)?(?:when|where|why|how(?:\s+(?:much|long|many"
    r"|often))?|whom?|what|which)(?:\s+(?:date|day|court|year|amount|reason|place))?)\s+"
    r"(?P<rest>(?:did|does|do|has|have|had|will|would|was|were|is|are|could|can|may|must|should)\s+.+)",
    re.IGNORECASE | re.DOTALL,
)
_OF_SUBJECT = re.compile(r"who|what|which", re.IGNORECASE)
_YES_NO = re.compile(r"(?:did|does|do|has|have|had|will|would|was|were|is|are|could|can|may|must|should)\s.+", re.IGNORECASE | re.DOTALL)
_TITLED = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Prof|Judge|Justice|Hon)\b\.?")
_OF_THINGS = re.compile(
    r"\b(?:Inc|LLC|Ltd|Corp|Co|GmbH|AG|Company|Corporation|Court|Act|Code|Rule|Agreement|Contract|Process"
    r"|Exhibit|Section|Article|Schedule|Order|"
    r"Motion|Complaint|Report|Letter|Instruments|Robotics|Bank|University|County|State|District|Street|Lane"
    r"|Lease|Committee|Board|Department)\b|\d",
)
_HEAD = (
    r"(?:(?:[A-Z][\w’'&-]*|and|of|for|the|to|&)\s+){{0,6}}?[A-Z][\w’'&-]*\s+(?i:{head})\b(?:\s+(?:of"
    r"|dated)\s+(?:[0-3]?\d\s+)?[A-Z][a-z]+(?:\s+[0-3]?\d,?)?(?:\s+\d{{4}})?)?"
)
_DETERMINED = re.compile(r"\b(?:the|an?)\s+((?:[\w’'-]+\s*){1,8})", re.IGNORECASE)


@dataclass(frozen=True)
class _Seen:
    """A document of an earlier answer that may still be seen."""

    pk: uuid.UUID
    title: str
    kind: str
    said: str


class Conversation:
    """The turns before a question, the newest first, without anything of documents that the user cannot see now."""

    def __init__(self, earlier: Sequence[Turn], user: Any, case: uuid.UUID) -> None:
        self.user, self.case = user, case
        wanted = {pk for turn in earlier for pk in turn.documents}
        rows = (
            Document.objects.visible_to(user).filter(case=case, pk__in=wanted).values_list("pk", "title", "kind", "date") if wanted else []
        )
        self.known = {pk: _Seen(pk, title, kind, _called(title, date)) for pk, title, kind, date in rows}
        gone = wanted - self.known.keys()
        hidden = [title for title in Document.objects.filter(pk__in=gone).values_list("title", flat=True) if title] if gone else []
        self.turns = [
            Turn(turn.question, () if gone & set(turn.documents) else turn.answer, tuple(pk for pk in turn.documents if pk in self.known))
            for turn in reversed(earlier)
            if not any(title in turn.question for title in hidden)
        ]

    def document_of(self, kind: str) -> _Seen | None:
        """The last document of a kind, "" for any, that an answer was taken from; None where the last answer with one has several."""
        for turn in self.turns:
            wanted = Document.Kind.within(kind) if kind else Document.Kind.values
            found = [self.known[pk] for pk in turn.documents if self.known[pk].kind in wanted]
            if found:
                named = [one for one in found if one.title in turn.question]
                return found[0] if len(found) == 1 else named[0] if len(named) == 1 else found[0] if kind else None
        return None

    def other_of(self, one: _Seen) -> _Seen | None:
        """The other document of its kind, where the case has two."""
        rows = Document.objects.visible_to(self.user).filter(case=self.case, kind=one.kind, duplicate_of=None).exclude(pk=one.pk)
        found = list(rows.values_list("pk", "title", "kind", "date")[:2])
        if len(found) != 1:
            return None
        pk, title, kind, date = found[0]
        return _Seen(pk, title, kind, _called(title, date))

    def phrase_with(self, head: str) -> str:
        """The last name that ends with a word: "Supply and Confidentiality Agreement"."""
        pattern = re.compile(_HEAD.format(head=re.escape(head)))
        for turn in self.turns:
            for text in (turn.question, *reversed(turn.answer)):
                if found := [match[0] for match in pattern.finditer(text)]:
                    return re.sub(
                        r"^(?:(?:The|A|An|This|That|When|Where|Who|What|Which|Did|Does|Is|Was|Of|And|of|and|the|to|for)\s+)+", "", found[-1]
                    )
        return ""

    def person(self) -> str:
        """The one that "he" and "she" can only mean, "" where there are several."""
        for turn in self.turns:
            names = [name for name in names_in(turn.question) if _is_person(name)]
            if not names:
                names = [name for text in turn.answer[:1] for name in names_in(text) if _is_person(name)]
                names = [name for name in names if _TITLED.match(name) or " " in name]
            names = _longest(names)
            if len(names) > 1 and (premise := premise_of(turn.question)) is not None:
                names = [name for name in names if name in premise.subject] or names
            if names:
                return names[0] if len(names) == 1 else ""
        return ""

    def thing(self) -> str:
        """What "it" can only mean: what the last question was about, as it and its answer call it."""
        if not self.turns:
            return ""
        turn = self.turns[0]
        answer = " ".join(turn.answer).casefold()
        for match in _DETERMINED.finditer(without_lead_in(turn.question)):
            words = match[1].rstrip("?!. ").split()
            for count in range(len(words), 0, -1):
                phrase = " ".join(words[:count])
                if words[count - 1].lower() not in ("of", "the", "a", "and") and re.search(rf"\b{re.escape(phrase.casefold())}\b", answer):
                    return f"the {phrase}"
        names = [name for name in names_in(turn.question) if not _TITLED.match(name)]
        if len(names) == 1:
            return names[0]
        one = self.document_of("")
        return one.said if one is not None else ""


def _called(title: str, date: Any) -> str:
    """A document as a question would name it; with its date where the title does not say one."""
    title = " ".join(title.split())
    said = title if title.lower().startswith("the ") else f"the {title}"
    return f"{said} of {date.day} {date:%B %Y}" if date is not None and not dates_in(title) else said


def _is_person(name: str) -> bool:
    return bool(_TITLED.match(name)) or not _OF_THINGS.search(name)


def _longest(names: Sequence[str]) -> list[str]:
    """Without those that are a part of another: Okonkwo beside Daniel Okonkwo."""
    return [name for name in dict.fromkeys(names) if not any(name != other and name in other for other in names)]


def standalone(text: str, earlier: Sequence[Turn], user: Any, case: uuid.UUID) -> str:
    """The question without the conversation before it; the text as it is where what it leans on is not sure."""
    if not earlier:
        return text
    said = without_lead_in(text)
    if not (_leans(text) or _leans(said)):
        return text
    before = Conversation(earlier, user, case)
    if not before.turns:
        return text
    last = before.turns[0].question.strip()
    if alone := _ALONE.fullmatch(said) or _ALONE.fullmatch(text.strip()):
        return _asked_again(alone[1], last)
    if about := _ABOUT.fullmatch(text.strip()):
        return _exchanged(about[1], last, before) or text
    return _replaced(text, before)


def _leans(text: str) -> bool:
    patterns = (_THAT_KIND, _THAT_NOUN, _PERSON, _THEY, _IT)
    return bool(any(pattern.search(text) for pattern in patterns) or _ALONE.fullmatch(text.strip()) or _ABOUT.fullmatch(text.strip()))


def _asked_again(wh: str, last: str) -> str:
    """ "why?" after "When did Okonkwo leave?" -> "Why did Okonkwo leave?"."""
    wh = re.sub(r"\s+(?:is|was)\s+(?:that|this|it)$", "", wh, flags=re.IGNORECASE)
    clause = without_lead_in(last).rstrip("?!. ")
    match = _WH_AUX.fullmatch(clause)
    if match and not (_OF_SUBJECT.fullmatch(match["wh"]) and not re.match(r"(?:did|does|do)\b", match["rest"], re.IGNORECASE)):
        clause = match["rest"]
    elif not _YES_NO.fullmatch(clause):
        return f"{clause[:1].upper()}{clause[1:]}, and {wh.lower()}?"
    return f"{wh[:1].upper()}{wh[1:].lower()} {clause[:1].lower()}{clause[1:]}?"


def _exchanged(new: str, last: str, before: Conversation) -> str:
    """The last question asked of something else, "" where it is not sure instead of what."""
    if _OTHER.fullmatch(new):
        one = before.document_of("")
        other = before.other_of(one) if one is not None else None
        if one is None or other is None:
            return ""
        for old in (one.said, one.title):
            if old in last:
                return last.replace(old, other.said if old == one.said else other.title)
        kinds = [
            match for match in re.finditer(rf"\b(?:the|that|this)\s+(?:\w+\s+)?({PATTERN})\b", last, re.I) if kind_of(match[1]) == one.kind
        ]
        return last[: kinds[0].start()] + other.said + last[kinds[0].end() :] if len(kinds) == 1 else ""
    for found in (names_in,):
        mine, theirs = found(f"about {new}"), found(last)
        if len(mine) == 1 and len(theirs) == 1:
            article = re.match(r"(?:the|an?)\s", new, re.IGNORECASE)
            number = r"(?:\s+\d[\w.-]*)?" if re.search(r"\d", new) else ""
            return re.sub(rf"{'(?:the )?' if article else ''}{re.escape(theirs[0])}{number}", lambda _match: new, last, count=1)
    return ""


def _replaced(text: str, before: Conversation) -> str:
    text = _THAT_KIND.sub(lambda match: _kind(match, before), text)
    text = _THAT_NOUN.sub(lambda match: _noun(match, before), text)
    if _PERSON.search(text) and not _own_name_before(text, _PERSON):
        text = _pronouns(text, _PERSON, before.person)
    if _THEY.search(text) and not _own_name_before(text, _THEY):
        text = _pronouns(text, _THEY, before.person)
    if _IT.search(text) and not _EMPTY_IT.search(text) and not _has_own_thing(text):
        text = _pronouns(text, _IT, before.thing)
    return text


def _kind(match: re.Match[str], before: Conversation) -> str:
    word = match[1].lower()
    kind = kind_of(word)
    one = before.document_of(kind or "") if kind or word in ANY else None
    if one is not None and (kind or word in ANY):
        return one.said
    phrase = before.phrase_with(match[1]) if kind else ""
    return f"the {phrase}" if phrase else match[0]


def _noun(match: re.Match[str], before: Conversation) -> str:
    if kind_of(match[1]) is not None:
        return match[0]
    phrase = before.phrase_with(match[1])
    return f"the {phrase}" if phrase else match[0]


def _pronouns(text: str, pattern: re.Pattern[str], meant: Callable[[], str]) -> str:
    name = meant()
    if not name:
        return text

    def put(match: re.Match[str]) -> str:
        word, after = match[0].lower(), text[match.end() :].lstrip()
        owns = word in ("his", "its", "their") or (
            word == "her"
            and re.match(r"[a-z]{3,}", after) is not None
            and not re.match(r"(?:in|on|at|to|for|from|by|after|before|with|about|when)\b", after)
        )
        said = name[:1].upper() + name[1:] if match.start() == 0 else name
        return f"{said}’s" if owns else said

    return pattern.sub(put, text)


def _own_name_before(text: str, pattern: re.Pattern[str]) -> bool:
    """ "did Okonkwo say that he left": the pronoun means somebody of the same question."""
    match = pattern.search(text)
    return match is not None and any(_is_person(name) for name in names_in(text[: match.start()]))


def _has_own_thing(text: str) -> bool:
    """ "when was the lease signed and who signed it": the pronoun means something of the same question."""
    match = _IT.search(text)
    return match is not None and bool(
        re.search(r"\b(?:the|an?)\s+\w+", text[: match.start()], re.IGNORECASE) or names_in(text[: match.start()])
    )
