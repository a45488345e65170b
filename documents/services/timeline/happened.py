"""Which dates of a text are those of something that happened: strict, for a person reads what is proposed.

A date counts where it stands in a whole sentence that says in the past tense that something was done. It does not in citations and
parentheses, in headers, footers and stamps, after words that make it a limit (by, until, since), in questions, or in sentences about other
decisions. No Django here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from documents.services.annotations.anchoring import letters_of
from documents.services.chunking.sentences import headings, sentence_starts
from documents.services.timeline.dates import Dated, dates_in

LONGEST, FEWEST_WORDS = 1000, 4

_VERBS = (
    "filed signed executed sent wrote emailed e-mailed mailed faxed received delivered met called telephoned texted told informed "
    "advised agreed entered hired engaged retained employed resigned terminated fired dismissed joined left quit began started "
    "commenced ended finished shipped paid invoiced billed refused rejected declined demanded notified gave breached stopped ceased "
    "moved served answered testified deposed held argued heard ordered granted denied issued decided ruled affirmed reversed vacated "
    "remanded appealed purchased sold bought acquired transferred assigned downloaded copied uploaded accessed opened deleted posted "
    "published announced launched released invented applied registered arrested indicted charged pleaded pled convicted sentenced died "
    "injured collided struck crashed fell occurred happened took discovered learned noticed observed inspected installed repaired "
    "completed closed approved authorized elected appointed promoted demoted suspended disciplined married divorced submitted produced "
    "responded replied offered accepted proposed amended renewed extended cancelled canceled returned requested asked warned complained "
    "objected reported contacted visited attended conducted made became adjourned convened recorded loaned borrowed defaulted withdrew "
    "disclosed revealed saw spoke arrived departed traveled travelled drove went came provided failed missed placed confirmed stated "
    "admitted conceded claimed alleged asserted represented promised certified swore affixed prepared drafted circulated sued settled "
    "stipulated consented opposed cross-moved intervened removed transmitted forwarded enclosed attached acknowledged recognized "
    "incorporated formed founded established dissolved merged declared enjoined stayed seized searched interviewed examined tested "
    "measured treated discharged diagnosed performed operated evicted foreclosed recalled instructed directed obtained tendered "
    "deposited wired withheld deducted infringed advertised used showed found exchanged discussed negotiated rescinded revoked ratified "
    "voted enacted "
)  # in the past tense, as something that happened is told
_VERB = "|".join(sorted({re.escape(verb) for verb in _VERBS.split()}, key=len, reverse=True))
_HAPPENED = re.compile(rf"(?<![\w-])(?P<verb>{_VERB}|did\s+not|was\s+(?:born|sworn)|were\s+sworn)(?![\w-])")
_UNREAL = re.compile(
    r"\b(?:shall|will|must|may|might|would|should|could|can|cannot|to|not\s+yet|if|unless|until|whether|be|being|when|never)"
    r"(?:\s+(?:not|then|also|have|be|been|hereafter|only|promptly)){0,3}\s+$",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:by|before|until|till|through|no\s+later\s+than|not\s+later\s+than|later\s+than|on\s+or\s+before|prior\s+to|since|after|following|as\s+of|"
    r"due(?:\s+on)?|expir\w+(?:\s+on)?|ending|ends?(?:\s+on)?|effective(?:\s+as\s+of)?|scheduled\s+(?:for|on)|set\s+for|deadline\s+of|from|"
    r"within\s+[\w\s()-]{1,40}\s+(?:of|from|after)|copyright|(?:©|\(c\))|version|rev\.|revised|updated|visited|retrieved|printed|dated\s+as\s+of|"
    r"deadline|recharged\s+from|last\s+modified)\s*:?\s*(?:on\s+)?(?:the\s+)?(?:close\s+of\s+business\s+(?:on\s+)?)?$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?P<thing>[\w-]+)[\"'”’,)]*\s+(?:of|dated|from)\s+(?:on\s+)?(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:letter|e-?mail|email|notice|memorandum|memo|order|fax|message|invoice|agreement|contract|lease|deed)s?$", re.IGNORECASE
)
_BY_SUCH = re.compile(r"\b(?:by|in|through|via|with)\s+(?:(?!the\b|said\b|this\b|that\b)[\w-]+\s+){0,4}$", re.IGNORECASE)
_MADE = re.compile(r"\b(?:entered\s+into|signed|executed|sent|wrote|issued|made|concluded)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"^[ \t>|*]*(?:from|sent|to|cc|bcc|date|dated|received|subject|re|printed|created|modified|downloaded|accessed|last\s+\w+|filed|"
    r"entered|case\s+\d|document\s+\d|page\s+\d)\b[^\n]{0,12}:", re.IGNORECASE,
)  # fmt: skip
_STAMP = re.compile(
    r"\b(?:Page\s+\d+\s+of\s+\d+|(?:Document|Doc\.|Dkt\.|ECF)\s*(?:No\.\s*)?\d[\d-]*\s+Filed|PageID|©|\(c\)\s+\d{4}|[Aa]ll\s+rights\s+reserved)"
)
_WROTE = re.compile(r"\bwrote:\s*$")
_MARK = re.compile(r"^(?:[\s•*·–—-]+|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5})[.)]\s+|¶+\s*\d*\.?\s*|§+\s*\d+\.?\s*)+")
_LOWER = re.compile(r"\b[a-z]{2,}\b")
_ENDS = re.compile(r"[.!][\"'”’)\]»]{0,3}(?:\[?\d{1,3}\]?)?$")
_BLANK = re.compile(r"(?<=[.!?:;\"”’)\]])[ \t]*\n[ \t]*\n")
_ALSO_ENDS = re.compile(
    r"\b(?:(?:Exhibits?|Appendix|Schedule|Tab|Count|Attachment|Annex|Plaintiff|Defendant)\s+[A-Z]|[ap]\.m)\.\s+(?=[\"“]?[A-Z][a-z])"
)
_MADE_AS_OF = re.compile(
    r"\b(?:made|entered\s+into|executed|dated)\s+(?:and\s+(?:entered\s+into|effective)\s+)?(?:effective\s+)?as\s+of\s+(?:the\s+)?$", re.I
)
_WEEKDAY = re.compile(r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)?[\s,.:]*")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_STOP = frozenset(
    "the a an of to in on at by for and or with from that this which "  # noqa: SIM905
    "was were is are had has have its his her their it he she they as be been".split()
)


class Happening(NamedTuple):
    """Something that happened. [start, end) is the sentence on its page, as much of it as stands there; `text` is all of it on one line."""

    page: int
    start: int
    end: int
    date_start: int
    date_end: int
    text: str
    quote: str
    dated: Dated


def happenings(
    pages: Sequence[tuple[int, str]], cited: Collection[tuple[int, int, int]] = (), decisions: Collection[tuple[int, int, int]] = (),
    today: date | None = None,
) -> list[Happening]:  # fmt: skip
    """What the pages, (number, text) in order, say that happened. `cited` are the places (page, start, end) of all citations, `decisions`
    those of other courts' decisions."""
    whole = Whole(pages)
    dates = dates_in(whole.text)
    if not dates:
        return []
    limits, cited_at, decided_at = whole.limits(), whole.spans(cited), whole.spans(decisions)
    found = []
    for dated in dates:
        if dated.date > (today or date.today()):
            continue
        place = bisect_right(limits, dated.start) - 1
        start, end = whole.trimmed(limits[place], limits[place + 1])
        after = limits[place + 2] if place + 2 < len(limits) else end
        if start > dated.start or _is_cited_for(whole.text, end, after, decided_at):
            continue
        if _happened(whole.text, start, end, dated, cited_at, decided_at):
            found.append(whole.happening(start, end, dated))
    return found


