"""Does a worker's memory stay level? Five hundred documents, made on the spot, through a web process and a worker with one child."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import typst

from bench.installation import Installation, installation
from tasks.base.memory import tree_mb

MARKS = (100, 300, 500)
AT_ONCE = 20
PAGES = 2
LIMIT_S = 1800
PARAGRAPH = (
    "The plaintiff relies on Roe v. Wade, 410 U.S. 113, 152 (1973), and on 42 U.S.C. § 1983. The harbour crane was inspected "
    "on the third of March and found to be unsafe; its brakes had been renewed twice, and the log of the watch says nothing of it. "
)


def run(out: Callable[[str], None]) -> dict[str, float]:
    """MB (proportional set size with children) of worker and web after 100, 300 and 500 documents, half PDF and half text."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, installation(children=1) as place:
        files = [_pdf(Path(folder)), _text(Path(folder))]
        for mark in MARKS:
            _work(place, files, mark)
            taken = {name: tree_mb(process.pid) or 0.0 for name, process in place.processes.items()}
            figures |= {f"{name}_pss_mb_after_{mark}": size for name, size in taken.items()}
            out(f"{mark} documents: worker {taken['worker']:.0f} MB, web {taken['web']:.0f} MB")
    for name in ("worker", "web"):
        figures[f"{name}_growth_mb"] = figures[f"{name}_pss_mb_after_{MARKS[-1]}"] - figures[f"{name}_pss_mb_after_{MARKS[0]}"]
    return figures


def _pdf(folder: Path) -> Path:
    """A filing of some pages."""
    source, target = folder / "filing.typ", folder / "filing.pdf"
    source.write_text("#pagebreak()\n".join(f"= Section {page}\n\n" + f"{PARAGRAPH}\n\n" * 6 for page in range(1, PAGES + 1)))
    typst.compile(str(source), output=str(target))
    return target


def _text(folder: Path) -> Path:
    target = folder / "letter.txt"
    target.write_text("\n\n".join(f"{n}. {PARAGRAPH}" for n in range(PAGES * 6)))
    return target


def _work(place: Installation, files: list[Path], mark: int) -> None:
    """Upload until there are `mark` documents, and wait until all of them are ready."""
    deadline = time.monotonic() + LIMIT_S
    while (ready := place.count(status="ready")) < mark:
        if failed := place.count(status="failed"):
            raise RuntimeError(f"{failed} documents failed.")
        if time.monotonic() > deadline:
            raise TimeoutError(f"Only {ready} of {mark} documents were ready after {LIMIT_S} s.")
        sent = place.count()
        if sent < mark and sent - ready < AT_ONCE:
            for n in range(sent, min(mark, sent + AT_ONCE), len(files)):
                place.upload(*files, salt=f"\n%{n}".encode())
        time.sleep(0.2)
