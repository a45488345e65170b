"""Tesseract (Apache-2) by tesserocr, whose package carries its library; the data of languages are the system's. No Django here."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from documents.services.recognition.results import Box, Line, Picture, Word

NAME = "tesseract"
DPI = 200
SUFFIX = ".traineddata"
FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
"""Where systems keep the data of languages."""
_NO_LANGUAGES = frozenset({"osd", "equ", "snum"})


def folder_of_data(given: str = "") -> Path | None:
    """The folder with the data of at least one language: the one that is given, TESSDATA_PREFIX, or the system's."""
    places = [given] if given else [os.environ.get("TESSDATA_PREFIX", ""), *FOLDERS]
    return next((Path(place) for place in places if place and languages_in(Path(place))), None)


def languages_in(folder: Path) -> list[str]:
    """Languages as Tesseract calls them ("eng", "deu")."""
    if not folder.is_dir():
        return []
    return sorted(
        file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}") if file.name.removesuffix(SUFFIX) not in _NO_LANGUAGES
    )


class Tesseract:
    """Used by several threads at once: each page has an instance of the library to itself."""

    def __init__(self, folder: Path) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # pages side by side are quicker than threads on one
        import tesserocr

        self._library: Any = tesserocr
        self._folder = folder
        self._lock = threading.Lock()
        self._free: dict[str, list[Any]] = {}
        self.label = f"{NAME} {tesserocr.tesseract_version().split()[1]}"

    def recognise(self, picture: Picture, languages: str) -> list[Line]:
        """`languages` as "eng" or "eng+deu". Raises RuntimeError where there are no data of one."""
        height, width = picture.shape
        with self._instance(languages) as api:
            api.SetImageBytes(picture.tobytes(), width, height, 1, width)
            api.SetSourceResolution(DPI)
            api.Recognize()
            lines = list(self._lines(api))
            api.Clear()
        return lines

    @contextmanager
    def _instance(self, languages: str) -> Iterator[Any]:
        with self._lock:
            free = self._free.setdefault(languages, [])
            api = free.pop() if free else None
        if api is None:
            api = self._library.PyTessBaseAPI(
                path=str(self._folder), lang=languages, psm=self._library.PSM.AUTO, oem=self._library.OEM.LSTM_ONLY
            )
        yield api
        with self._lock:
            free.append(api)

    def _lines(self, api: Any) -> Iterator[Line]:
        level = self._library.RIL
        found = api.GetIterator()
        if found is None:
            return
        words: list[Word] = []
        block = 0
        for each in self._library.iterate_level(found, level.WORD):
            if each.IsAtBeginningOf(level.TEXTLINE) and words:
                yield Line(" ".join(word.text for word in words), words, block)
                words = []
            block += each.IsAtBeginningOf(level.PARA)
            if each.Empty(level.WORD):
                continue
            text, box = each.GetUTF8Text(level.WORD).strip(), each.BoundingBox(level.WORD)
            if text and box is not None:
                words.append(Word(text, Box(*map(float, box)), each.Confidence(level.WORD) / 100))
        if words:
            yield Line(" ".join(word.text for word in words), words, block)
