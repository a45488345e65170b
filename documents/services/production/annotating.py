"""A copy of a PDF, or of pictures as a PDF, in which notes are real annotations: a highlight over the words, with what was written in its
pop-up (PDF 32000-1, 12.5.6.10). The original stays as it is. Runs in a sandboxed child; no Django here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pikepdf import Array, Dictionary, Name, String

from documents.services.annotations.anchoring import Anchor, Text
from documents.services.extraction.formats import PDF
from documents.services.recognition import searchable
from documents.services.sandbox.errors import JobRefused

COLOURS = {"yellow": (1.0, 0.87, 0.42), "green": (0.66, 0.88, 0.62), "blue": (0.66, 0.81, 1.0), "pink": (1.0, 0.73, 0.84)}
PRINTED = 4
"""The annotation's flag that has it printed (PDF 32000-1, table 165)."""
ICON, POPUP = 20.0, (200.0, 100.0)
"""Points: side of the sign of a note without a place, width and height of a pop-up."""
Note = dict[str, Any]
"""{id, page, start, words, before, after, lost, quote, body, colour, author, created (D:...)}."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own coordinates."""
Progress = Callable[[int, int], None]


def annotate(request: dict[str, Any], folder: Path, target: Path, progress: Progress) -> int:
    """Write the copy; gives how many notes stand at their words. The others are signs in the corner of their page, with their quotation.

    `pages` are those whose words were recognised (`searchable.Page`), of pictures all. Raises JobRefused (encrypted, unreadable).
    """
    source, recognised = Path(request["path"]), {page["number"]: page for page in request["pages"]}
    if request["mime"] != PDF:
        pictures = folder / "pictures.pdf"
        searchable.write(source, request["mime"], request["pages"], pictures)
        source = pictures
    by_page: dict[int, list[Note]] = defaultdict(list)
    for note in request["notes"]:
        by_page[note["page"]].append(note)
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            placed = _write(document, by_page, recognised, _printed_boxes(document, source, folder, by_page, recognised), progress)
            document.save(target)
    except pikepdf.PasswordError as error:
        raise JobRefused("encrypted") from error
    except (pikepdf.PdfError, pdfium.PdfiumError) as error:
        raise JobRefused("unreadable", kind="PDF") from error
    return placed


def _write(
    document: pikepdf.Pdf,
    by_page: dict[int, list[Note]],
    recognised: dict[int, Any],
    printed: dict[str, list[Box]],
    progress: Progress,
) -> int:
    placed = 0
    for done, (number, notes) in enumerate(sorted(by_page.items()), 1):
        page = document.pages[min(number, len(document.pages)) - 1]
        corner = 0
        for note in notes:
            boxes = [] if note["lost"] else _recognised_boxes(page, recognised.get(number), note) or printed.get(note["id"], [])
            if boxes:
                _add(document, page, _highlight(document, note, boxes))
                placed += 1
            else:
                _add(document, page, _sign(page, note, corner))
                corner += 1
        progress(done, len(by_page))
    return placed


def _printed_boxes(
    document: pikepdf.Pdf, source: Path, folder: Path, by_page: dict[int, list[Note]], recognised: dict[int, Any]
) -> dict[str, list[Box]]:
    """By the notes' ids where their words are printed. A file that PDFium can't open is read as qpdf mends it."""
    wanted = {number: notes for number, notes in by_page.items() if number not in recognised}
    if not wanted:
        return {}
    try:
        opened = pdfium.PdfDocument(source)
    except pdfium.PdfiumError:
        mended = folder / "mended.pdf"
        document.save(mended)
        opened = pdfium.PdfDocument(mended)
    found: dict[str, list[Box]] = {}
    with closing(opened):
        for number, notes in wanted.items():
            if number <= len(opened):
                with closing(opened[number - 1]) as page, closing(page.get_textpage()) as textpage:
                    found |= _boxes_on(textpage, notes)
    return found


def _boxes_on(textpage: pdfium.PdfTextPage, notes: Iterable[Note]) -> dict[str, list[Box]]:
    codes = (pdfium_c.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars()))
    text = Text({1: "".join(chr(code) if code else " " for code in codes)})
    found = {}
    for note in notes:
        place = None if note["lost"] else text.place_of(_anchor(note))
        if place is not None:
            count = textpage.count_rects(place.start, place.end - place.start)
            found[note["id"]] = [box for box in map(textpage.get_rect, range(count)) if box[2] > box[0] and box[3] > box[1]]
    return found


