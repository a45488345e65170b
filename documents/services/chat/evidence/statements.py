"""What of a passage may be a source: whole sentences and rows that say something. Never a heading, a table of contents, a caption, a
running header or a signature; never a question, and never a bare citation. No Django here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.services.chat.contracts import Passage
from documents.services.chunking.sentences import headings, sentences_of

FEWEST_WORDS, LONGEST = 3, 1200

_ENDED = re.compile(r"[.!?;:][\"'”’)\]»]{0,3}(?:\[?\d{1,3}\]?)?$|[\"”]$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SMALL = re.compile(r"\b[a-z]{2,}\b")
_ONLY_JOINS = frozenset("of and the for to in on a an by with from or at as its v vs re".split())  # noqa: SIM905
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_MARK = re.compile(
    r"^(?:[\s•*·–—-]+|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlc]{1,5})[.)]\s+|"
    r"\d{1,3}(?:\.\d{1,3})+\s+|¶+\s*\d*\.?\s*|§+\s*\d[\d.]*\s+)+"
)
_SECTION = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)\.?$")
_ONLY_NUMBER = re.compile(r"\s*[(¶§]{0,2}\s*(\d{1,3}(?:\.\d{1,3})+|\d{1,3}(?=[.)]))[.)]{0,2}\s*$")
_NEXT_NUMBER = re.compile(r"\s*\n\s*(\d{1,3})\.$")
_FIGURE = re.compile(r"\d")
_SIGNATURE = re.compile(
    r"^\W*(?:(?:by|name|title|its|date|dated|signed|signature|attorneys?\s+for|counsel\s+for|witness)\s*:|/s/|s/|"
    r"(?:attorneys?|counsel)\s+for\s+[A-Z]|dated\s+(?:this|at)|respectfully\s+submitted|very\s+truly\s+yours|(?:yours\s+)?sincerely|"
    r"(?:kind|best)\s+regards|in\s+witness\s+whereof|dear\s)"
    r"|\(BBO\s+No|\bBar\s+No\.|/s/|\bEsq\.,?$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^\W*(?:plaintiffs?|defendants?|petitioners?|respondents?|appell(?:ant|ee)s?|v\.?|vs\.?)\W*$"
    r"|^(?:united\s+states\s+)?(?:district|superior|supreme)\s+court\b|^(?:civil\s+action|case|docket)\s+no\b|^case\s+\d+:\d+"
    r"|\bpage\s+\d+\s+of\s+\d+\b|^(?:table|figure)\s+\d+\s*[:.]|^attachments?\s*:|^\W*re\s*:|^attention\s*:|^by\s+certified",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^\s*(?:from|to|cc|date|sent|subject)\s*:\s+\S", re.IGNORECASE)
_CITED = re.compile(r"^\W*(?:see\b|cf\.|id\.|ibid|accord\b|but\s+see|e\.g\.|compare\b)", re.IGNORECASE)
_AUTHORITY = re.compile(r"\b\d{1,4}\s+(?:U\.\s?S\.|F\.\s?(?:\d?[a-z]+|Supp)|S\.\s?Ct\.|U\.S\.C\.|L\.\s?Ed)|\bFed\.\s+R\.|§")
_CONTENTS = re.compile(r"^(?:table\s+of\s+)?contents\b|^table\s+of\s+authorities\b", re.IGNORECASE)
_COLUMNS = re.compile(r"\t|\s\|\s|\S {2,}\S")
_GAP = re.compile(r"\t+|\s\|\s| {2,}")
_COMMENT = re.compile(r"^\[Comment\s+\d+\s+by\s")


@dataclass(frozen=True)
class Statement:
    """A sentence or row of a passage, from `at` to `to` in its text, without the number or bullet before it. `heading` is what stands above
    it, `section` its number where it has one, `before` the sentence before it in its paragraph, `row`: it is one of a table."""

    passage: Passage
    at: int
    to: int
    heading: str = ""
    section: str = ""
    before: str = ""
    row: bool = False

    @property
    def text(self) -> str:
        return self.passage.text[self.at : self.to]

    @property
    def line(self) -> str:
        return " ".join(self.text.split())

    @property
    def place(self) -> tuple[int, int, int]:
        """In the document: page and offset, as two sentences of one passage stand to each other."""
        return self.passage.page_from, self.passage.start + self.at, self.passage.chunk


def statements_of(passage: Passage) -> list[Statement]:
    """In their order, from the first whole sentence on."""
    reading = _Reading(passage)
    for start, end in _whole(passage.text):
        if start >= passage.begins:
            reading.take(start, end)
    return reading.found


class _Reading:
    """Goes through a passage and remembers what stands above."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.found: list[Statement] = []
        self.titles = {heading.start for heading in headings(passage.text)}
        self.above = [passage.context.partition("\n")[2]]
        self.columns = self.number = ""
        self.before: Statement | None = None
        self.title_last = False

    def take(self, start: int, end: int) -> None:
        text = self.passage.text
        if numbered := _ONLY_NUMBER.match(text[start:end]):
            self.number = numbered[1]
            return
        line = " ".join(text[start:end].split())
        row = _is_row(text[start:end])
        if row and not _FIGURE.search(line):
            self.columns = line
        elif _FIELD.match(line) or row:
            self._keep(start, end, row=row)
        elif (start in self.titles or _is_heading(line)) and not _is_sentence(line):
            self._title(line, text[end : end + 200].split("\n")[0])
        elif _may_be_source(text[_behind_mark(text, start, end) : end]):
            self._keep(_behind_mark(text, start, end), end, row=False)
        else:
            self.before = None

    def _title(self, line: str, behind: str) -> None:
        self.before, self.columns, self.number = None, "", ""
        if (
            any(one.search(line) for one in (_SIGNATURE, _CAPTION, _LEADERS, _CONTENTS))
            or _LEADERS.search(behind)
            or not _WORD.search(line)
        ):
            self.title_last = False
            return
        self.above = [*self.above[-1:], line] if self.title_last else [line]
        self.title_last = True

    def _keep(self, start: int, end: int, *, row: bool) -> None:
        text = self.passage.text
        if behind := _NEXT_NUMBER.search(text[start:end]):
            end = start + behind.start()
        before = self.before.line if self.before is not None and "\n\n" not in text[self.before.to : start] else ""
        section = _SECTION.match(text[max(0, start - 12) : start].split("\n")[-1].strip())
        heading = " ".join(filter(None, (*self.above, self.columns if row else "")))
        statement = Statement(self.passage, start, end, heading, section[1] if section else self.number, before, row)
        self.found.append(statement)
        self.before, self.number, self.title_last = statement, behind[1] if behind else "", False
        if not row:
            self.columns = ""


