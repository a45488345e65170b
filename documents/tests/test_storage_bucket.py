"""Files in a bucket, on a real S3-speaking server: the way of an upload, ranges, large files, faults of server and network."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case
from documents.errors import FileChanged, StorageAway
from documents.models import Document
from documents.services.ingest import orphans, uploads
from documents.services.pipeline import lifecycle, purging
from documents.services.storage import blobs, bucket, copies
from documents.services.storage.selection import configured
from documents.tests.pdfs import pdf
from documents.tests.s3 import BUCKET, KEY, PREFIX, SECRET, Server
from lexintel.monitoring import health
from tasks.models import Status, TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(running: Server, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    settings.VAR = tmp_path
    settings.STORAGE_URL, settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY = running.url, KEY, SECRET
    yield running
    running.kill()
    running.start()


@pytest.fixture
def away(server: Server) -> Server:
    server.kill()
    return server


def ended(document: Document) -> Document:
    document.refresh_from_db()
    return document


def test_an_upload_goes_to_the_bucket_is_read_and_comes_back_in_ranges(
    server: Server, accept: Callable[..., Document], work_off: Callable[..., int], client: Client, viewer: Any
) -> None:
    content = pdf("BT /F1 12 Tf 72 700 Td (The lease ends in May.) Tj ET")
    document = accept(content, "lease.pdf")
    assert document.stored_as == f"{document.case_id}/{hashlib.sha256(content).hexdigest()}"
    assert server.path_of(document.stored_as).read_bytes() == content
    assert not list(blobs.private_folder(str(document.case_id)).iterdir()), "nothing of it stays where it arrived"
    work_off()
    assert (ended(document).status, document.page_count) == ("ready", 1)
    client.force_login(viewer)
    address = f"/api/documents/{document.pk}/file/"
    whole, part = client.get(address), client.get(address, headers={"range": "bytes=100-199"})
    assert b"".join(whole) == content
    assert (part.status_code, b"".join(part)) == (206, content[100:200])
    assert client.get(address, headers={"range": f"bytes={len(content)}-"}).status_code == 416
    assert client.get(address, headers={"if-none-match": f'"{document.sha256}"'}).status_code == 304
    picture = client.get(f"/api/documents/{document.pk}/pages/1/picture/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")


def test_a_range_takes_no_more_than_it_says_from_the_server(server: Server, case: Case, client: Client, viewer: Any) -> None:
    """The rest of the object may be gone: nothing asks for it."""
    stored = blobs.store(BytesIO(b"0123456789" * 100_000), case.pk)
    document = Document.objects.create(case=case, title="Large", stored_as=stored.name, sha256=stored.sha256, size=stored.size)
    path = server.path_of(stored.name)
    path.write_bytes(path.read_bytes()[:500])
    client.force_login(viewer)
    reply = client.get(f"/api/documents/{document.pk}/file/", headers={"range": "bytes=0-99"})
    assert b"".join(reply) == b"0123456789" * 10


def test_a_large_file_goes_in_parts_and_comes_back_whole(server: Server, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PART", 5 * 1024 * 1024)
    content = os.urandom(12 * 1024 * 1024 + 7)
    stored = blobs.store(BytesIO(content), case.pk)
    assert server.path_of(stored.name).read_bytes() == content
    with blobs.open_stored(stored.name) as file:
        assert file.read() == content


def test_what_is_purged_leaves_the_bucket_and_this_machine(
    server: Server,
    accept: Callable[..., Document],
    work_off: Callable[..., int],
    editor: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, gone = accept("One text.", "one.txt"), accept("Another text.", "two.txt")
    work_off()
    copy = blobs.root() / copies.FOLDER / gone.stored_as.replace("/", "_")
    assert copy.exists()
    lifecycle.delete(gone, editor)
    settings.DELETED_KEEP_DAYS = 0
    assert purging.purge(lambda: None) == 1
    monkeypatch.setattr(orphans, "OLD_SECONDS", -3600.0)
    assert orphans.clean_up(lambda: None)["files"] >= 1
    assert not server.path_of(gone.stored_as).exists()
    assert server.path_of(kept.stored_as).exists()
    assert not copy.exists()


def test_bytes_that_arrive_again_while_they_are_swept_stay(
    server: Server, case: Case, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are looked at, then a document with them comes, then they would be removed."""
    monkeypatch.setattr(orphans, "OLD_SECONDS", -3600.0)
    stored = blobs.store(BytesIO(b"comes twice"), case.pk)
    (found,) = [each for each in orphans.orphans_in(configured()) if each.name == stored.name]
    Document.objects.create(case=case, title="Came", stored_as=stored.name, sha256=stored.sha256, size=stored.size)
    assert orphans._removed(configured(), found) == -1
    Document.objects.all().delete()
    time.sleep(1.1)  # the server tells times in seconds
    blobs.store(BytesIO(b"comes twice"), case.pk)
    assert orphans._removed(configured(), found) == -1
    assert server.path_of(stored.name).exists()


def test_bytes_that_were_swept_between_sending_and_keeping_are_put_again(server: Server, case: Case) -> None:
    incoming = blobs.receive(BytesIO(b"sent early"), case.pk)
    incoming.send()
    server.path_of(incoming.name).unlink()
    incoming.keep()
    assert server.path_of(incoming.name).read_bytes() == b"sent early"
    incoming.discard()


