"""Earlier revisions of a PDF. A file that is changed by appending still holds what it was before, up to each mark of an end."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.findings import LONGEST, Box, Finding
from documents.services.extraction.parsers.base import storable

MAX_REVISIONS = 10
"""The newest ones before the last; a file that was signed or filled in often has some."""
MAX_PAGES = 2000
MAX_FINDINGS = 200

Word = tuple[str, Box]


class _Beginning(io.RawIOBase):
    """The first bytes of a file, as a file."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 (closed with this object)
        self._size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(self._size + offset) if whence == 2 else self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._file.read(max(0, min(len(buffer), self._size - self._file.tell())))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


def lost_since(path: Path, texts: Sequence[str], ends: Sequence[int], sign_of_life: Callable[[], None]) -> list[Finding]:
    """Words of earlier revisions that no page has any more, with their places then. `texts` are the pages now, `ends` the bytes at which
    the earlier revisions end. One that can't be opened says nothing."""
    if not ends:
        return []
    known = {word for text in texts for word in _keys(text)}
    found: list[Finding] = []
    for end in reversed(ends[-MAX_REVISIONS:]):
        beginning = _Beginning(path, end)
        try:
            with closing(pdfium.PdfDocument(beginning)) as document:
                found += _lost(document, known, sign_of_life)
        except pdfium.PdfiumError:
            continue
        finally:
            beginning.close()
    return found[:MAX_FINDINGS]


def _lost(document: pdfium.PdfDocument, known: set[str], sign_of_life: Callable[[], None]) -> Iterator[Finding]:
    """What one revision has more; it counts as known from then on."""
    more: set[str] = set()
    for index in range(min(len(document), MAX_PAGES)):
        sign_of_life()
        try:
            page = document[index]
        except pdfium.PdfiumError:
            continue
        with closing(page), closing(page.get_textpage()) as textpage:
            missing = set(_keys(storable(textpage.get_text_range(errors="replace")))) - known
            if missing:
                more |= missing
                yield from _passages(index + 1, _words(textpage), missing)
    known |= more


def _passages(number: int, words: Sequence[Word], missing: set[str]) -> Iterator[Finding]:
    """Words side by side that are gone, together."""
    run: list[Word] = []
    for word in [*words, ("", (0.0, 0.0, 0.0, 0.0))]:
        if missing.intersection(_keys(word[0])):
            run.append(word)
        elif run:
            boxes = [box for _, box in run]
            around = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
            yield Finding(number, around, "revision", " ".join(text for text, _ in run)[:LONGEST])
            run = []


def _words(textpage: pdfium.PdfTextPage) -> list[Word]:
    words: list[Word] = []
    letters: list[str] = []
    boxes: list[Box] = []
    for index in range(textpage.count_chars() + 1):
        letter = chr(min(pdfium_c.FPDFText_GetUnicode(textpage, index), 0x10FFFF)) if index < textpage.count_chars() else " "
        if letter.isspace() or letter < " ":
            if boxes:
                around = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
                words.append((storable("".join(letters)), around))
            letters, boxes = [], []
        else:
            letters.append(letter)
            boxes.append(textpage.get_charbox(index))
    return words


def _keys(text: str) -> list[str]:
    """Words without the marks around them, in small letters; those of one letter say nothing."""
    stripped = ("".join(letter for letter in word if letter.isalnum()).casefold() for word in text.split())
    return [word for word in stripped if len(word) > 1]
