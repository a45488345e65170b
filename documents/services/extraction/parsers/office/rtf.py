"""RTF: text in reading order, tables as rows, headers, notes, comments, hidden text and tracked changes.

Source: Microsoft, Rich Text Format Specification 1.9.1. Destinations that are not known here are skipped, as it asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from documents.services.extraction.charsets import codec
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import Format, FormatLimits, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.office.changes import DELETED, INSERTED, KEPT, Changes, Run
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable
from documents.services.extraction.parsers.pdf import title_of

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)|\\", re.DOTALL
)
_ENDNOTE = re.compile(rb"\s*\\ftnalt")
_DEPTH = 10_000
_ALIVE_EVERY = 50_000
# What a word stands for, beyond plain characters.
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005", "softline": "\n",
}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
_SKIPPED = frozenset([
    "upr", "shprslt", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "generator", "pict", "objdata", "objclass",
    "fldinst", "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "filetbl", "nonshppict", "bkmkstart", "bkmkend",
    "pn", "pnseclvl", "datafield", "sp", "tc", "xe", "rxe", "private", "template", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc",
    "aftncn", "atntime", "atndate", "atnref", "atnparent", "atrfstart", "atrfend", "atnid", "operator", "company", "doccomm", "hlinkbase",
    "category", "manager", "comment", "keycode", "mmathPr", "userprops", "docvar", "factoidname", "ebcstart", "ebcend", "panose", "falt",
    "fname", "fontemb", "fontfile", "pgptbl", "nesttableprops", "htmltag", "mhtmltag",
])  # fmt: skip
_HEADERS = ("header", "headerl", "headerr", "headerf")
_FOOTERS = ("footer", "footerl", "footerr", "footerf")
_TOLD = {"author": "author", "subject": "subject", "keywords": "keywords"}
_FONT_CODECS = {
    0: "", 1: "", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
_BOXES = ("shptxt", "dptxbxtext")
_STORIES = frozenset(["footnote", "annotation", *_BOXES, *_HEADERS, *_FOOTERS])
_VALUES = frozenset(["fonttbl", "title", "atnauthor", "revtbl", *_TOLD])
_TRANSPARENT = frozenset(["shpinst", "shp", "shpgrp", "do", "fldrslt", "field", "info", "rtf", "pntext", "listtext", "object", "result"])
_ENCODINGS = frozenset(["ansicpg", "mac", "pc", "pca", "uc", "f", "fcharset"])
_MOST_FONTS = 10_000
_BULLETS = ("\uf0b7", "\uf0a7", "\uf0a8", "\uf0d8")


class RtfParser:
    def parse(self, job: Job) -> Parsed:
        reader = _Reader(job.path.read_bytes(), lambda: job.tick(0, 1))
        reader.read()
        text = storable("\n\n".join(reader.blocks()))
        bounded(len(text))
        parsed = Parsed([RawPage(text)], "rtf (LexIntel)", title=title_of(reader.info.pop("title", "")), metadata=reader.metadata())
        reader.changes.tell(parsed)
        if reader.comments:
            parsed.notice("comments", count=len(reader.comments))
        if reader.hidden:
            parsed.notice("hidden_text", count=reader.hidden, name=storable(reader.first_hidden)[:80])
        job.tick(1, 1)
        return parsed


@dataclass
class _Story:
    """A text of its own: the body, a header, a note, a comment."""

    blocks: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    _in_rows: bool = False

    def end_paragraph(self, changes: Changes) -> None:
        self.end_row()
        text = changes.marked(self.runs).rstrip()
        self.runs.clear()
        self.blocks += [text, *self.boxes]
        self.boxes.clear()
        self._in_rows = self._in_rows and not text

    def end_row(self) -> None:
        """Rows one after the other are one block."""
        row = "\t".join(self.cells).rstrip()
        self.cells.clear()
        if row and self._in_rows:
            self.blocks[-1] += f"\n{row}"
        elif row:
            self.blocks.append(row)
            self._in_rows = True

    def end(self, changes: Changes) -> list[str]:
        self.end_paragraph(changes)
        return [block for block in self.blocks if block]


@dataclass(frozen=True)
class _State:
    """What holds inside a group until it ends."""

    story: _Story
    skipped: bool = False
    plain: str = ""
    """The name of a value that the group holds as plain text ("title", "atnauthor"), "" for text of the document."""
    codec: str = "cp1252"
    fallback: int = 1
    """How many bytes stand after a \\u for readers that don't know it."""
    hidden: bool = False
    inserted: bool = False
    deleted: bool = False
    in_table: bool = False
    font: int = -1