class Whole:
    """Pages as one text, with a line's end between two of them."""

    def __init__(self, pages: Sequence[tuple[int, str]]) -> None:
        self.numbers = [number for number, _text in pages]
        self.texts = [text for _number, text in pages]
        self.starts = [0]
        for text in self.texts:
            self.starts.append(self.starts[-1] + len(text) + 1)
        self.text = "\n".join(self.texts)

    def spans(self, places: Collection[tuple[int, int, int]]) -> list[tuple[int, int]]:
        base = dict(zip(self.numbers, self.starts, strict=False))
        return sorted((base[page] + start, base[page] + end) for page, start, end in places if page in base)

    def limits(self) -> list[int]:
        """Where sentences begin, in order, and the end of the text."""
        found = {0, len(self.text), *sentence_starts(self.text)}
        found.update(match.end() for pattern in (_BLANK, _ALSO_ENDS) for match in pattern.finditer(self.text))
        for heading in headings(self.text):
            stop = self.text.find("\n", heading.start + 1)
            found.update((heading.start, stop if stop >= 0 else len(self.text)))
        return sorted(found)

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """A sentence without the spaces around it, titles above it, and the number or bullet before it."""
        end = start + len(self.text[start:end].rstrip())
        while (stop := self.text.find("\n", start, end)) >= 0 and _is_title(self.text[start:stop].strip(), self.text[stop:end].lstrip()):
            start = stop + len(self.text[stop:end]) - len(self.text[stop:end].lstrip())
        mark = _MARK.match(self.text, start, end)
        return (mark.end() if mark else start), end

    def happening(self, start: int, end: int, dated: Dated) -> Happening:
        """On the page of its date."""
        place = bisect_right(self.starts, dated.start) - 1
        base, page = self.starts[place], self.texts[place]
        low, high = max(start - base, 0), min(end - base, len(page.rstrip()))
        low += len(page[low:high]) - len(page[low:high].lstrip())
        return Happening(
            self.numbers[place], low, high, dated.start - base, min(dated.end - base, high), " ".join(self.text[start:end].split()),
            page[low:high], dated,
        )  # fmt: skip


