"""A copy of a PDF in which nothing can be read that its pages don't show, and that tells nothing of its makers.

Pages with hidden text become pictures of what they show; all others keep their text. Notes and form fields become part of their page,
and only the pages are taken over: properties, attachments, scripts, layers, bookmarks and earlier revisions stay behind.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pikepdf import Array, Dictionary, Name
from PIL import ImageDraw, ImageStat

from documents.services.extraction.findings import Finding
from documents.services.extraction.parsers.base import LOOKING
from documents.services.extraction.pdf.drawing import Canvas, Watch
from documents.services.extraction.pdf.objects import marked_places
from documents.services.extraction.pdf.redactions import hidden_on
from documents.services.extraction.pdf.traces import file_facts
from documents.services.sandbox.errors import JobRefused

DPI = 200
QUALITY = 85
DARK = 128
MAX_PIXELS = 60_000_000
SECONDS = 900.0
_BETRAYING = (
    "/AA",
    "/Annots",
    "/B",
    "/LastModified",
    "/Metadata",
    "/PieceInfo",
    "/StructParents",
    "/Tabs",
    "/Thumb",
    "/PZ",
    "/SeparationInfo",
)
_OF_OBJECTS = ("/LastModified", "/Metadata", "/PieceInfo", "/OC", "/OPI", "/StructParent", "/StructParents", "/Measure", "/PtData")

Progress = Callable[[int, int], None]


def scrub(source: str, target: Path, folder: Path, progress: Progress) -> int:
    """Write the copy; gives how many pages became pictures. Raises JobRefused (encrypted, unreadable, still_hidden)."""
    flat = folder / "flat.pdf"
    try:
        pictures = _flattened(source, flat, folder, progress)
        with pikepdf.open(flat, suppress_warnings=True) as old, pikepdf.new() as made:
            for index, page in enumerate(old.pages):
                made.pages.append(page)
                if index in pictures:
                    _replace(made, made.pages[index], *pictures[index])
                else:
                    _strip(made.pages[index].obj)
            _strip_objects(made)
            made.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise JobRefused("encrypted") from error
    except (pikepdf.PdfError, pdfium.PdfiumError) as error:
        raise JobRefused("encrypted" if "password" in str(error).lower() else "unreadable") from error
    finally:
        flat.unlink(missing_ok=True)
    _verify(target, folder)
    return len(pictures)


def _flattened(source: str, flat: Path, folder: Path, progress: Progress) -> dict[int, tuple[bytes, float, float]]:
    """Write the file with its notes and fields as parts of the pages; gives pictures (JPEG, width and height in points) of those pages that
    hide something or are marked for redaction, by index."""
    layers = file_facts(Path(source)).layers_off
    pictures: dict[int, tuple[bytes, float, float]] = {}
    watch = Watch(folder / LOOKING, SECONDS)
    with closing(pdfium.PdfDocument(source)) as document:
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()
        for index in range(len(document)):
            with closing(document[index]) as page:
                unchecked = watch.unchecked
                with closing(page.get_textpage()) as textpage:
                    found = hidden_on(page, textpage, index + 1, watch, layers=layers)
                if found or layers or watch.unchecked > unchecked or marked_places(page):
                    pictures[index] = _picture(page, found)
                else:
                    pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
            progress(index + 1, len(document))
        document.save(flat)
    return pictures


def _picture(page: pdfium.PdfPage, found: list[Finding]) -> tuple[bytes, float, float]:
    """What the page shows, with its dark boxes filled to the edge and those that are marked for redaction filled; what stands on a light
    one is shown."""
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
    image = page.render(scale=scale).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image)
    canvas = Canvas(page, page.get_bbox(), scale)
    for box in marked_places(page):
        draw.rectangle(canvas.pixels_of(box), fill="black")
    for finding in found:
        if finding.kind == "covered" and finding.box is not None:
            place = canvas.pixels_of(finding.box)
            if ImageStat.Stat(image.crop(place).convert("L")).median[0] < DARK:
                draw.rectangle(place, fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, dpi=(DPI, DPI))
    return out.getvalue(), width, height


def _replace(made: pikepdf.Pdf, page: pikepdf.Page, jpeg: bytes, width: float, height: float) -> None:
    """Nothing of the page but its picture, upright."""
    from PIL import Image

    pixels = Image.open(io.BytesIO(jpeg)).size
    image = pikepdf.Stream(made, jpeg)
    image.Type, image.Subtype, image.Filter, image.ColorSpace = Name.XObject, Name.Image, Name.DCTDecode, Name.DeviceRGB
    image.Width, image.Height, image.BitsPerComponent = *pixels, 8
    for key in list(page.obj.keys()):
        if key not in ("/Type", "/Parent"):
            del page.obj[key]
    page.obj.MediaBox = Array([0, 0, width, height])
    page.obj.Resources = Dictionary(XObject=Dictionary(Picture=image))
    page.obj.Contents = pikepdf.Stream(made, f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Picture Do Q".encode())


def _strip(page: Any) -> None:
    for key in _BETRAYING:
        if key in page:
            del page[key]


def _strip_objects(made: pikepdf.Pdf) -> None:
    """Take from pictures and forms what they tell of their making, from photographs what their camera noted."""
    for item in made.objects:
        if not isinstance(item, pikepdf.Stream | Dictionary):
            continue
        for key in _OF_OBJECTS:
            if key in item:
                del item[key]
        if isinstance(item, pikepdf.Stream) and item.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
            raw = item.read_raw_bytes()
            if (bare := without_notes(raw)) != raw:
                item.write(bare, filter=Name.DCTDecode, decode_parms=_parameters(item))


def _parameters(image: pikepdf.Stream) -> Any:
    return image.get("/DecodeParms")


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without comments and what cameras and programs note of it (Exif, XMP, IPTC); the picture and its colours stay as they are."""
    return b"".join(_segments(jpeg)) if jpeg.startswith(b"\xff\xd8") else jpeg


def _segments(jpeg: bytes) -> Iterator[bytes]:
    """The start, then each marker segment of the head that is kept, then the rest. JFIF, colour profiles and Adobe's mark are kept."""
    yield jpeg[:2]
    at = 2
    while jpeg[at : at + 1] == b"\xff" and at + 4 <= len(jpeg) and jpeg[at + 1] not in (0xDA, 0xD9):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        marker = jpeg[at + 1]
        kept = not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in (0xE0, 0xE2, 0xEE)
        if kept:
            yield jpeg[at:end]
        at = end
    yield jpeg[at:]


def _verify(made: Path, folder: Path) -> None:
    """Look at the copy as at any file that comes in. Raises JobRefused (still_hidden) where anything is left."""
    facts = file_facts(made)
    watch = Watch(folder / LOOKING, SECONDS)
    left: list[Finding] = []
    with closing(pdfium.PdfDocument(made)) as document:
        for index in range(len(document)):
            with closing(document[index]) as page, closing(page.get_textpage()) as textpage:
                left += hidden_on(page, textpage, index + 1, watch)
    if left or facts.traces or facts.ends or watch.unchecked:
        raise JobRefused("still_hidden")
