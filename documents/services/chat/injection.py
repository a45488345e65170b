"""Passages that try to give orders to a program that reads them. They are said, and what follows such an order is no source."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.models import RedactionFinding
from documents.services.chat.contracts import Draft, Notice, Passage
from documents.services.chunking.sentences import paragraph_starts, sentences_of
from documents.services.extraction.findings import LONGEST
from documents.services.search.text.words import words_in

MOST_NOTICES = 5
LEAST_CODED = 80
"""Letters of base64 from which on it is looked into."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
"""Letters that no screen shows and a model reads."""

_MACHINE = (
    r"(?:AI\s+(?:assistant|model|system|agent|reader|tool)|LLM|GPT|chat\s?bot|language\s+model|Sprachmodell|mod[eè]le\s+de\s+langage)"
)
_PROGRAM = rf"(?:{_MACHINE}|AI|assistant|summari[sz]er|KI|Assistent|IA)"
_FORGET = r"\b(?:ignore|disregard|forget|override|bypass|ignoriere|vergiss|ignorez|oubliez|ignora|olvida|dimentica)\b"
_WHOSE = (
    r"\b(?:previous|prior|above|preceding|earlier|your|other|system|all|the\s+user.?s|bisherigen|vorherigen|deine"
    r"|pr[ée]c[ée]dentes|anteriores|precedenti|vos|tus|tue)\b"
)
_ORDERS = r"\b(?:instructions?|prompts?|rules|directions|guidelines|directives|anweisungen|instrucciones|istruzioni|consignes)\b"
_THINGS = r"(?:files?|documents?|conversation|contents?|answers?|passages?|passwords?|keys?|case|everything|data|text)"
_SEND = r"(?:e-?mail|send|forward|upload|post|submit|transmit)"
STRONG = [
    rf"{_FORGET}[^.\n]{{0,40}}{_WHOSE}[^.\n]{{0,20}}{_ORDERS}",
    rf"{_FORGET}\s+(?:everything|all\s+(?:of\s+)?(?:that|the\s+text|what))\s+(?:above|before|you|that\s+came)",
    r"\b(?:reveal|print|repeat|show|output|leak)\b[^.\n]{0,30}\b(?:system\s+prompt|your\s+(?:prompt|instructions|rules))\b",
    r"<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|<｜[^｜\n]{1,40}｜>",
    r"^\W{0,3}(?:system|assistant|developer)\s*(?:message|prompt|override|instructions?)?\s*:\s*(?:you|ignore|new|do|always|never|please|all)\b",
    r"^#{2,}\s*(?:system|instruction|assistant)s?\b",
    rf"\byou\s+are\s+(?:now|no\s+longer)\s+(?:\w+\s+){{0,4}}{_PROGRAM}\b|\b(?:jailbreak|DAN\s+mode|do\s+anything\s+now)\b",
    rf"\b(?:note|message|instructions?|attention|dear|hey|hello|to)\s+(?:(?:to|for|the|any|all)\s+){{0,3}}{_MACHINE}s?\b[^.\n]{{0,40}}[:,]",
    rf"(?:^|[.!?:;]\s*|\b(?:and|then|now)\s+){_SEND}\s+(?:\w+\s+){{0,4}}{_THINGS}\s+(?:\w+\s+){{0,3}}to\s+\S*(?:@|https?://)",
    r"\{\s*\"(?:tool|tool_calls?|function|function_call|name)\"\s*:\s*[\"{\[]|<(?:tool_call|function_call|function_calls|invoke)\b",
    r"!\[[^\]\n]{0,200}\]\(\s*https?://[^)\s]*\?",
    r"<<\s*/?(?:PASSAGE|END)\b",
]
WEAK = [
    rf"\b(?:if\s+you\s+are|as)\s+an?\s+{_PROGRAM}\b",
    r"\bdo\s+not\s+(?:tell|mention|reveal|inform|disclose)\b[^.\n]{0,30}\b(?:users?|readers?|lawyers?|anyone)\b",
    r"\b(?:you\s+(?:must|should|have\s+to|will)|always|only|please)\s+(?:answer|respond|reply|say|state|output|write|conclude)\b",
    r"\b(?:answer|respond|reply)\s+(?:only\s+)?(?:with|that|by\s+saying)\b",
    r"\b(?:tell|inform)\s+the\s+(?:user|reader|person)\s+that\b",
    r"\bnew\s+(?:instructions?|rules?|task)\s*:",
    r"\byou\s+are\s+now\b",
    rf"\b{_SEND}\s+(?:\w+\s+){{0,3}}(?:files?|documents?|conversation)\s+to\b",
    r"^\W{0,3}(?:system|assistant)\s*:|\bsystem\s+prompt\b",
]
_STRONG = re.compile("|".join(f"(?:{one})" for one in STRONG), re.IGNORECASE | re.MULTILINE)
_WEAK = [re.compile(one, re.IGNORECASE | re.MULTILINE) for one in WEAK]
_TURNED = re.compile("[\u202d\u202e]")
_CODED = re.compile(rf"[A-Za-z0-9+/_-]{{{LEAST_CODED},}}={{0,2}}")
_HIDDEN = (
    RedactionFinding.Kind.INVISIBLE,
    RedactionFinding.Kind.SAME_COLOUR,
    RedactionFinding.Kind.OFF_PAGE,
    RedactionFinding.Kind.LAYER,
    RedactionFinding.Kind.COVERED,
)


