"""Text of a PDF page that is not seen on it but can be read: under boxes, in the colour of its ground, off the page, in hidden layers.

A quick look at the page's objects finds what may be hidden; only that is drawn, with it and without it. Where both pictures are the same
the text is not seen. The text that recognition laid under or over a scan is hidden by design: it counts only where the picture shows
nothing in its place, as under a black box that was scanned or painted into the picture.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.findings import LONGEST, Box, Finding, Kind
from documents.services.extraction.parsers.base import storable

if TYPE_CHECKING:
    import numpy as np

Colour = tuple[int, int, int, int]
Matrix = tuple[float, float, float, float, float, float]

MAX_FINDINGS = 200
"""Of a page; a hostile one could have thousands."""
MAX_DEPTH = 5
MAX_COMPARISONS = 500_000
"""Of texts with boxes; on a page with more, every text is drawn."""
BANDS = 40
THINNEST = 3.0
"""Points; what is thinner is a line."""
NEAR_COLOUR = 48
"""Sum of the differences of red, green and blue (0 to 255 each) between colours that nobody tells apart."""
VISIBLE_DIFFERENCE = 24
"""Of one channel (0 to 255), between the page drawn with the text and without it."""
INK = 60
"""Difference (0 to 255) between the darkest and the lightest place of a word in a picture; the noise of a JPEG stays below."""
SOLID = 0.9
"""The share of dark places from which on a word's place is a box; bold type on paper stays below a half."""
PICTURE_SHARE = 0.3
"""Of the page: a picture so large is a scan, and text under it what recognition found in it."""
MAX_SECONDS, MAX_SECONDS_OF_PAGE = 60.0, 10.0
"""For looking closely at the pages of a file, and at one of them."""
SCALE = 2.0
MAX_PIXELS = 8_000_000
LABELS = frozenset(
    (
        "redacted",
        "privilege",
        "privileged",
        "confidential",
        "sealed",
        "under seal",
        "work product",
        "attorney-client privilege",
        "attorney client privilege",
    )
)
"""What redaction tools print on their boxes."""
_UNSEEN_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_WHITE: Colour = (255, 255, 255, 255)
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


_Way = tuple[int, int, int]
"""How a text is drawn: red and green in one number, blue and alpha in another, and the mode. Told without taking it apart."""


class _Text(NamedTuple):
    z: int
    object: int
    colour: Colour
    mode: int
    matrix: Matrix | None

    @property
    def unseen(self) -> bool:
        return self.mode in _UNSEEN_MODES or self.colour[3] < 8


class _Cover(NamedTuple):
    """A filled shape, a picture or an annotation; its colour where it has one."""

    z: int
    box: Box
    colour: Colour | None
    picture: bool


class _Character(NamedTuple):
    letter: str
    box: Box
    text: _Text | None


class _Run(NamedTuple):
    """Texts of one way that follow each other: the first one's place in the order of drawing, and where the objects are found."""

    z: int
    first: int
    length: int
    way: _Way
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

    def texts(self) -> Iterator[_Text]:
        for place in range(self.length):
            yield _Text(self.z + place, self.get(self.container, self.first + place), self.colour, self.way[2], self.matrix)


class _Inventory(NamedTuple):
    runs: list[_Run]
    covers: list[_Cover]

    def texts(self) -> list[_Text]:
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
    activate: Any
    letter: Any
    text_object: Any
    text_of: Any


@cache
def _calls() -> _Calls:
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
        draw_mode=call("FPDFPath_GetDrawMode", number, *[pointer] * 3),
        activate=call("FPDFPageObj_SetIsActive", number, pointer, number),
        letter=call("FPDFText_GetUnicode", ctypes.c_uint, pointer, number),
        text_object=call("FPDFText_GetTextObject", pointer, pointer, number),
        text_of=call("FPDFTextObj_GetText", ctypes.c_ulong, pointer, pointer, pointer, ctypes.c_ulong),
    )


