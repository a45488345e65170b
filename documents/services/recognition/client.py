"""The service "recogniser": has a page rendered in the sandbox and recognised by the process that holds the engines."""

from __future__ import annotations

import importlib.util
import logging
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from documents.services.recognition import rapid, tesseract
from documents.services.recognition.results import Box, PlacedWord, Recognised
from documents.services.sandbox import Limits
from documents.services.sandbox.confinement.needs import FONTS, Needs
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.held import CannotLoad, Check, Gone, Held
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in
from tasks import service_registry

log = logging.getLogger(__name__)
NAME = "recogniser"
LOAD = "documents.services.recognition.server:load"
ENGINES = ("auto", tesseract.NAME, rapid.NAME, "off")
SEARCHABLE, PICTURE, PIXELS = "searchable.pdf", "page.jpg", "page"
MEMORY_BYTES = 6 * 1024**3
ATTEMPTS = 2
"""A page on which the engine breaks twice is not read."""
PAGE_SECONDS = 600.0
"""With waiting for others' pages."""
pool = Pool(
    "documents.services.recognition.rendering:run",
    scratch=lambda: settings.SCRATCH_FOLDER,
    limits=Limits(wall_seconds=120, cpu_seconds=120),
    needs=lambda: Needs(reads=FONTS),
)


def picture_of(path: Path, mime: str, page: int, width: int, password: str = "") -> bytes:
    """A page (from 1) of a PDF or a picture as a JPEG so many pixels across. Raises JobRefused and JobFailed."""
    folder = pool.folder()
    try:
        job = {"do": "picture", "path": path, "mime": mime, "page": page, "width": width, "target": PICTURE, "password": password}
        pool.run(job, check=_unchecked, progress=_silent, folder=folder)
        return made_in(folder.path, PICTURE).read_bytes()
    finally:
        folder.remove()


def searchable_pdf(path: Path, mime: str, pages: list[dict[str, Any]], password: str = "") -> Folder:
    """A folder of the caller's with `searchable.pdf` (`recognition.searchable`). Raises JobRefused and JobFailed."""
    folder = pool.folder()
    try:
        job = {"do": "searchable", "pages": pages, "path": path, "mime": mime, "password": password, "target": SEARCHABLE}
        pool.run(job, check=_unchecked, progress=_silent, folder=folder)
        made_in(folder.path, SEARCHABLE)
    except BaseException:
        folder.remove()
        raise
    return folder


class RecognitionFailed(Exception):
    """This page could not be read; says why, for administrators."""


@dataclass(frozen=True)
class Engine:
    """Which engine reads, at how many dots an inch, and in which languages where it has a choice of them."""

    name: str
    dpi: int
    languages: tuple[str, ...] = ()


def require_settings() -> None:
    """Raises ImproperlyConfigured where an engine is wanted that is not here."""
    if settings.OCR_ENGINE not in ENGINES:
        raise ImproperlyConfigured(f"OCR_ENGINE is '{settings.OCR_ENGINE}', and can be {', '.join(ENGINES)}.")
    if settings.OCR_ENGINE == tesseract.NAME and tesseract.folder_of_data(settings.TESSDATA_FOLDER) is None:
        raise ImproperlyConfigured("OCR_ENGINE is 'tesseract', but no data of a language are found; set TESSDATA_FOLDER.")


def engine() -> Engine | None:
    """What reads pages here; None where nothing does."""
    wanted = settings.OCR_ENGINE
    folder = tesseract.folder_of_data(settings.TESSDATA_FOLDER)
    if wanted in ("auto", tesseract.NAME) and folder is not None and importlib.util.find_spec("tesserocr"):
        return Engine(tesseract.NAME, tesseract.DPI, tuple(tesseract.languages_in(folder)))
    if wanted in ("auto", rapid.NAME) and importlib.util.find_spec("rapidocr"):
        return Engine(rapid.NAME, rapid.DPI)
    return None


class Recogniser:
    """The way to the one process of this machine. Used by any number of threads."""

    def __init__(self) -> None:
        self._process = Held(LOAD, Path(settings.VAR) / NAME, settings.OCR_IDLE_SECONDS, _told, _needs, MEMORY_BYTES)

    def read(
        self, path: Path, mime: str, page: int, engine: Engine, languages: str, check: Check, password: str = ""
    ) -> tuple[Recognised, str]:
        """A page (from 1) of a file, and the name of the engine with its version. `check` is called several times a second and may raise,
        which cancels. Raises RecognitionFailed, and JobRefused or JobFailed where the page cannot be rendered."""
        folder = pool.folder()
        try:
            job = {
                "do": "pixels",
                "path": path,
                "mime": mime,
                "page": page,
                "dpi": engine.dpi,
                "target": PIXELS,
                "password": password,
            }
            picture = pool.run(job, check=check, progress=_silent, folder=folder)
            request = {**picture, "engine": engine.name, "languages": languages}
            return self._recognised(request, made_in(folder.path, PIXELS), check)
        finally:
            folder.remove()

    def _recognised(self, request: dict[str, Any], pixels: Path, check: Check) -> tuple[Recognised, str]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._ask(request, pixels, check)
            except CannotLoad as error:
                raise RecognitionFailed(str(error)) from error
            except Gone as end:
                if attempt == ATTEMPTS:
                    raise RecognitionFailed(str(end)) from end
                log.warning("The recogniser has ended (%s); it is started anew", end)
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, request: dict[str, Any], pixels: Path, check: Check) -> tuple[Recognised, str]:
        with closing(self._process.ask(request, check, PAGE_SECONDS, files={"pixels": pixels})) as answers:
            for answer in answers:
                if "failed" in answer:
                    raise RecognitionFailed(answer["failed"])
                if "page" in answer:
                    return from_wire(answer["page"]), answer["engine"]
        raise AssertionError("who asks is answered, or told that nobody does")

    def close(self) -> None:
        """End the process, if it is ours."""
        self._process.close()


def from_wire(page: dict[str, Any]) -> Recognised:
    words = [PlacedWord(start, end, Box(*box), confidence) for start, end, *box, confidence in page["words"]]
    return Recognised(page["text"], words, page["turn"], page["skew"], page["confidence"])


def recogniser() -> Recogniser:
    """This process's way to it, out of the service registry."""
    service: Recogniser = service_registry.get(NAME)
    return service


def register() -> None:
    service_registry.register(NAME, Recogniser, Recogniser.close, at_start=False)


def _told() -> dict[str, Any]:
    folder = tesseract.folder_of_data(settings.TESSDATA_FOLDER)
    return {"tessdata": str(folder or "")}


def _needs(told: dict[str, Any]) -> Needs:
    return Needs(reads=(told["tessdata"],) if told["tessdata"] else ())


def _unchecked() -> None:
    """Nobody stops a page that somebody looks at."""


def _silent(done: int, of: int) -> None:
    """A page tells nothing of its progress."""