def _whole(text: str) -> Iterator[tuple[int, int]]:
    """The spans of sentences; what a line's end cut in two is joined again."""
    spans = [
        (start + len(text[start:end]) - len(text[start:end].lstrip()), end) for start, end in sentences_of(text) if text[start:end].strip()
    ]
    held: tuple[int, int] | None = None
    for start, end in (one for span in spans for part in _fields_apart(text, *span) for one in _rows_apart(text, *part)):
        if held is None:
            held = start, end
        elif (
            "\n\n" not in text[held[1] : start]
            and text[start].islower()
            and not _ENDED.search(text[held[0] : held[1]])
            and not _is_row(text[held[0] : held[1]])
        ):
            held = held[0], end
        else:
            yield held
            held = start, end
    if held is not None:
        yield held


def _fields_apart(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of an e-mail's head, each by itself."""
    if not _FIELD.match(text[start:end]):
        yield start, end
        return
    for line in text[start:end].split("\n"):
        if line.strip():
            yield start, start + len(line.rstrip())
        start += len(line) + 1


def _rows_apart(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line of cells that stands right below another line, by itself."""
    begun, place = start, start
    for line in text[start:end].split("\n"):
        bare = line.strip()
        if place > begun and len(_GAP.split(bare)) > 2 and _FIGURE.search(bare) and _is_row(line) and text[begun:place].strip():
            yield begun, begun + len(text[begun:place].rstrip())
            begun = place + len(line) - len(line.lstrip())
        place += len(line) + 1
    yield begun, end


def is_ended(text: str) -> bool:
    """Whether the last sentence of a text is whole."""
    return bool(_ENDED.search(text.rstrip()))


def _behind_mark(text: str, start: int, end: int) -> int:
    mark = _MARK.match(text[start:end])
    return start + mark.end() if mark and mark.end() < end - start else start


def _is_row(line: str) -> bool:
    bare = line.strip()
    return (
        bool(_COLUMNS.search(bare))
        and "\n" not in bare
        and not _LEADERS.search(bare)
        and not _ENDED.search(bare)
        and not _SIGNATURE.search(bare)
    )


def _is_heading(line: str) -> bool:
    """No sentence's end, and capitals on all that is long."""
    bare = " ".join(line.split())
    words = [word for word in _WORD.findall(_MARK.sub("", bare)) if word.lower() not in _ONLY_JOINS]
    if _ENDED.search(bare) and not bare.endswith(":"):
        return bare == bare.upper() and len(words) < 8
    return len(bare) < 160 and (not words or sum(word[0].isupper() for word in words) >= 0.6 * len(words) or len(words) < 6)


def _is_sentence(line: str) -> bool:
    bare = line.strip()
    small = [word for word in _SMALL.findall(bare) if word not in _ONLY_JOINS]
    return bool(_ENDED.search(bare)) and len(small) >= 2


def _may_be_source(line: str) -> bool:
    bare = " ".join(line.split())
    if len(bare) > LONGEST or bare.endswith("?") or _LEADERS.search(bare):
        return False
    if _FIELD.match(bare):
        return True
    if len(_WORD.findall(bare)) < FEWEST_WORDS or _SIGNATURE.search(bare) or _CAPTION.search(bare) or _COMMENT.match(bare):
        return False
    small = [word for word in _SMALL.findall(bare) if word not in _ONLY_JOINS]
    if not small or _is_citation(bare):
        return False
    return bool(_ENDED.search(bare)) or len(small) >= 3


def _is_citation(line: str) -> bool:
    """Mostly names of authorities: it says nothing by itself."""
    return bool(_AUTHORITY.search(line)) and (bool(_CITED.match(line)) or len(_SMALL.findall(line)) < 5)
