"""What killed processes left behind goes after a day; what a row refers to, somebody uses or just arrives stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cases.models import Case
from documents.models import Document, Upload
from documents.services.ingest import orphans, uploads
from documents.services.pipeline import lifecycle
from documents.services.sandbox.folders import PREFIX, Folder
from documents.services.storage import backends, blobs
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.operations import maintenance

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def an_own_storage(tmp_path: Path, settings: Any) -> None:
    """Other tests leave files whose rows are gone."""
    settings.STORAGE_URL = f"file://{tmp_path}/files"


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is here now is old (a file's time of renaming cannot be set)."""
    monkeypatch.setattr(orphans, "OLD_SECONDS", -60.0)


@pytest.fixture
def orphan(case: Case) -> Path:
    """Stored bytes whose row never came."""
    return blobs.root() / blobs.store(BytesIO(b"nobody's"), case.pk).name


def clean_up() -> dict[str, int]:
    return orphans.clean_up(lambda: None)


def test_bytes_without_a_row_go_and_those_with_one_stay(
    accept: Callable[..., Document], orphan: Path, editor: Any, a_day_later: None
) -> None:
    kept, deleted = accept(), accept("Another text.", "other.txt")
    lifecycle.delete(deleted, editor)
    assert clean_up() == {"work_folders": 0, "upload_parts": 0, "files": 1, "bytes": len(b"nobody's")}
    assert not orphan.exists()
    assert blobs.path_of(kept).exists()
    assert blobs.path_of(deleted).exists()


def test_no_bytes_go_that_are_younger_than_a_day(orphan: Path) -> None:
    os.utime(orphan, (0, 0))  # written long ago, but it has just come to its place
    assert set(clean_up().values()) == {0}
    assert orphan.exists()


def test_bytes_that_arrive_again_while_they_are_swept_stay(
    orphan: Path, case: Case, a_day_later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same content is uploaded between the look and the removal; its row is not committed yet."""
    rename = os.rename

    def arrive_first(source: Any, target: Any) -> None:
        monkeypatch.undo()
        blobs.store(BytesIO(b"nobody's"), case.pk)
        rename(source, target)

    monkeypatch.setattr(backends.os, "rename", arrive_first)
    assert clean_up()["files"] == 0
    assert orphan.read_bytes() == b"nobody's"
    assert [path.name for path in orphan.parent.iterdir()] == [orphan.name]


def test_unfinished_arrivals_and_parts_without_an_upload_go(case: Case, editor: Any, a_day_later: None) -> None:
    incoming = blobs.receive(BytesIO(b"half"), case.pk).path
    living = uploads.create(case, editor, name="a.txt", length=10)
    gone = uploads.create(case, editor, name="b.txt", length=10)
    Upload.objects.filter(pk=gone.pk).delete()
    assert clean_up()["upload_parts"] == 1
    assert not incoming.exists()
    assert uploads.part_of(living).exists()
    assert not uploads.part_of(gone).exists()


def test_other_files_in_the_storage_are_none_of_its_business(orphan: Path, a_day_later: None) -> None:
    others = [blobs.root() / "notes" / "a", orphan.parent / "README", blobs.root() / str(uuid4()) / "deeper" / orphan.name]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    clean_up()
    assert all(path.exists() for path in others)


def test_a_killed_processs_working_folder_goes_and_a_living_ones_stays(settings: Any, tmp_path: Path) -> None:
    settings.SCRATCH_FOLDER = tmp_path / "scratch"
    inhabited = Folder(settings.SCRATCH_FOLDER)
    deserted = settings.SCRATCH_FOLDER / f"{PREFIX}killed"
    deserted.mkdir()
    (deserted / "scratch").write_text("x")
    assert clean_up()["work_folders"] == 1
    assert (deserted.exists(), inhabited.path.exists()) == (False, True)
    inhabited.remove()


def test_it_runs_as_a_task(work_off: Callable[..., int], orphan: Path, a_day_later: None) -> None:
    record = manager.submit("documents.cleanup_leftovers")
    work_off()
    found = TaskRecord.objects.get(pk=record.pk)
    assert found.status == Status.SUCCEEDED
    assert found.result
    assert found.result["files"] == 1


def test_the_health_check_writes_where_documents_are_stored(settings: Any, tmp_path: Path) -> None:
    def storage_part() -> dict[str, Any]:
        return next(part for part in maintenance.health()["parts"] if part["name"] == "storage")

    settings.STORAGE_URL = f"file://{tmp_path}/elsewhere"
    assert storage_part()["ok"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "file").touch()
    settings.STORAGE_URL = f"file://{tmp_path}/file"
    part = storage_part()
    assert not part["ok"]
    assert "Error" in part["detail"]
