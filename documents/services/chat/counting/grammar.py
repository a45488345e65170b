"""What a counting question says: which kind of documents, and under which conditions. All of it is understood, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from documents.services.chat.counting.periods import DATE
from documents.services.chat.understanding.kinds import PATTERN as KINDS
from documents.services.chat.understanding.kinds import kind_of
from documents.services.chat.understanding.types import without_lead_in

LONGEST = 300
_CAP = r"[A-Z][\w’'-]*\.?"
_TITLE = r"(?:(?:Judge|Justice|Magistrate|Mr|Mrs|Ms|Dr|Prof|Hon)\.?\s+)"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_STOP = (
    r"(?!(?:in|on|from|to|by|after|before|since|until|between|and|or|that|which|who|with|during|about|the|a|an"
    r"|of|for|dated|sent|filed|we|i|you|us|me|last|this|are|were|is|was|have|has|mention\w*|contain\w*|cit\w+"
    r"|say\w*)\b)"
)
NAME = (
    rf"(?:{_MAIL}|{_TITLE}?{_CAP}(?:\s+(?:(?:van|von|de|der|la|le)\s+)?{_CAP}){{0,4}}"
    rf"|{_TITLE}?{_STOP}[a-z][\w’'-]+(?:\s+{_STOP}[a-z][\w’'-]+)?)"
)
_NAMES = rf"{NAME}(?:\s*(?:,|\bor\b|\band\b)\s*{NAME}){{0,4}}"
_NOT = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|except(?:ing)?|excluding|other\s+than|besides|only|most|least"
    r"|fewer|more\s+than|less\s+than|at\s+least|at\s+most|often|"
    r"times|unless|instead|but|all\s+but|lacks?|lacking|missing)\b|n['’]t\b",
    re.IGNORECASE,
)
_OPENER = re.compile(
    rf"(?:how\s+many\s+(?:of\s+(?:the|our|these)\s+)?|(?:(?:what|which)\s+(?:is|was)|what['’]s|give\s+me"
    rf"|tell\s+me)?\s*(?:the\s+)?(?:total\s+)?number\s+of\s+(?:the\s+)?|count\s+(?:all\s+)?(?:the\s+|of\s+)?"
    rf"|(?:which|what)\s+(?:(?:are|were)\s+(?:all\s+)?(?:of\s+)?the\s+|of\s+the\s+)?|(?:list|show|give|find|name"
    rf"|get|display|enumerate)\s+(?:me\s+|us\s+)?(?:(?:a|the)\s+list\s+of\s+)?(?:all\s+|every\s+"
    rf"|each\s+)?(?:of\s+)?(?:the\s+|our\s+)?"
    rf"|(?:a|the)\s+list\s+of\s+(?:all\s+)?(?:the\s+)?|all\s+(?:the\s+)?|(?:are|is|were|was)\s+there\s+(?:any\s+"
    rf"|some\s+|an?\s+)?|do\s+we\s+have\s+(?:any\s+|some\s+|an?\s+)?"
    rf"|(?:(?:what|which)\s+(?:is|was|are|were)\s+)?(?:the\s+)?(?=(?:latest|newest|most\s+recent|last|earliest|first|oldest)\s+{KINDS}\b))"
    rf"(?P<extreme>(?:latest|newest|most\s+recent|last|earliest|first|oldest)\s+)?(?P<odd>(?:undated|unread"
    rf"|unreadable|different|available)\s+)?(?P<kind>{KINDS})\b",
    re.IGNORECASE,
)  # fmt: skip
_PAGES = re.compile(
    r"(?:how\s+many\s+pages\s+(?:does|do|has|have|are\s+(?:there\s+)?in|is"
    r"|are)\s+(?:the\s+)?(?P<of>.+?)(?:\s+(?:have|has|got|long|contain|run(?:\s+to)?))?"
    r"|how\s+many\s+pages\s+(?:long\s+)?is\s+(?:the\s+)?(?P<of2>.+?)"
    r"|(?:what\s+is\s+)?the\s+(?:number\s+of\s+pages|page\s+count)\s+of\s+(?:the\s+)?(?P<of3>.+?)"
    r"|how\s+long\s+is\s+(?:the\s+)?(?P<of4>.+?)\s+in\s+pages)",
    re.IGNORECASE,
)
_DATED = (
    r"(?:(?:that\s+|which\s+)?(?:(?:are|were|was|is|have\s+been)\s+)?(?P<verb>dated|filed|issued|entered|made"
    r"|sent|written|received|served|handed\s+down|added|uploaded|imported|arrived|came\s+in|come\s+in)\s+)?"
)
_ADDED = frozenset(("added", "uploaded", "imported", "arrived", "came in", "come in"))
_PERIODS = tuple(
    (how, re.compile(rf"\b{_DATED}{pattern}(?!\w)", re.IGNORECASE))
    for how, pattern in (
        ("between", rf"(?:between\s+(?P<a>{DATE})\s+and\s+(?P<b>{DATE}))"),
        ("between", rf"(?:from\s+(?P<a>{DATE})\s*(?:to|until|till|through|[-–])\s*(?P<b>{DATE}))"),
        ("since", rf"(?:(?:on\s+or\s+after|since|from|starting(?:\s+(?:from|on|in|with))?)\s+(?P<a>{DATE})(?:\s+on(?:wards?)?)?)"),
        ("until", rf"(?:(?:on\s+or\s+before|until|till|up\s+to|through|by\s+the\s+end\s+of)\s+(?P<a>{DATE}))"),
        ("after", rf"(?:(?:after|later\s+than|following)\s+(?P<a>{DATE}))"),
        ("before", rf"(?:(?:before|prior\s+to|earlier\s+than)\s+(?P<a>{DATE}))"),
        ("in", rf"(?:(?:in|on|during|within|for|of)\s+(?:the\s+month\s+of\s+)?(?P<a>{DATE}))"),
        ("in", r"(?P<a>today|yesterday|(?:last|this)\s+(?:week|month|year))"),
    )
)
_BARE_FROM = re.compile(
    r"\bfrom\s+(?:(?:1[89]|20)\d\d|[A-Z][a-z]+\s+(?:1[89]|20)\d\d)(?!\s*(?:on|to|until|till|through|[-–]))", re.IGNORECASE
)
_STATES = (
    ("none", re.compile(
        r"(?:that\s+|which\s+)?(?:(?:could|can|have|were|are)\s*(?:not|n['’]t)\s+(?:yet\s+)?(?:be\s+|been\s+)?read"
        r"|failed(?:\s+to\s+be\s+read)?|(?:are|were)\s+unreadable)", re.I)),
    ("waiting", re.compile(
        r"(?:that\s+|which\s+)?(?:are|is)?\s*(?:still\s+)?(?:being\s+(?:read|processed)"
        r"|waiting(?:\s+to\s+be\s+read)?|in\s+progress)", re.I)),
    ("read", re.compile(r"(?:that\s+|which\s+)?(?:have\s+been|were|could\s+be|can\s+be)\s+(?:already\s+)?read\b", re.I)),
)  # fmt: skip
_UNDATED = re.compile(r"(?:that\s+|which\s+)?(?:(?:have|has|with)\s+no\s+date|without\s+(?:a\s+|any\s+)?date)\b", re.I)
_TAG = re.compile(
    r"\b(?:(?:that\s+|which\s+)?(?:are\s+|were\s+|have\s+been\s+)?tagged(?:\s+(?:as|with))?"
    r"|with\s+(?:the\s+)?tag|(?:carry|have)\s+the\s+tag)\s+(?P<tag>.+)$",
    re.I,
)
_MENTION = re.compile(
    r"\b(?:(?:that|which)\s+)?(?:mention(?:s|ed|ing)?|contain(?:s|ed|ing)?|refer(?:s|red|ring)?\s+to"
    r"|include(?:s|d)?|(?:have|has|with|use|uses|say|says)\s+(?=the\s+(?:words?|phrase|term|expression"
    r"|name)\b))\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_CITE = re.compile(r"\b(?:(?:that|which)\s+)?(?:cite|cites|cited|citing)\s+(?:to\s+)?(?P<what>.+)$", re.IGNORECASE)
_NOUN = re.compile(
    r"^(?:the\s+)?(?:(?:exact\s+)?(?:words?|phrase|term|expression|name|case|decision|authority|statute"
    r"|rule)\s+)?(?:(?:the|an?)\s+)?",
    re.IGNORECASE,
)
_EXCHANGED = re.compile(rf"\b(?:(?:sent|exchanged|written)\s+)?between\s+(?P<a>{NAME})\s+and\s+(?P<b>{NAME})")
_SENT = re.compile(
    rf"\b(?:did|has|have)\s+(?P<a>{NAME})\s+(?P<verb>send|sent|write|written|issue|issued|enter|entered|make"
    rf"|made)\b(?:\s+to\s+(?P<b>{NAME}))?"
)
_BY = re.compile(
    rf"\b(?:(?:that|which)\s+)?(?:(?:are|were|was|is|have\s+been)\s+)?(?:(?:sent|written|authored|issued|entered"
    rf"|made|drafted)\s+)?(?:by|from|of\s+(?={_TITLE}))\s+(?P<who>{_NAMES})"
)
_TO = re.compile(
    rf"\b(?:(?:that|which)\s+)?(?:(?:are|were|was|is)\s+)?(?:(?:sent|addressed"
    rf"|written)\s+)?to\s+(?P<who>{NAME}(?:\s*\bor\b\s*{NAME}){{0,4}})"
)
_COURT = re.compile(r"\b(?:(?:issued|entered|made)\s+)?(?:of|from|by|in)\s+the\s+(?P<court>[A-Z][\w.]*(?:\s+(?:of|for|the|[A-Z][\w.]*))*)")
_FILLER = frozenset((
    "a", "an", "the", "of", "this", "case", "in", "matter", "file", "files", "our", "we", "i", "you", "me", "us", "please",
    "that", "which", "who", "is", "are", "was", "were", "be", "been", "being", "have", "has", "had", "do", "does", "did", "there",
    "any", "all", "every", "each", "here", "so", "far", "currently", "now", "total", "altogether", "exist", "exists", "existing",
    "got", "here's", "contained", "within", "and", "documents", "document", "on",
))  # fmt: skip
_QUOTE = re.compile(r"[\"“„]([^\"“”„]{1,200})[\"”“]")
_MARK = re.compile(r"\x02(\d+)\x03")


@dataclass
class Asked:
    """`periods` are (how, date, date, whether of adding); `names` that are written small are to be known before they are believed."""

    kind: str = ""
    noun: str = ""
    extreme: str = ""
    periods: list[tuple[str, str, str, bool]] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    between: tuple[str, str] | None = None
    court: str = ""
    tag: str = ""
    says: list[str] = field(default_factory=list)
    any_of: bool = False
    cites: str = ""
    reading: str = ""
    undated: bool = False
    exhibit: bool = False
    pages_of: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(
            self.periods
            or self.by
            or self.to
            or self.between
            or self.court
            or self.tag
            or self.says
            or self.cites
            or self.reading
            or self.undated
        )


def asked_in(text: str, is_court: Callable[[str], bool]) -> Asked | None:
    """None where a word was not understood, or nothing is to be counted."""
    said = " ".join(without_lead_in(text).split()).rstrip("?!. ")
    if not said or len(said) > LONGEST or "?" in said or "\x02" in said:
        return None
    if pages := _PAGES.fullmatch(said):
        return Asked(pages_of=next(filter(None, pages.groups())))
    opener = _OPENER.match(said)
    if opener is None:
        return None
    asked = Asked(
        kind_of(opener["kind"]) or "", " ".join(opener["kind"].lower().split()), " ".join((opener["extreme"] or "").lower().split())
    )
    if asked.noun in ("hearing", "hearings") and asked.extreme:
        return None
    asked.exhibit = asked.kind == "exhibit"
    odd = (opener["odd"] or "").strip().lower()
    asked.undated, asked.reading = odd == "undated", "none" if odd in ("unread", "unreadable") else ""
    return asked if _Rest(asked, said[opener.end() :], is_court).understood() else None


class _Rest:
    """What stands behind the kind, taken away piece by piece."""

    def __init__(self, asked: Asked, text: str, is_court: Callable[[str], bool]) -> None:
        self.asked, self.is_court = asked, is_court
        self.quotes: list[str] = []
        self.text = _QUOTE.sub(self._kept, text)
        self.open_date = False

    def _kept(self, match: re.Match[str]) -> str:
        self.quotes.append(match[1].strip())
        return f"\x02{len(self.quotes) - 1}\x03"

    def understood(self) -> bool:
        self._states()
        if _NOT.search(self.text):
            return False
        if not (self._objects() and self._dates() and self._people()):
            return False
        left = re.findall(r"[^\s,;:.]+", self.text)
        return all(word.lower() in _FILLER for word in left)

    def _take(self, match: re.Match[str]) -> None:
        self.text = f"{self.text[: match.start()]} ; {self.text[match.end() :]}"

    def _states(self) -> None:
        for state, pattern in _STATES:
            if match := pattern.search(self.text):
                self.asked.reading = state
                self._take(match)
                break
        if match := _UNDATED.search(self.text):
            self.asked.undated = True
            self._take(match)

    def _objects(self) -> bool:
        """What is mentioned, cited, tagged: to the end of the question or to a date."""
        for pattern, put in ((_CITE, self._cited), (_MENTION, self._mentioned), (_TAG, self._tagged)):
            if match := pattern.search(self.text):
                what = match.groupdict().get("what") or match.groupdict().get("tag") or ""
                self.text = self.text[: match.start()]
                what, later = _until_a_period(what)
                self.text += f" ; {later}"
                return put(what.strip(" ,;"), bool(later) and not _with_verb(later))
        return True

    def _cited(self, what: str, _loose: bool) -> bool:
        self.asked.cites = self._plain(_NOUN.sub("", what))
        return bool(self.asked.cites)

    def _tagged(self, what: str, _loose: bool) -> bool:
        self.asked.tag = self._plain(what)
        return bool(self.asked.tag)

    def _mentioned(self, what: str, loose: bool) -> bool:
        """Several with "and" or "or" between them; no dates or amounts, which have many ways to be written."""
        both = [part for part in re.split(r"\s+and\s+|,\s*(?:and\s+)?", re.sub(r"^both\s+", "", what)) if part]
        either = [part for part in re.split(r"\s+or\s+|,\s*(?:or\s+)?", re.sub(r"^either\s+", "", what)) if part]
        if len(both) > 1 and len(either) > 1 and " or " in what:
            return False
        self.asked.any_of = " or " in what
        for part in either if self.asked.any_of else both:
            phrase = _NOUN.sub("", part.strip())
            is_quoted = bool(_MARK.fullmatch(phrase))
            phrase = self._plain(phrase)
            if not phrase or not (is_quoted or _is_phrase(phrase, loose)):
                return False
            self.asked.says.append(phrase)
        return bool(self.asked.says) and not self.asked.any_of

    def _plain(self, text: str) -> str:
        return _MARK.sub(lambda match: self.quotes[int(match[1])], text).strip(" ,;.")

    def _dates(self) -> bool:
        """At most one period of each sort."""
        for how, pattern in _PERIODS:
            for match in pattern.finditer(self.text):
                if how == "since" and _BARE_FROM.match(self.text[match.start() :].removeprefix((match["verb"] or "") + " ")):
                    how = "in"
                verb = " ".join((match["verb"] or "").lower().split())
                self.asked.periods.append((how, match["a"], match.groupdict().get("b") or "", verb in _ADDED))
            self.text = pattern.sub(" ; ", self.text)
        sorts = [added for _how, _a, _b, added in self.asked.periods]
        return len(sorts) == len(set(sorts))

    def _people(self) -> bool:
        if match := _COURT.search(self.text):
            court = re.sub(r"\s+(?:of|for|the)$", "", match["court"])
            if self.is_court(court):
                self.asked.court = court
                self._take(match)
        if match := _EXCHANGED.search(self.text):
            self.asked.between = (_named(match["a"]), _named(match["b"]))
            self._take(match)
        if match := _SENT.search(self.text):
            if not self._may(match["verb"]):
                return False
            self.asked.by = [_named(match["a"])]
            self.asked.to = [_named(match["b"])] if match["b"] else []
            self._take(match)
        if match := _BY.search(self.text):
            if self.asked.by or self.asked.between:
                return False
            self.asked.by = _several(match["who"])
            self._take(match)
        if match := _TO.search(self.text):
            if self.asked.to or self.asked.between:
                return False
            self.asked.to = _several(match["who"])
            self._take(match)
        return not ((self.asked.to or self.asked.between) and self.asked.kind != "email")

    def _may(self, verb: str) -> bool:
        """Whether that is what the sender or the author of this kind does."""
        if verb.startswith(("send", "sent", "writ")):
            return self.asked.kind in ("email", "letter", "memo")
        return self.asked.kind in ("order", "ruling", "judgment")


def _until_a_period(what: str) -> tuple[str, str]:
    """What stands before a time, and from there on."""
    starts = [match.start() for _how, pattern in _PERIODS for match in pattern.finditer(what) if match.start()]
    at = min(starts, default=len(what))
    return re.sub(r"\s+(?:and|that|which)\s*$", "", what[:at].rstrip()), what[at:]


def _with_verb(later: str) -> bool:
    return any((match := pattern.match(later)) is not None and match["verb"] for _how, pattern in _PERIODS)


def _is_phrase(phrase: str, loose: bool) -> bool:
    """A name, a word or two; what is longer or has a date or an amount would be written in other ways too."""
    if re.search(
        rf"[$€£%]|(?<![\w-])\d[\d,.]*\s*(?:million|billion|percent|dollars?)|\b{DATE}\b", phrase, re.IGNORECASE
    ) and not re.fullmatch(r"May|March", phrase):
        return False
    words = phrase.split()
    is_name = all(
        word[0].isupper() or word.lower() in ("of", "and", "the", "for", "v.", "v") or any(map(str.isdigit, word)) for word in words
    )
    if loose and not is_name:
        return False
    if re.search(
        r"\b(?:it|he|she|they|them|him|her|this|these|those|anything|something|anyone|someone|who|what|how|why"
        r"|whether|that|about|from|by|to|in|on|with|he)\b",
        phrase,
    ):
        return False
    return len(words) <= (6 if is_name else 2)


def _named(text: str) -> str:
    return re.sub(rf"^{_TITLE}", "", text.strip())


def _several(text: str) -> list[str]:
    return [_named(one) for one in re.split(r"\s*(?:,|\bor\b|\band\b)\s*", text) if one.strip()]
