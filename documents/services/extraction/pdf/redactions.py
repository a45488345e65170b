"""Text of a PDF page that is not seen on it but can be read: under boxes, in the colour of its ground, off the page, in hidden layers.

A quick look at the page's objects finds what may be hidden; only that is drawn, with it and without it. Where both pictures are the same
the text is not seen. What is marked for redaction (and still there) counts in any case. The text that recognition laid under or over a scan
is hidden by design: it counts only where the picture shows nothing in its place, as under a black box that was scanned or painted into it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.findings import LONGEST, Box, Finding, Kind
from documents.services.extraction.parsers.base import storable
from documents.services.extraction.pdf.drawing import Canvas, Watch, left_out
from documents.services.extraction.pdf.geometry import area, cut, holds, inside, middle, overlap, union
from documents.services.extraction.pdf.objects import Cover, Inventory, Text, Way, bounds, calls, in_layer, inventory_of, near

MAX_FINDINGS = 200
"""Of a page; a hostile one could have thousands."""
MAX_COMPARISONS = 500_000
"""Of texts with boxes; on a page with more, every text is drawn."""
BANDS = 40
VISIBLE_DIFFERENCE = 24
"""Of one channel (0 to 255), between the page drawn with the text and without it."""
INK = 60
"""Difference (0 to 255) between the darkest and the lightest place of a word in a picture; the noise of a JPEG stays below."""
SOLID = 0.9
"""The share of dark places from which on a word's place is a box; bold type on paper stays below a half."""
PICTURE_SHARE = 0.3
"""Of the page: a picture so large is a scan, and text under it what recognition found in it."""
SCALE = 2.0
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
_WHITE = (255, 255, 255, 255)


class _Character(NamedTuple):
    letter: str
    box: Box
    text: Text | None


def hidden_on(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, number: int, watch: Watch, *, layers: bool = False) -> list[Finding]:
    """What can be read on a page (`number` from 1) and is not seen there; `layers` says that the file has some that are switched off.

    A page for which the time does not suffice is counted in `watch.unchecked`.
    """
    inventory = inventory_of(page)
    suspects = inventory.texts() if layers else _suspects(inventory, textpage)
    if not suspects:
        return []
    with watch.looking():
        return [] if watch.over else _Look(page, textpage, number, inventory, suspects, watch).findings()


def _suspects(inventory: Inventory, textpage: pdfium.PdfTextPage) -> list[Text]:
    """The texts that may not be seen: without ink, as light as paper, in the colour of a shape below, below a shape, off the page."""
    covers = inventory.covers
    page_box = textpage.page.get_bbox() if _stands_beyond(textpage) else None
    last = max((cover.z for cover in covers), default=-1)
    suspects: list[Text] = []
    left = MAX_COMPARISONS
    grounds: dict[Way, set[Cover]] = {}
    bands = _Bands(covers)
    for run in inventory.runs:
        faint = run.unseen or near(run.colour, _WHITE)
        if run.way not in grounds:
            grounds[run.way] = {cover for cover in covers if cover.colour and near(run.colour, cover.colour)}
        below = grounds[run.way]
        if not faint and run.z > last and page_box is None and not below:
            continue
        for text in run.texts():
            box = bounds(text.object, text.matrix)
            neighbours = bands.at(box)
            left -= len(neighbours)
            if left < 0:
                return inventory.texts()
            if (
                (faint and _says_something(text.object, box, textpage))
                or (page_box is not None and not inside(box, page_box))
                or any(overlap(cover.box, box) and (cover.z > text.z or cover in below) for cover in neighbours)
            ):
                suspects.append(text)
    return suspects


class _Bands:
    """Covers by the height at which they lie, so that a text is compared with few of them."""

    def __init__(self, covers: Sequence[Cover]) -> None:
        self._bottom = min((cover.box[1] for cover in covers), default=0.0)
        self._step = max(1.0, (max((cover.box[3] for cover in covers), default=0.0) - self._bottom) / BANDS)
        self._bands: list[list[Cover]] = [[] for _ in range(BANDS)]
        for cover in covers:
            for band in self._reach(cover.box):
                self._bands[band].append(cover)

    def at(self, box: Box) -> list[Cover]:
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
    size = calls().text_of(item, raw, ctypes.addressof(buffer), ctypes.sizeof(buffer))
    return size > ctypes.sizeof(buffer) or any(letter.isalnum() for letter in buffer.raw[:size].decode("utf-16-le", "replace"))


