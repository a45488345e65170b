"""What the pages show of a recording: its waveform as bars, its spans as shares of the whole, its figures in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from audio.models import AudioPart, AudioSession, NoiseDetection
from audio.services.hearing import spans
from audio.services.hearing.quality import Quality
from audio.services.noise import labels
from cases.activity import register_targets, register_words
from cases.models import AuditEvent, Case
from cases.tabs import register_tab
from tasks.models import TaskRecord, TopicState
from tasks.progress.live import live_of

BARS = 600
QUIETEST_DB = -60.0
MOST_DB = 40.0
WIDTH = 1000.0
"""Of the picture's own coordinates; heights are out of 100."""
NARROWEST = 0.6
LANES = {spans.SPEECH: 0, spans.SILENCE: 1}
FIRST_LANE, LANE, MOST_LANES = 106, 8, 4
SOUNDS = {
    spans.SPEECH: _("speech"),
    spans.SILENCE: _("silence"),
    spans.CLIPPING: _("overdriven"),
    labels.HUM: _("hum or ventilation"),
    labels.TRAFFIC: _("traffic"),
    labels.KEYBOARD: _("keyboard or paper"),
    labels.DOOR: _("door or knocking"),
    labels.CROWD: _("crowd"),
    labels.MUSIC: _("music"),
    labels.ALARM: _("alarm or ringing"),
    labels.TELEPHONE: _("telephone line"),
    labels.OTHER: _("none of these"),
}
VERBS = {
    "added": _("added the recording"),
    "reprocessed": _("had listened to anew:"),
    "deleted": _("deleted the recording"),
    "restored": _("took back the recording"),
    "pinned": _("pinned the recording"),
    "unpinned": _("unpinned the recording"),
    "cleaned_up": _("cleaned up the old recording"),
    "purged": _("removed for good the recording"),
    "file_missing": _("found the stored file missing of the recording"),
    "file_changed": _("found the stored file damaged or changed of the recording"),
    "file_mended": _("found the stored file well again of the recording"),
    "edited": _("corrected the transcript of the recording"),
    "speaker_assigned": _("said who speaks in the recording"),
    "speaker_named": _("named a speaker of the recording"),
    "speakers_asked": _("had the speakers told apart in the recording"),
    "noted": _("wrote a note about the recording"),
    "note_deleted": _("deleted a note about the recording"),
    "labelled": _("said what is heard in the recording"),
    "label_deleted": _("took away a label of the recording"),
}
MOST_LISTED = 200


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Block:
    """A span in the picture."""

    label: str
    x: float
    width: float
    y: int = 0


@dataclass(frozen=True)
class Picture:
    """The spans under the waveform: speech in the first lane, silence in the second, noises in as many as are heard at once."""

    blocks: list[Block]
    labels: list[str]
    height: int


def deleted_of(case: Case) -> QuerySet[AudioSession]:
    """What an editor may still take back, with `deleted_by`."""
    deletions = AuditEvent.objects.filter(case=case, verb="audio.deleted", target_id=Cast(OuterRef("pk"), TextField())).order_by("-id")
    found = AudioSession.objects.filter(case=case).exclude(deleted_at=None)
    return found.annotate(deleted_by=Subquery(deletions.values("actor__username")[:1]))


def heard_of(session: AudioSession) -> AudioSession:
    """A duplicate is heard as the recording whose bytes it repeats."""
    return session.duplicate_of or session


