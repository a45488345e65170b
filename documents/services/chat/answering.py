"""The task that answers one question: what it keeps, it keeps sentence by sentence behind the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from documents.jobs import AnswerJob
from documents.models import Message, MessageSentence, MessageSource
from documents.services.chat import llm
from documents.services.chat.contracts import Check, Draft, Judged, MadeBy, Notice, Piece, Question, Refusal, Source, Turn, Usage
from documents.services.chat.counting import counted
from documents.services.chat.evidence import gather
from documents.services.chat.extractive import Extractive
from documents.services.chat.gate import Gate
from documents.services.chat.understanding import understand
from tasks.models import TaskRecord
from tasks.run import TaskRun

State, Method = Message.State, Message.Method
TURNS = 6


def answer(job: AnswerJob, run: TaskRun) -> dict[str, Any]:
    message = Message.objects.select_related("conversation", "asked_by").get(pk=job.message_id)
    if message.state in Message.ENDED:
        return {"sentences": 0}
    question = _understood(message)
    with run.publish():
        message.sentences.all().delete()  # of an attempt that was lost
        message.state, message.understood = State.ANSWERING, question.standalone
        message.save()
    run.progress(10, "looking")
    if (listing := counted(question)) is not None:
        message.method, message.listing = Method.COUNTED, {"count": listing.count, "url": listing.url}
        _keep(message, 1, Judged(listing.sentence, True, aside=True), run)
        return _end(message, run, 1)
    evidence = gather(question)
    message.searched = asdict(evidence.searched)
    model = llm.answerer()
    message.method = Method.LLM if model else Method.EXTRACTIVE
    gate = Gate(question, evidence)
    kept = 0
    for piece in _pieces(model or Extractive(), question, evidence, run.check):
        if isinstance(piece, Draft):
            judged = gate.judge(piece)
            if judged.removed:
                message.removed += 1
                continue
            kept += 1
            _keep(message, kept, judged, run)
            run.progress(min(95, 30 + 10 * kept), f"sentence {kept}")
        elif isinstance(piece, Refusal):
            message.refused, message.refusal = True, piece.code
            kept += 1
            _keep(message, kept, Judged(piece.text, False, aside=True), run)
        elif isinstance(piece, Notice):
            message.notices = [*message.notices, {"code": piece.code, "text": piece.text}]
        elif isinstance(piece, Usage):
            message.usage = asdict(piece)
        elif isinstance(piece, MadeBy):
            message.method = piece.method
    return _end(message, run, kept)


def _pieces(answerer: Any, question: Question, evidence: Any, check: Check) -> Iterator[Piece]:
    yield from answerer.answer(question, evidence, check)


def _understood(message: Message) -> Question:
    conversation = message.conversation
    before = conversation.messages.filter(number__lt=message.number, state=State.ANSWERED).order_by("-number")[:TURNS]
    turns = []
    for one in reversed(before.prefetch_related("sentences__sources")):
        sentences = list(one.sentences.all())
        documents = dict.fromkeys(source.document_id for sentence in sentences for source in sentence.sources.all())
        turns.append(Turn(one.understood or one.question, tuple(sentence.text for sentence in sentences), tuple(documents)))
    chosen = tuple(conversation.documents.values_list("pk", flat=True))
    return understand(message.question, user=message.asked_by, case=conversation.case_id, documents=chosen, earlier=turns)


def _keep(message: Message, number: int, judged: Judged, run: TaskRun) -> None:
    with run.publish():
        faults = [asdict(fault) for fault in judged.faults]
        sentence = MessageSentence.objects.create(
            message=message, number=number, text=judged.text, supported=judged.supported, faults=faults, aside=judged.aside
        )
        MessageSource.objects.bulk_create(_row(sentence, place, source) for place, source in enumerate(judged.sources, 1))
        message.save()


def _row(sentence: MessageSentence, number: int, source: Source) -> MessageSource:
    return MessageSource(
        sentence=sentence, number=number, document_id=source.document, text_version_id=source.text_version, chunk_id=source.chunk,
        page=source.page, page_to=source.page_to, start=source.start, end=source.end, at=source.at, to=source.to, quote=source.quote,
        time_s=source.time_s,
    )  # fmt: skip


def _end(message: Message, run: TaskRun, kept: int) -> dict[str, Any]:
    result = {"sentences": kept}
    with run.publish(result):
        message.state, message.ended = State.ANSWERED, timezone.now()
        message.save()
    return result


def ended(record: TaskRecord, job: AnswerJob, outcome: str) -> None:
    """An attempt that ended otherwise than by itself ends the answer, in the transaction that ends its task."""
    if outcome == "succeeded":
        return
    state = State.STOPPED if outcome == "cancelled" else State.FAILED
    waiting = Message.objects.filter(pk=job.message_id).exclude(state__in=Message.ENDED)
    waiting.update(state=state, ended=timezone.now(), error=record.error, error_code=record.error_code)
