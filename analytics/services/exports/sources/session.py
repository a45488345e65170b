"""One recording: what was heard, said and measured in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from analytics.models import SessionAnalysis
from analytics.services.exports.content.tables import Column, QueryTable, Row, RowTable, Table, Type
from analytics.services.exports.sources.base import Options, Source, Subject
from analytics.services.exports.sources.case import RECORDINGS
from audio.models import AudioSession, NoiseDetection, ProcessingMetric, TranscriptSegment

DETECTIONS = (
    Column("label", Type.WORD, _("what was heard")),
    Column("start", Type.REAL, _("from when on"), "seconds", "start_s"),
    Column("end", Type.REAL, _("until when"), "seconds", "end_s"),
    Column("confidence", Type.REAL, _("how sure the classifier is, 0 to 1")),
    Column("level", Type.REAL, _("mean level"), "decibels of full scale", "level_db"),
)
SEGMENTS = (
    Column("number", Type.WHOLE, _("order, from 0"), of="index"),
    Column("start", Type.REAL, _("from when on"), "seconds", "start_s"),
    Column("end", Type.REAL, _("until when"), "seconds", "end_s"),
    Column("speaker", Type.WHOLE, _("number of the speaker, from 1"), of="speaker__number"),
    Column("name", Type.TEXT, _("name of the speaker, where a person gave one"), of="speaker__name"),
    Column("confirmed", Type.FLAG, _("whether a person has said who speaks"), of="speaker_confirmed"),
    Column("text", Type.TEXT, _("what was said")),
    Column("confidence", Type.REAL, _("how sure the recogniser is, 0 to 1: mean of the words")),
    Column("doubts", Type.JSON, _("why these are probably no words that were said")),
    Column("edited", Type.TIME, _("when a person changed it last"), of="edited_at"),
)
STEPS = (
    Column("step", Type.WORD, _("step of the processing")),
    Column("duration", Type.REAL, _("time that it took"), "seconds", "seconds"),
    Column("audio", Type.REAL, _("recording that it dealt with"), "seconds", "audio_s"),
    Column("memory", Type.REAL, _("most memory that it used"), "megabytes", "peak_memory_mb"),
    Column("measured", Type.TIME, _("when"), of="created"),
)
ANALYSIS = (
    Column("figure", Type.TEXT, _("which figure of the analysis: its place in it, parted by dots")),
    Column("value", Type.JSON, _("its value; units are in the names")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    found = AudioSession.objects.visible_to(user).select_related("case").filter(pk=target).first() if target else None
    if found is None:
        raise Http404
    return Subject(found.case, found, found.title)


def _tables(user: Any, subject: Subject, options: Options) -> list[Table]:
    session: AudioSession = subject.row
    seen = AudioSession.objects.visible_to(user)
    of_version = {"session": session.pk, "session__in": seen.values("pk"), "version": session.version}

    def segments() -> QuerySet[TranscriptSegment]:
        return TranscriptSegment.objects.filter(**{**of_version, "version": session.transcript_version})

    return [
        QueryTable("recording", RECORDINGS, lambda: seen.filter(pk=session.pk)),
        QueryTable("detections", DETECTIONS, lambda: NoiseDetection.objects.filter(**of_version)),
        QueryTable("segments", SEGMENTS, segments, key="index"),
        QueryTable("steps", STEPS, lambda: ProcessingMetric.objects.filter(**of_version)),
        RowTable("analysis", ANALYSIS, lambda: _analysis(user, session), lambda: sum(1 for _row in _analysis(user, session))),
    ]


def _analysis(user: Any, session: AudioSession) -> Iterator[Row]:
    """None, as long as the recording was not analysed."""
    found = SessionAnalysis.objects.visible_to(user).filter(pk=session.pk).first()
    return flattened(found.figures if found else {})


def flattened(value: Any, place: str = "") -> Iterator[Row]:
    """(place, value) of each leaf: numbers, words, and lists of them."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from flattened(inside, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, inside in enumerate(value):
            yield from flattened(inside, f"{place}.{number}")
    else:
        yield place, value


SOURCE = Source("session", _("What was heard, said and measured in a recording"), _subject, _tables, task="analytics.export_session_data")
