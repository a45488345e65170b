"""From what a person types to pieces, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from documents.services.search.errors import SearchError
from documents.services.search.query import dates
from documents.services.search.query.syntax import PHRASE, WORD, Piece, Span, Value
from documents.services.search.request import Notice
from documents.services.search.text.words import words_in

FARTHEST = 30
SENTENCE, PARAGRAPH = 15, 30  # what /s and /p mean to us, in words
QUOTES = '"“”„‟«»＂'
FIELDS_OF_WORDS = ("title", "cite")
CONDITIONS = (
    "kind", "court", "judge", "author", "from", "to", "sender", "recipient", "tag", "docket", "year", "document",
)  # fmt: skip
FIELDS = (*FIELDS_OF_WORDS, *CONDITIONS)
DATED = ("from", "to")
LISTED = ("kind", "year")
"""Of which no value has a comma in it."""
ELSEWHERE = {
    "date": "from", "after": "from", "since": "from", "before": "to", "until": "to", "type": "kind", "filetype": "kind", "subject": "title",
    "label": "tag",
}  # fmt: skip
"""What other programs call the same fields."""
_PHRASE = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}](?:~(\d{{1,9}}))?")
_NEAR = re.compile(r"(?:w|near|within)?/(\d{1,9}|s|p)", re.IGNORECASE)
_FIELD = re.compile(rf"({'|'.join(FIELDS)}):", re.IGNORECASE)
_NAMED = re.compile(r"([a-z]{3,12}):(?=[^\s/:]|\s|$)", re.IGNORECASE)
_KEY = re.compile(r"[\w.]+(?::[^\s:\"]+){2,}")
_OPERATORS = {"AND": "and", "&": "and", "&&": "and", "OR": "or", "|": "or", "||": "or", "NOT": "not"}
_BETWEEN = re.compile(r"[;—…]+|,(?!\d)|(?<!\d),|/(?!\d)|(?<!\d)/|–(?!\d)|(?<!\d)–|:(?!\d)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@.]+", re.IGNORECASE)
_BETWEEN_DASHES = re.compile(r"-[^\W_]+-(?!\S)")  # as it is set between the titles of two papers: -and-
_SPACE = re.compile(r"\s+")
_BETWEEN_COMMAS = re.compile(r"[^,]+")
_EXCLAIMED = re.compile(r"[a-z]{3,}!")
_ODD_ASTERISK = re.compile(r"(?<!\*)\*(?=[^\W_])")
_SEPARATOR = re.compile(r"[,;|]+")
_OF_VALUES = re.compile(rf"\s+|[,;|]+|[{QUOTES}][^{QUOTES}]*[{QUOTES}]|[^\s,;|{QUOTES}()]+|[{QUOTES}()]")


class Lexer:
    """Iterated once. `notices` are what a reader should know of how the query was read."""

    def __init__(self, query: str, citations: Sequence[Span]) -> None:
        self.query, self.at = query, 0
        self.citations = {span.start: span for span in reversed(citations)}
        self.notices: list[Notice] = []

    def __iter__(self) -> Iterator[Piece]:
        while self.at < len(self.query):
            if space := _SPACE.match(self.query, self.at):
                self.at = space.end()
            else:
                yield from self._piece()

    def _piece(self) -> Iterator[Piece]:
        char = self.query[self.at]
        if span := self.citations.get(self.at):
            yield self._take("cite", span.end, key=span.key)
        elif char in QUOTES:
            yield self._phrase()
        elif char in "()":
            yield self._take(char, self.at + 1)
        elif char == "-" and self._begins(self.at + 1) and not _BETWEEN_DASHES.match(self.query, self.at):
            yield self._take("minus", self.at + 1)
        elif (name := _FIELD.match(self.query, self.at)) and self._has_value(name):
            yield from self._field(name)
        else:
            yield from self._words()

    def _take(self, kind: str, end: int, number: int = 0, key: str = "") -> Piece:
        piece = Piece(kind, self.query[self.at : end], self.at, end, number, key)
        self.at = end
        return piece

    def _begins(self, at: int) -> bool:
        """Whether something to look for starts here, so that a dash before it means "not"."""
        return at < len(self.query) and (self.query[at].isalnum() or self.query[at] in QUOTES + "(")

    def _phrase(self) -> Piece:
        match = _PHRASE.match(self.query, self.at)
        if match is None:
            raise SearchError(_("This quotation mark is never closed."), "unclosed_quote", self.at, self.at + 1)
        if "*" in match[1].rstrip("*.,;!? "):
            self._say(
                "asterisk_ignored", _("In quotation marks an asterisk stands for any end of the last word only, as in “to indemnif*”.")
            )
        distance = _distance(match[2], match.start(2), match.end(2)) if match[2] else 0
        piece = Piece(PHRASE, match[1], self.at, match.end(), distance)
        self.at = match.end()
        return piece

    def _has_value(self, name: re.Match[str]) -> bool:
        """A field's value follows its colon at once: "To: all counsel", as it stands at the head of a letter, is words."""
        if self.query[name.end() : name.end() + 1].isspace() and self.query[name.end() :].strip():
            self._say(
                "field_with_space",
                _("“%(field)s” was read as a word. To narrow the search by it, leave no space after the colon: %(field)svalue")
                % {"field": name[0]},
            )
            return False
        return True

    def _say(self, code: str, text: str) -> None:
        if Notice(code, text) not in self.notices:
            self.notices.append(Notice(code, text))

    def _field(self, name: re.Match[str]) -> Iterator[Piece]:
        start, self.at = self.at, name.end()
        if name[1].lower() in FIELDS_OF_WORDS:
            yield Piece("field", name[0], start, self.at)
            if key := _KEY.match(self.query, self.at):
                yield self._take("cite", key.end(), key=key[0].lower())
            return
        values = tuple(self._values(name[0], start))
        yield Piece("condition", name[0], start, self.at, key=name[1].lower(), values=values)

    def _values(self, name: str, start: int) -> Iterator[Value]:
        """One word or phrase, or several in brackets. Raises SearchError for none."""
        char = self.query[self.at : self.at + 1]
        if char == "(":
            yield from self._several(name, start)
            return
        if char and char in QUOTES:
            piece = self._phrase()
            value = Value(piece.text.strip(), piece.at + 1, piece.end - 1)
        else:
            first, self.at = self.at, self._end_of_date(name) or self._end_of_words()
            text = self.query[first : self.at].rstrip(",;")
            value = Value(text, first, first + len(text))
            if name.lower().rstrip(":") in LISTED and "," in text:
                yield from (Value(one[0], first + one.start(), first + one.end()) for one in _BETWEEN_COMMAS.finditer(text))
                return
        if not value.text:
            raise _empty(name, start)
        yield value

    def _end_of_date(self, name: str) -> int:
        """Of a date with spaces in it, as in from:March 1, 2024; 0 where there is none."""
        written = dates.WRITTEN.match(self.query, self.at) if name.lower().rstrip(":") in DATED else None
        return written.end() if written else 0

    def _several(self, name: str, start: int) -> Iterator[Value]:
        """(a OR "b c"): words without an OR or a comma between them are one value."""
        opened, found = self.at, False
        parts: list[Value] = []
        self.at += 1
        while token := _OF_VALUES.match(self.query, self.at):
            text, self.at = token[0], token.end()
            if text == ")":
                break
            if text in "(" + QUOTES or _OPERATORS.get(text) in ("and", "not"):
                sentence = _("Between these brackets stand values with OR between them, as in %(field)s(first OR second).")
                raise SearchError(sentence % {"field": name}, "bad_values", token.start(), token.end())
            if text in ("OR", "||") or _SEPARATOR.fullmatch(text):
                yield from _joined(parts)
                parts.clear()
            elif text[0] in QUOTES:
                parts.append(Value(text[1:-1].strip(), token.start(), token.end()))
                found = found or bool(parts[-1].text)
            elif not text.isspace():
                parts.append(Value(text, token.start(), token.end()))
                found = True
        else:
            raise SearchError(_("This bracket is never closed."), "unclosed_bracket", opened, opened + 1)
        if not found:
            raise _empty(name, start)
        yield from _joined(parts)

    def _words(self) -> Iterator[Piece]:
        start, end = self.at, self._end_of_words()
        chunk = self.query[start:end]
        self.at = end
        if operator := _OPERATORS.get(chunk):
            yield Piece(operator, chunk, start, end)
        elif near := _NEAR.fullmatch(chunk):
            yield Piece("near", chunk, start, end, _distance(near[1], start, end))
        else:
            self._explain(chunk)
            yield from _split(chunk, start)

    def _explain(self, chunk: str) -> None:
        """What the words are not, though somebody may have meant it."""
        if (name := _NAMED.match(chunk)) and name.end() < len(chunk) and (meant := _meant(name[1].lower())):
            sentence = _("There is no field “%(typed)s:”, so it was looked for as a word. Did you mean “%(meant)s:”?")
            self._say("misspelled_field", sentence % {"typed": name[1], "meant": meant})
        if _EXCLAIMED.fullmatch(chunk) and self.at < len(self.query):
            sentence = _("“%(word)s” was read as a plain word. For any end of a word write an asterisk: %(stem)s*")
            self._say("asterisk_meant", sentence % {"word": chunk, "stem": chunk[:-1]})
        if _ODD_ASTERISK.search(chunk):
            sentence = _("An asterisk stands for any end of a word, as in indemnif*. Before or inside of a word it means nothing.")
            self._say("asterisk_ignored", sentence)

    def _end_of_words(self) -> int:
        """To the next space, quotation mark, recognised citation or closing bracket that was not opened inside, as in 12(b)(6)."""
        depth = 0
        for at in range(self.at, len(self.query)):
            char = self.query[at]
            depth += (char == "(") - (char == ")")
            if char.isspace() or char in QUOTES or depth < 0 or (at > self.at and at in self.citations):
                return at
        return len(self.query)


