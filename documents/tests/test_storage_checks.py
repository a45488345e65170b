"""Stored files are read again: what is missing or changed is told where people look, and mended when the bytes are there again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cases.models import AuditEvent, Case
from documents.errors import StorageAway
from documents.models import Document, StorageCheck
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs, checking
from documents.services.storage.checks import State
from lexintel.monitoring import health
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.operations import maintenance

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def an_own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/files"


def check(**options: Any) -> checking.Tally:
    return checking.run(lambda: None, lambda done, of: None, **options)


def codes(document: Document) -> list[str]:
    document.refresh_from_db()
    return [notice["code"] for notice in document.notices]


@pytest.fixture
def ready(accept: Callable[..., Document], work_off: Callable[..., int]) -> Document:
    document = accept()
    work_off()
    document.refresh_from_db()
    return document


def test_what_is_as_it_was_stored_is_noted_and_not_due_again(ready: Document) -> None:
    assert vars(check()) == {"files": 1, "bytes": ready.size, "missing": 0, "changed": 0, "mended": 0, "left": 0}
    assert StorageCheck.objects.get().state == State.SOUND
    assert check().files == 0
    assert check(everything=True).files == 1
    assert not AuditEvent.objects.filter(verb__contains="file_").exists()


def test_a_missing_file_is_told_on_its_page_to_health_and_in_the_activity(ready: Document, client: Client, viewer: Any) -> None:
    path = blobs.path_of(ready)
    path.rename(path.with_name("aside"))
    assert check().missing == 1
    assert codes(ready) == ["file_missing"]
    client.force_login(viewer)
    assert "The stored file is missing on the server." in client.get(f"/documents/{ready.pk}/").text
    assert "found the stored file missing of" in client.get(f"/cases/{ready.case_id}/activity/").text
    assert "The stored file is missing" in client.get(f"/cases/{ready.case_id}/").text
    part = next(part for part in health.examine() if part.name == "files")
    assert (part.ok, part.reason, part.essential) == (False, "1 stored file is missing or changed.", False)
    assert not next(part for part in maintenance.health()["parts"] if part["name"] == "stored files")["ok"]


def test_a_changed_file_is_told_once_and_mended_when_the_bytes_are_back(ready: Document, tmp_path: Path) -> None:
    path = blobs.path_of(ready)
    shutil.copy(path, tmp_path / "backup")
    path.write_bytes(path.read_bytes().replace(b"plaintiff", b"defendant"))
    assert (check().changed, check().changed) == (1, 1), "what is broken is looked at in each run"
    assert codes(ready) == ["file_changed"]
    assert AuditEvent.objects.filter(verb="document.file_changed", target_id=str(ready.pk)).count() == 1
    shutil.copy(tmp_path / "backup", path)
    assert check().mended == 1
    assert codes(ready) == []
    assert AuditEvent.objects.filter(verb="document.file_mended").count() == 1
    assert next(part for part in health.examine() if part.name == "files").ok


def test_adding_the_same_file_again_mends_it_at_once(ready: Document, accept: Callable[..., Document]) -> None:
    blobs.path_of(ready).unlink()
    (blobs.root() / "library").mkdir()
    check()
    again = accept(name="again.txt")
    assert again.duplicate_of == ready
    assert codes(ready) == []
    assert blobs.path_of(ready).exists()


def test_a_new_reading_does_not_settle_what_was_told_of_the_file(ready: Document, work_off: Callable[..., int], editor: Any) -> None:
    path = blobs.path_of(ready)
    path.write_bytes(path.read_bytes() + b"more")
    check()
    lifecycle.reprocess(ready, editor)
    work_off()
    assert codes(ready) == ["file_changed"]


def test_a_disk_that_is_not_mounted_is_no_missing_file(ready: Document) -> None:
    check()
    shutil.rmtree(blobs.root() / str(ready.case_id))
    with pytest.raises(StorageAway, match="mounted"):
        check(everything=True)
    assert codes(ready) == []


def test_a_night_has_its_limit_and_the_next_goes_on(
    accept: Callable[..., Document], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        accept(f"Text number {number}.", f"{number}.txt")
    monkeypatch.setattr(checking, "GIB", 1)
    settings.STORAGE_CHECK_GB = 20
    first = check()
    assert (first.files, first.left) == (2, 1)
    assert (check().files, check().files) == (1, 0)
    StorageCheck.objects.filter(pk=StorageCheck.objects.order_by("pk")[1].pk).update(checked_at=timezone.now() - checking.EVERY * 2)
    assert check().files == 1


def test_reading_keeps_to_its_pace_and_stops_when_it_is_told_to(accept: Callable[..., Document], settings: Any) -> None:
    accept("x" * 3_000_000)
    settings.STORAGE_CHECK_MBPS = 1
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        checking.run(stop, lambda done, of: None)
    assert StorageCheck.objects.get().checked_at is None


def test_what_nobody_has_any_more_is_forgotten(ready: Document) -> None:
    check()
    Document.objects.filter(pk=ready.pk).update(stored_as="")
    check(everything=True)
    assert not StorageCheck.objects.exists()


def test_it_runs_as_a_task_and_by_command_with_an_exit_code(ready: Document, work_off: Callable[..., int], case: Case) -> None:
    record = manager.submit(checking.TASK)
    work_off()
    found = TaskRecord.objects.get(pk=record.pk)
    assert (found.status, found.result and found.result["files"]) == (Status.SUCCEEDED, 1)
    out = StringIO()
    call_command("check_storage", "--all", "--case", case.title, stdout=out)
    assert "1 files of 0.0 GB checked: 0 missing, 0 changed" in out.getvalue()
    path = blobs.path_of(ready)
    path.write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        call_command("check_storage", "--all", stdout=out)
    assert ended.value.code == 1
    assert f"damaged or changed: {ready.stored_as}" in out.getvalue()


def test_the_storage_is_copied_to_another_and_what_is_broken_is_named(
    ready: Document, accept: Callable[..., Document], tmp_path: Path, settings: Any
) -> None:
    broken = accept("Another.", "other.txt")
    blobs.path_of(broken).write_bytes(b"changed")
    target, out, errors = f"file://{tmp_path}/new", StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("copy_storage", "--to", target, stdout=out, stderr=errors)
    assert "1 files of 0.0 GB copied, 0 were there, 1 failed." in out.getvalue()
    assert broken.stored_as in errors.getvalue()
    assert blobs.path_of(ready).exists()
    settings.STORAGE_URL = target
    assert blobs.path_of(ready).read_bytes()
    with pytest.raises(CommandError, match="already"):
        call_command("copy_storage", "--to", target)
