"""What is searched for, for a question: its words, without anything that the query language would take for an operator."""

from __future__ import annotations

import re
from collections import Counter

from documents.services.chat.understanding.parts import sentences_asked
from documents.services.chat.understanding.types import without_lead_in
from documents.services.search.errors import SearchError
from documents.services.search.query.lexer import FIELDS, QUOTES
from documents.services.search.query.parser import parse
from documents.services.search.text.words import Word, words_in

LONGEST = 600
LONGEST_PHRASE = 120
_PHRASE = re.compile(rf"(?<!\w)[{QUOTES}]([^{QUOTES}\n]{{2,{LONGEST_PHRASE}}})[{QUOTES}](?!\w)")
_FIELD = re.compile(rf"(?<!\w)({'|'.join(FIELDS)}):", re.IGNORECASE)
_OPERATOR = re.compile(r"(?<!\S)(?:AND|OR|NOT)(?!\S)")
_SIGN = re.compile(r"(?<!\S)[&|]+(?!\S)|[*~^]|\x00|[\ud800-\udfff]|(?<=\S)[?!]+")
_NEAR = re.compile(r"(?<!\S)(?:w|near|within)?/(\d{1,9}|s|p)(?!\w)", re.IGNORECASE)
_DASH = re.compile(r"(?<!\S)-+(?=\S)")


def sought(question: str) -> str:
    """At most LONGEST characters that `search` can run, "" where there is no word. A quotation stays one."""
    text = without_lead_in(question)
    text = text if len(text) <= LONGEST else _shortened(question)
    phrases = [f'"{match[1].strip()}"' for match in _PHRASE.finditer(text) if len(list(words_in(match[1]))) > 1]
    found = _runs(" ".join((_plain(_PHRASE.sub(r" \1 " if not phrases else " ", text)), *phrases))[:LONGEST])
    return found or _runs(_plain(text)) or _runs(" ".join(word.folded for word in words_in(text))[:LONGEST])


def _runs(query: str) -> str:
    """The query where it can be parsed, else ""."""
    try:
        parse(query)
    except SearchError:
        return ""
    return query.strip()


def _plain(text: str) -> str:
    text = "".join(" " if char in QUOTES else char for char in text)
    text = _OPERATOR.sub(lambda match: match[0].lower(), _FIELD.sub(r"\1 ", text))
    text = _DASH.sub("", _NEAR.sub(r"\1", _SIGN.sub(" ", text)))
    return " ".join(token for token in map(_without_brackets, text.split()) if token == "§" or any(map(str.isalnum, token)))  # noqa: S105


def _without_brackets(token: str) -> str:
    """12(b)(6) stays, (here does not."""
    while token[:1] in ("(", "-"):
        token = token[1:]
    if token.count("(") != token.count(")"):
        token = token.replace("(", " ").replace(")", " ").strip()
    return token


def _shortened(text: str) -> str:
    """The questions of a long text, and as many of its rarest words as there is room for, in their order."""
    kept = ""
    for one in sentences_asked(text):
        if len(kept) + len(one) < LONGEST * 2 // 3:
            kept = f"{kept} {one}".strip()
    words = list(words_in(text))
    counts = Counter(word.folded for word in words)
    said = {word.folded for word in words_in(kept)}
    first = {word.folded: word for word in reversed(words) if len(word.folded) > 3 and word.folded not in said}
    rank = sorted(first.values(), key=lambda word: (not _is_special(text[word.start : word.end]), counts[word.folded], -len(word.folded)))
    room, chosen = LONGEST - len(kept) - 1, list[Word]()
    for word in rank:
        if len(chosen) < 30 and (room := room - (word.end - word.start) - 1) > 0:
            chosen.append(word)
    return " ".join([kept, *(text[word.start : word.end] for word in sorted(chosen))]).strip() or text[:LONGEST]


def _is_special(word: str) -> bool:
    return any(map(str.isdigit, word)) or word[:1].isupper()
