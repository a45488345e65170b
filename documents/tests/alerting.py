"""What the tests of alerts share: an alert, a document that becomes ready by the pipeline's own call, a check, a receiver of webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import transaction

from cases.models import Case
from documents.models import AlertNotice, Document, SavedSearch, SearchAlert
from documents.services.alerts import checking, managing
from documents.services.pipeline import lifecycle
from documents.tests.searching import document
from tasks.manager import manager


def alert(user: Any, q: str, case: Case | None = None, mode: str = "text", **values: Any) -> SearchAlert:
    words = {"q": q, "mode": mode} if mode != "hybrid" else {"q": q}
    search = SavedSearch.objects.create(user=user, case=case, name=f"About {q}"[:80], words=words)
    return managing.make(search, user, **values)[0]


def ready(case: Case | None, title: str, *passages: str, **more: Any) -> Document:
    """Read for the first time."""
    made = document(case, title, *passages, **more)
    again(made)
    return made


def again(made: Document) -> None:
    """The end of the pipeline, as after each reading."""
    with transaction.atomic():
        lifecycle.settle(made, Document.Status.READY)


class Run:
    """An attempt at the task that is never interrupted, or dies at its `dies_at`-th transaction: before it is committed, or right after."""

    def __init__(self, dies_at: int = 0, *, committed: bool = False) -> None:
        self.dies_at, self.committed, self.count = dies_at, committed, 0

    def check(self) -> None:
        pass

    def progress(self, *_told: Any) -> None:
        pass

    @contextmanager
    def publish(self, result: Any = None) -> Iterator[None]:
        self.count += 1
        with transaction.atomic():
            yield
            if self.count == self.dies_at and not self.committed:
                raise Died
        if self.count == self.dies_at:
            raise Died


class Died(BaseException):
    """The process was killed."""


def check(run: Any = None) -> dict[str, int]:
    return checking.check(run or Run())


def check_as_task(work_off: Any) -> None:
    """The schedule's run, by the task system; then what it submitted."""
    manager.submit("documents.check_alerts")
    work_off()


def told(user: Any) -> list[list[str]]:
    """The titles of each notice's documents, the oldest first."""
    rows = AlertNotice.objects.visible_to(user).order_by("pk")
    return [sorted(notice.hits.values_list("document__title", flat=True)) for notice in rows]


class Receiver(ThreadingHTTPServer):
    """Answers each POST with the next of `answers` (200 when they are used up), and remembers what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?to=team"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
