"""The task that answers one question: what it keeps, it keeps sentence by sentence behind the gate."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.jobs import AnswerJob
from documents.models import Chunk, Conversation, Document, Message, MessageSentence, MessageSource, TextVersion
from documents.services.chat import injection, llm
from documents.services.chat.contracts import (
    Draft,
    Evidence,
    Judged,
    Listing,
    MadeBy,
    Notice,
    Piece,
    Question,
    Refusal,
    Source,
    Turn,
    Usage,
)
from documents.services.chat.counting import counted
from documents.services.chat.evidence import gather
from documents.services.chat.extractive import Extractive
from documents.services.chat.gate import Gate
from documents.services.chat.showing import ShownMessage, shown
from documents.services.chat.understanding import understand
from documents.services.search.errors import SearchError
from documents.services.search.showing import moments
from tasks.base.connections import AWAY
from tasks.errors import Cancelled, ClaimLost, PermanentError, TaskError
from tasks.models import Status, TaskRecord
from tasks.progress.announcements import events_of
from tasks.progress.events import emit_if_claimed
from tasks.progress.subscriptions import Reader, standing_of
from tasks.run import TaskRun

log = logging.getLogger(__name__)
State, Method = Message.State, Message.Method
TURNS = 6
AS_THEY_ARE = (TaskError, Cancelled, ClaimLost, SoftTimeLimitExceeded, *AWAY)
"""What tasks end with on purpose, and a database that comes back: nothing of the question or the case is in their words."""
WRITTEN = [
    "state", "understood", "method", "refused", "refusal", "searched", "notices", "removed", "listing", "usage", "error", "error_code",
    "ended",
]  # fmt: skip


def answer(job: AnswerJob, run: TaskRun) -> dict[str, Any]:
    """Raises PermanentError in words that say nothing of the case, for they stand in logs and on the pages of tasks."""
    message = Message.objects.select_related("conversation", "asked_by").filter(pk=job.message_id).first()
    if message is None or message.state in Message.ENDED:
        return {"sentences": 0}
    try:
        return Answering(message, run).carry_out()
    except AS_THEY_ARE:
        raise
    except Http404:
        raise _no_longer_allowed() from None
    except Exception as error:  # noqa: BLE001 (its words may be the question's: where it happened is told, not what it says)
        log.error("An answer failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        raise PermanentError(_went_wrong(), "answer_failed") from None


def _no_longer_allowed() -> PermanentError:
    return PermanentError(_("The answer ended, because this case is no longer open to the person who asked."), "no_longer_allowed")


def _went_wrong() -> str:
    return _("Something went wrong while this question was answered. Please ask it again.")


class Answering:
    """One attempt. No transaction is open but while a sentence is written."""

    def __init__(self, message: Message, run: TaskRun) -> None:
        self.message, self.run = message, run
        self.user: Any = message.asked_by
        self.kept = 0

    def carry_out(self) -> dict[str, Any]:
        self._require_allowed()
        chosen = self._chosen()
        question = _understood(self.message, self.user, chosen)
        self._begin(question)
        if self.message.conversation.narrowed_to and not chosen:
            return self._refuse("documents_gone", _("None of the documents that this conversation is about is there any more."))
        if (listing := counted(question)) is not None:
            return self._list(listing)
        self.run.check()
        try:
            evidence = gather(question)
        except SearchError as refused:
            return self._refuse(refused.code, _("This question could not be searched for: %(why)s") % {"why": refused.message})
        self.message.searched |= asdict(evidence.searched)
        self._made_with(passage.document for passage in evidence.passages)
        self._write(question, evidence)
        if not self.kept:
            return self._refuse("nothing_held", _("Nothing that was found could be checked against its sources, so nothing is shown."))
        return self._end()

    def _begin(self, question: Question) -> None:
        """Anew: what an attempt that was lost had kept is kept once more by this one."""
        message = self.message
        with self.run.publish():
            message.sentences.all().delete()
            message.state, message.method, message.refused, message.refusal = State.ANSWERING, "", False, ""
            message.searched, message.listing, message.usage, message.removed = {}, {}, {}, 0
            self._made_with(pk for turn in question.earlier for pk in turn.documents)
            for counted_with in _before(message).filter(method=Method.COUNTED).values_list("searched", flat=True)[:TURNS]:
                self._made_with(counted_with.get("documents", ()))
            message.understood = question.standalone if question.standalone != message.question else ""
            message.notices = self._gone(len(question.documents))
            self._save("looking", 10)

    def _made_with(self, documents: Iterable[uuid.UUID | str]) -> None:
        """Documents whose words or titles may be in what is shown of the answer, also where it has no source (showing.py)."""
        kept = self.message.searched.get("documents", ())
        self.message.searched["documents"] = sorted({*kept, *map(str, documents)})

    def _write(self, question: Question, evidence: Evidence) -> None:
        model = llm.answerer()
        self.message.method = Method.LLM if model else Method.EXTRACTIVE
        gate = Gate(question, evidence)
        pieces: Generator[Piece] = _each((model or Extractive()).answer(question, evidence, self.run.check))
        said: list[Draft] = []
        with closing(pieces):
            for piece in pieces:
                self.run.check()
                self._take(piece, gate)
                if isinstance(piece, Draft):
                    said.append(piece)
        if self.message.method == Method.EXTRACTIVE and any(one.sources for one in said):
            for notice in injection.unseen(said):
                self._take(notice, gate)

    def _take(self, piece: Piece, gate: Gate) -> None:
        message = self.message
        if isinstance(piece, Draft):
            judged = gate.judge(piece)
            if judged.removed:
                self._require_allowed()  # it may have been removed because who asked sees nothing of the case any more
                message.removed += 1
            else:
                self._keep(judged)
        elif isinstance(piece, Refusal):
            message.refused, message.refusal = True, piece.code[:50]
            self._keep(Judged(piece.text, False, aside=True))
        elif isinstance(piece, Notice):
            message.notices = [*message.notices, {"code": piece.code, "text": piece.text}]
        elif isinstance(piece, Usage):
            message.usage = asdict(piece)
        elif isinstance(piece, MadeBy):
            message.method = piece.method

    def _list(self, listing: Listing) -> dict[str, Any]:
        self.message.method, self.message.listing = Method.COUNTED, {"count": listing.count, "url": listing.url}
        self._made_with(item.document for item in listing.items)
        self._keep(Judged(listing.sentence, True, aside=True))
        return self._end()

    def _refuse(self, code: str, sentence: str) -> dict[str, Any]:
        self.message.refused, self.message.refusal = True, code[:50]
        self._keep(Judged(sentence, False, aside=True))
        return self._end()

    def _keep(self, judged: Judged) -> None:
        """Once more where a document was read anew or purged while it was written; the sentence then names what is left of it."""
        try:
            self._keep_once(judged)
        except IntegrityError:
            self._keep_once(judged)

    def _keep_once(self, judged: Judged) -> None:
        sources = [_timed(source) for source in judged.sources]
        with self.run.publish():
            self._require_allowed()
            if not self._all_visible(sources):
                self.message.removed += 1
                return
            sentence = MessageSentence.objects.create(
                message=self.message, number=self.kept + 1, text=judged.text, supported=judged.supported,
                faults=[asdict(fault) for fault in judged.faults], aside=judged.aside, rests_on=len(sources),
            )  # fmt: skip
            MessageSource.objects.bulk_create(_rows(sentence, sources))
            self._save(f"sentence {sentence.number}", min(95, 30 + 10 * sentence.number))
        self.kept += 1

    def _save(self, step: str, percent: float) -> None:
        """In a transaction that holds the claim; told with it, and at once."""
        self.message.save(update_fields=WRITTEN)
        emit_if_claimed(events_of(self.run.record, Status.STARTED, percent, step), self.run.id, self.run.attempt)

    def _end(self) -> dict[str, Any]:
        result = {"sentences": self.kept}
        with self.run.publish(result):
            self.message.state, self.message.ended = State.ANSWERED, timezone.now()
            self.message.save(update_fields=WRITTEN)
        return result

    def _require_allowed(self) -> None:
        """Who asked must still have an account and see the conversation; raises PermanentError."""
        conversations = Conversation.objects.visible_to(self.user).filter(pk=self.message.conversation_id)
        if self.user is None or not standing_of([Reader(self.user)]) or not conversations.exists():
            raise _no_longer_allowed()

    def _all_visible(self, sources: Sequence[Source]) -> bool:
        wanted = {source.document for source in sources}
        return not wanted or Document.objects.visible_to(self.user).filter(pk__in=wanted).count() == len(wanted)

    def _chosen(self) -> list[Any]:
        """Those of the documents that the conversation is about that are still there."""
        conversation = self.message.conversation
        mine = Document.objects.visible_to(self.user).filter(case=conversation.case_id).values("pk")
        return list(conversation.documents.filter(pk__in=mine).values_list("pk", flat=True))

    def _gone(self, left: int) -> list[dict[str, str]]:
        chosen = self.message.conversation.narrowed_to
        if chosen <= left or not left:
            return []
        told = ngettext(
            "%(gone)d of the %(all)d documents that this conversation is about is no longer there.",
            "%(gone)d of the %(all)d documents that this conversation is about are no longer there.",
            chosen - left,
        )
        return [{"code": "documents_gone", "text": told % {"gone": chosen - left, "all": chosen}}]


def _each(pieces: Any) -> Generator[Piece]:
    """Closes with what it hands on, so that an endpoint hears at once that nobody listens any more."""
    yield from pieces


def _understood(message: Message, user: Any, chosen: Sequence[Any]) -> Question:
    turns = [_turn(one) for one in shown(reversed(_before(message)[:TURNS]), user)]
    return understand(message.question, user=user, case=message.conversation.case_id, documents=chosen, earlier=turns)


def _before(message: Message) -> QuerySet[Message]:
    """The questions that were answered before this one, the last first."""
    return message.conversation.messages.filter(number__lt=message.number, state=State.ANSWERED).order_by("-number")


def _turn(one: ShownMessage) -> Turn:
    """What who asks can still see of it, without what is not supported."""
    documents = dict.fromkeys(source.source.document_id for sentence in one.sentences for source in sentence.sources)
    said = tuple(sentence.text for sentence in one.sentences if sentence.counts)
    return Turn(one.understood or one.message.question, said, tuple(documents))


def _timed(source: Source) -> Source:
    """With the second at which it was said, of a transcript."""
    if source.kind != moments.TRANSCRIPT or source.time_s is not None:
        return source
    times = moments.times_of([(source.text_version, source.page)]).get((source.text_version, source.page), [])
    return replace(source, time_s=moments.time_at(times, source.start))


def _rows(sentence: MessageSentence, sources: Sequence[Source]) -> list[MessageSource]:
    """What was read anew since it was found keeps its words, without its place."""
    versions = (
        set(TextVersion.objects.filter(pk__in=[one.text_version for one in sources]).values_list("pk", flat=True)) if sources else set()
    )
    chunks = set(Chunk.objects.filter(pk__in=[one.chunk for one in sources]).values_list("pk", flat=True)) if sources else set()
    return [
        MessageSource(
            sentence=sentence, number=number, document_id=one.document, page=one.page, page_to=one.page_to, start=one.start, end=one.end,
            text_version_id=one.text_version if one.text_version in versions else None, chunk_id=one.chunk if one.chunk in chunks else None,
            at=one.at, to=one.to, quote=one.quote, time_s=one.time_s,
        )
        for number, one in enumerate(sources, 1)
    ]  # fmt: skip


def ended(record: TaskRecord, job: AnswerJob, outcome: str) -> None:
    """An attempt that ended otherwise than by itself ends the answer, in the transaction that ends its task."""
    if outcome == "succeeded":
        return
    state = State.STOPPED if outcome == "cancelled" else State.FAILED
    ours = not record.error_class or record.error_class.startswith("tasks.errors.")
    error = record.error if ours or not record.error else _went_wrong()
    waiting = Message.objects.filter(pk=job.message_id).exclude(state__in=Message.ENDED)
    waiting.update(state=state, ended=timezone.now(), error=error, error_code=record.error_code[:50])


def retried(records: Sequence[tuple[TaskRecord, AnswerJob]]) -> None:
    """A failed or stopped answer begins again."""
    again = Message.objects.filter(pk__in=[job.message_id for _record, job in records]).exclude(state=State.ANSWERED)
    again.update(state=State.WAITING, ended=None, error="", error_code="")
