"""The disk is full while a stage writes: nothing is half-written, the reason is said, and the work goes on when there is room."""

from __future__ import annotations

import resource
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from cases.services import matters
from documents.models import Document
from documents.services import extraction, ingest
from documents.services.extraction import reader
from documents.services.sandbox.folders import Folder
from documents.services.storage import blobs
from lexintel.models import User
from tasks.engine import retry_policy
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.tests.processes import until, web_server

KB = 1024
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def email_with_attachment(size: int) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "The report on the crane", "a@example.org", "b@example.org"
    message.set_content("See the attached report, and Roe v. Wade, 410 U.S. 113 (1973).")
    line = b"The harbour crane was inspected and found to be unsafe.\n"
    message.add_attachment(line * (size // len(line)), maintype="text", subtype="plain", filename="report.txt")
    return message.as_bytes()


def test_a_disk_that_is_full_for_the_reading_process_is_not_the_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail, folder = tmp_path / "mail.eml", Folder(tmp_path)
    mail.write_bytes(email_with_attachment(100 * KB))
    (folder.path / "inside-00000").symlink_to("/dev/full")
    monkeypatch.setattr(reader.pool, "folder", lambda: folder)
    with pytest.raises(OSError, match="No space left") as raised:
        extraction.extract(mail, name="mail.eml", check=lambda: None, progress=lambda page, pages: None)
    verdict = retry_policy.judge(raised.value, retries=0, previous=None)
    assert (verdict.code, verdict.delay is not None) == ("disk_full", True)


def test_a_full_disk_makes_the_stage_wait_with_its_reason_until_there_is_room(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    owner = User.objects.create_user("owner-of-room")
    case = matters.create_case("No room", user=owner)
    with web_server(TASK_EXECUTOR="background", TASK_RETRY_DELAYS="3600,3600,3600") as web:
        assert web.popen is not None
        unlimited = resource.prlimit(web.popen.pid, resource.RLIMIT_FSIZE, (64 * KB, resource.RLIM_INFINITY))
        document = ingest.accept(BytesIO(email_with_attachment(100 * KB)), case=case, user=owner, name="mail.eml").document
        waiting = until(
            lambda: TaskRecord.objects.filter(pk=document.task_id, status__in=(Status.RETRYING, Status.FAILED)).first(), 40, web.tail()
        )
        assert (waiting.status, waiting.error_code) == (Status.RETRYING, "disk_full")
        assert "disk is full" in waiting_reason(waiting)
        assert Document.objects.count() == 1
        assert [path.name for path in (blobs.root() / str(case.pk)).iterdir()] == [document.sha256]
        resource.prlimit(web.popen.pid, resource.RLIMIT_FSIZE, unlimited)
        TaskRecord.objects.filter(pk=waiting.pk).update(run_after=waiting.created)
        until(lambda: Document.objects.filter(status=Document.Status.READY).count() == 2, 60, web.tail())
    assert manager.get(document.task_id).status == Status.SUCCEEDED
