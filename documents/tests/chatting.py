"""What the tests of conversations share: an answerer that speaks when it is let, over what it is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from unittest.mock import patch

from documents.models import Document
from documents.services.chat.contracts import Check, Draft, Evidence, Passage, Piece, Question, Searched
from documents.services.chat.places import source_in
from documents.services.chunking.sentences import sentences_of
from tasks.engine.attempts import claim_next, execute
from tasks.engine.lease import lease_keeper
from tasks.engine.outbox import dispatch
from tasks.models import Status, TaskRecord

LEASE = "The lease of the crane ends on 3 May 2024. Rent is payable in advance. Ms. Okonkwo signed the lease."
SENTENCES = ["The lease of the crane ends on 3 May 2024.", "Rent is payable in advance.", "Ms. Okonkwo signed the lease."]


class Paced:
    """Stands in the place of `answering.Extractive`: quotes the first passage, a sentence each time `let` is released."""

    def __init__(self, let: int = 0) -> None:
        self.let, self.began = threading.Semaphore(let), threading.Event()
        self.questions: list[Question] = []

    def __call__(self) -> Paced:
        return self

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
        self.questions.append(question)
        self.began.set()
        passage = evidence.passages[0]
        for at, to in sentences_of(passage.text):
            while not self.let.acquire(timeout=0.02):
                check()
            source = source_in(passage, at, to)
            yield Draft(source.quote, (source,), verbatim=True)


def evidence_of(document: Document) -> Evidence:
    """Its first passage."""
    reading = document.text_version
    assert reading is not None
    chunk = reading.chunks.get(index=0)
    passage = Passage(
        1, document.pk, document.title, document.kind, None, reading.pk, chunk.pk, chunk.text, chunk.page_from, chunk.page_to, chunk.start
    )  # fmt: skip
    return Evidence((passage,), Searched(2, 1, 1))


def work_once() -> bool:
    """What is next in the queue, to its end; inside a test's transaction too, which nobody else sees."""
    for record in TaskRecord.objects.filter(status=Status.PENDING).order_by("pk"):
        dispatch(record)
    run = claim_next("background")
    if run is not None:
        with patch.object(lease_keeper, "watch", lambda run: nullcontext()):
            execute(run)
    return run is not None
