"""What all of LexIntel takes on one machine, and whether a worker's memory stays level.

The stack is `manage.py up` in its default shape, with its servers: it reads the demonstration case and twenty documents more, answers three
searches, and is left alone until its memory is level. What is added up is the proportional set size of every process that `up` started,
itself included, by the kernel's account (pages that several processes share are divided among them).
"""

from __future__ import annotations

import os
import tempfile
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from bench import materials
from bench.figures import Figures, Plan
from bench.installation import Installation, installation, pss, whole_stack
from tasks.base.memory import descendants, tree_mb

DOCUMENTS = 20
LEVEL, LOOK_S, AT_MOST_S = 0.005, 12.0, 240.0
QUICK_LOOK_S = 1.0
MARKS = (100, 300, 500)
AT_ONCE = 20
LIMIT_S = 1800
SPEECH = "speech model"
PARTS = {
    "transcription.server": SPEECH,
    "recognition": "text recognition",
    "extraction": "parsers",
    "services.hearing": "parsers",
    "lexintel.web": "web",
    "lexintel.celery": "worker",
    "postgres": "postgres",
    "valkey-server": "valkey",
}


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Amounts: MiB of the whole stack at rest (goal 750) and of its parts; growth of worker and web between 100 and 500 documents."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise CommandError("The memory of processes is read from /proc/<pid>/smaps_rollup, which this system does not have.")
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        files = [materials.filings(Path(folder), (2,))[0].path, materials.letters(Path(folder), 1)[0]]
        _stack(figures, files, plan)
        if not plan.quick:
            _growth(figures, files, out)
    return figures


def _stack(figures: Figures, files: list[Path], plan: Plan) -> None:
    with whole_stack() as (place, ready):
        figures.absolute["first start of `up` until ready, s"] = ready
        for n in range(plan.size(DOCUMENTS, 2) // len(files)):
            place.upload(*files, salt=f"\n%{n}".encode())
        place.wait_for_all(LIMIT_S)
        for words in ("harbor", "who inspected the crane", "42 U.S.C. § 1983"):
            place.call("GET", f"/api/search/?{urllib.parse.urlencode({'q': words})}")
        whole = _at_rest(place.processes["up"].pid, *((QUICK_LOOK_S, QUICK_LOOK_S) if plan.quick else (LOOK_S, AT_MOST_S)))
        figures.ratios["the whole stack at rest, MiB"] = sum(whole.values())
        figures.ratios |= {f"  {part}, MiB": size for part, size in sorted(whole.items(), key=lambda item: -item[1])}


def _at_rest(pid: int, pause: float, at_most: float) -> dict[str, float]:
    """MiB by part, once two looks some seconds apart find the same and the speech model, which the demonstration's hearing needed, has
    given its memory back."""
    deadline = time.monotonic() + at_most
    now = _parts(pid)
    while time.monotonic() < deadline:
        time.sleep(pause)
        before, now = now, _parts(pid)
        if SPEECH not in now and abs(sum(now.values()) - sum(before.values())) < LEVEL * sum(now.values()):
            break
    return now


def _parts(pid: int) -> dict[str, float]:
    sizes: dict[str, float] = defaultdict(float)
    for each in [pid, *descendants(pid)]:
        try:
            command = Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            size = pss(each)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended just now
        sizes[next((part for word, part in PARTS.items() if word in command and "keeper" not in command), "supervision")] += size
    return dict(sizes)


def _growth(figures: Figures, files: list[Path], out: Callable[[str], object]) -> None:
    """Of a web process and of a worker with one child, over five hundred documents, half PDF and half text."""
    taken: dict[int, dict[str, float]] = {}
    with installation(children=1) as place:
        for mark in MARKS:
            _work(place, files, mark)
            taken[mark] = {name: tree_mb(process.pid) or 0.0 for name, process in place.processes.items()}
            out(f"  {mark} documents: worker {taken[mark]['worker']:.0f} MiB, web {taken[mark]['web']:.0f} MiB")
    for name in ("worker", "web"):
        figures.ratios[f"{name} after {MARKS[-1]} documents to after {MARKS[0]}"] = taken[MARKS[-1]][name] / taken[MARKS[0]][name]


def _work(place: Installation, files: list[Path], mark: int) -> None:
    """Upload until there are `mark` documents, and wait until all of them are ready."""
    while (sent := place.count()) < mark:
        if sent - place.count(status="ready") < AT_ONCE:
            for n in range(sent, min(mark, sent + AT_ONCE), len(files)):
                place.upload(*files, salt=f"\n%{n} {os.getpid()}".encode())
        time.sleep(0.2)
    place.wait_for_all(LIMIT_S)