def bars_of(session: AudioSession) -> list[Bar]:
    """At most BARS bars, each as high as the loudest window in it; one picture for however many hours."""
    parts = AudioPart.objects.filter(session=session, version=session.version).order_by("index").values_list("levels", flat=True)
    levels = np.frombuffer(b"".join(bytes(part) for part in parts), np.int8).astype(np.float32)
    if not len(levels):
        return []
    count = min(BARS, len(levels))
    loudest = np.maximum.reduceat(levels, np.arange(count) * len(levels) // count)
    heights = [float(height) for height in np.clip(100 * (1 - loudest / QUIETEST_DB), 2, 100)]
    step = WIDTH / count
    return [Bar(round(index * step, 2), round(50 - height / 2, 1), round(height, 1)) for index, height in enumerate(heights)]


def picture_of(session: AudioSession, detections: Iterable[NoiseDetection]) -> Picture:
    """Where two noises are heard at once, one is drawn below the other, in at most MOST_LANES lanes."""
    placed: list[Block] = []
    ends = [0.0] * MOST_LANES
    for block in sorted(_blocks(session, detections), key=lambda block: block.x):
        lane = LANES.get(block.label)
        if lane is None:
            free = next((place for place, end in enumerate(ends) if end <= block.x), MOST_LANES - 1)
            ends[free] = max(ends[free], block.x + block.width)
            lane = len(LANES) + free
        placed.append(replace(block, y=FIRST_LANE + LANE * lane))
    heard = {block.label for block in placed}
    lowest = max((block.y for block in placed), default=FIRST_LANE)
    return Picture(placed, [label for label in SOUNDS if label in heard], lowest + LANE)


def _blocks(session: AudioSession, detections: Iterable[NoiseDetection]) -> list[Block]:
    """The spans in the picture; those of a kind that would touch there are one, so that a long day is no heavier than a minute."""
    whole = session.duration_s or 0.0
    blocks: list[Block] = []
    last: dict[str, int] = {}
    for each in detections if whole else ():
        x, end = WIDTH * each.start_s / whole, WIDTH * each.end_s / whole
        before = blocks[last[each.label]] if each.label in last else None
        if before is not None and x - (before.x + before.width) < NARROWEST:
            blocks[last[each.label]] = Block(each.label, before.x, round(max(end - before.x, before.width), 2))
            continue
        last[each.label] = len(blocks)
        blocks.append(Block(each.label, round(x, 2), round(max(NARROWEST, end - x), 2)))
    return blocks


def curve_of(quality: Quality, duration_s: float | None) -> list[str]:
    """Speech over noise as polylines of the picture (heights out of 60, MOST_DB at the top), broken where nobody speaks."""
    lines: list[list[str]] = [[]]
    for second, decibels in quality.snr if duration_s else ():
        if decibels is None:
            lines.append([])
            continue
        height = 60 * (1 - min(max(decibels, 0.0), MOST_DB) / MOST_DB)
        lines[-1].append(f"{WIDTH * second / (duration_s or 1):.1f},{height:.1f}")
    return [" ".join(points if len(points) > 1 else [*points, *points]) for points in lines if points]


def attach_live(sessions: Iterable[AudioSession]) -> list[Any]:
    """The same recordings, each with `live` as its last progress event told it."""
    listed: list[Any] = list(sessions)
    states = TopicState.objects.in_bulk([session.topic for session in listed if session.processing])
    for session in listed:
        session.live = live_of(states.get(session.topic), session.get_status_display())
    return listed


def live_task(record: TaskRecord | None) -> Any:
    """A task of the recording with `live` as its last progress event told it."""
    found: Any = record
    if found is not None:
        state = None if found.is_terminal else TopicState.objects.filter(topic=found.own_topic).first()
        found.live = live_of(state, str(_("Waiting")))
    return found


def titles(ids: Sequence[str], cases: Collection[UUID]) -> dict[str, tuple[str, str]]:
    """For the activity of a case: (title, address) of each recording; no address where it is deleted."""
    found = AudioSession.objects.filter(pk__in=ids, case__in=cases)
    return {str(session.pk): (session.title, "" if session.deleted_at else session.get_absolute_url()) for session in found}


def register() -> None:
    """Tell the pages of cases what this app adds to them."""
    register_tab("hearings", _("Hearings"), "audio:case-audio", 30)
    register_targets("audiosession", titles)
    for verb, words in VERBS.items():
        register_words(f"audio.{verb}", words)