def _anchor(note: Note) -> Anchor:
    return Anchor(note["words"], note["before"], note["after"], 1, note["start"])


def _recognised_boxes(page: pikepdf.Page, found: Any, note: Note) -> list[Box]:
    """The boxes of the recognised words under a note, those of a line as one."""
    if found is None:
        return []
    starts, text = [], ""
    for word, *_box in found["words"]:
        starts.append(len(text))
        text += f"{word} "
    place = Text({1: text}).place_of(_anchor(note))
    if place is None:
        return []
    words = zip(starts, found["words"], strict=True)
    shown = [box for start, (word, *box) in words if start < place.end and start + len(word) > place.start]
    return [_own(page, line) for line in _lines(shown)]


def _lines(boxes: Sequence[Sequence[float]]) -> list[list[float]]:
    """Boxes (left, top, right, bottom) one after the other on a line, as one."""
    lines: list[list[float]] = []
    for left, top, right, bottom in boxes:
        if lines and left >= lines[-1][0] and min(bottom, lines[-1][3]) - max(top, lines[-1][1]) > (bottom - top) / 2:
            before = lines[-1]
            lines[-1] = [before[0], min(top, before[1]), max(right, before[2]), max(bottom, before[3])]
        else:
            lines.append([left, top, right, bottom])
    return lines


def _own(page: pikepdf.Page, box: Sequence[float]) -> Box:
    """A box of the page as it is shown (left, top, right, bottom from its top left corner) in the page's own coordinates."""
    place = searchable.placing(page)
    (x, y), (across, down) = place((box[0], box[1])), place((box[2], box[3]))
    return min(x, across), min(y, down), max(x, across), max(y, down)


def _highlight(document: pikepdf.Pdf, note: Note, boxes: Sequence[Box]) -> Dictionary:
    around = min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)
    red, green, blue = COLOURS[note["colour"]]
    corners = [edge for left, low, right, top in boxes for edge in (left, top, right, top, left, low, right, low)]
    painted = "".join(f"{left:.2f} {low:.2f} {right - left:.2f} {top - low:.2f} re f\n" for left, low, right, top in boxes)
    shown = document.make_stream(f"/Through gs {red} {green} {blue} rg\n{painted}".encode("ascii"))
    shown.Type, shown.Subtype, shown.BBox = Name.XObject, Name.Form, Array(around)
    shown.Resources = Dictionary(ExtGState=Dictionary(Through=Dictionary(BM=Name.Multiply)))
    # Painted through, so that the words stay readable; viewers that paint highlights themselves take the corners.
    return Dictionary(
        **_common(note, around), Subtype=Name.Highlight, QuadPoints=Array(corners), Contents=String(note["body"]), AP=Dictionary(N=shown)
    )


def _sign(page: pikepdf.Page, note: Note, nth: int) -> Dictionary:
    """For a note whose words are not found on the page: a sign at its top."""
    left = ICON / 2 + nth * ICON * 1.2
    said = f"“{note['quote']}”\n\n{note['body']}".strip()
    return Dictionary(
        **_common(note, _own(page, (left, ICON / 2, left + ICON, ICON * 1.5))), Subtype=Name.Text, Name=Name.Note, Contents=String(said)
    )


def _common(note: Note, rect: Box) -> dict[str, Any]:
    return {
        "Type": Name.Annot,
        "Rect": Array(rect),
        "C": Array(COLOURS[note["colour"]]),
        "T": String(note["author"]),
        "NM": String(note["id"]),
        "M": String(note["created"]),
        "CreationDate": String(note["created"]),
        "F": PRINTED,
    }


def _add(document: pikepdf.Pdf, page: pikepdf.Page, annotation: Dictionary) -> None:
    """To the page, with its pop-up."""
    made = document.make_indirect(annotation)
    right, top = float(made.Rect[2]), float(made.Rect[3])
    popup = Dictionary(Type=Name.Annot, Subtype=Name.Popup, Rect=Array([right, top - POPUP[1], right + POPUP[0], top]), Parent=made)
    made.Popup = document.make_indirect(popup)
    made.P = page.obj
    if not isinstance(page.obj.get("/Annots"), Array):
        page.obj.Annots = Array()
    page.obj.Annots.append(made)
    page.obj.Annots.append(made.Popup)
