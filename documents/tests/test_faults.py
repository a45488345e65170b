"""Web process and worker are killed with -9 in the middle of a batch of 30 files: nothing is lost, nothing is done twice."""

from __future__ import annotations

import http.client
import json
import threading
import time
from uuid import UUID

import pytest
from django.db.models import Count

from cases.services import matters
from documents.models import ChunkEmbedding, ChunkWords, Document
from documents.services.storage import blobs
from lexintel.models import ApiToken, User
from tasks.models import Status as TaskStatus
from tasks.models import TaskRecord, TopicState
from tasks.tests.processes import Process, celery_worker, until, web_server

FILES = 30
BOUNDARY = "a-boundary-that-no-filing-contains"
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def filing(number: int) -> bytes:
    paragraph = f"Filing {number} relies on Roe v. Wade, {100 + number} U.S. 113 (1973), and on 42 U.S.C. § 1983. "
    return "\n\n".join(paragraph + f"Paragraph {n} of filing {number} tells of the harbour crane. " * 12 for n in range(3)).encode()


class Sender(threading.Thread):
    """A client that sends each file until it is answered 201, as a resuming browser would; keeps what was answered."""

    def __init__(self, web: Process, token: str, case_id: UUID) -> None:
        super().__init__(daemon=True)
        self.web, self.token, self.case_id = web, token, case_id
        self.answered: dict[int, list[str]] = {}

    def run(self) -> None:
        for number in range(FILES):
            while number not in self.answered:
                try:
                    self.answered[number] = self.send(number)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)

    def send(self, number: int) -> list[str]:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="case"\r\n\r\n{self.case_id}\r\n--{BOUNDARY}\r\n'
        head += f'Content-Disposition: form-data; name="file"; filename="filing {number}.txt"\r\n\r\n'
        body = head.encode() + filing(number) + f"\r\n--{BOUNDARY}--\r\n".encode()
        link = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=20)
        headers = {"Authorization": f"Token {self.token}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        try:
            link.request("POST", "/api/documents/", body, headers)
            answer = link.getresponse()
            content = answer.read()
        finally:
            link.close()
        assert answer.status == 201, content[:500]
        return [made["id"] for made in json.loads(content)]


def ready() -> int:
    return Document.objects.filter(status=Document.Status.READY, duplicate_of=None).count()


def all_ended() -> bool:
    return not Document.objects.exclude(status__in=Document.TERMINAL).exists() and not TaskRecord.objects.active().exists()


def test_a_batch_survives_the_death_of_web_and_worker(settings):
    if not settings.REDIS_URL:
        pytest.skip("A Celery worker needs REDIS_URL.")
    # As `up` starts it: to Celery while a worker answers, in the web process otherwise.
    settings.TASK_EXECUTOR = executor = "hybrid"
    owner = User.objects.create_user("owner-of-batch")
    case = matters.create_case("The batch", user=owner)
    _row, token = ApiToken.issue(owner, "test")
    with web_server(TASK_EXECUTOR=executor) as web, celery_worker(2, TASK_EXECUTOR=executor) as worker:
        sender = Sender(web, token, case.pk)
        sender.start()
        until(lambda: len(sender.answered) >= 8, 90, f"eight files\n{web.tail()}")
        web.kill()
        until(lambda: ready() >= 2 or len(sender.answered) >= 8, 90, f"two documents\n{worker.tail()}")
        worker.kill()
        web.restart()
        until(lambda: len(sender.answered) >= 20, 90, f"twenty files\n{web.tail()}")
        until(lambda: ready() >= 6, 120, f"six documents\n{web.tail()}")
        web.kill()
        web.restart()
        worker.restart()
        sender.join(120)
        assert len(sender.answered) == FILES
        until(all_ended, 240, f"the end of all\n{worker.tail()}")
    nothing_is_lost(sender)
    nothing_is_done_twice()


def nothing_is_lost(sender: Sender) -> None:
    """Every answered file has its document, its bytes, and an end; each of the thirty is ready once."""
    for ids in sender.answered.values():
        for document in Document.objects.filter(pk__in=ids):
            assert (document.status, document.error) == (Document.Status.READY, "")
            assert blobs.path_of(document).stat().st_size == document.size
        assert Document.objects.filter(pk__in=ids).count() == len(ids)
    assert ready() == FILES


def nothing_is_done_twice() -> None:
    originals = Document.objects.filter(duplicate_of=None)
    for document in originals.annotate(readings=Count("text_versions")).select_related("text_version"):
        assert document.readings == 1
        chunks = document.text_version.chunks.count()
        assert ChunkWords.objects.filter(document=document).count() == chunks > 0
        assert ChunkEmbedding.objects.filter(document=document).count() == chunks
        places = list(document.text_version.citations.values_list("page", "start", "end"))
        assert len(places) == len(set(places)) > 0
        assert TopicState.objects.get(topic=document.topic).status == "succeeded"
        statuses = TaskRecord.objects.filter(topic=document.topic).values_list("status", flat=True)
        assert list(statuses) == [TaskStatus.SUCCEEDED] * 3
