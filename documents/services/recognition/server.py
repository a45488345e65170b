"""The recogniser: one process for a machine that holds the engines of text recognition. See `documents.services.sandbox.holder`. It sees
pixels only, never the file of anybody. No Django here."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from documents.services.recognition import rapid, tesseract
from documents.services.recognition.layout import all_words, text_of
from documents.services.recognition.results import Line, Picture, Recognised, to_wire
from documents.services.recognition.straight import confidence_of, upright
from documents.services.sandbox.holder import Answers, at_most

POINTS_AN_INCH = 72
PAGE_SECONDS = 150.0


class Recogniser:
    def __init__(self, at_once: int, tessdata: str) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._tessdata = tessdata
        self._engines: dict[str, Any] = {}

    def answers(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """{pixels: descriptor of a file with a byte each, width, height, dpi, engine, languages} -> {page: results.to_wire, engine: its
        label}."""
        with open(request["pixels"], "rb", closefd=False) as file:
            picture = np.fromfile(file, np.uint8).reshape(request["height"], request["width"])
        engine = self._engine(request["engine"])
        recognise: Callable[[Picture], list[Line]] = engine.recognise
        if request["engine"] == tesseract.NAME:
            languages = request["languages"]
            recognise = lambda part: engine.recognise(part, languages)  # noqa: E731 - one engine knows languages, the other does not
        with self._turns, at_most(PAGE_SECONDS):
            lines, turn, skew = upright(picture, recognise)
        text, words = text_of(lines, POINTS_AN_INCH / request["dpi"])
        page = Recognised(text, words, turn, skew, round(confidence_of(all_words(lines)), 3))
        yield {"page": to_wire(page), "engine": engine.label}

    def _engine(self, name: str) -> Any:
        with self._lock:
            if name not in self._engines:
                self._engines[name] = rapid.Rapid() if name == rapid.NAME else tesseract.Tesseract(Path(self._tessdata))
            return self._engines[name]


def load(told: dict[str, Any]) -> Answers:
    return Recogniser(len(os.sched_getaffinity(0)), told["tessdata"]).answers
