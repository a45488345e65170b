"""A paper as a tagged PDF (PDF/UA-1), typeset by Typst from `paper.typ`; the paper comes as data, never as source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst

SOURCE = Path(__file__).with_name("paper.typ")


def written(paper: dict[str, Any], place: Path, frame: list[dict[str, str]] | None = None) -> None:
    data = paper if frame is None else {**paper, "frame": frame}
    made = typst.compile(SOURCE.read_bytes(), sys_inputs={"paper": json.dumps(data)}, pdf_standards=["ua-1"])
    place.write_bytes(made)
