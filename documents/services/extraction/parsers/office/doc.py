"""DOC (Word 97 to 2003): body, headers, notes, comments, text boxes, tables as rows, tracked changes and hidden text.

The numbers that Word computes for lists are not shown: they stand nowhere in the text of such a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from documents.services.extraction.charsets import decode
from documents.services.extraction.containers.compound import CompoundFile
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, DOC, LIKELY, NO, OLE, Format, Sample, gettext_noop
from documents.services.extraction.office import wordfile
from documents.services.extraction.office.changes import DELETED, INSERTED, KEPT, Changes, Run
from documents.services.extraction.office.wordfile import WordFile
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable
from documents.services.extraction.parsers.pdf import title_of

_PARAGRAPH, _CELL, _FIELD, _FIELD_RESULT, _FIELD_END, _NOTE = "\r", "\x07", "\x13", "\x14", "\x15", "\x02"
_CHARACTERS = {"\x0b": "\n", "\x0c": "\r", "\x0e": "\r", "\x1e": "-", "\x1f": "", "\t": "\t", _PARAGRAPH: "\r", _CELL: _CELL}
_TOLD = {"author": "author", "last_saved_by": "lastModifiedBy", "subject": "subject", "keywords": "keywords"}
_TOLD_DATES = {"create_time": "created", "last_saved_time": "modified"}
_HEADER_KINDS, _FOOTER_KINDS = (0, 1, 4), (2, 3, 5)
_SEPARATORS = 6  # the stories of the header text that only draw lines above notes


class DocParser:
    def parse(self, job: Job) -> Parsed:
        with CompoundFile(job.path, "Word") as compound:
            if "EncryptedPackage" in compound.names:
                raise Unreadable("encrypted")
            reader = _Reader(WordFile(compound), job)
            try:
                text = storable("\n\n".join(block for block in reader.blocks() if block.strip()))
            except (struct.error, IndexError, ValueError) as error:
                raise Unreadable("unreadable", kind="Word") from error
            bounded(len(text))
            parsed = Parsed([RawPage(text)], "doc (LexIntel)")
            _describe(parsed, compound)
        reader.changes.tell(parsed)
        if reader.comments:
            parsed.notice("comments", count=reader.comments)
        if reader.hidden:
            parsed.notice("hidden_text", count=reader.hidden, name=storable(reader.first_hidden)[:80])
        job.tick(1, 1)
        return parsed


@dataclass
class _Reader:
    """Puts the texts of a file in the order in which people read them."""

    file: WordFile
    job: Job
    changes: Changes = field(default_factory=Changes)
    comments: int = 0
    hidden: int = 0
    first_hidden: str = ""
    _marks: dict[int, str] = field(default_factory=dict)
    _revisers: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[str]:
        """Headers, body, text boxes, footers, footnotes, endnotes, comments."""
        parts = self.file.parts
        self._revisers = self.file.strings(wordfile.REVISERS)
        for table in (wordfile.NOTES, wordfile.ENDNOTES):
            places, _ = self.file.places(table, 2)
            self._marks.update({place: f"[{number}]" for number, place in enumerate(places[:-1], 1)})
        notes = parts.body
        headers = notes + parts.notes
        comments = headers + parts.headers + parts.macros
        endnotes = comments + parts.comments
        boxes = endnotes + parts.endnotes
        header_boxes = boxes + parts.boxes
        edges = self._edges(headers, parts.headers)
        yield from dict.fromkeys(text for kind, text in edges if kind in _HEADER_KINDS)
        yield from self._paragraphs(0, parts.body)
        yield from self._paragraphs(boxes, boxes + parts.boxes)
        yield from self._paragraphs(header_boxes, header_boxes + parts.header_boxes)
        yield from dict.fromkeys(text for kind, text in edges if kind in _FOOTER_KINDS)
        yield from self._notes("Footnotes", wordfile.NOTES_TEXT, notes, parts.notes)
        yield from self._notes("Endnotes", wordfile.ENDNOTES_TEXT, endnotes, parts.endnotes)
        yield from self._comments(comments, parts.comments)

    def _stories(self, table: int, start: int, length: int) -> list[str]:
        """The texts between the places of a table, "" for empty ones."""
        places, _ = self.file.places(table, 0)
        stories, told = [], 0
        for first, last in pairwise(places):
            whole = told <= first < last <= length  # places that go back are of a broken file, and would be read again and again
            stories.append("\n".join(self._paragraphs(start + first, start + last)).strip() if whole else "")
            told = last if whole else told
        return stories

    def _edges(self, start: int, length: int) -> list[tuple[int, str]]:
        """Headers and footers, each with its kind: of even, odd and first pages of every section."""
        stories = self._stories(wordfile.HEADERS, start, length) if length else []
        return [((index - _SEPARATORS) % 6, text) for index, text in enumerate(stories) if index >= _SEPARATORS and text]

    def _notes(self, title: str, table: int, start: int, length: int) -> Iterator[str]:
        notes = [f"[{number}] {text}" for number, text in enumerate(self._stories(table, start, length), 1) if text] if length else []
        if notes:
            yield title
            yield from notes

    def _comments(self, start: int, length: int) -> Iterator[str]:
        _, about = self.file.places(wordfile.COMMENTS, 30)
        authors = self.file.names(wordfile.COMMENTERS)
        for number, text in enumerate(self._stories(wordfile.COMMENTS_TEXT, start, length) if length else [], 1):
            if text:
                said = about[number - 1] if number <= len(about) else b""
                place = struct.unpack_from("<H", said, 20)[0] if len(said) >= 22 else len(authors)
                self.comments += 1
                yield f"[Comment {number} by {(authors[place] if place < len(authors) else '') or 'unknown'}] {text}"

    def _paragraphs(self, start: int, end: int) -> Iterator[str]:
        """The text of each paragraph, and of each table with a row in a line."""
        runs: list[Run] = []
        cells: list[str] = []
        rows: list[str] = []
        for letter, change, line in self._letters(start, end):
            if letter == _CELL and not line.row_ends:
                cells.append(" ".join(self.changes.marked(runs).split()))
                runs = []
            elif letter == _CELL:
                rows += ["\t".join(cells).rstrip()] if any(cells) else []
                cells, runs = [], []
            elif letter == _PARAGRAPH and line.in_table:
                runs.append((KEPT, " "))
            elif letter == _PARAGRAPH:
                yield "\n".join(rows)
                yield self.changes.marked(runs).rstrip()
                rows, runs = [], []
            else:
                runs.append((change, letter))
        yield "\n".join([*rows, *(["\t".join(cells)] if any(cells) else [])])
        yield self.changes.marked(runs).rstrip()

    def _letters(self, start: int, end: int) -> Iterator[tuple[str, str, wordfile.Line]]:
        """Text in pieces, marks of paragraphs and cells on their own, with what changed it. Codes of fields are left out, results kept."""
        fields: list[bool] = []  # of each open field, whether its result has begun
        before_hidden = False
        for text, place, look, line in self.job.alive(self.file.runs(start, end)):
            if look.reviser >= 0 and (look.deleted or look.inserted):
                self.changes.by(self._revisers[look.reviser] if look.reviser < len(self._revisers) else "")
            change = DELETED if look.deleted else INSERTED if look.inserted else KEPT
            shown = ""
            for index, letter in enumerate(text):
                if letter == _FIELD:
                    fields.append(False)
                elif letter == _FIELD_RESULT and fields:
                    fields[-1] = True
                elif letter == _FIELD_END and fields:
                    fields.pop()
                elif not all(fields):
                    continue
                elif letter >= " ":
                    shown += letter
                elif letter == _NOTE:
                    shown += self._marks.get(place + index, "")
                elif known := _CHARACTERS.get(letter, ""):
                    if known in (_PARAGRAPH, _CELL):
                        yield shown, change, line
                        yield known, KEPT, line
                        before_hidden = self._look(shown, hidden=look.hidden, before=before_hidden)
                        shown = ""
                    else:
                        shown += known
            yield shown, change, line
            before_hidden = self._look(shown, hidden=look.hidden, before=before_hidden)

    def _look(self, text: str, *, hidden: bool, before: bool) -> bool:
        """Count hidden passages; whether the one before goes on."""
        if not text.strip():
            return before
        if hidden and not before:
            self.hidden += 1
            self.first_hidden = self.first_hidden or text.strip()
        return hidden


def _describe(parsed: Parsed, compound: CompoundFile) -> None:
    told = compound.properties()
    words = {name: _decoded(value) for name, value in told.items() if isinstance(value, bytes | str)}
    parsed.title = title_of(words.get("title", ""))
    parsed.metadata.update({key: words[name][:500] for name, key in _TOLD.items() if words.get(name)})
    for name, key in _TOLD_DATES.items():
        if isinstance(moment := told.get(name), datetime) and moment.year > 1601:
            parsed.metadata[key] = moment.isoformat()


def _decoded(value: bytes | str) -> str:
    return storable(value if isinstance(value, str) else decode(value).text).strip()


def _sniff(sample: Sample) -> int:
    """By its main stream; of damaged files, and of those under a password, the name decides, unless another format claims them."""
    if "WordDocument" in sample.streams:
        return CERTAIN
    return LIKELY if sample.suffix in SUFFIXES and sample.head.startswith(OLE) else NO


SUFFIXES = (".doc", ".dot")
FORMATS = (
    Format(
        mime=DOC,
        label=gettext_noop("Word document (97–2003)"),
        listed="Word 97–2003 (DOC)",
        parse=DocParser().parse,
        suffixes=SUFFIXES,
        recognised_by="a compound file with a stream `WordDocument`",
        order=21,
        sniff=_sniff,
        binary=True,
    ),
)
