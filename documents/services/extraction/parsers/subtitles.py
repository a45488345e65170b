"""WebVTT (W3C) and SubRip: words with times. Cues of one voice become paragraphs; each page keeps when its words were said."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from documents.services.extraction.charsets import decode, name_of
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, LIKELY, NO, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS, MAX_PAGES
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable

VTT, SRT = "text/vtt", "application/x-subrip"
PAGE_CHARACTERS = 1800
PARAGRAPH_CHARACTERS = 700
PAUSE_S = 2.0
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_CUE = re.compile(rf"^[ \t]*{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]{1,80})?[ \t]+([^>\n]{1,120})>", re.IGNORECASE)
_INSIDE = re.compile(r"<((?:\d{1,3}:)?[0-5]?\d:[0-5]?\d\.\d{3})>")
_TAG = re.compile(r"</?[a-zA-Z][^>\n]{0,200}>|\{\\an?\d\}")
_NOTE = re.compile(r"^(recording|title|language|engine):[ \t]*(.{1,300})$", re.MULTILINE)
_SRT = re.compile(rb"^\s*\d{1,6}[ \t]*\r?\n[ \t]*\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]+-->")


_CUE_TIME = re.compile(_TIME)


class Cue(NamedTuple):
    """Times in seconds; `times` are [offset in the text, second] of the cue and of the marks inside it."""

    start_s: float
    end_s: float
    voice: str
    text: str
    times: list[tuple[int, float]]


class SubtitleParser:
    def parse(self, job: Job) -> Parsed:
        text, encoding, guessed = decode(job.path.read_bytes())
        bounded(len(text))
        text = storable(text)
        cues = list(cues_of(text))
        if not cues and "-->" in text:
            raise Unreadable("unreadable", kind="VTT" if job.mime == VTT else "SRT")
        parsed = Parsed(_pages(cues), f"cues {encoding}", source="transcription")
        if guessed:
            parsed.notice("encoding_guessed", name=name_of(encoding))
        said = dict(_NOTE.findall(_head(text))) if job.mime == VTT else {}
        parsed.title = said.get("title", "").strip()
        if cues:
            parsed.metadata["duration"] = clock(cues[-1].end_s)
        if voices := sorted({cue.voice for cue in cues if cue.voice}):
            parsed.metadata["speakers"] = ", ".join(voices[:100])
        job.tick(len(parsed.pages), len(parsed.pages))
        return parsed


def cues_of(text: str) -> Iterator[Cue]:
    """In the order of the file."""
    marks = list(_CUE.finditer(text))
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        block = text[mark.end() : end].lstrip("\n")
        block = block.split("\n\n", 1)[0]  # what follows an empty line is the next cue's name, or a note
        voice = _VOICE.search(block)
        start = _seconds(mark, 1)
        words, times = _words(_VOICE.sub("", block), start)
        if words:
            yield Cue(start, _seconds(mark, 5), html.unescape(voice[1]).strip() if voice else "", words, times)


def _seconds(mark: re.Match[str], first: int) -> float:
    hours, minutes, seconds, thousandths = (mark[first + place] or "0" for place in range(4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths.ljust(3, "0")) / 1000


def _words(block: str, start: float) -> tuple[str, list[tuple[int, float]]]:
    """The text of a cue, and when it is said."""
    text, times = "", [(0, start)]
    for place, piece in enumerate(_INSIDE.split(block)):
        if place % 2:
            whole = _CUE_TIME.match(piece)
            start = _seconds(whole, 1) if whole else start
            continue
        said = " ".join(html.unescape(_TAG.sub("", piece)).split())
        if not said:
            continue
        text += " " if text else ""
        if start > times[-1][1]:
            times.append((len(text), start))
        text += said
    return text, times


def _head(text: str) -> str:
    first = _CUE.search(text)
    return text[: first.start() if first else 2000]


def _pages(cues: list[Cue]) -> list[RawPage]:
    """Pages of whole paragraphs, each labelled with the time at which it begins."""
    pages: list[RawPage] = []
    for paragraph in _paragraphs(cues):
        if not pages or (len(pages[-1].text) > PAGE_CHARACTERS and len(pages) < MAX_PAGES):
            pages.append(RawPage("", label=clock(paragraph[0].start_s), times=[]))
        _append(pages[-1], paragraph)
    return pages or [RawPage("")]


def _append(page: RawPage, paragraph: list[Cue]) -> None:
    page.text += "\n\n" if page.text else ""
    page.text += f"{paragraph[0].voice.upper()}: " if paragraph[0].voice else ""
    for cue in paragraph:
        page.text += " " if cue is not paragraph[0] else ""
        assert page.times is not None  # noqa: S101 (pages of cues have times)
        page.times += [[len(page.text) + offset, round(second, 2)] for offset, second in cue.times]
        page.text += cue.text


def _paragraphs(cues: list[Cue]) -> Iterator[list[Cue]]:
    paragraph: list[Cue] = []
    for cue in cues:
        if paragraph and (
            cue.voice != paragraph[-1].voice
            or cue.start_s - paragraph[-1].end_s > PAUSE_S
            or sum(len(said.text) for said in paragraph) > PARAGRAPH_CHARACTERS
        ):
            yield paragraph
            paragraph = []
        paragraph.append(cue)
    if paragraph:
        yield paragraph


def clock(seconds: float) -> str:
    """00:14:05"""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _is_vtt(sample: Sample) -> int:
    head = sample.narrow.removeprefix(b"\xef\xbb\xbf")
    return CERTAIN if sample.is_text and re.match(rb"WEBVTT(?:[ \t\r\n]|$)", head) else NO


def _is_srt(sample: Sample) -> int:
    return LIKELY + 20 if sample.is_text and _SRT.match(sample.narrow.removeprefix(b"\xef\xbb\xbf")) else NO


LIMITS = FormatLimits(bytes=4 * MAX_CHARACTERS)
FORMATS = (
    Format(
        mime=VTT,
        label=gettext_noop("Transcript (WebVTT)"),
        listed="VTT",
        parse=SubtitleParser().parse,
        suffixes=(".vtt",),
        recognised_by="text that begins with WEBVTT",
        order=45,
        sniff=_is_vtt,
        limits=LIMITS,
        also_named=(".txt",),
        kind="transcript",
        titled=True,
    ),
    Format(
        mime=SRT,
        label=gettext_noop("Transcript (SubRip)"),
        listed="SRT",
        parse=SubtitleParser().parse,
        suffixes=(".srt",),
        recognised_by="text that begins with a numbered time",
        order=46,
        sniff=_is_srt,
        limits=LIMITS,
        also_named=(".txt",),
        kind="transcript",
    ),
)