class _Look:
    """A page with suspect texts, drawn and read character by character."""

    def __init__(
        self,
        page: pdfium.PdfPage,
        textpage: pdfium.PdfTextPage,
        number: int,
        inventory: Inventory,
        suspects: Sequence[Text],
        watch: Watch,
    ) -> None:
        import numpy as np

        self.page, self.number, self.watch = page, number, watch
        self.covers = sorted(inventory.covers, key=lambda cover: cover.z)
        self._cover_boxes = np.array([cover.box for cover in self.covers], dtype=np.float32).reshape(-1, 4).T
        self.page_box: Box = page.get_bbox()
        self.area = area(self.page_box)
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
        functions = calls()
        raw = ctypes.cast(textpage.raw, ctypes.c_void_p).value
        characters: list[_Character] = []
        for index in range(textpage.count_chars()):
            letter = chr(min(functions.letter(raw, index), 0x10FFFF))
            text = self._all.get(functions.text_object(raw, index) or 0)
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
        self._canvas = Canvas(self.page, cut(union(boxes), self.page_box), SCALE if drawn else SCALE / 2)
        self._shown = self._canvas.picture(self.watch)
        self._differs = None
        if drawn:
            with left_out(drawn):
                without = self._canvas.picture(self.watch)
            self._differs = abs(self._shown.astype("int16") - without).max(axis=2) > VISIBLE_DIFFERENCE

    def _kind(self, character: _Character, word: Sequence[_Character]) -> tuple[Kind, int] | None:
        """How a character is hidden and, where something covers it, under which; None where it is seen or says nothing."""
        text = character.text
        if text is None or not self._is_suspect(character):
            return None
        place = middle(character.box)
        if not holds(self.page_box, place):
            return "off_page", -1
        there = self._covers_at(place)
        if mark := next((cover for cover in there if cover.marked), None):
            return "covered", self.covers.index(mark)
        if not text.unseen and (self._differs is None or self._canvas.part(self._differs, character.box, inner=True).any()):
            return None
        above = next((cover for cover in there if cover.z > text.z), None)
        below = [cover for cover in there if cover.z < text.z]
        if self._is_recognised(text, above, below) and self._has_ink(word):
            return None
        if in_layer(text.object):
            return "layer", -1
        if above is not None:
            return "covered", self.covers.index(above)
        return self._on_ground(character, text, below)

    def _covers_at(self, place: tuple[float, float]) -> list[Cover]:
        left, bottom, right, top = self._cover_boxes
        x, y = place
        hold = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
        return [self.covers[int(index)] for index in hold.nonzero()[0]]

    def _on_ground(self, character: _Character, text: Text, below: Sequence[Cover]) -> tuple[Kind, int]:
        """Nothing lies above: by the colour of the ground."""
        ground = self._canvas.part(self._shown, character.box, inner=True).reshape(-1, 3)
        colour = tuple(int(channel) for channel in ground.mean(axis=0)) if len(ground) else (255, 255, 255)
        if below and sum(colour) < 3 * 128 and (text.unseen or near((*colour, 255), text.colour)):
            return "covered", self.covers.index(below[-1])
        if text.unseen or not near((*colour, 255), text.colour):
            return "invisible", -1
        return "same_colour", -1

    def _is_recognised(self, text: Text, above: Cover | None, below: Sequence[Cover]) -> bool:
        """Whether the text may be what recognition found in a picture."""
        pictures = [cover for cover in (above, *below) if cover is not None and (cover.picture or cover.colour is None)]
        if text.unseen:
            return bool(pictures or below)
        return above is not None and above.picture and area(above.box) >= PICTURE_SHARE * self.area

    def _has_ink(self, word: Sequence[_Character]) -> bool:
        """Whether the picture shows letters in a word's place: neither bare nor all dark."""
        boxes = [character.box for character in word if character.text]
        place = self._canvas.part(self._shown, union(boxes), inner=False)
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
        return [Finding(self.number, union([character.box for character in run if character.text]), kind, text[:LONGEST])]

    def _is_label(self, text: str, cover: Cover, run: Sequence[_Character]) -> bool:
        """Whether a box says of itself that something was taken out here; such words are drawn onto it, not under it."""
        onto = all(character.text.z > cover.z for character in run if character.text)
        return onto and " ".join(text.lower().split()) in LABELS


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
