"""A PDF in which the words that were recognised can be selected and found: the original's pages, with an invisible layer over them.

Runs in a sandboxed child; no Django here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from documents.services.extraction.formats import PDF
from documents.services.extraction.parsers.pictures import shown
from documents.services.recognition.results import Box
from documents.services.sandbox import JobRefused

CODES = 256
WIDTH = 500
"""Of every glyph, in thousandths of its size."""
JPEG_QUALITY = 85
MOST_PIXELS = 36_000_000
Page = dict[str, Any]
"""{number, width, height, turn, words: [[text, left, top, right, bottom], ...]}; sizes in points of the page as it is shown."""
Point = tuple[float, float]
_DIRECTIONS = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}
"""In which direction (x to the right, y down) words run on a page that had to be turned so many degrees clockwise to be read."""


def write(source: Path, mime: str, pages: Sequence[Page], target: Path, password: str = "") -> None:
    """The copy has no password. Raises JobRefused (unreadable, encrypted)."""
    try:
        with pikepdf.open(source, password=password) if mime == PDF else _of_pictures(source, len(pages)) as document:
            layer = _Layer(document)
            for page in pages:
                if page["number"] <= len(document.pages):
                    layer.over(document.pages[page["number"] - 1], page)
            document.save(target)
    except pikepdf.PasswordError as error:
        raise JobRefused("encrypted") from error
    except pikepdf.PdfError as error:
        raise JobRefused("unreadable", kind="PDF") from error


def _of_pictures(source: Path, count: int) -> Pdf:
    document = Pdf.new()
    for number in range(1, count + 1):
        picture, dpi = shown(source, number, MOST_PIXELS, "RGB")
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=JPEG_QUALITY)
        size = picture.width * 72 / dpi, picture.height * 72 / dpi
        image = Stream(
            document, packed.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
        )  # fmt: skip
        page = document.add_blank_page(page_size=size)
        name = page.add_resource(image, Name.XObject)
        page.contents_add(b"q %.2f 0 0 %.2f 0 0 cm %s Do Q" % (*size, bytes(name)))
    return document


class _Layer:
    """Text that is not painted: its fonts are of empty glyphs, each of a letter (Type 3, PDF 32000-1, 9.6.5), with the letters beside."""

    def __init__(self, document: Pdf) -> None:
        self._document = document
        self._letters: dict[str, tuple[int, int]] = {" ": (0, 0)}
        self._fonts: list[Any] = []
        self._glyph = Stream(document, b"%d 0 0 0 %d 1000 d1" % (WIDTH, WIDTH))

    def over(self, page: pikepdf.Page, found: Page) -> None:
        words = [(text, Box(*box)) for text, *box in found["words"] if text]
        if not words:
            return
        for text, _box in words:
            self._learn(text)
        used = sorted({self._letters[letter][0] for text, _box in words for letter in f"{text} "})
        names = {font: bytes(page.add_resource(self._font(font), Name.Font)) for font in used}
        place = placing(page)
        pieces = [piece for text, box in words for piece in self._shown(text, box, found["turn"], place, names)]
        page.contents_add(b"q\n", prepend=True)
        page.contents_add(b"\nQ q BT\n" + b"\n".join(pieces) + b"\nET Q")

    def _learn(self, text: str) -> None:
        for letter in text:
            if letter not in self._letters:
                self._letters[letter] = divmod(len(self._letters), CODES)

    def _shown(self, text: str, box: Box, turn: int, place: Any, names: dict[int, bytes]) -> Iterator[bytes]:
        across, down = _DIRECTIONS[turn]
        wide, high = box.right - box.left, box.bottom - box.top
        length, size = (wide, high) if down == 0 else (high, wide)
        start = {0: (box.left, box.bottom), 90: (box.right, box.bottom), 180: (box.right, box.top), 270: (box.left, box.top)}[turn]
        if length <= 0 or size <= 0:
            return
        x, y = place(start)
        along = place((start[0] + across, start[1] + down))
        dx, dy = along[0] - x, along[1] - y
        yield b"%.4f %.4f %.4f %.4f %.2f %.2f Tm %.2f Tz" % (dx, dy, -dy, dx, x, y, 100 * length / (len(text) * size * WIDTH / 1000))
        for font, letters in _runs(f"{text} ", self._letters):
            codes = b"".join(b"%02x" % self._letters[letter][1] for letter in letters)
            yield b"%s %.2f Tf <%s> Tj" % (names[font], size, codes)

    def _font(self, number: int) -> Any:
        """The font with that part of the letters; it grows while pages are written, so that all of it is filled in at once at its use."""
        while len(self._fonts) <= number:
            self._fonts.append(self._document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type3)))
        font = self._fonts[number]
        letters = [letter for letter, (part, _code) in self._letters.items() if part == number]
        font.FontBBox, font.FontMatrix = Array([0, 0, WIDTH, 1000]), Array([0.001, 0, 0, 0.001, 0, 0])
        font.CharProcs, font.Resources = Dictionary(g=self._glyph), Dictionary()
        font.Encoding = Dictionary(Type=Name.Encoding, Differences=Array([0, *[Name.g] * len(letters)]))
        font.FirstChar, font.LastChar, font.Widths = 0, len(letters) - 1, Array([WIDTH] * len(letters))
        font.ToUnicode = Stream(self._document, _to_unicode(letters))
        return font


def _runs(text: str, letters: dict[str, tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The text in stretches of letters of one font."""
    run = ""
    for letter in text:
        if run and letters[letter][0] != letters[run[-1]][0]:
            yield letters[run[-1]][0], run
            run = ""
        run += letter
    yield letters[run[-1]][0], run


def _to_unicode(letters: Sequence[str]) -> bytes:
    rows = [b"<%02x> <%s>" % (code, letter.encode("utf-16-be").hex().encode()) for code, letter in enumerate(letters)]
    blocks = b"\n".join(
        b"%d beginbfchar\n%s\nendbfchar" % (len(rows[at : at + 100]), b"\n".join(rows[at : at + 100])) for at in range(0, len(rows), 100)
    )
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n" + blocks + b"\nendcmap CMapName currentdict /CMap defineresource pop end end"
    )


def placing(page: pikepdf.Page) -> Any:
    """From points of the page as it is shown (from its top left corner) to its own coordinates."""
    left, bottom, right, top = _sorted([float(edge) for edge in page.cropbox])
    rotated = int(page.obj.get("/Rotate", 0)) % 360 if "/Rotate" in page.obj else _inherited_turn(page)
    return {
        0: lambda point: (left + point[0], top - point[1]),
        90: lambda point: (left + point[1], bottom + point[0]),
        180: lambda point: (right - point[0], bottom + point[1]),
        270: lambda point: (right - point[1], top - point[0]),
    }[rotated // 90 * 90]


def _sorted(box: Sequence[float]) -> tuple[float, float, float, float]:
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def _inherited_turn(page: pikepdf.Page) -> int:
    node: Any = page.obj
    for _step in range(50):
        node = node.get("/Parent")
        if node is None:
            return 0
        if "/Rotate" in node:
            return int(node.Rotate) % 360
    return 0