class Watch:
    """Limits the time for which the pages of one file are looked at. `mark` is a file that is there while a page is drawn, so that whoever
    finds the process dead knows of what."""

    def __init__(self, mark: Path, seconds: float = MAX_SECONDS) -> None:
        self.mark = mark
        self.unchecked = 0
        self._left = seconds
        self._until = 0.0

    @property
    def over(self) -> bool:
        return self._left <= 0 or time.monotonic() > self._until

    @contextmanager
    def looking(self) -> Iterator[None]:
        began = time.monotonic()
        self._until = began + min(self._left, MAX_SECONDS_OF_PAGE)
        self.mark.touch()
        try:
            yield
            self.unchecked += self.over
        finally:
            self.mark.unlink(missing_ok=True)
            self._left -= time.monotonic() - began


def hidden_on(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, number: int, watch: Watch, *, layers: bool = False) -> list[Finding]:
    """What can be read on a page (`number` from 1) and is not seen there; `layers` says that the file has some that are switched off.

    A page for which the time does not suffice is counted in `watch.unchecked`.
    """
    calls = _calls()
    inventory = _Inventory([], _annotations(page))
    _Walk(inventory).through(ctypes.cast(page.raw, ctypes.c_void_p).value or 0, calls.count, calls.get)
    suspects = inventory.texts() if layers else _suspects(inventory, textpage)
    if not suspects:
        return []
    with watch.looking():
        return [] if watch.over else _Look(page, textpage, number, inventory, suspects, watch).findings()


class _Walk:
    """Goes through every text and what may cover one, in the order in which they are drawn."""

    def __init__(self, inventory: _Inventory) -> None:
        self._inventory = inventory
        self._z = 0
        numbers = (ctypes.c_uint * 4)()
        self._numbers, self._pairs = memoryview(numbers).cast("B").cast("I"), memoryview(numbers).cast("B").cast("Q")
        self._corners = (ctypes.c_float * 4)()
        self._to_numbers = [ctypes.c_void_p(ctypes.addressof(numbers) + 4 * place) for place in range(4)]
        self._to_corners = [ctypes.c_void_p(ctypes.addressof(self._corners) + 4 * place) for place in range(4)]

    def through(self, container: int, count: Any, get: Any, matrix: Matrix | None = None, depth: int = 0) -> None:
        calls, pairs = _calls(), self._pairs
        mode_of, colour_of = calls.mode, calls.colour
        red, green, blue, alpha = self._to_numbers
        way: _Way | None = None
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
            kind = calls.type(item)
            if kind == pdfium_c.FPDF_PAGEOBJ_FORM:
                if depth < MAX_DEPTH:
                    self.through(item, calls.count_in_form, calls.get_in_form, _joined(_matrix(item), matrix), depth + 1)
            else:
                self._cover(item, kind, matrix)
        self._keep(begin, total, way, container, get, matrix)

    def _keep(self, begin: int, end: int, way: _Way | None, container: int, get: Any, matrix: Matrix | None) -> None:
        if way is not None:
            self._inventory.runs.append(_Run(self._z, begin, end - begin, way, container, get, matrix))
            self._z += end - begin

    def _cover(self, item: int, kind: int, matrix: Matrix | None) -> None:
        """What may hide something; lines, outlines and what is as good as transparent can't."""
        calls, corners = _calls(), self._corners
        calls.bounds(item, *self._to_corners)
        box: Box = (corners[0], corners[1], corners[2], corners[3])
        box = box if matrix is None else _moved(box, matrix)
        if box[2] - box[0] < THINNEST or box[3] - box[1] < THINNEST:
            return
        colour: Colour | None = None
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            calls.draw_mode(item, *self._to_numbers[:2])
            filled = self._numbers[0] != pdfium_c.FPDF_FILLMODE_NONE
            calls.colour(item, *self._to_numbers)
            colour = (self._numbers[0], self._numbers[1], self._numbers[2], self._numbers[3])
            if not filled or colour[3] < 128:
                return
        self._inventory.covers.append(_Cover(self._z, box, colour, kind == pdfium_c.FPDF_PAGEOBJ_IMAGE))
        self._z += 1


