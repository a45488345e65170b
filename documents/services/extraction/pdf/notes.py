"""What people wrote onto a PDF page: values of form fields, typed notes and comments.

Values and typed notes stand in the page's text where they stand on paper; comments follow it. Notes and comments are marked as such, so
that nobody takes them for the printed text.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.parsers.base import storable

MAX_NOTES = 2000
"""Of a page; forms that people fill in have a hundred, hostile files millions."""
MAX_OPTIONS = 500
LONGEST = 20_000
HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
PASSWORD = 1 << 13
COMMENTS = frozenset(
    (
        pdfium_c.FPDF_ANNOT_TEXT,
        pdfium_c.FPDF_ANNOT_LINE,
        pdfium_c.FPDF_ANNOT_SQUARE,
        pdfium_c.FPDF_ANNOT_CIRCLE,
        pdfium_c.FPDF_ANNOT_POLYGON,
        pdfium_c.FPDF_ANNOT_POLYLINE,
        pdfium_c.FPDF_ANNOT_HIGHLIGHT,
        pdfium_c.FPDF_ANNOT_UNDERLINE,
        pdfium_c.FPDF_ANNOT_SQUIGGLY,
        pdfium_c.FPDF_ANNOT_STRIKEOUT,
        pdfium_c.FPDF_ANNOT_STAMP,
        pdfium_c.FPDF_ANNOT_CARET,
        pdfium_c.FPDF_ANNOT_INK,
        pdfium_c.FPDF_ANNOT_FILEATTACHMENT,
        pdfium_c.FPDF_ANNOT_REDACT,
    )
)
TYPED = (pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_SIGNATURE)
CHOSEN = (pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX)
TICKED = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
TICK = "[x]"

Annotation = Any  # FPDF_ANNOTATION, a pointer


class Note(NamedTuple):
    """Something written onto the page: what is read of it and the rectangle (left, bottom, right, top, in points) where it stands."""

    text: str
    box: tuple[float, float, float, float]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


class Row(NamedTuple):
    """A line of the page's text: where it begins and ends there, its foot and head on paper, and (offset, middle) of its characters."""

    start: int
    end: int
    bottom: float
    top: float
    places: list[tuple[int, float]]


def with_notes(page: pdfium.PdfPage, text: str) -> str:
    """The page's text with what people wrote onto the page."""
    placed, comments = notes_of(page)
    if placed:
        text = _inserted(page, text, placed)
    if comments:
        text = "\n".join(filter(None, (text.rstrip("\n"), *comments)))
    return text


def notes_of(page: pdfium.PdfPage) -> tuple[list[Note], list[str]]:
    """What stands somewhere on the page, and the comments, which only an icon or a colour shows."""
    placed: list[Note] = []
    comments: list[str] = []
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), MAX_NOTES)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            _sort(page, annotation, placed, comments)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
    return placed, comments


def _sort(page: pdfium.PdfPage, annotation: Annotation, placed: list[Note], comments: list[str]) -> None:
    kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
    hidden = bool(pdfium_c.FPDFAnnot_GetFlags(annotation) & HIDDEN)
    if kind == pdfium_c.FPDF_ANNOT_WIDGET:
        if not hidden and (value := _value(page, annotation)):
            placed.append(Note(value, _box(annotation)))
    elif kind == pdfium_c.FPDF_ANNOT_FREETEXT and (written := _string(annotation, b"Contents")):
        placed.append(Note(f"[{'Hidden typed note' if hidden else 'Typed note'}{_author(annotation)}: {written}]", _box(annotation)))
    elif kind in COMMENTS and (written := _string(annotation, b"Contents")) and not _is_status(annotation):
        comments.append(f"[{'Hidden comment' if hidden else 'Comment'}{_author(annotation)}: {written}]")


def _is_status(annotation: Annotation) -> bool:
    """ "Accepted set by Jane": what became of a comment, not another one."""
    return bool(pdfium_c.FPDFAnnot_HasKey(annotation, b"StateModel"))


