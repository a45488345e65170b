"""What large uploads cost: a PDF of 1,000 pages, one of 5 MB, and a ZIP of thousands of files beside the same files one by one."""

from __future__ import annotations

import tempfile
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typst
from django.core.management.base import CommandError
from PIL import Image

from bench import materials
from bench.figures import Figures, Plan
from bench.installation import Installation, installation
from bench.materials import Prose
from tasks.base.memory import tree_mb

PAGES = 1000
FILES = 3000
HEAVY_PAGES = 40
MB = 1024 * 1024
LIMIT_S = 3000
LOOK_S = 0.05


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Amounts: MiB of a worker with one child and all below it while it reads 1,000 pages (goal 1,000) and a PDF of 5 MB (goal 400).
    Ratios: until its first page is found to until all is ready (below 1); a file of a ZIP to the same file sent alone (goal 1.5)."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as name, installation(children=1) as place:
        folder = Path(name)
        _long(figures, place, folder, plan.size(PAGES, 12))
        _heavy(figures, place, folder, plan.size(5, 1), plan.size(HEAVY_PAGES, 2))
        _many(figures, place, folder, plan.size(FILES, 3), out)
    return figures


def _long(figures: Figures, place: Installation, folder: Path, pages: int) -> None:
    (filing,) = materials.filings(folder, (pages * 9 // 10,))
    with _watched(place) as peak:
        began = time.monotonic()
        (row,) = place.upload(filing.path)
        found = _until_found(place, row["id"]) - began
        place.wait_for_all(LIMIT_S)
        whole = time.monotonic() - began
    figures.ratios[f"worker that reads {filing.pages} pages, MiB at most"] = max(peak)
    figures.ratios[f"first of {filing.pages} pages found, to all ready"] = found / whole
    figures.absolute[f"first of {filing.pages} pages found, s"] = found
    figures.absolute[f"{filing.pages} pages, pages/s"] = filing.pages / whole


def _until_found(place: Installation, document: str) -> float:
    query = urllib.parse.urlencode({"q": '"In re Harbor Crane Litigation"', "case": place.case, "mode": "text"})
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if any(hit["document"] == document for hit in place.call("GET", f"/api/search/?{query}")["results"]):
            return time.monotonic()
        time.sleep(LOOK_S)
    raise CommandError(f"The first page was not found after {LIMIT_S} s.")


def _heavy(figures: Figures, place: Installation, folder: Path, size: int, pages: int) -> None:
    """A brief of so many pages, each with its text and a photograph, in about so many megabytes."""
    side = int((size * MB / pages / 3) ** 0.5)
    prose, draft, path = Prose(5), folder / "heavy.typ", folder / "heavy.pdf"
    source = []
    for number in range(pages):
        Image.merge("RGB", [Image.effect_noise((side, side), 90) for _ in "RGB"]).save(folder / f"photograph {number}.png")
        source += [
            f'#image("photograph {number}.png", width: 6cm)',
            *(f"{materials.escaped(text)}\n" for text in prose.page()[:3]),
            "#pagebreak()",
        ]
    draft.write_text("\n".join(source[:-1]))
    typst.compile(str(draft), output=str(path))
    with _watched(place) as peak:
        place.upload(path)
        place.wait_for_all(LIMIT_S)
    figures.ratios[f"worker that reads a PDF of {path.stat().st_size / MB:.1f} MB, MiB at most"] = max(peak)


def _many(figures: Figures, place: Installation, folder: Path, files: int, out: Callable[[str], object]) -> None:
    seconds = {}
    for way in ("one by one", "ZIP"):
        paths = list(_letters(folder / way.replace(" ", "-"), files, seed=len(way)))
        began = time.monotonic()
        with _watched(place) as peak:
            if way == "ZIP":
                place.upload(_zipped(folder, paths))
            else:
                for path in paths:
                    place.upload(path)
            place.wait_for_all(LIMIT_S, pause=1.0)
        seconds[way] = time.monotonic() - began
        out(f"  {files} files, {way}: {seconds[way]:.1f} s, worker {max(peak):.0f} MiB at most")
        figures.ratios[f"worker that reads {files} files, {way}, MiB at most"] = max(peak)
    figures.ratios["a file of a ZIP to one that is sent alone"] = seconds["ZIP"] / seconds["one by one"]
    figures.absolute[f"{files} files of a ZIP, files/s"] = files / seconds["ZIP"]


def _letters(folder: Path, count: int, seed: int) -> Iterator[Path]:
    prose = Prose(seed)
    for number in range(count):
        path = folder / f"custodian {number % 7}" / f"letter {number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Letter {number}\n\n{prose.sentence()}\n")
        yield path


def _zipped(folder: Path, paths: list[Path]) -> Path:
    made = folder / "production.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, f"{path.parent.name}/{path.name}")
    return made


@contextmanager
def _watched(place: Installation) -> Iterator[list[float]]:
    """MiB of the worker and all below it, looked at often meanwhile."""
    seen: list[float] = [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_S * 4):
            seen.append(tree_mb(place.processes["worker"].pid) or 0.0)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