def test_other_peoples_objects_are_none_of_its_business(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "OLD_SECONDS", -3600.0)
    theirs = [server.path_of("notes.txt"), server.folder / BUCKET / "elsewhere" / "library" / ("0" * 64)]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    orphans.clean_up(lambda: None)
    assert all(path.exists() for path in theirs)


def test_while_the_server_is_away_uploads_are_refused_kindly_and_nothing_is_half(
    away: Server, case: Case, editor: Any, client: Client
) -> None:
    client.force_login(editor)
    file = SimpleUploadedFile("a.txt", b"The lease ends in May.")
    reply = client.post("/api/documents/", {"case": str(case.pk), "file": file})
    assert (reply.status_code, reply.json()["code"]) == (503, "storage_away")
    assert "Please try again in a while" in reply.json()["detail"]
    assert reply["Retry-After"]
    assert not Document.objects.exists()
    assert not list(blobs.private_folder(str(case.pk)).iterdir())


def test_a_resumable_upload_waits_for_the_server_with_all_its_bytes(away: Server, case: Case, editor: Any, client: Client) -> None:
    upload = uploads.create(case, editor, name="a.txt", length=5)
    uploads.receive_piece(upload.pk, editor, 0, BytesIO(b"bytes"))
    with pytest.raises(StorageAway):
        uploads.finish(upload.pk, editor)
    assert uploads.part_of(upload).read_bytes() == b"bytes"
    away.start()
    assert uploads.finish(upload.pk, editor).document is not None


def test_processing_waits_for_the_server_and_goes_on(server: Server, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    document = accept()
    server.kill()
    work_off()
    record = TaskRecord.objects.get(pk=ended(document).task_id)
    assert (record.status, document.status) == (Status.RETRYING, "extracting")
    assert "EndpointConnectionError" in record.error or "ConnectionClosed" in record.error
    server.start()
    TaskRecord.objects.filter(pk=record.pk).update(run_after=None, status=Status.QUEUED)
    work_off()
    assert ended(document).status == "ready"


def test_pages_and_downloads_say_that_the_storage_is_away(
    server: Server, accept: Callable[..., Document], work_off: Callable[..., int], client: Client, viewer: Any
) -> None:
    document = accept()
    work_off()
    server.kill()
    client.force_login(viewer)
    reply = client.get(f"/api/documents/{document.pk}/file/")
    assert (reply.status_code, reply.json()["code"]) == (503, "storage_away")
    assert client.get(f"/documents/{document.pk}/").status_code == 200, "what was read of it can still be read"


def test_readiness_says_that_the_storage_is_away_and_why(away: Server) -> None:
    part = next(part for part in health.examine() if part.name == "storage")
    assert not part.ok
    assert "cannot be reached" in part.reason
    assert blobs.probe()[0] is False
    away.start()
    assert next(part for part in health.examine() if part.name == "storage").ok
    assert blobs.probe()[0] is True


def test_wrong_keys_are_told_without_showing_them(server: Server, settings: Any, case: Case) -> None:
    settings.STORAGE_SECRET_ACCESS_KEY = "not-the-secret"
    with pytest.raises(StorageAway, match="refuses the keys") as refused:
        blobs.store(BytesIO(b"x"), case.pk)
    assert "not-the-secret" not in str(refused.value)
    assert KEY not in str(refused.value)
    assert "refuses the keys" in next(part for part in health.examine() if part.name == "storage").reason


def test_a_truncated_object_is_not_read_as_the_document(
    server: Server, accept: Callable[..., Document], work_off: Callable[..., int], client: Client, viewer: Any
) -> None:
    document = accept("A text that is cut off. " * 100)
    backend = configured()
    assert isinstance(backend, bucket.Bucket)
    backend._client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{document.stored_as}", Body=b"A text")
    work_off()
    assert (ended(document).status, document.error_code) == ("failed", "file_changed")
    assert "damaged or changed" in document.error
    with pytest.raises(FileChanged), blobs.as_file(document):
        pass
    assert not [path for path in (blobs.root() / copies.FOLDER).iterdir() if path.name.endswith(document.sha256)]


def test_an_object_that_vanished_is_missing(
    server: Server, accept: Callable[..., Document], work_off: Callable[..., int], client: Client, viewer: Any
) -> None:
    document = accept()
    server.path_of(document.stored_as).unlink()
    work_off()
    assert (ended(document).status, document.error_code) == ("failed", "file_missing")
    client.force_login(viewer)
    assert client.get(f"/api/documents/{document.pk}/file/").status_code == 404


def test_copies_stay_for_the_next_and_the_oldest_go_first(server: Server, settings: Any, case: Case) -> None:
    settings.STORAGE_CACHE_MB = 1
    rows = []
    for number in range(3):
        stored = blobs.store(BytesIO(bytes([number]) * 700_000), case.pk)
        rows.append(Document(stored_as=stored.name, size=stored.size, sha256=stored.sha256))
    with blobs.as_file(rows[0]) as first:
        with blobs.as_file(rows[1]) as second:
            os.utime(second, (1, 1))
        with blobs.as_file(rows[2]):
            assert first.exists(), "it is in use"
            assert not second.exists()


def test_an_upload_that_was_killed_in_the_middle_is_swept(server: Server, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts were sent, and nobody completes them any more."""
    backend = configured()
    assert isinstance(backend, bucket.Bucket)
    backend._client.create_multipart_upload(Bucket=BUCKET, Key=f"{PREFIX}/{case.pk}/{'a' * 64}")
    assert backend.sweep(24 * 3600.0) == 0
    assert backend.sweep(-3600.0) == 1
    assert backend.sweep(-3600.0) == 0