def _annotations(page: pdfium.PdfPage) -> list[_Cover]:
    """Shapes and notes that are drawn above the page."""
    covers: list[_Cover] = []
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), 2000)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if pdfium_c.FPDFAnnot_GetSubtype(annotation) in _COVERING:
            rectangle = pdfium_c.FS_RECTF()
            pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
            box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            if min(box[2] - box[0], box[3] - box[1]) >= THINNEST:
                covers.append(_Cover(1 << 60, box, None, False))
        pdfium_c.FPDFPage_CloseAnnot(annotation)
    return covers


def _suspects(inventory: _Inventory, textpage: pdfium.PdfTextPage) -> list[_Text]:
    """The texts that may not be seen: without ink, as light as paper, in the colour of a shape below, below a shape, off the page."""
    covers = inventory.covers
    page_box = textpage.page.get_bbox() if _stands_beyond(textpage) else None
    last = max((cover.z for cover in covers), default=-1)
    suspects: list[_Text] = []
    left = MAX_COMPARISONS
    grounds: dict[_Way, set[_Cover]] = {}
    bands = _Bands(covers)
    for run in inventory.runs:
        faint = run.unseen or _near(run.colour, _WHITE)
        if run.way not in grounds:
            grounds[run.way] = {cover for cover in covers if cover.colour and _near(run.colour, cover.colour)}
        below = grounds[run.way]
        if not faint and run.z > last and page_box is None and not below:
            continue
        for text in run.texts():
            box = _bounds(text.object, text.matrix)
            near = bands.at(box)
            left -= len(near)
            if left < 0:
                return inventory.texts()
            if (
                (faint and _says_something(text.object, box, textpage))
                or (page_box is not None and not _inside(box, page_box))
                or any(_overlap(cover.box, box) and (cover.z > text.z or cover in below) for cover in near)
            ):
                suspects.append(text)
    return suspects


class _Bands:
    """Covers by the height at which they lie, so that a text is compared with few of them."""

    def __init__(self, covers: Sequence[_Cover]) -> None:
        self._bottom = min((cover.box[1] for cover in covers), default=0.0)
        self._step = max(1.0, (max((cover.box[3] for cover in covers), default=0.0) - self._bottom) / BANDS)
        self._bands: list[list[_Cover]] = [[] for _ in range(BANDS)]
        for cover in covers:
            for band in self._reach(cover.box):
                self._bands[band].append(cover)

    def at(self, box: Box) -> list[_Cover]:
        reach = self._reach(box)
        return self._bands[reach[0]] if len(reach) == 1 else [cover for band in reach for cover in self._bands[band]]

    def _reach(self, box: Box) -> range:
        low, high = (min(max(0, int((y - self._bottom) / self._step)), BANDS - 1) for y in (box[1], box[3]))
        return range(low, high + 1)


def _stands_beyond(textpage: pdfium.PdfTextPage) -> bool:
    """Whether there is text outside of the page's box."""
    left, bottom, right, top = textpage.page.get_bbox()
    far = 1e6
    everything = pdfium_c.FPDFText_GetBoundedText(textpage, -far, far, far, -far, None, 0)
    return bool(everything != pdfium_c.FPDFText_GetBoundedText(textpage, left, top, right, bottom, None, 0))


def _says_something(item: int, box: Box, textpage: pdfium.PdfTextPage) -> bool:
    """Spaces are flat; so are the letters that some programs for text recognition write, which have no form."""
    if box[2] - box[0] < 0.5:
        return False
    if box[3] - box[1] > 0.5:
        return True
    buffer = ctypes.create_string_buffer(128)
    raw = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    size = _calls().text_of(item, raw, ctypes.addressof(buffer), ctypes.sizeof(buffer))
    return size > ctypes.sizeof(buffer) or any(letter.isalnum() for letter in buffer.raw[:size].decode("utf-16-le", "replace"))