def _joined(parts: Sequence[Value]) -> Iterator[Value]:
    if text := " ".join(part.text for part in parts if part.text):
        yield Value(text, parts[0].at, parts[-1].end)


def _empty(name: str, start: int) -> SearchError:
    sentence = _("Say after “%(field)s” what to look for, as in %(field)sname.") % {"field": name}
    return SearchError(sentence, "empty_field", start, start + len(name))


def _split(chunk: str, start: int) -> Iterator[Piece]:
    at = 0
    for part in [chunk] if _ADDRESS.fullmatch(chunk) else _BETWEEN.split(chunk):
        at = chunk.index(part, at)
        if part and next(words_in(part), None):
            yield Piece(WORD, part, start + at, start + at + len(part))
        at += len(part)


def _distance(written: str, at: int, end: int) -> int:
    distance = {"s": SENTENCE, "p": PARAGRAPH}.get(written.lower()) or (int(written) if written.isdigit() else 0)
    if not 1 <= distance <= FARTHEST:
        sentence = _("Words can be looked for within 1 to %(most)d words of each other.") % {"most": FARTHEST}
        raise SearchError(sentence, "bad_distance", at, end)
    return distance


def _meant(typed: str) -> str:
    """The field that a word before a colon is one slip away from, or that has this name elsewhere; "" where there is none."""
    return ELSEWHERE.get(typed) or next((name for name in FIELDS if len(name) > 2 and typed != name and _one_slip(typed, name)), "")


def _one_slip(a: str, b: str) -> bool:
    """Is one a letter more, less or other than the other, or has two neighbours exchanged?"""
    if abs(len(a) - len(b)) > 1:
        return False
    same = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[same:], b[same:]
    exchanged = rest_a[1:2] + rest_a[:1] + rest_a[2:] == rest_b
    return exchanged or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]