@dataclass
class _Reader:
    content: bytes
    alive: Callable[[], None]
    changes: Changes = field(default_factory=Changes)
    comments: list[str] = field(default_factory=list)
    info: dict[str, str] = field(default_factory=dict)
    hidden: int = 0
    first_hidden: str = ""

    def __post_init__(self) -> None:
        self._body = _Story()
        self._state = _State(self._body)
        self._stack: list[tuple[_State, str]] = []
        self._opening = False  # whether a group has just begun, so that the next word may name its destination
        self._ignorable = False
        self._bytes = bytearray()
        self._to_skip = self._place = 0
        self._high = 0  # the first half of a letter that takes two
        self._edges: dict[str, dict[str, None]] = {"header": {}, "footer": {}}
        self._notes: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self._fonts: dict[int, str] = {}
        self._default = "cp1252"
        self._values: dict[str, str] = {}
        self._destination = ""
        self._revisers: list[str] = []
        self._was_hidden = False
        self._length = 0

    def read(self) -> None:
        place = count = 0
        size = len(self.content)
        while place < size:
            token = _TOKEN.match(self.content, place)
            if token is None:
                break
            self._place = place = token.end()
            count += 1
            if count % _ALIVE_EVERY == 0:
                self.alive()
            word, number, code, symbol, brace, _newline, text = token.groups()
            if code is not None or text is not None:
                self._take(bytes([int(code, 16)]) if code is not None else text)
                continue
            self._flush()
            if word is not None:
                name = word.decode("ascii")
                if name == "bin":
                    place += max(0, int(number or 0))
                self._word(name, None if number is None else int(number))
            elif symbol is not None:
                self._symbol(symbol)
            elif brace is not None:
                self._open() if brace == b"{" else self._close()
        self._flush()
        while self._stack:
            self._close()
        self._body.end(self.changes)

    def blocks(self) -> list[str]:
        found = [*self._edges["header"], *self._body.blocks, *self._edges["footer"]]
        for kind, title in (("footnote", "Footnotes"), ("endnote", "Endnotes")):
            found += [title, *self._notes[kind]] if self._notes[kind] else []
        return [block for block in [*found, *self.comments] if block]

    def metadata(self) -> dict[str, str]:
        return {name: storable(self.info[key]).strip()[:500] for key, name in _TOLD.items() if self.info.get(key, "").strip()}

    def _open(self) -> None:
        if len(self._stack) >= _DEPTH:
            raise Unreadable("unreadable", kind="RTF")
        self._stack.append((self._state, self._destination))
        self._destination, self._opening, self._ignorable, self._to_skip = "", True, False, 0

    def _close(self) -> None:
        if not self._stack:
            return
        ended, destination = self._state, self._destination
        self._state, self._destination = self._stack.pop()
        self._opening = self._ignorable = False
        self._to_skip = 0
        if destination:
            self._end(destination, ended)

    def _end(self, destination: str, ended: _State) -> None:
        """A destination's group has ended: what it held goes where it belongs."""
        value = self._values.pop(destination, "").strip()
        if destination in _HEADERS + _FOOTERS:
            text = "\n".join(ended.story.end(self.changes)).strip()
            if text:
                self._edges[destination[:6]].setdefault(text)
        elif destination in ("footnote", "endnote"):
            self._notes[destination] += self._numbered(destination, ended.story)
        elif destination == "annotation":
            if text := " ".join(ended.story.end(self.changes)).strip():
                self.comments.append(
                    f"[Comment {len(self.comments) + 1} by {self._values.pop('author of comment', '') or 'unknown'}] {text}"
                )
        elif destination in _BOXES:
            self._state.story.boxes += ended.story.end(self.changes)
        elif destination == "atnauthor":
            self._values["author of comment"] = value
        elif destination == "revtbl":
            self._revisers = [name.strip() for name in value.split(";")]
        elif destination in ("title", *_TOLD):
            self.info[destination] = value

    def _numbered(self, kind: str, story: _Story) -> list[str]:
        text = "\n".join(story.end(self.changes)).strip()
        return [f"[{self._values.pop(f'number of {kind}', '')}] {text}"] if text else []

    def _word(self, word: str, number: int | None) -> None:
        opening, self._opening = self._opening, False
        if opening and self._enters(word):
            return
        if self._state.skipped:
            return
        value = number or 0
        if word == "u":
            self._unicode(value)
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in _STATES:
            self._state = _STATES[word](self._state, number != 0)
        elif word in _BREAKS:
            self._break(word)
        elif word in _ENCODINGS:
            self._encoding(word, value)
        elif word in ("revauth", "revauthdel"):
            self.changes.by(self._revisers[value] if 0 <= value < len(self._revisers) else "")

    def _enters(self, word: str) -> bool:
        """Whether the word names the destination of the group that has just begun; what belongs to it is set up."""
        state = self._state
        if word in _STORIES and not state.skipped:
            self._destination = "endnote" if word == "footnote" and _ENDNOTE.match(self.content, self._place) else word
            self._state = _State(_Story(), codec=state.codec, fallback=state.fallback)
            if word == "footnote":
                self._write_to(state, f"[{self._next(self._destination)}]")
        elif word in _VALUES and not state.skipped:
            self._destination = word
            self._state = replace(state, plain=word)
        elif word == "ud":  # the better of two forms, of which the other was skipped
            self._state = replace(state, skipped=False)
        elif word in _TRANSPARENT:
            pass
        elif word in _SKIPPED or self._ignorable:
            self._state = replace(state, skipped=True)
        else:
            return False
        return True

    def _next(self, kind: str) -> str:
        number = str(len(self._notes[kind]) + 1)
        self._values[f"number of {kind}"] = number
        return number

    def _break(self, word: str) -> None:
        if self._state.skipped or self._state.plain:
            return
        story = self._state.story
        if word in ("cell", "nestcell"):
            story.cells.append(" ".join(self.changes.marked(story.runs).split()))
            story.runs.clear()
        elif word in ("row", "nestrow"):
            story.end_row()
        elif self._state.in_table:
            story.runs.append((KEPT, " "))
        else:
            story.end_paragraph(self.changes)

    def _symbol(self, symbol: bytes) -> None:
        opening, self._opening = self._opening, False
        if symbol == b"*":
            self._ignorable, self._opening = True, opening
        elif symbol in (b"\n", b"\r"):
            self._break("par")
        elif symbol in _SYMBOLS:
            self._write(_SYMBOLS[symbol])

    def _encoding(self, word: str, number: int) -> None:
        state = self._state
        if word == "uc":
            self._state = replace(state, fallback=max(0, min(number, 8)))
        elif word in ("ansicpg", "mac", "pc", "pca"):
            names = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
            self._default = names.get(word) or codec(f"cp{number}") or ("utf-8" if number == 65001 else self._default)
            self._state = replace(state, codec=self._default)
        elif word == "fcharset":
            if state.plain == "fonttbl" and len(self._fonts) < _MOST_FONTS:
                self._fonts[state.font] = _FONT_CODECS.get(number, "")
        elif word == "f":
            self._state = replace(state, font=number, codec=self._fonts.get(number) or self._default)

    def _take(self, piece: bytes) -> None:
        """Bytes of text: kept until the run ends, because letters of some encodings take two of them."""
        self._opening = False
        if self._to_skip:
            skipped = min(self._to_skip, len(piece))
            self._to_skip -= skipped
            piece = piece[skipped:]
        if piece and (not self._state.skipped or self._state.plain):
            self._bytes += piece

    def _flush(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._state.codec, "replace")
            self._bytes.clear()
            self._write(text)

    def _unicode(self, number: int) -> None:
        code = number + 65_536 if number < 0 else number
        self._to_skip = self._state.fallback
        high, self._high = self._high, 0
        if 0xD800 <= code < 0xDC00:
            self._high = code
        elif 0xDC00 <= code < 0xE000:
            self._write(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00) if high else "")
        elif 0 < code < 0x110000:
            letter = chr(code)
            self._write("•" if letter in _BULLETS else "" if "\ue000" <= letter <= "\uf8ff" else letter)

    def _write(self, text: str) -> None:
        if text:
            self._write_to(self._state, text)

    def _write_to(self, state: _State, text: str) -> None:
        if state.plain:
            held = self._values.get(state.plain, "")
            self._values[state.plain] = held + text if len(held) < 10_000 else held
            return
        if state.skipped:
            return
        self._length = bounded(self._length + len(text))
        if text.strip():
            if state.hidden and not self._was_hidden:
                self.hidden += 1
                self.first_hidden = self.first_hidden or text.strip()
            self._was_hidden = state.hidden
        state.story.runs.append((DELETED if state.deleted else INSERTED if state.inserted else KEPT, text))


_BREAKS = frozenset(["par", "sect", "page", "column", "cell", "row", "nestcell", "nestrow"])
_STATES: dict[str, Callable[[_State, bool], _State]] = {
    "v": lambda state, on: replace(state, hidden=on),
    "revised": lambda state, on: replace(state, inserted=on),
    "deleted": lambda state, on: replace(state, deleted=on),
    "plain": lambda state, _: replace(state, hidden=False, inserted=False, deleted=False),
    "pard": lambda state, _: replace(state, in_table=False),
    "intbl": lambda state, _: replace(state, in_table=True),
}

FORMATS = (
    Format(
        mime="application/rtf",
        label=gettext_noop("Rich text document"),
        listed="RTF",
        parse=RtfParser().parse,
        suffixes=(".rtf",),
        recognised_by="`{\\rtf` at its beginning",
        order=22,
        magic=(b"{\\rtf",),
        limits=FormatLimits(bytes=8 * MAX_CHARACTERS),
        also_named=(".doc",),
    ),
)
