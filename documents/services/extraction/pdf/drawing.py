"""Parts of PDF pages as pictures, with some of their texts or without, in a limited time."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.findings import Box
from documents.services.extraction.pdf.objects import Text, calls

if TYPE_CHECKING:
    import numpy as np

MAX_SECONDS, MAX_SECONDS_OF_PAGE = 60.0, 10.0
"""For looking closely at the pages of a file, and at one of them."""
MAX_PIXELS = 8_000_000


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


class Canvas:
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

    def pixels_of(self, box: Box) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of a box on the whole page's picture."""
        corners = [self._pixel(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return int(min(xs)) - 1, int(min(ys)) - 1, int(max(xs)) + 1, int(max(ys)) + 1

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
def left_out(texts: Sequence[Text]) -> Iterator[None]:
    activate = calls().activate
    for text in texts:
        activate(text.object, 0)
    try:
        yield
    finally:
        for text in texts:
            activate(text.object, 1)
