"""One model of a transcript, from which the pages, the document, the exports and the API are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audio.models import AudioSession, TranscriptSegment
from documents.services.extraction.parsers.subtitles import PARAGRAPH_CHARACTERS, PAUSE_S, clock


@dataclass(frozen=True)
class Line:
    """A segment as it is read. `shown` has a mark instead of words that were probably never said."""

    segment: TranscriptSegment
    speaker: str

    @property
    def proposed(self) -> bool:
        """Whether who speaks is what the machine made of it, and no person has said so."""
        return bool(self.speaker) and not self.segment.speaker_confirmed

    @property
    def shown(self) -> str:
        if self.segment.doubtful:
            return _("[unclear, %(start)s to %(end)s]") % {"start": clock(self.segment.start_s), "end": clock(self.segment.end_s)}
        return self.segment.text


@dataclass(frozen=True)
class Paragraph:
    """What one speaker says without a long pause."""

    speaker: str
    lines: list[Line]

    @property
    def proposed(self) -> bool:
        return any(line.proposed for line in self.lines)

    @property
    def start_s(self) -> float:
        return self.lines[0].segment.start_s

    @property
    def text(self) -> str:
        return " ".join(line.shown for line in self.lines)


@dataclass(frozen=True)
class Transcript:
    session: AudioSession
    lines: list[Line]

    @property
    def segments(self) -> list[TranscriptSegment]:
        return [line.segment for line in self.lines]

    @property
    def proposed(self) -> bool:
        return any(line.proposed for line in self.lines)

    def paragraphs(self) -> Iterator[Paragraph]:
        paragraph: Paragraph | None = None
        for line in self.lines:
            if paragraph is None or _begins(paragraph, line):
                if paragraph is not None:
                    yield paragraph
                paragraph = Paragraph(line.speaker, [])
            paragraph.lines.append(line)
        if paragraph is not None:
            yield paragraph


def _begins(paragraph: Paragraph, line: Line) -> bool:
    last = paragraph.lines[-1]
    return (
        line.speaker != last.speaker
        or line.segment.start_s - last.segment.end_s > PAUSE_S
        or sum(len(said.segment.text) for said in paragraph.lines) > PARAGRAPH_CHARACTERS
    )


def transcript_of(session: AudioSession) -> Transcript:
    """The published transcript; two queries."""
    segments = session.segments.filter(version=session.transcript_version).select_related("speaker", "session")
    lines = [Line(segment, str(segment.speaker) if segment.speaker else "") for segment in segments]
    return Transcript(session, lines)