def _value(page: pdfium.PdfPage, annotation: Annotation) -> str:
    """What a form field shows: its text, what was chosen, a tick; "" for an empty one, a button or a password."""
    form = page.formenv
    if form is None:
        return ""
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in TICKED:
        return TICK if pdfium_c.FPDFAnnot_IsChecked(form, annotation) else ""
    if kind in CHOSEN:
        return ", ".join(_chosen(form, annotation)) or _field_value(form, annotation)
    if kind in TYPED and not pdfium_c.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD:
        return _field_value(form, annotation)
    return ""


def _chosen(form: pdfium.PdfFormEnv, annotation: Annotation) -> Iterator[str]:
    for index in range(min(pdfium_c.FPDFAnnot_GetOptionCount(form, annotation), MAX_OPTIONS)):
        if pdfium_c.FPDFAnnot_IsOptionSelected(form, annotation, index):
            yield _read(lambda buffer, size, index=index: pdfium_c.FPDFAnnot_GetOptionLabel(form, annotation, index, buffer, size))


def _field_value(form: pdfium.PdfFormEnv, annotation: Annotation) -> str:
    return _read(lambda buffer, size: pdfium_c.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))


def _author(annotation: Annotation) -> str:
    name = _string(annotation, b"T")
    return f" by {name[:100]}" if name else ""


def _string(annotation: Annotation, key: bytes) -> str:
    return _read(lambda buffer, size: pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _read(call: Callable[..., int]) -> str:
    """What a function of PDFium gives as UTF-16LE with a NUL at its end, lines apart but without empty ones."""
    size = min(call(None, 0), 2 * LONGEST + 2)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), size)
    text = storable(buffer.raw.decode("utf-16-le", "replace").rstrip("\x00"))
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def _box(annotation: Annotation) -> tuple[float, float, float, float]:
    rectangle = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _inserted(page: pdfium.PdfPage, text: str, notes: Sequence[Note]) -> str:
    """Each note in the line at whose height it stands, else as a line of its own where its height belongs."""
    rows = _rows(page, text)
    additions: list[tuple[int, float, float, str, bool]] = []
    for note in notes:
        row = _row_at(rows, note.middle)
        if row is not None:
            offset = next((offset for offset, middle in row.places if middle > note.box[0]), row.end)
            additions.append((offset, 0.0, note.box[0], note.text, False))
        else:
            below = next((row.start for row in rows if row.top < note.middle), len(text))
            additions.append((below, -note.middle, note.box[0], note.text, True))
    pieces: list[str] = []
    at = 0
    for offset, _, _, written, own_line in sorted(additions):
        pieces.append(text[at:offset])
        at = offset
        last, following = "".join(pieces)[-1:], text[offset : offset + 1]
        gap = "\n" if own_line else " "
        pieces += [gap if last and (last != "\n" if own_line else not last.isspace()) else "", written]
        pieces.append(gap if following and (own_line or following != "\n") else "")
    return "".join(pieces) + text[at:]


def _row_at(rows: Sequence[Row], middle: float) -> Row | None:
    """The line at that height; of several the nearest."""
    near = [row for row in rows if row.bottom - 2 <= middle <= row.top + 2]
    return min(near, key=lambda row: abs((row.bottom + row.top) / 2 - middle), default=None)


def _rows(page: pdfium.PdfPage, text: str) -> list[Row]:
    """The lines of the text with their places on paper. PDFium counts its characters in its own way: only those that are printed are
    compared, and where the two readings part nothing further is placed."""
    rows: list[Row] = []
    with closing(page.get_textpage()) as textpage:
        count, index, start = textpage.count_chars(), 0, 0
        for line in text.split("\n"):
            places, bottom, top = [], float("inf"), float("-inf")
            for offset, character in enumerate(line, start):
                if character.isspace():
                    continue
                while index < count and chr(pdfium_c.FPDFText_GetUnicode(textpage, index)) != character:
                    index += 1
                if index == count:
                    return rows
                left, low, right, high = textpage.get_charbox(index)
                places.append((offset, (left + right) / 2))
                bottom, top, index = min(bottom, low), max(top, high), index + 1
            if places:
                rows.append(Row(start, start + len(line), bottom, top, places))
            start += len(line) + 1
    return rows
