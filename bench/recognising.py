"""`python -m bench.recognising SECONDS FILE ENGINE`: recognise the pages of a scan, and nothing else, for so long; prints pages a second.

The engine is called as its own documentation shows, on pictures that are ready, with one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from django.conf import settings

from documents.services.recognition import rapid, tesseract


def rate(seconds: float, file: Path, engine: str, env: dict[str, str], processes: int) -> float:
    """Pages a second of this machine by so many processes, all at once."""
    command = [sys.executable, "-m", "bench.recognising", str(seconds), str(file), engine]
    running = [subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(float(process.communicate()[0].split()[-1]) for process in running)


def main(seconds: float, file: Path, engine: str) -> None:
    dpi = tesseract.DPI if engine == tesseract.NAME else rapid.DPI
    pages = [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(file)]
    recognise = _tesseract() if engine == tesseract.NAME else _rapid()
    recognise(pages[0])
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        recognise(pages[done % len(pages)])
        done += 1
    print(done / (time.perf_counter() - began))


def _tesseract() -> Callable[[Any], object]:
    os.environ["OMP_THREAD_LIMIT"] = "1"
    import tesserocr

    api = tesserocr.PyTessBaseAPI(path=str(tesseract.folder_of_data()), lang="eng")

    def recognise(picture: Any) -> object:
        api.SetImage(picture)
        return api.GetUTF8Text()

    return recognise


def _rapid() -> Callable[[Any], object]:
    import numpy as np
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    engine = RapidOCR(params={"Global.log_level": "critical", **threads})
    return lambda picture: engine(np.asarray(picture.convert("RGB")))


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
