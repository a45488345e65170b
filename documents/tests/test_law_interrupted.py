"""An import whose process is killed, twice, ends as if it never had been: every record once, every count exact."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from cases.models import Ruling
from documents.models import Chunk, ChunkWords, Document, LawImport
from documents.tests.law import bring, lines, ruling

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 2600


def killed_after(path: Path, handled: int) -> None:
    """Run the command in a process of its own until so many records have landed, and kill it."""
    server = urlsplit(os.environ["DATABASE_URL"])
    environment = {**os.environ, "DATABASE_URL": urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_rulings", str(path)], cwd=settings.BASE_DIR, env={**environment, "LEXINTEL_BOOTSTRAP": "off"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if any(record.handled >= handled for record in LawImport.objects.all()):
            break
        if process.poll() is not None:
            pytest.fail(process.communicate()[0].decode()[-2000:])
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_killed_twice_every_record_is_there_once_and_counted_once(tmp_path: Path) -> None:
    records: list[dict | str] = [ruling(f"A v. B{n}", citations=[f"{n} F.3d 1"], text=f"Ruling {n} on a crane.") for n in range(1, RECORDS)]
    records.insert(700, "no record at all")
    path = lines(tmp_path / "many.jsonl", records)
    killed_after(path, 1)
    landed = LawImport.objects.get().handled
    assert 0 < landed < RECORDS
    killed_after(path, landed + 1)
    record = bring("rulings", path)
    assert record.pk == LawImport.objects.get().pk
    assert record.counts() == {"added": RECORDS - 1, "updated": 0, "unchanged": 0, "skipped": 1}
    assert (record.state, record.remarks, len(record.report)) == ("finished", 1, 1)
    assert Ruling.objects.count() == Document.objects.count() == RECORDS - 1
    assert Chunk.objects.count() == ChunkWords.objects.count() == RECORDS - 1
    assert Document.objects.filter(status="embedding").count() == RECORDS - 1
