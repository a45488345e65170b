"""A recording that is read anew keeps what people made of its transcript: their words and names where the new one agrees in words and
time; what cannot be placed is kept as a difference for a person to decide."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from audio.models import AudioSession, TranscriptDifference, TranscriptEdit, TranscriptSegment

NEAR_S = 1.0


def replace(session: AudioSession) -> None:
    """Make this version's segments the shown ones, in the caller's transaction, which has locked the recording."""
    old = list(session.segments.filter(version=session.transcript_version).prefetch_related("edits")) if session.transcript_version else []
    new = list(session.segments.filter(version=session.version).order_by("index"))
    if session.transcript_version != session.version:
        session.differences.all().delete()
        _carry(session, old, new)
        session.segments.exclude(version=session.version).delete()
    session.transcript_version = session.version
    session.save(update_fields=["transcript_version", "engine", "updated"])


def _carry(session: AudioSession, old: Sequence[TranscriptSegment], new: Sequence[TranscriptSegment]) -> None:
    starts = [segment.start_s for segment in new]
    changed: list[TranscriptSegment] = []
    for segment in old:
        match = _same(segment, new, starts)
        if match is not None:
            _take_over(segment, match)
            changed.append(match)
        elif segment.edited_at is not None:
            TranscriptDifference.objects.create(
                session=session, start_s=segment.start_s, end_s=segment.end_s, text=segment.text, user=segment.edited_by,
                speaker=str(segment.speaker) if segment.speaker else "",
            )  # fmt: skip
    columns = ["text", "words", "speaker", "speaker_confirmed", "doubts", "edited_by", "edited_at"]
    TranscriptSegment.objects.bulk_update(changed, columns, batch_size=500)


def _same(segment: TranscriptSegment, new: Sequence[TranscriptSegment], starts: Sequence[float]) -> TranscriptSegment | None:
    """The new segment that begins at the same time and says what this one said before people changed it (or says now)."""
    place = bisect_left(starts, segment.start_s - NEAR_S)
    said = {_bare(segment.text), _bare(_original(segment))}
    while place < len(new) and new[place].start_s <= segment.start_s + NEAR_S:
        if _bare(new[place].text) in said:
            return new[place]
        place += 1
    return None


def _original(segment: TranscriptSegment) -> str:
    edits: list[TranscriptEdit] = sorted(segment.edits.all(), key=lambda edit: edit.pk)
    return edits[0].before if edits else segment.text


def _take_over(old: TranscriptSegment, new: TranscriptSegment) -> None:
    new.speaker, new.speaker_confirmed = old.speaker, old.speaker_confirmed
    if old.edited_at is None:
        return
    new.text, new.words, new.doubts = old.text, old.words, old.doubts
    new.edited_by, new.edited_at = old.edited_by, old.edited_at
    old.edits.update(segment=new)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