class _Look:
    """A page with suspect texts, drawn and read character by character."""

    def __init__(
        self,
        page: pdfium.PdfPage,
        textpage: pdfium.PdfTextPage,
        number: int,
        inventory: _Inventory,
        suspects: Sequence[_Text],
        watch: Watch,
    ) -> None:
        import numpy as np

        self.page, self.number, self.watch = page, number, watch
        self.covers = sorted(inventory.covers, key=lambda cover: cover.z)
        self._cover_boxes = np.array([cover.box for cover in self.covers], dtype=np.float32).reshape(-1, 4).T
        self.page_box: Box = page.get_bbox()
        self.area = _area(self.page_box)
        self.suspects = suspects
        self._all = {text.object: text for text in inventory.texts()}
        self._suspect = {text.object for text in suspects}
        self._characters = self._read(textpage)

    def findings(self) -> list[Finding]:
        if not any(self._is_suspect(character) for character in self._characters):
            return []
        self._draw()
        if self.watch.over:
            return []
        found: list[Finding] = []
        run: list[_Character] = []
        key: tuple[Kind, int] | None = None
        for word in _words(self._characters):
            if self.watch.over or len(found) >= MAX_FINDINGS:
                break
            for character in word:
                if not character.letter.isalnum():
                    run += [character] if run else []
                    continue
                now = self._kind(character, word)
                if now != key:
                    found += self._finding(run, key)
                    run, key = [], now
                run += [character] if now is not None else []
            run += [_Character(" ", word[-1].box, None)] if run else []
        return [*found, *self._finding(run, key)][:MAX_FINDINGS]

    def _read(self, textpage: pdfium.PdfTextPage) -> list[_Character]:
        """The page's characters in the order of its text, those that PDFium adds between them without a text of their own."""
        calls = _calls()
        raw = ctypes.cast(textpage.raw, ctypes.c_void_p).value
        characters: list[_Character] = []
        for index in range(textpage.count_chars()):
            letter = chr(min(calls.letter(raw, index), 0x10FFFF))
            text = self._all.get(calls.text_object(raw, index) or 0)
            box: Box = (0.0, 0.0, 0.0, 0.0)
            if text is not None:
                box = textpage.get_charbox(index)
                if min(box[2] - box[0], box[3] - box[1]) < 0.2:
                    box = textpage.get_charbox(index, loose=True)
            characters.append(_Character(letter, box, text))
        return characters

    def _is_suspect(self, character: _Character) -> bool:
        return character.text is not None and character.text.object in self._suspect and character.letter.isalnum()

    def _draw(self) -> None:
        """The page's picture where the suspects stand, and where it differs when they are left out."""
        boxes = [character.box for character in self._characters if self._is_suspect(character)]
        drawn = [text for text in self.suspects if not text.unseen]
        self._canvas = _Canvas(self.page, _cut(_union(boxes), self.page_box), SCALE if drawn else SCALE / 2)
        self._shown = self._canvas.picture(self.watch)
        self._differs = None
        if drawn:
            with _left_out(drawn):
                without = self._canvas.picture(self.watch)
            self._differs = abs(self._shown.astype("int16") - without).max(axis=2) > VISIBLE_DIFFERENCE

    def _kind(self, character: _Character, word: Sequence[_Character]) -> tuple[Kind, int] | None:
        """How a character is hidden and, where something covers it, under which; None where it is seen or says nothing."""
        text = character.text
        if text is None or not self._is_suspect(character):
            return None
        middle = _middle(character.box)
        if not _holds(self.page_box, middle):
            return "off_page", -1
        if not text.unseen and (self._differs is None or self._canvas.part(self._differs, character.box, inner=True).any()):
            return None
        there = self._covers_at(middle)
        above = next((cover for cover in there if cover.z > text.z), None)
        below = [cover for cover in there if cover.z < text.z]
        if self._is_recognised(text, above, below) and self._has_ink(word):
            return None
        if _in_layer(text.object):
            return "layer", -1
        if above is not None:
            return "covered", self.covers.index(above)
        return self._on_ground(character, text, below)

    def _covers_at(self, place: tuple[float, float]) -> list[_Cover]:
        left, bottom, right, top = self._cover_boxes
        x, y = place
        hold = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
        return [self.covers[int(index)] for index in hold.nonzero()[0]]

    def _on_ground(self, character: _Character, text: _Text, below: Sequence[_Cover]) -> tuple[Kind, int]:
        """Nothing lies above: by the colour of the ground."""
        ground = self._canvas.part(self._shown, character.box, inner=True).reshape(-1, 3)
        colour = tuple(int(channel) for channel in ground.mean(axis=0)) if len(ground) else (255, 255, 255)
        if below and sum(colour) < 3 * 128 and (text.unseen or _near((*colour, 255), text.colour)):
            return "covered", self.covers.index(below[-1])
        if text.unseen or not _near((*colour, 255), text.colour):
            return "invisible", -1
        return "same_colour", -1

    def _is_recognised(self, text: _Text, above: _Cover | None, below: Sequence[_Cover]) -> bool:
        """Whether the text may be what recognition found in a picture."""
        pictures = [cover for cover in (above, *below) if cover is not None and (cover.picture or cover.colour is None)]
        if text.unseen:
            return bool(pictures or below)
        return above is not None and above.picture and _area(above.box) >= PICTURE_SHARE * self.area

    def _has_ink(self, word: Sequence[_Character]) -> bool:
        """Whether the picture shows letters in a word's place: neither bare nor all dark."""
        boxes = [character.box for character in word if character.text]
        place = self._canvas.part(self._shown, _union(boxes), inner=False)
        if not place.size or int(place.max()) - int(place.min()) < INK:
            return False
        return float((place.mean(axis=2) < 128).mean()) < SOLID

    def _finding(self, run: Sequence[_Character], key: tuple[Kind, int] | None) -> list[Finding]:
        """One for characters that stand side by side, hidden in the same way and under the same thing."""
        while run and not run[-1].letter.isalnum():
            run = run[:-1]
        text = " ".join(storable("".join(character.letter for character in run)).split())
        if key is None or not text:
            return []
        kind, cover = key
        if kind == "covered" and self._is_label(text, self.covers[cover], run):
            return []
        return [Finding(self.number, _union([character.box for character in run if character.text]), kind, text[:LONGEST])]

    def _is_label(self, text: str, cover: _Cover, run: Sequence[_Character]) -> bool:
        """Whether a box says of itself that something was taken out here; such words are drawn onto it, not under it."""
        onto = all(character.text.z > cover.z for character in run if character.text)
        return onto and " ".join(text.lower().split()) in LABELS


