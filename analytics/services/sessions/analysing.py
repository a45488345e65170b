"""Analyses as they are asked for, made and looked at.

One is made when its recording becomes ready, and at a look where it is missing or rests on what is no longer so (a corrected transcript,
a speaker who was named): its digest tells.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.jobs import SessionAnalysisJob
from analytics.models import SessionAnalysis
from analytics.services.sessions.comparing import compared, others_of
from analytics.services.sessions.contracts import DEFINITIONS, Analysis, Compared
from analytics.services.sessions.measuring import analysis_of
from audio.models import AudioSession
from audio.services.hearing.listening_page import heard_of, live_task
from audio.services.observers import on_ready
from cases.activity import register_words
from cases.models import AuditEvent, Role
from documents.errors import Refused
from tasks.errors import Cancelled
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.run import TaskRun

TASK = "analytics.analyze_session_data"
LATER = 7
"""Priority of analyses that nobody asked for."""
MOST_OTHERS = 100
Ready = AudioSession.Status.READY


class State(StrEnum):
    READY = "ready"
    OUTDATED = "outdated"
    """What it rests on has changed; it is being made again."""
    MAKING = "making"
    BROKEN = "broken"
    """The task failed or was stopped; a person may ask again."""
    LISTENING = "listening"
    """The recording is being processed."""
    FAILED = "failed"
    """The recording could not be processed, or was stopped."""


@dataclass(frozen=True)
class Look:
    """How the analysis of a recording stands. `heard` is what was heard (of a duplicate its original), `analysis` the last that was made,
    also where it is outdated; `task` the one that makes it, with `live`."""

    heard: AudioSession
    state: State
    analysis: Analysis | None = None
    made: datetime | None = None
    task: Any = None

    def compared(self) -> list[Compared]:
        return compared(self.heard, self.analysis) if self.analysis else []


def look(session: AudioSession) -> Look:
    """Of a recording that the caller may see. Where the analysis is missing or outdated it is submitted, once."""
    heard = heard_of(session)
    stored = SessionAnalysis.objects.filter(session=heard).first()
    analysis = understood(stored)
    made = stored.made if stored and analysis else None
    if heard.status != Ready:
        return Look(heard, State.LISTENING if heard.processing else State.FAILED, analysis, made)
    if analysis and stored and stored.digest == digest_of(heard):
        return Look(heard, State.READY, analysis, made)
    record = newest(heard)
    if record is not None and record.status in (Status.FAILED, Status.CANCELLED):
        return Look(heard, State.BROKEN, analysis, made, live_task(record))
    if record is None or record.is_terminal:
        record = _submit(heard)
    return Look(heard, State.OUTDATED if analysis else State.MAKING, analysis, made, live_task(record))


def understood(stored: SessionAnalysis | None) -> Analysis | None:
    """None where it was made by other definitions."""
    if stored is None or stored.figures.get("definitions") != DEFINITIONS:
        return None
    return Analysis.model_validate(stored.figures)


def current(session: AudioSession) -> Analysis:
    """The newest figures, made now where what is stored is not. Raises Refused (not_ready)."""
    heard = heard_of(session)
    require_heard(heard)
    stored = SessionAnalysis.objects.filter(session=heard, digest=digest_of(heard)).first()
    return understood(stored) or analysis_of(heard)


def require_heard(heard: AudioSession) -> None:
    if heard.status != Ready:
        raise Refused(_("This recording has not been processed, so there is nothing to be analysed."), "not_ready")


def ask(session: AudioSession, user: Any) -> TaskRecord:
    """Have it made (anew), as an editor; asked for twice, it is made once. Raises Http404, PermissionDenied, Refused (not_ready)."""
    with transaction.atomic():
        session.require(user, Role.EDITOR)
        heard = heard_of(session)
        require_heard(heard)
        AuditEvent.write("audio.analysis_asked", case=session.case, actor=user, target=session)
        return _submit(heard, user=user, priority=5)


def follow(session: AudioSession) -> None:
    """A recording has become ready; in the transaction that says so."""
    _submit(session)


def _submit(heard: AudioSession, *, user: Any = None, priority: int = LATER) -> TaskRecord:
    with transaction.atomic():
        return manager.submit(TASK, SessionAnalysisJob(session_id=heard.pk), scope=heard.case_id, user=user, unique=True, priority=priority)


def newest(heard: AudioSession) -> TaskRecord | None:
    return TaskRecord.objects.filter(name=TASK, scope=heard.case_id, payload__session_id=str(heard.pk)).first()


def digest_of(heard: AudioSession) -> str:
    """Of everything that the figures rest on. An edit and a speaker show in the segments' rows; what was heard has its version."""
    segments = heard.segments.filter(version=heard.transcript_version).order_by("index")
    told: list[Any] = [
        DEFINITIONS, heard.version, heard.transcript_version, heard.duration_s, heard.speech_s, heard.snr_db, heard.engine, heard.language,
        heard.noise_model_id, heard.detections.aggregate(last=Max("pk"))["last"], heard.metrics.aggregate(last=Max("pk"))["last"],
        list(segments.values_list("pk", "speaker", "edited_at")), list(heard.speakers.values_list("pk", "name")),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def analyse(job: SessionAnalysisJob, run: TaskRun) -> dict[str, Any]:
    """The task. Where the transcript is corrected meanwhile, what is stored is outdated by its digest."""
    session = AudioSession.objects.filter(pk=job.session_id, deleted_at=None, status=Ready).select_related("noise_model").first()
    if session is None:
        raise Cancelled  # deleted, or processed anew: then it comes again
    digest = digest_of(session)
    analysis = analysis_of(session, run.progress)
    result: dict[str, Any] = {}
    with run.publish(result):
        locked = AudioSession.objects.select_for_update(of=("self",)).filter(pk=session.pk, version=session.version, deleted_at=None)
        if locked.first() is None:
            raise Cancelled
        made = {"version": session.version, "digest": digest, "figures": analysis.model_dump(mode="json"), "made": timezone.now()}
        SessionAnalysis.objects.update_or_create(session=session, defaults=made)
        result.update(
            session=str(session.pk), duration_s=analysis.duration_s, speech_share=analysis.speech_share, snr_db=analysis.snr_db,
            stretches=len(analysis.stretches), others=_submit_others(session),
        )  # fmt: skip
    return result


def _submit_others(session: AudioSession) -> int:
    """Have those analysed that it is compared with and that nobody has tried to analyse yet; how many they are."""
    lacking = others_of(session).filter(analysis=None, status=Ready).values_list("pk", flat=True)[:MOST_OTHERS]
    keys = {str(key): key for key in lacking}
    tried = TaskRecord.objects.filter(name=TASK, scope=session.case_id, payload__session_id__in=list(keys))
    left: list[UUID] = [key for text, key in keys.items() if text not in {record.payload["session_id"] for record in tried}]
    manager.submit_many(TASK, [SessionAnalysisJob(session_id=key) for key in left], scope=session.case_id, unique=True, priority=LATER)
    return len(left)


def register() -> None:
    on_ready(follow)
    register_words("audio.analysis_asked", gettext_lazy("had analysed the recording"))
    register_words("audio.analysis_exported", gettext_lazy("wrote a file of the analysis of the recording"))
