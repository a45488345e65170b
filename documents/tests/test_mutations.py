"""Hundreds of broken files: each ends in a reading or in a refusal that was foreseen; none costs a child.

More of them, and others: `MUTATIONS=20 MUTATION_SEED=7 pytest documents/tests/test_mutations.py` makes twenty times as many.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from documents.services.extraction import reader
from documents.services.sandbox.process import Child
from documents.tests.mutations import mutations, pdf_mutations
from documents.tests.reading import read
from documents.tests.seeds import office, pdfs
from tasks.errors import PermanentError

pytestmark = pytest.mark.faults
TIMES, SEED = int(os.environ.get("MUTATIONS", "1")), int(os.environ.get("MUTATION_SEED", "1"))
SECONDS = 30.0
BROKEN = {"parser_crashed", "parser_failed", "parser_timeout", "parser_memory", "parser_unconfined"}


def ended(path: Path) -> str:
    """ "read", or the code of the refusal, in time."""
    started = time.monotonic()
    try:
        read(path).close()
        how = "read"
    except PermanentError as error:
        how = str(error.code)
    return how if time.monotonic() - started < SECONDS else "slow"


def all_ended(files: Iterator[tuple[str, bytes]], folder: Path) -> dict[str, str]:
    places = []
    for name, content in files:
        places.append(folder / name)
        places[-1].write_bytes(content)
    with ThreadPoolExecutor(2) as readers:
        return dict(zip((place.name for place in places), readers.map(ended, places), strict=True))


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Children that had to be ended, or had ended."""
    pids: list[int] = []
    kill = Child.kill
    monkeypatch.setattr(Child, "kill", lambda child: (pids.append(child.pid), kill(child))[1])
    return pids


def all_well(found: dict[str, str], killed: list[int]) -> bool:
    bad = {name: how for name, how in found.items() if how in BROKEN | {"slow"}}
    assert bad == {}
    assert killed == []
    counts = Counter(found.values())
    assert counts["read"] > len(found) // 10
    assert sum(count for how, count in counts.items() if how != "read") > len(found) // 20
    return True


def test_six_hundred_broken_pdfs_end(tmp_path: Path, killed: list[int]) -> None:
    found = all_ended(pdf_mutations(pdfs(), 600 * TIMES, SEED), tmp_path)
    assert len(found) == 600 * TIMES
    assert all_well(found, killed)


def test_three_hundred_broken_office_files_end(tmp_path: Path, killed: list[int]) -> None:
    found = all_ended(mutations(office(tmp_path), 300 * TIMES, SEED), tmp_path)
    assert len(found) == 300 * TIMES
    assert all_well(found, killed)
    reader.pool.close()
