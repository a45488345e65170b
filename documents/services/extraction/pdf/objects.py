"""What a PDF page is drawn with, in the order in which it is drawn: its texts, and what may cover them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.findings import Box
from documents.services.extraction.pdf.geometry import Matrix, joined, moved

Colour = tuple[int, int, int, int]

MAX_DEPTH = 5
THINNEST = 2.0
"""Points; what is thinner is a line."""
NEAR_COLOUR = 48
"""Sum of the differences of red, green and blue (0 to 255 each) between colours that nobody tells apart."""
_UNSEEN_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_COVERING = frozenset(
    (
        pdfium_c.FPDF_ANNOT_SQUARE,
        pdfium_c.FPDF_ANNOT_CIRCLE,
        pdfium_c.FPDF_ANNOT_POLYGON,
        pdfium_c.FPDF_ANNOT_HIGHLIGHT,
        pdfium_c.FPDF_ANNOT_INK,
        pdfium_c.FPDF_ANNOT_STAMP,
        pdfium_c.FPDF_ANNOT_FREETEXT,
        pdfium_c.FPDF_ANNOT_REDACT,
        pdfium_c.FPDF_ANNOT_LINE,
    )
)


Way = tuple[int, int, int]
"""How a text is drawn: red and green in one number, blue and alpha in another, and the mode. Told without taking it apart."""


class Text(NamedTuple):
    z: int
    object: int
    colour: Colour
    mode: int
    matrix: Matrix | None

    @property
    def unseen(self) -> bool:
        return self.mode in _UNSEEN_MODES or self.colour[3] < 8


class Cover(NamedTuple):
    """A filled shape, a picture or an annotation; its colour where it has one. `marked`: a redaction that was marked, whether or not it
    was ever carried out."""

    z: int
    box: Box
    colour: Colour | None
    picture: bool
    marked: bool = False


class Run(NamedTuple):
    """Texts of one way that follow each other: the first one's place in the order of drawing, and where the objects are found."""

    z: int
    first: int
    length: int
    way: Way
    container: int
    get: Any
    matrix: Matrix | None

    @property
    def colour(self) -> Colour:
        first, second, _ = self.way
        return first & 255, first >> 32 & 255, second & 255, second >> 32 & 255

    @property
    def unseen(self) -> bool:
        return self.way[2] in _UNSEEN_MODES or self.colour[3] < 8

    def texts(self) -> Iterator[Text]:
        for place in range(self.length):
            yield Text(self.z + place, self.get(self.container, self.first + place), self.colour, self.way[2], self.matrix)


class Inventory(NamedTuple):
    runs: list[Run]
    covers: list[Cover]

    def texts(self) -> list[Text]:
        return [text for run in self.runs for text in run.texts()]


class _Calls(NamedTuple):
    """PDFium's functions with plain numbers as arguments: a page has hundreds of objects, and the usual way takes three times as long."""

    count: Any
    get: Any
    count_in_form: Any
    get_in_form: Any
    type: Any
    mode: Any
    colour: Any
    bounds: Any
    matrix: Any
    draw_mode: Any
    stroke: Any
    stroke_width: Any
    activate: Any
    letter: Any
    text_object: Any
    text_of: Any


@cache
def calls() -> _Calls:
    pointer, number, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong

    def call(name: str, result: Any, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(getattr(pdfium_c, name), pointer).value or 0)

    return _Calls(
        count=call("FPDFPage_CountObjects", number, pointer),
        get=call("FPDFPage_GetObject", pointer, pointer, number),
        count_in_form=call("FPDFFormObj_CountObjects", number, pointer),
        get_in_form=call("FPDFFormObj_GetObject", pointer, pointer, long),
        type=call("FPDFPageObj_GetType", number, pointer),
        mode=call("FPDFTextObj_GetTextRenderMode", number, pointer),
        colour=call("FPDFPageObj_GetFillColor", number, *[pointer] * 5),
        bounds=call("FPDFPageObj_GetBounds", number, *[pointer] * 5),
        matrix=call("FPDFPageObj_GetMatrix", number, pointer, pointer),
        stroke=call("FPDFPageObj_GetStrokeColor", number, *[pointer] * 5),
        stroke_width=call("FPDFPageObj_GetStrokeWidth", number, *[pointer] * 2),
        draw_mode=call("FPDFPath_GetDrawMode", number, *[pointer] * 3),
        activate=call("FPDFPageObj_SetIsActive", number, pointer, number),
        letter=call("FPDFText_GetUnicode", ctypes.c_uint, pointer, number),
        text_object=call("FPDFText_GetTextObject", pointer, pointer, number),
        text_of=call("FPDFTextObj_GetText", ctypes.c_ulong, pointer, pointer, pointer, ctypes.c_ulong),
    )


def inventory_of(page: pdfium.PdfPage) -> Inventory:
    """Every text of a page, and what may cover one."""
    inventory = Inventory([], _annotations(page))
    _Walk(inventory).through(ctypes.cast(page.raw, ctypes.c_void_p).value or 0, calls().count, calls().get)
    return inventory


