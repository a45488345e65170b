"""How fast scans become searchable end to end, against the bare engines on the same pages: one process per core that does nothing else,
right before and after in the same run. The pipeline draws the pages, levels them, recognises, divides, embeds and cites."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2

from bench import materials, recognising
from bench.figures import Figures, Plan
from bench.installation import Installation, installation
from documents.services.recognition import rapid, tesseract

PAGES, PARAGRAPHS, COPIES, ROUNDS = 6, 4, 4, 2
SCANNED_DPI = 150
ALONE_S = 12.0
LIMIT_S = 1200


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: pages a second through the pipeline to the bare engine (goal 0.8), for each engine that is here."""
    figures = Figures()
    engines = [rapid.NAME, *([tesseract.NAME] if tesseract.folder_of_data() else [])]
    engines = engines[-1:] if plan.quick else engines
    with tempfile.TemporaryDirectory() as folder:
        (filing,) = materials.filings(Path(folder), (plan.size(PAGES, 1),), plan.size(PARAGRAPHS, 1))
        scan = scanned(filing.path, Path(folder) / "scan.pdf")
        for engine in engines:
            os.environ["OCR_ENGINE"] = engine  # the installation's processes inherit it
            try:
                _measure(figures, scan, filing.pages, engine, plan)
            finally:
                del os.environ["OCR_ENGINE"]
    return figures


def scanned(source: Path, target: Path) -> Path:
    """The same pages as pictures only."""
    document = pypdfium2.PdfDocument.new()
    for page in pypdfium2.PdfDocument(source):
        picture, packed = page.render(scale=SCANNED_DPI / 72, grayscale=True).to_pil(), io.BytesIO()
        picture.save(packed, "JPEG", quality=80)
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(packed, inline=True)
        width, height = page.get_size()
        image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
        copy = document.new_page(width, height)
        copy.insert_obj(image)
        copy.gen_content()
    document.save(target)
    return target


def _measure(figures: Figures, scan: Path, pages: int, engine: str, plan: Plan) -> None:
    seconds, copies = plan.size(int(ALONE_S), 1), plan.size(COPIES, 1)
    cores = plan.size(os.cpu_count() or 1, 1)
    ratios, rates = [], []
    with installation(children=cores) as place:
        if not plan.quick:
            _batch(place, scan, "warm", 1)
        before = recognising.rate(seconds, scan, engine, place.env, cores)
        for n in range(plan.size(ROUNDS, 1)):
            rate = copies * pages / _batch(place, scan, str(n), copies)
            after = before if plan.quick else recognising.rate(seconds, scan, engine, place.env, cores)
            ratios.append(rate / ((before + after) / 2))
            rates.append(rate)
            before = after
    figures.ratios[f"{engine}: scans through the pipeline to the bare engine"] = max(ratios)
    figures.absolute[f"{engine}: scans through the pipeline, pages/s"] = max(rates)
    figures.absolute[f"{engine}: the bare engine, pages/s"] = before


def _batch(place: Installation, scan: Path, salt: str, copies: int) -> float:
    """Seconds from the first byte sent until all are ready."""
    started = time.monotonic()
    for copy in range(copies):
        place.upload(scan, salt=f"\n%{salt} {copy}".encode())
    place.wait_for_all(LIMIT_S, pause=0.5)
    return time.monotonic() - started