class _Canvas:
    """A part of a page to draw on; finds the pixels of places on the page, however it is turned."""

    def __init__(self, page: pdfium.PdfPage, region: Box, scale: float) -> None:
        width, height = page.get_size()
        scale = min(scale, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        self._page = page
        self._size = max(1, round(width * scale)), max(1, round(height * scale))
        self._origin, self._across, self._up = self._axes()
        corners = [self._pixel(x, y) for x in (region[0], region[2]) for y in (region[1], region[3])]
        self._left = max(0, int(min(x for x, _ in corners)) - 2)
        self._top = max(0, int(min(y for _, y in corners)) - 2)
        self._width = max(1, min(self._size[0], int(max(x for x, _ in corners)) + 3) - self._left)
        self._height = max(1, min(self._size[1], int(max(y for _, y in corners)) + 3) - self._top)

    def picture(self, watch: Watch) -> np.ndarray:
        """uint8 (height, width, 3). Drawing stops where the time is over."""
        bitmap = pdfium.PdfBitmap.new_native(self._width, self._height, pdfium_c.FPDFBitmap_BGRx)
        pause = pdfium_c.IFSDK_PAUSE(version=1)
        pdfium.internal.set_callback(pause, "NeedToPauseNow", lambda _: int(watch.over))
        with closing(bitmap):
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, self._width, self._height)
            place = -self._left, -self._top, *self._size
            pdfium_c.FPDF_RenderPageBitmap_Start(bitmap, self._page, *place, 0, pdfium_c.FPDF_ANNOT, pause)
            pdfium_c.FPDF_RenderPage_Close(self._page)
            return bitmap.to_numpy()[:, :, :3].copy()

    def part(self, picture: np.ndarray, box: Box, *, inner: bool) -> np.ndarray:
        """The pixels of a box (points); the `inner` ones leave out what neighbours may touch."""
        corners = [self._pixel(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        left, right = sorted((min(x for x, _ in corners) - self._left, max(x for x, _ in corners) - self._left))
        top, bottom = sorted((min(y for _, y in corners) - self._top, max(y for _, y in corners) - self._top))
        across, down = ((right - left) * 0.1, (bottom - top) * 0.15) if inner else (0.0, 0.0)
        first, last = max(0, int(left + across)), max(int(left + across) + 1, round(right - across))
        above, below = max(0, int(top + down)), max(int(top + down) + 1, round(bottom - down))
        return picture[above:below, first:last]

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._origin[0] + x * self._across[0] + y * self._up[0],
            self._origin[1] + x * self._across[1] + y * self._up[1],
        )

    def _axes(self) -> list[tuple[float, float]]:
        """Where the origin lies, and how far a point to the right and one up leads, in pixels. PDFium answers in whole ones."""
        fine = 64
        places = []
        for x, y in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
            across, down = ctypes.c_int(), ctypes.c_int()
            size = self._size[0] * fine, self._size[1] * fine
            pdfium_c.FPDF_PageToDevice(self._page, 0, 0, *size, 0, x, y, across, down)
            places.append((across.value / fine, down.value / fine))
        origin = places[0]
        return [origin, *(((x - origin[0]) / 1000, (y - origin[1]) / 1000) for x, y in places[1:])]


@contextmanager
def _left_out(texts: Sequence[_Text]) -> Iterator[None]:
    activate = _calls().activate
    for text in texts:
        activate(text.object, 0)
    try:
        yield
    finally:
        for text in texts:
            activate(text.object, 1)


def _words(characters: Sequence[_Character]) -> Iterator[list[_Character]]:
    word: list[_Character] = []
    for character in characters:
        if character.letter.isspace() or character.text is None:
            if word:
                yield word
            word = []
        else:
            word.append(character)
    if word:
        yield word


def _in_layer(item: int) -> bool:
    """Whether the object is marked as part of optional content."""
    handle = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    for index in range(min(max(pdfium_c.FPDFPageObj_CountMarks(handle), 0), 100)):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        buffer = (pdfium_c.FPDF_WCHAR * 16)()
        length = ctypes.c_ulong()
        if pdfium_c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), length) and list(buffer[:3]) == [79, 67, 0]:
            return True
    return False