def without_invisible(text: str) -> str:
    """A text without signs that no reader sees; lines stay."""
    return INVISIBLE.sub("", text)


def gives_orders(text: str, *, hidden: bool = False) -> bool:
    """Whether a text seems to give orders to a program. In `hidden` text, that a page does not show, less is enough."""
    if _TAGS.search(text):
        return True
    plain = unicodedata.normalize("NFKC", without_invisible(text))
    if _STRONG.search(plain) or any(_STRONG.search(one) for one in _decoded(plain)):
        return True
    weak = bool(_TURNED.search(text)) + sum(bool(pattern.search(plain)) for pattern in _WEAK)
    return weak >= (1 if hidden else 2)


def orders_in(text: str) -> list[tuple[int, int]]:
    """[start, end) of what is no source in a text: from a sentence that gives orders to the end of its paragraph."""
    if not gives_orders(text):
        return []
    ends = [*paragraph_starts(text), len(text)]
    found: list[tuple[int, int]] = []
    for start, end in sentences_of(text):
        if gives_orders(text[start:end], hidden=True) and not (found and start < found[-1][1]):
            found.append((start, next(stop for stop in ends if stop > start)))
    return found or [(0, len(text))]


def notices(passages: Iterable[Passage]) -> Iterator[Notice]:
    """One for each page that gives orders, at most MOST_NOTICES and one that says how many more. One query."""
    passages = list(passages)
    hidden = _hidden_orders({passage.document for passage in passages})
    flagged: dict[tuple[uuid.UUID, int], str] = {}
    for passage in passages:
        pages = {page for page in hidden[passage.document] if passage.page_from <= page <= passage.page_to}
        if gives_orders(passage.text) or gives_orders(passage.title):
            pages = pages or {passage.page_from}
        for page in sorted(pages):
            flagged.setdefault((passage.document, page), passage.title)
    for (_document, page), title in list(flagged.items())[:MOST_NOTICES]:
        yield Notice(
            "injection",
            _("A passage of %(title)s, page %(page)d, seems to give orders to the program; it was treated as text.")
            % {"title": _title(title), "page": page},
        )
    if (more := len(flagged) - MOST_NOTICES) > 0:
        told = ngettext(
            "%(n)d further page seems to give orders to the program; it was treated as text.",
            "%(n)d further pages seem to give orders to the program; they were treated as text.",
            more,
        )
        yield Notice("injection", told % {"n": more})


def unseen(drafts: Iterable[Draft]) -> Iterator[Notice]:
    """One for each page whose quoted words can be read in the file but not seen on the page. One query."""
    sources = [source for draft in drafts for source in draft.sources]
    findings: dict[tuple[uuid.UUID, int], list[str]] = defaultdict(list)
    for document, page, text in _hidden_in({source.document for source in sources}):
        findings[document, page].append(_words(text, shortened=len(text) >= LONGEST))
    told: set[tuple[uuid.UUID, int]] = set()
    for source in sources:
        quote, place = _words(source.quote), (source.document, source.page)
        if place not in told and any(hidden and (hidden in quote or quote in hidden) for hidden in findings[place]):
            told.add(place)
            text = _("Words quoted from %(title)s, page %(page)d, cannot be seen on the page itself.")
            yield Notice("unseen", text % {"title": _title(source.title), "page": source.page})


def _words(text: str, *, shortened: bool = False) -> str:
    """Its words, folded; of a text that was shortened without the last, which may be half of one."""
    words = [word.folded for word in words_in(text)]
    return f" {' '.join(words[:-1] if shortened else words)} " if words else ""


def _title(title: str) -> str:
    return " ".join(without_invisible(title).split())[:100]


def _hidden_orders(documents: set[uuid.UUID]) -> dict[uuid.UUID, set[int]]:
    """The pages of each document on which text that they don't show gives orders."""
    pages: dict[uuid.UUID, set[int]] = defaultdict(set)
    for document, page, text in _hidden_in(documents):
        if gives_orders(text, hidden=True):
            pages[document].add(page)
    return pages


def _hidden_in(documents: set[uuid.UUID]) -> list[tuple[uuid.UUID, int, str]]:
    """(document, page, text) of what pages don't show."""
    if not documents:
        return []
    findings = RedactionFinding.objects.filter(document__in=documents, kind__in=_HIDDEN)
    return [(document, page, text) for document, page, text in findings.values_list("document_id", "page", "text") if page is not None]


def _decoded(text: str) -> Iterator[str]:
    for found in _CODED.finditer(text):
        coded = found[0].rstrip("=").replace("-", "+").replace("_", "/")[:8000]
        try:
            yield base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            continue
