"""PP-OCR (Apache-2) by RapidOCR, whose package carries the models: needs nothing but what is installed. No Django here."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from documents.services.recognition.results import Box, Line, Picture, Word

NAME = "rapidocr"
DPI = 144
_PARAMS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.use_cls": False,  # whole pages are turned, not lines
    "Global.return_word_box": True,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class Rapid:
    """Used by several threads at once: the models are loaded once, a page is worked on by one thread."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine = RapidOCR(params=_PARAMS)
        self.label = f"{NAME} {version(NAME)}"

    def recognise(self, picture: Picture) -> list[Line]:
        found: Any = self._engine(np.repeat(picture[:, :, np.newaxis], 3, axis=2))
        if not found.txts:
            return []
        return [
            Line(text, [Word(word, _around(corners), float(score)) for word, score, corners in words])
            for text, words in zip(found.txts, found.word_results, strict=True)
        ]


def _around(corners: Any) -> Box:
    places = np.asarray(corners, np.float64)
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
