"""A transcript as files: WebVTT, SubRip, plain text, JSON and DOCX, all from the one model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from audio.models import TranscriptSegment
from audio.services.transcript.reading import Line, Transcript
from documents.services.extraction.parsers.subtitles import clock


def vtt(transcript: Transcript, note: str = "", *, timed: bool = False) -> str:
    """WebVTT (W3C) with voice tags; `timed` marks inside each cue when its words are said."""
    session = transcript.session
    head = ["WEBVTT", "", "NOTE", f"recording: {session.pk}", f"language: {session.language}", f"engine: {session.engine}"]
    cues = []
    for number, line in enumerate(transcript.lines, 1):
        voice = f"<v {_voice(line.speaker)}>" if line.speaker else ""
        times = f"{_stamp(line.segment.start_s, '.')} --> {_stamp(_end(line.segment), '.')}"
        words = _timed(line) if timed and not line.segment.doubtful else escape(_one_line(line.shown), quote=False)
        cues.append(f"{number}\n{times}\n{voice}{words}")
    return "\n".join([*head, *([note] if note else [])]) + "\n\n" + "\n\n".join(cues) + "\n"


def _timed(line: Line) -> str:
    words = [(start, escape(_one_line(text), quote=False)) for start, _end, text, _probability in line.segment.words if text.strip()]
    return " ".join(f"<{_stamp(start, '.')}>{text}" if place else text for place, (start, text) in enumerate(words))


def srt(transcript: Transcript) -> str:
    """SubRip; it has no speakers, so names stand before the words."""
    cues = []
    for number, line in enumerate(transcript.lines, 1):
        name = f"{line.speaker}: " if line.speaker else ""
        times = f"{_stamp(line.segment.start_s, ',')} --> {_stamp(_end(line.segment), ',')}"
        cues.append(f"{number}\n{times}\n{name}{_one_line(line.shown)}")
    return "\n\n".join(cues) + "\n"


def txt(transcript: Transcript) -> str:
    """A paragraph for each speech, with the time at which it begins."""
    head = [transcript.session.title, ""]
    return "\n".join([*head, *_paragraphs(transcript)]) + "\n"


def as_json(transcript: Transcript) -> str:
    session = transcript.session
    said: dict[str, Any] = {
        "id": str(session.pk),
        "title": session.title,
        "duration_s": session.duration_s,
        "language": session.language,
        "engine": session.engine,
        "segments": [described(line.segment, line.speaker) for line in transcript.lines],
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def described(segment: TranscriptSegment, speaker: str) -> dict[str, Any]:
    """A segment as the API shows it."""
    return {
        "id": segment.pk,
        "start_s": segment.start_s,
        "end_s": segment.end_s,
        "text": segment.text,
        "confidence": segment.confidence,
        "speaker": speaker,
        "speaker_confirmed": segment.speaker_confirmed,
        "doubtful": segment.doubtful,
        "doubts": segment.doubts,
        "edited": segment.edited_at is not None,
        "words": [dict(zip(("start_s", "end_s", "text", "confidence"), word, strict=True)) for word in segment.words],
    }


def docx(transcript: Transcript) -> bytes:
    """Numbered lines, 25 on a page, as transcripts have them; page numbers at the foot."""
    from audio.services.transcript import word_file  # eight megabytes in each process, for what few ask for

    return word_file.made(transcript.session.title, _paragraphs(transcript))


FORMATS: dict[str, tuple[str, Callable[[Transcript], str | bytes]]] = {
    "vtt": ("text/vtt; charset=utf-8", vtt),
    "srt": ("application/x-subrip; charset=utf-8", srt),
    "txt": ("text/plain; charset=utf-8", txt),
    "json": ("application/json", as_json),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
}
"""{suffix: (media type, how it is made)}"""


def _paragraphs(transcript: Transcript) -> Iterator[str]:
    for paragraph in transcript.paragraphs():
        name = f"{paragraph.speaker}: " if paragraph.speaker else ""
        yield f"[{clock(paragraph.start_s)}] {name}{paragraph.text}"
        yield ""
    if any(line.segment.doubtful for line in transcript.lines):
        yield _("Where it says “unclear”, the machine heard words that were probably never said; listen there yourself.")
    if transcript.proposed:
        yield _("Who speaks was told by a machine, in part or throughout; nobody has confirmed it.")


def _voice(name: str) -> str:
    return escape(_one_line(name), quote=False).replace("&gt;", "").replace("&lt;", "")


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "→")


def _end(segment: TranscriptSegment) -> float:
    return max(segment.end_s, segment.start_s + 0.05)


def _stamp(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    return f"{thousandths // 3_600_000:02}:{thousandths // 60_000 % 60:02}:{thousandths // 1000 % 60:02}{point}{thousandths % 1000:03}"
