"""WebVTT and SubRip: words, voices and times, whoever wrote the file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from documents.services.extraction import extract
from documents.services.extraction.parsers.subtitles import cues_of
from tasks.errors import PermanentError

VTT = """WEBVTT - Hearing

STYLE
::cue { color: red }

NOTE
recording: 01a2
title: Hearing of May 3

intro
00:01.500 --> 00:04.000 align:start
<v.loud The Court>Good morning, &amp; welcome.</v>

00:00:05.000 --> 00:00:09.250
<v The Court>Is the <i>lease</i> <00:00:06.500>in <00:00:07.000>evidence?

01:02:03.000 --> 01:02:05.000
<v Ms. Osei>Exhibit 12,
Your Honor.
"""
SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\nFirst line\r\nsecond line\r\n\r\n2\r\n00:00:10,000 --> 00:00:12,000\r\n- The lease ended.\r\n"


def read(path: Path):
    return extract(path, name=path.name, check=lambda: None, progress=lambda done, total: None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_voices_become_paragraphs_with_times(tmp_path, encoding):
    path = tmp_path / "hearing.vtt"
    path.write_bytes(VTT.replace("\n", "\r\n").encode(encoding))
    found = read(path)
    (page,) = found.pages
    assert page.text == "THE COURT: Good morning, & welcome. Is the lease in evidence?\n\nMS. OSEI: Exhibit 12, Your Honor."
    assert page.label == "00:00:01"
    at = {page.text[offset:].split()[0]: second for offset, second in page.times}
    assert at == {"Good": 1.5, "Is": 5.0, "in": 6.5, "evidence?": 7.0, "Exhibit": 3723.0}
    assert (found.source, found.mime, found.title) == ("transcription", "text/vtt", "Hearing of May 3")
    assert found.metadata == {"duration": "01:02:05", "speakers": "Ms. Osei, The Court"}


def test_subrip_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "hearing.txt"
    path.write_bytes(SRT.encode())
    found = read(path)
    assert found.mime == "application/x-subrip"
    assert found.pages[0].text == "First line second line\n\n- The lease ended."
    assert found.pages[0].times == [[0, 1.0], [24, 10.0]]


def test_long_transcripts_have_pages_that_say_when_they_begin(tmp_path):
    path = tmp_path / "long.vtt"
    cues = "\n\n".join(
        f"{n // 60:02}:{n % 60:02}.000 --> {n // 60:02}:{n % 60:02}.900\nThis is what was said as number {n}." for n in range(600)
    )
    path.write_text(f"WEBVTT\n\n{cues}\n")
    found = read(path)
    assert len(found.pages) > 5
    assert all(1500 < len(page.text) < 3000 for page in found.pages[:-1])
    assert [page.label for page in found.pages] == sorted(page.label for page in found.pages)
    for page in found.pages:
        for offset, second in page.times:
            assert page.text[offset:].startswith("This is what")
            assert f"number {round(second)}." in page.text[offset : offset + 45]


@pytest.mark.parametrize(
    "text", ["WEBVTT\n\n1\n00:01 --> 00:02\nno thousandths\n", "WEBVTT\n\nbroken --> broken\n"], ids=["times", "words"]
)
def test_what_has_no_times_is_refused_in_words(tmp_path, text):
    path = tmp_path / "broken.vtt"
    path.write_text(text)
    with pytest.raises(PermanentError) as refused:
        read(path)
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize("piece", ["-->", "<", "00:00:01.000 --> ", "<v ", "<00:00:01.00", "{\\an8", "00:00:01.000 --> 00:00:02.000\n"])
def test_hostile_text_takes_no_more_than_its_length(piece):
    began = time.process_time()
    list(cues_of(piece * (1_000_000 // len(piece))))
    assert time.process_time() - began < 5