def _is_cited_for(text: str, end: int, after: int, decisions: list[tuple[int, int]]) -> bool:
    """Whether the next sentence is only a citation of a decision, for which this one then was said."""
    place = bisect_right(decisions, (end, end))
    return place < len(decisions) and decisions[place][0] < after and _HAPPENED.search(text, end, decisions[place][0]) is None


def _is_title(line: str, following: str) -> bool:
    """A line of its own above a sentence: its long words have capitals, and nothing in it goes on. The empty one, too."""
    if not line:
        return True
    words = _LONG_WORD.findall(line)
    goes_on = line.endswith((",", ";", "-", "&", "’s", "'s")) or line.split()[-1].lower() in _STOP
    return bool(words) and following[:1].isupper() and not goes_on and all(word[0].isupper() for word in words)


def _happened(text: str, start: int, end: int, dated: Dated, cited: list[tuple[int, int]], decisions: list[tuple[int, int]]) -> bool:
    sentence = text[start:end]
    if len(sentence) > LONGEST or not _is_sentence(sentence):
        return False
    if _touches(cited, dated.start, dated.end) or _touches(decisions, start, end + 3) or _in_parentheses(text, start, dated):
        return False
    before = text[start : dated.start]
    if _is_stamp(text, dated) or not (_MADE_AS_OF.search(before) or (_LIMIT.search(before) is None and _is_own_date(before))):
        return False
    return any(_UNREAL.search(sentence[: verb.start()]) is None for verb in _HAPPENED.finditer(sentence))


def _is_stamp(text: str, dated: Dated) -> bool:
    """It has a line of its own, or stands on one that begins with a label: "Sent: Monday, March 3, 2021"."""
    begin, stop = text.rfind("\n", 0, dated.start) + 1, text.find("\n", dated.end)
    lead, rest = text[begin : dated.start], text[dated.end : stop if stop >= 0 else len(text)]
    return bool(_LABEL.match(text[begin : dated.end])) or (not rest.strip(" .") and _WEEKDAY.fullmatch(lead.strip()) is not None)


def _is_sentence(sentence: str) -> bool:
    """It begins and ends like one, and has words in small letters: no heading, no stamp, no row of a table."""
    first = sentence.lstrip("\"'“‘([")[:1]
    if not (first.isupper() or first.isdigit()) or not _ENDS.search(sentence) or _WROTE.search(sentence) or _STAMP.search(sentence):
        return False
    return len(_LOWER.findall(sentence)) >= FEWEST_WORDS and "...." not in sentence and "|" not in sentence


def _is_own_date(before: str) -> bool:
    """Not the date of a thing that is only named: "the letter of March 3" happened then, what is said of it did not. "By letter dated
    March 3" and "entered into an agreement dated March 3" tell of what was done."""
    named = _NAMED.search(before)
    if named is None or named["thing"].lower() in (
        "morning",
        "afternoon",
        "evening",
        "night",
        "day",
        "week",
        "month",
        "early",
        "middle",
        "end",
        "spring",
        "summer",
        "fall",
        "autumn",
        "winter",
    ):
        return True
    if not _SENT.search(named["thing"]):
        return False
    lead = before[: named.start()]
    return bool(_BY_SUCH.search(lead) or _MADE.search(lead))


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    place = bisect_right(spans, (start, end))
    around = spans[max(0, place - 2) : place + 1]
    return any(one < end and start < other for one, other in around)


def _in_parentheses(text: str, start: int, dated: Dated) -> bool:
    inside = text[start : dated.start]
    return inside.count("(") > inside.count(")") or inside.count("[") > inside.count("]")


def words_of(text: str) -> frozenset[str]:
    """The words by which two sentences are compared: without dates, and the very common ones."""
    for one in reversed(dates_in(text)):
        text = text[: one.start] + " " + text[one.end :]
    return frozenset(word for token in text.split() if (word := letters_of(token)) and word not in _STOP)


ALIKE, SHARED = 0.75, 3


def tell_the_same(one: str, other: str) -> bool:
    """Whether two sentences of the same date tell of the same: most words of the shorter are in the other, one verb is shared, and neither
    numbers nor a negation differ."""
    if letters_of(one) == letters_of(other):
        return True
    first, second = words_of(one), words_of(other)
    fewer, shared = min(len(first), len(second)), first & second
    if fewer == 0 or len(shared) < SHARED or len(shared) / fewer < ALIKE:
        return False
    if not _same_verbs(one, other) or bool(first & _NOT) != bool(second & _NOT):
        return False
    numbers = [frozenset(word for word in words if any(letter.isdigit() for letter in word)) for words in (first, second)]
    return numbers[0] <= numbers[1] or numbers[1] <= numbers[0]


_NOT = frozenset(["not", "never", "no", "denied", "denies", "refused", "failed", "without", "neither"])


def _same_verbs(one: str, other: str) -> bool:
    verbs = [{match["verb"] for match in _HAPPENED.finditer(text)} for text in (one, other)]
    return bool(verbs[0] & verbs[1])
