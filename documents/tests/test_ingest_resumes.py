"""`manage.py ingest` over folders: it goes on where it was, tags by folders, and says what it left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from cases.services import matters
from documents.models import Document, SourceItem
from lexintel.models import User
from tasks.models import Batch
from tasks.tests.processes import environment, until


def ingest(*args) -> str:
    said = StringIO()
    try:
        call_command("ingest", *map(str, args), stdout=said)
    except SystemExit as ended:
        said.write(f"exit {ended.code}\n")
    return said.getvalue()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "production"
    for number in range(12):
        place = made / "Discovery" / f"Box {number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(f"Letter {number} about the crane.")
    return made


@pytest.mark.django_db
def test_called_again_it_takes_only_what_is_new(folder, case):
    assert ingest(folder, "--case", case.pk).strip().endswith("12 accepted.")
    assert ingest(folder, "--case", case.pk).strip().endswith("12 unchanged.")
    (folder / "new.txt").write_text("A new one.")
    assert ingest(folder, "--case", case.pk).strip().endswith("12 unchanged, 1 accepted.")
    os.utime(folder / "new.txt", (1, 1))
    assert ingest(folder, "--case", case.pk).strip().endswith("13 unchanged.")
    assert ingest(folder, "--case", case.pk, "--again").strip().endswith("13 unchanged.")
    assert Document.objects.count() == 13


@pytest.mark.django_db
def test_folders_become_tags_unless_they_should_not(folder, case):
    ingest(folder, "--case", case.pk, "--tag", "First production")
    tags = {tag.name for tag in Document.objects.get(name="4.txt").tags.all()}
    assert tags == {"First production", "Discovery", "Box 1"}
    other = matters.create_case("Other", user=User.objects.get(username="owner"))
    ingest(folder, "--case", other.pk, "--no-folder-tags")
    assert not other.tags.exists()
    assert Document.objects.get(case=other, name="4.txt").metadata["folder"] == "Discovery/Box 1"


@pytest.mark.django_db
def test_a_dry_run_takes_nothing_and_says_what_would_be(folder, case):
    (folder / "empty.pdf").write_bytes(b"")
    said = ingest(folder, "--case", case.pk, "--dry-run")
    assert "12 would be taken" in said
    assert "1 refused" in said
    assert not Document.objects.exists()
    assert not SourceItem.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_refusals_are_listed_at_the_end_and_kept_and_tried_again(folder, case, settings):
    settings.REFUSED_TYPES = frozenset([".exe"])
    (folder / "setup.exe").write_bytes(b"MZ")
    (folder / "out").symlink_to("/etc")
    said = ingest(folder, "--case", case.pk)
    assert "Not taken (2):" in said
    assert said.strip().endswith("exit 1")
    assert set(SourceItem.objects.filter(outcome="refused").values_list("code", flat=True)) == {"refused_type", "link"}
    settings.REFUSED_TYPES = frozenset()
    ingest(folder, "--case", case.pk)
    assert SourceItem.objects.get(path__endswith="setup.exe").outcome == "accepted"


@pytest.mark.django_db
def test_bytes_whose_document_was_deleted_come_back_only_when_asked(folder, case):
    ingest(folder, "--case", case.pk)
    from django.utils import timezone

    Document.objects.filter(name="4.txt").update(deleted_at=timezone.now())
    assert ingest(folder, "--case", case.pk).strip().endswith("12 unchanged.")
    assert "1 accepted" in ingest(folder, "--case", case.pk, "--again")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_killed_and_called_again_it_takes_each_file_once(tmp_path):
    owner = User.objects.create_user("owner-of-drive")
    case = matters.create_case("The drive", user=owner)
    for number in range(600):
        (tmp_path / f"{number}.txt").write_text(f"Letter {number}.")
    command = [sys.executable, "manage.py", "ingest", str(tmp_path), "--case", str(case.pk)]
    env = environment(LEXINTEL_BOOTSTRAP="off")
    for least in (100, 300):
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL)
        try:
            until(lambda least=least: Document.objects.count() >= least, 120, f"{least} documents")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert Document.objects.count() == SourceItem.objects.filter(outcome="accepted").count() < 600
    assert subprocess.run(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert Document.objects.count() == SourceItem.objects.count() == 600
    assert not Document.objects.exclude(duplicate_of=None).exists()