def _near(one: Sequence[int], other: Sequence[int]) -> bool:
    return sum(abs(a - b) for a, b in zip(one[:3], other[:3], strict=True)) <= NEAR_COLOUR


def _bounds(item: int, matrix: Matrix | None) -> Box:
    buffer = (ctypes.c_float * 4)()
    _calls().bounds(item, *(ctypes.addressof(buffer) + 4 * place for place in range(4)))
    box = (buffer[0], buffer[1], buffer[2], buffer[3])
    return box if matrix is None else _moved(box, matrix)


def _matrix(item: int) -> Matrix:
    buffer = (ctypes.c_float * 6)()
    _calls().matrix(item, ctypes.addressof(buffer))
    return buffer[0], buffer[1], buffer[2], buffer[3], buffer[4], buffer[5]


def _joined(inner: Matrix, outer: Matrix | None) -> Matrix:
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    A, B, C, D, E, F = outer
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def _moved(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    places = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(x for x, _ in places), min(y for _, y in places), max(x for x, _ in places), max(y for _, y in places)


def _overlap(one: Box, other: Box) -> bool:
    """By more than an edge, both ways."""
    return min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1


def _inside(box: Box, page: Box) -> bool:
    return box[0] >= page[0] and box[1] >= page[1] and box[2] <= page[2] and box[3] <= page[3]


def _holds(box: Box, place: tuple[float, float]) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _union(boxes: Sequence[Box]) -> Box:
    return min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)


def _cut(box: Box, page: Box) -> Box:
    left, bottom = min(max(box[0], page[0]), page[2]), min(max(box[1], page[1]), page[3])
    return left, bottom, max(left, min(box[2], page[2])), max(bottom, min(box[3], page[3]))
