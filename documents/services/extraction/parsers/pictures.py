"""Pictures: photographs, screenshots, scans and faxes. They hold no text of their own; their pages are for text recognition."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, NO, Format, Sample
from documents.services.extraction.limits import MAX_PAGES
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, storable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PIXELS = 300_000_000
"""Of a picture that is opened at all: no scanner makes more, bombs claim billions."""
USUAL_DPI = 150.0
LIKELY_DPI = (70.0, 1300.0)
"""Between which what a file says of its resolution is believed."""
POINTS_AN_INCH = 72
_PAGED = ("TIFF", "HEIF")
"""Formats whose frames are pages; those of others move."""
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError)
"""What Pillow raises where a page of a TIFF is broken or cut off."""
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
_TOLD = {
    "Make": "camera_make", "Model": "camera", "DateTime": "taken", "Artist": "author", "Software": "software",
    "ImageDescription": "description",
}  # fmt: skip


def parse(job: Job) -> Parsed:
    with _opened(job.path) as picture:
        total, whole = _count(picture) if picture.format in _PAGED else (1, True)
        if total > MAX_PAGES:
            raise Unreadable("too_many_pages", pages=total, limit=MAX_PAGES)
        parsed = Parsed([], f"pillow {_version()}", metadata=_told(picture))
        for number in range(1, total + 1):
            _seek(picture, number)
            dpi = _dpi(picture)
            width, height = _shown_size(picture)
            parsed.pages.append(RawPage("", needs_ocr=True, width=width * POINTS_AN_INCH / dpi, height=height * POINTS_AN_INCH / dpi))
            job.tick(number, total)
        if not whole:
            parsed.notice("pages_cut_off", pages=total)
    return parsed


def _count(picture: Any) -> tuple[int, bool]:
    """How many pages there are, up to the first one that is damaged; and whether these are all."""
    try:
        return int(getattr(picture, "n_frames", 1)), True
    except _DAMAGED:
        pass
    for number in range(1, MAX_PAGES):
        try:
            picture.seek(number)
        except _DAMAGED:
            return number, False
    return MAX_PAGES, False


def frame(path: Path, number: int, most_pixels: int) -> tuple[NDArray[np.uint8], float]:
    """A page (from 1) in grey, as it is shown, and its dots an inch; made smaller where it has too many pixels. Raises Unreadable."""
    import numpy as np

    grey, dpi = shown(path, number, most_pixels, "L")
    return np.ascontiguousarray(np.asarray(grey, np.uint8)), dpi


def shown(path: Path, number: int, most_pixels: int, mode: str) -> tuple[Any, float]:
    """A page (from 1) as a picture of the mode ("L" grey, "RGB"), as it is shown, and its dots an inch. Raises Unreadable."""
    from PIL import Image, ImageOps

    with _opened(path) as picture:
        _seek(picture, number)
        dpi, full = _dpi(picture), _shown_size(picture)[0]
        scale = min(1.0, (most_pixels / (picture.width * picture.height)) ** 0.5)
        try:
            if scale < 1:
                picture.draft(mode, (int(picture.width * scale), int(picture.height * scale)))  # JPEG is decoded small at once
            upright = _on_white(ImageOps.exif_transpose(picture), mode)
            smaller = min(1.0, (most_pixels / (upright.width * upright.height)) ** 0.5)
            if smaller < 1:
                size = max(1, int(upright.width * smaller)), max(1, int(upright.height * smaller))
                upright = upright.resize(size, Image.Resampling.LANCZOS)
            return upright, dpi * upright.width / full
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise Unreadable("unreadable", kind=picture.format or "") from error


def _on_white(picture: Any, mode: str) -> Any:
    """What is transparent is paper."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        paper = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(paper, layers).convert(mode)
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L").convert(mode)
    return picture.convert(mode)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Raises Unreadable for what is no picture, damaged at its beginning, or larger than any."""
    from PIL import Image, UnidentifiedImageError

    _register()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many raise
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "HEIF")) as picture:
                yield picture
    except Image.DecompressionBombError as error:
        raise Unreadable("decompression_bomb") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("unreadable", kind=_kind_of(path)) from error


def _register() -> None:
    """The plugins that may see a file; no other is loaded."""
    from pi_heif import register_heif_opener
    from PIL import (  # noqa: F401
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    register_heif_opener()


def _seek(picture: Any, number: int) -> None:
    if number > 1:
        picture.seek(number - 1)


def _dpi(picture: Any) -> float:
    given = picture.info.get("dpi")
    try:
        told = float(given[0]) if given else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        told = 0.0
    return told if LIKELY_DPI[0] < told < LIKELY_DPI[1] else USUAL_DPI


def _shown_size(picture: Any) -> tuple[int, int]:
    sideways = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (picture.height, picture.width) if sideways else (picture.width, picture.height)


def _told(picture: Any) -> dict[str, Any]:
    """What the camera or the scanner wrote about it."""
    from PIL import ExifTags

    told = {}
    for tag, value in picture.getexif().items():
        name = _TOLD.get(ExifTags.TAGS.get(tag, ""))
        if name and isinstance(value, str) and storable(value).strip():
            told[name] = storable(value).strip()[:300]
    return told


def _kind_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    return next((form.label for form in FORMATS if form.sureness(Sample(head, file, "")) == CERTAIN), "")


def _version() -> str:
    from PIL import __version__

    return __version__


def _heic(sample: Sample) -> int:
    return CERTAIN if sample.head[4:12] in _HEIC else NO


def _bmp(sample: Sample) -> int:
    """Two letters are no signature: the length must fit, or the name."""
    told = int.from_bytes(sample.head[2:6], "little")
    return CERTAIN if sample.head[:2] == b"BM" and sample.head[6:10] == bytes(4) and told > 26 else NO


def _webp(sample: Sample) -> int:
    return CERTAIN if sample.head[:4] == b"RIFF" and sample.head[8:12] == b"WEBP" else NO


def _picture(order: int, name: str, suffixes: str, recognised_by: str, **told: Any) -> Format:
    mime = f"image/{name.lower()}"
    endings = tuple(suffixes.split())
    label = f"{name} picture"
    return Format(mime, label, parse, endings, recognised_by, listed=name, order=order, binary=True, **told)


FORMATS = (
    _picture(80, "PNG", ".png", "`\\x89PNG` at its beginning", magic=(b"\x89PNG\r\n\x1a\n",), shown=True),
    _picture(81, "JPEG", ".jpg .jpeg .jpe", "`\\xff\\xd8\\xff` at its beginning", magic=(b"\xff\xd8\xff",), shown=True),
    _picture(82, "TIFF", ".tif .tiff", "`II*` or `MM` with its version at its beginning", magic=(b"II*\0", b"MM\0*")),
    _picture(83, "HEIC", ".heic .heif", "`ftypheic`, or a brand like it, after four bytes", sniff=_heic),
    _picture(84, "GIF", ".gif", "`GIF87a` or `GIF89a` at its beginning", magic=(b"GIF87a", b"GIF89a"), shown=True),
    _picture(85, "BMP", ".bmp", "`BM` at its beginning, and its own length after it", sniff=_bmp),
    _picture(86, "WebP", ".webp", "`RIFF` and `WEBP` at its beginning", sniff=_webp, shown=True),
)
"""Labels are names, which no language translates but for the word picture."""