class _Walk:
    """Goes through every text and what may cover one, in the order in which they are drawn."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._z = 0
        numbers = (ctypes.c_uint * 4)()
        self._numbers, self._pairs = memoryview(numbers).cast("B").cast("I"), memoryview(numbers).cast("B").cast("Q")
        self._corners = (ctypes.c_float * 4)()
        self._to_numbers = [ctypes.c_void_p(ctypes.addressof(numbers) + 4 * place) for place in range(4)]
        self._to_corners = [ctypes.c_void_p(ctypes.addressof(self._corners) + 4 * place) for place in range(4)]

    def through(self, container: int, count: Any, get: Any, matrix: Matrix | None = None, depth: int = 0) -> None:
        functions, pairs = calls(), self._pairs
        mode_of, colour_of = functions.mode, functions.colour
        red, green, blue, alpha = self._to_numbers
        way: Way | None = None
        begin = one = other = drawn = 0
        total = count(container)
        for index in range(total):
            item = get(container, index)
            mode = mode_of(item)
            if mode >= 0:
                colour_of(item, red, green, blue, alpha)
                if way is not None and pairs[0] == one and pairs[1] == other and mode == drawn:
                    continue
                self._keep(begin, index, way, container, get, matrix)
                begin, one, other, drawn = index, pairs[0], pairs[1], mode
                way = one, other, drawn
                continue
            self._keep(begin, index, way, container, get, matrix)
            way = None
            kind = functions.type(item)
            if kind == pdfium_c.FPDF_PAGEOBJ_FORM:
                if depth < MAX_DEPTH:
                    self.through(item, functions.count_in_form, functions.get_in_form, joined(_matrix(item), matrix), depth + 1)
            else:
                self._cover(item, kind, matrix)
        self._keep(begin, total, way, container, get, matrix)

    def _keep(self, begin: int, end: int, way: Way | None, container: int, get: Any, matrix: Matrix | None) -> None:
        if way is not None:
            self._inventory.runs.append(Run(self._z, begin, end - begin, way, container, get, matrix))
            self._z += end - begin

    def _cover(self, item: int, kind: int, matrix: Matrix | None) -> None:
        """What may hide something; lines, outlines and what is as good as transparent can't."""
        functions, corners = calls(), self._corners
        functions.bounds(item, *self._to_corners)
        box: Box = (corners[0], corners[1], corners[2], corners[3])
        box = box if matrix is None else moved(box, matrix)
        if box[2] - box[0] < THINNEST or box[3] - box[1] < THINNEST:
            return
        colour: Colour | None = None
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            functions.draw_mode(item, *self._to_numbers[:2])
            filled = self._numbers[0] != pdfium_c.FPDF_FILLMODE_NONE
            if not filled:
                self._stroke(item, box, stroked=bool(self._numbers[1]))
                return
            functions.colour(item, *self._to_numbers)
            colour = (self._numbers[0], self._numbers[1], self._numbers[2], self._numbers[3])
            if colour[3] < 128:
                return
        self._inventory.covers.append(Cover(self._z, box, colour, kind == pdfium_c.FPDF_PAGEOBJ_IMAGE))
        self._z += 1

    def _stroke(self, item: int, box: Box, *, stroked: bool) -> None:
        """A line so thick that it hides what it is drawn over."""
        functions = calls()
        if not stroked or not functions.stroke_width(item, ctypes.addressof(self._corners)) or self._corners[0] < THINNEST:
            return
        functions.stroke(item, *self._to_numbers)
        colour = (self._numbers[0], self._numbers[1], self._numbers[2], self._numbers[3])
        if colour[3] >= 128:
            self._inventory.covers.append(Cover(self._z, box, colour, picture=False))
            self._z += 1


def marked_places(page: pdfium.PdfPage) -> list[Box]:
    """Where words are marked for redaction."""
    return [cover.box for cover in _annotations(page) if cover.marked]


def _annotations(page: pdfium.PdfPage) -> list[Cover]:
    """Shapes and notes that are drawn above the page."""
    covers: list[Cover] = []
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), 2000)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        if kind in _COVERING:
            rectangle = pdfium_c.FS_RECTF()
            pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
            box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            if min(box[2] - box[0], box[3] - box[1]) >= THINNEST:
                covers.append(Cover(1 << 60, box, None, picture=False, marked=kind == pdfium_c.FPDF_ANNOT_REDACT))
        pdfium_c.FPDFPage_CloseAnnot(annotation)
    return covers


def in_layer(item: int) -> bool:
    """Whether the object is marked as part of optional content."""
    handle = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    for index in range(min(max(pdfium_c.FPDFPageObj_CountMarks(handle), 0), 100)):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        buffer = (pdfium_c.FPDF_WCHAR * 16)()
        length = ctypes.c_ulong()
        if pdfium_c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), length) and list(buffer[:3]) == [79, 67, 0]:
            return True
    return False


def near(one: Sequence[int], other: Sequence[int]) -> bool:
    return sum(abs(a - b) for a, b in zip(one[:3], other[:3], strict=True)) <= NEAR_COLOUR


def bounds(item: int, matrix: Matrix | None) -> Box:
    buffer = (ctypes.c_float * 4)()
    calls().bounds(item, *(ctypes.addressof(buffer) + 4 * place for place in range(4)))
    box = (buffer[0], buffer[1], buffer[2], buffer[3])
    return box if matrix is None else moved(box, matrix)


def _matrix(item: int) -> Matrix:
    buffer = (ctypes.c_float * 6)()
    calls().matrix(item, ctypes.addressof(buffer))
    return buffer[0], buffer[1], buffer[2], buffer[3], buffer[4], buffer[5]
