"""Killed with -9 in the middle of a move or of a ZIP: what was begun is ended once, and nothing is half there."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from cases.models import AuditEvent
from cases.services import matters
from documents.models import Document, Download, Tag
from documents.services.bulk import downloads, moving
from documents.services.bulk.selection import Selection
from documents.services.organising import tags
from documents.services.storage import blobs
from lexintel.models import User
from tasks.models import TaskRecord
from tasks.tests.processes import until, web_server

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def empty_folder():
    """The storage is that of all tests."""
    for path in blobs.private_folder(downloads.FOLDER).iterdir():
        path.unlink()


@pytest.fixture
def person(settings):
    settings.TASK_EXECUTOR = "background"
    return User.objects.create_user("mover")


def papers(case, contents) -> list[Document]:
    made = []
    for number, content in enumerate(contents):
        stored = blobs.store(io.BytesIO(content), case.pk)
        made.append(Document(case=case, title=f"Paper {number}", name=f"paper {number}.bin", status="ready", sha256=stored.sha256,
                             size=stored.size, stored_as=stored.name))  # fmt: skip
    return Document.objects.bulk_create(made)


def families(case, count: int) -> list[Document]:
    """A paper with two attachments each."""
    made = papers(case, (f"Paper {n}".encode() for n in range(3 * count)))
    for head, one, two in zip(made[::3], made[1::3], made[2::3], strict=True):
        Document.objects.filter(pk__in=[one.pk, two.pk]).update(parent=head)
    return made[::3]


def half_moved(target) -> list:
    """Families of which some are here and some there."""
    return list(Document.objects.filter(case=target).exclude(parent=None).exclude(parent__case=target)) + list(
        Document.objects.exclude(case=target).filter(parent__case=target)
    )


def test_a_move_ends_after_its_process_was_killed_and_no_family_is_torn(person):
    source, target = (matters.create_case(title, user=person) for title in ("From", "To"))
    heads = families(source, 200)
    tags.put_on(source, [head.pk for head in heads], ["Hot"], person)
    outcome = moving.move(Selection(source, [head.pk for head in heads]), person, target)
    moved = Document.objects.filter(case=target)
    with web_server(TASK_EXECUTOR="background") as web:
        until(lambda: moved.count() >= 30, 60, f"some moved\n{web.tail()}")
        web.kill()
        assert moved.count() < 600
        assert half_moved(target) == []
        web.restart()
        until(lambda: TaskRecord.objects.get(pk=outcome.task_id).is_terminal, 120, f"the end\n{web.tail()}")
    record = TaskRecord.objects.get(pk=outcome.task_id)
    assert (record.status, record.error) == ("succeeded", "")
    assert moved.count() == 600
    for verb in ("document.moved_out", "document.moved_in"):
        assert AuditEvent.objects.filter(verb=verb).count() == 200
    assert Tag.objects.get(case=target).documents.count() == 200
    assert all(blobs.path_of(document).stat().st_size == document.size for document in moved)


def test_a_zip_is_written_anew_after_its_process_was_killed(person):
    case = matters.create_case("Big", user=person)
    papers(case, (os.urandom(8 * 1024 * 1024) for _ in range(16)))
    download = downloads.ask(Selection(case, list(Document.objects.values_list("pk", flat=True))), person)
    folder = blobs.private_folder(downloads.FOLDER)

    def begun() -> bool:
        return any(part.stat().st_size > 8 * 1024 * 1024 for part in folder.glob(".*.part"))

    with web_server(TASK_EXECUTOR="background") as web:
        until(begun, 60, f"a part\n{web.tail()}")
        web.kill()
        assert not list(folder.glob("*.zip"))
        assert Download.objects.get().status == "writing"
        web.restart()
        until(lambda: Download.objects.get().status == "ready", 120, f"the ZIP\n{web.tail()}")
    with zipfile.ZipFile(downloads.path_of(Download.objects.get(pk=download.pk))) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 18
    os.utime(next(folder.glob(".*.part")), (0, 0))
    assert downloads.sweep() == 1
