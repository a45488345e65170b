"""The parts of a transcript: what the model is given, what is believed of its answer, how words become sentences and files."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from docx import Document as WordDocument

from audio.models import AudioSession, Speaker, TranscriptSegment
from audio.services.hearing.quality import snr_curve, unintelligible
from audio.services.hearing.sampling import RATE, WINDOW_S
from audio.services.transcript import exports
from audio.services.transcript.editing import realigned
from audio.services.transcript.reading import Line, Transcript
from audio.services.transcript.segments import segments_of
from audio.services.transcription import engine
from audio.services.transcription.clips import LONGEST_S, clips_of, pieces_of, wordless
from audio.services.transcription.doubts import doubts_about
from audio.services.transcription.words import Clip, Heard, Word
from documents.services.extraction.parsers.subtitles import cues_of


def speech(*spans: tuple[float, float], whole: float) -> np.ndarray:
    """Probabilities of speech, certain inside the spans."""
    times = np.arange(round(whole / WINDOW_S)) * WINDOW_S
    said = np.zeros(len(times), bool)
    for start, end in spans:
        said |= (times >= start) & (times < end)
    return np.where(said, 250, 2).astype(np.uint8)


def spoken(text: str, start: float = 0.0, pace: float = 0.35, probability: float = 0.9) -> list[Word]:
    return [
        Word(round(start + n * pace, 2), round(start + (n + 1) * pace - 0.02, 2), word, probability) for n, word in enumerate(text.split())
    ]


SAID = "The lease ended in May and the tenant stayed until the end of July without a word to anybody at the office."


def test_clips_are_speech_without_long_pauses_and_never_overlap():
    probabilities = speech((1, 5), (5.5, 12), (20, 22), (30, 130), (180, 182), whole=200)
    clips = clips_of(probabilities, 200.0)
    heard = [stretch for clip in clips for stretch in clip.heard()]
    assert [(round(start), round(end)) for start, end in clips[0].heard()[:2]] == [(1, 12), (20, 22)], "a long pause is left out"
    assert all(sum(end - start for start, end in clip.heard()) <= LONGEST_S + 0.5 for clip in clips)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(heard))
    assert sum(end - start for start, end in heard) == pytest.approx(114.5, abs=3), "all speech is in a clip"
    assert round(clips[-1].start_s) == 180, "what is far apart is not heard together"
    assert clips_of(speech(whole=60), 60.0) == []
    assert [len(piece) for piece in pieces_of([Clip(n, n + 1) for n in range(40)])] == [8, 8, 8, 8, 8]


def test_speech_without_a_pause_is_cut_where_it_is_least_likely():
    probabilities = speech((0, 60), whole=60)
    probabilities[round(24 / WINDOW_S)] = 120
    assert clips_of(probabilities, 60.0)[0].end_s == pytest.approx(24, abs=0.3)


def test_speech_of_which_nothing_was_written_is_found_again():
    probabilities = speech((0, 4), (6, 9), whole=20)
    (stretch,) = wordless(Heard(Clip(0, 10), spoken("we go on the record now please", pace=0.55)), probabilities)
    assert (stretch.start_s, stretch.end_s) == (pytest.approx(5.8, abs=0.1), pytest.approx(9.2, abs=0.1))
    assert wordless(Heard(Clip(0, 5), spoken("we go on the record now please", pace=0.55)), probabilities) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (spoken(SAID), []),
        (spoken("Yes. Yes. No, no, no."), []),
        (spoken("Thank you. " * 20), ["repetition", "loop"]),
        (spoken("I do not know what you " * 8), ["repetition", "loop"]),
        (spoken(SAID, pace=0.08), ["haste"]),
        (spoken(SAID, start=200), ["silence"]),
    ],
    ids=["speech", "short answers", "loop", "long loop", "haste", "silence"],
)
def test_words_that_nobody_said_are_told_from_those_of_people(words, expected):
    assert doubts_about(words, speech((0, 60), whole=300)) == expected


def test_certainty_does_not_save_a_loop():
    assert "loop" in doubts_about(spoken("for the for the " * 10, probability=0.99), speech((0, 60), whole=60))


def test_sentences_end_at_their_ends_and_at_pauses_not_at_abbreviations():
    words = spoken("Good morning. Mr. Osei v. Harbor Crane Inc. is called.") + spoken("appearances please", start=9)
    found = segments_of(Heard(Clip(0, 12), words), speech((0, 12), whole=12))
    assert [segment.text for segment in found] == ["Good morning.", "Mr. Osei v. Harbor Crane Inc. is called.", "appearances please"]
    assert found[0].start_s == 0
    assert found[1].start_s == pytest.approx(0.7)
    assert {segment.confidence for segment in found} == {0.9}


def test_endless_speech_is_divided():
    found = segments_of(Heard(Clip(0, 60), spoken("and so on " * 50)), speech((0, 60), whole=60))
    assert all(segment.end_s - segment.start_s < 15 for segment in found)


def test_words_that_stay_keep_their_times_and_new_ones_stand_between():
    words = [list(word) for word in spoken("we saw the crane follow yesterday")]
    changed = realigned(words, "we saw the crane fall over yesterday", 0.0, 3.0)
    assert [word[2] for word in changed] == ["we", "saw", "the", "crane", "fall", "over", "yesterday"]
    kept = {word[2]: word[0] for word in words}
    assert all(word[0] == kept[word[2]] for word in changed if word[2] in kept)
    assert [word[0] for word in changed] == sorted(word[0] for word in changed)
    assert changed[5][1] <= kept["yesterday"] + 0.01
    assert all(word[3] == 1.0 for word in changed)
    assert [word[2] for word in realigned([], "entirely new", 2.0, 4.0)] == ["entirely", "new"]
    assert realigned(words, "and we saw it all", 0.0, 3.0)[0][2] == "and"


@pytest.fixture
def transcript() -> Transcript:
    session = AudioSession(title="Hearing & more", language="en", engine="toy", duration_s=90.0)
    court, counsel = Speaker(number=1, name="The <Court>"), Speaker(number=2)

    def line(number: int, start: float, text: str, speaker: Speaker, **fields: object) -> Line:
        words = [list(word) for word in spoken(text, start)]
        segment = TranscriptSegment(
            pk=number, index=number, start_s=start, end_s=start + 3, text=text, words=words, confidence=0.9, speaker=speaker, **fields
        )
        return Line(segment, str(speaker))

    return Transcript(
        session,
        [
            line(1, 1.0, "Is the lease --> <b>in</b> evidence?", court),
            line(2, 5.0, "Exhibit 12 & 13.", counsel),
            line(3, 65.5, "thank you thank you", counsel, doubts=["loop"]),
        ],
    )


@pytest.mark.parametrize("timed", [False, True])
def test_what_is_written_as_webvtt_is_read_back(transcript, timed):
    cues = list(cues_of(exports.vtt(transcript, timed=timed)))
    assert [cue.voice for cue in cues] == ["The Court", "Speaker 2", "Speaker 2"]
    assert cues[0].text == "Is the lease → <b>in</b> evidence?"
    assert (cues[0].start_s, cues[1].text) == (1.0, "Exhibit 12 & 13.")
    assert cues[2].text == "[unclear, 00:01:05 to 00:01:08]", "what was probably never said is not handed on as said"
    assert (len(cues[0].times) > 3) == timed


def test_every_file_names_speakers_and_hides_what_is_doubtful(transcript):
    srt, txt = exports.srt(transcript), exports.txt(transcript)
    assert "00:00:05,000 --> 00:00:08,000\nSpeaker 2: Exhibit 12 & 13." in srt
    assert "[00:01:05] Speaker 2: [unclear" in txt
    assert "thank you" not in srt + txt
    said = json.loads(exports.as_json(transcript))["segments"]
    assert [(each["speaker"], each["doubtful"]) for each in said] == [("The <Court>", False), ("Speaker 2", False), ("Speaker 2", True)]
    assert said[0]["words"][0] == {"start_s": 1.0, "end_s": 1.33, "text": "Is", "confidence": 0.9}


def test_the_word_file_numbers_its_lines_and_pages(transcript, tmp_path: Path):
    content = exports.docx(transcript)
    text = "\n".join(paragraph.text for paragraph in WordDocument(io.BytesIO(content)).paragraphs)
    assert "[00:00:01] The <Court>: Is the lease" in text
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert 'w:restart="newPage"' in parts.read("word/document.xml").decode()
        assert "PAGE" in parts.read("word/footer1.xml").decode()


def test_a_curve_says_where_speech_drowns_in_noise():
    windows = round(300 / WINDOW_S)
    probabilities = speech(*((start, start + 6) for start in range(0, 300, 10)), whole=300)
    levels = np.where(probabilities > 128, -20, -60).astype(np.int8)
    levels[windows // 2 :][probabilities[windows // 2 :] <= 128] = -25
    curve = snr_curve(levels, probabilities)
    assert len(curve) <= 120
    assert all(decibels is not None and decibels > 30 for second, decibels in curve if second < 130)
    assert all(decibels is not None and decibels < 8 for second, decibels in curve if 170 < second < 295)
    quiet = snr_curve(np.full(windows, -60, np.int8), speech((0, 10), whole=300))
    assert quiet[-1][1] is None, "where nobody speaks there is nothing to compare"
    assert snr_curve(np.empty(0, np.int8), np.empty(0, np.uint8)) == []


def test_stretches_that_cannot_be_relied_on_are_joined(transcript):
    segments = [line.segment for line in transcript.lines]
    segments[1].confidence = 0.2
    assert [(each.start_s, each.end_s, each.why) for each in unintelligible(segments)] == [(5.0, 8.0, "unsure"), (65.5, 68.5, "doubtful")]


def test_words_of_a_clip_without_its_pauses_have_the_times_of_the_recording():
    sound = np.arange(40 * RATE, dtype=np.float32)
    clips = [Clip(11.0, 30.0, ((11.0, 13.0), (20.0, 21.0), (28.0, 30.0))), Clip(32.0, 33.0)]
    asked: list[tuple[int, int]] = []

    def read(first: int, count: int) -> np.ndarray:
        asked.append((first // RATE, count // RATE))
        return sound[first : first + count]

    packed = engine.packed(read, clips)
    assert packed.spans == [(0.0, 5.0), (5.0, 6.0)]
    assert asked == [(11, 2), (20, 1), (28, 2), (32, 1)], "what is between is not even read"
    assert list(packed.sound[[0, 2 * RATE, 3 * RATE, 5 * RATE]]) == [11 * RATE, 20 * RATE, 28 * RATE, 32 * RATE]
    times = engine._Times(clips[0], packed.spans[0][0])
    assert times.of(0.5, 1.0) == (11.5, 12.0)
    assert times.of(1.8, 2.4) == (12.8, 13.0), "a word ends before the pause"
    assert times.of(2.0, 2.5) == (20.0, 20.5)
    assert times.of(3.5, 9.0) == (28.5, 30.0)
    assert engine._Times(clips[1], packed.spans[1][0]).of(5.25, 5.5) == (32.25, 32.5)


def test_what_is_said_again_after_a_pause_is_no_loop_but_without_one_it_is():
    probabilities = speech((0, 40), whole=60)
    oath = "I do solemnly swear that I will tell the truth and nothing but the truth in this matter"
    twice = [*spoken(oath), *spoken(oath, start=12.0), *spoken(oath, start=24.0)]
    assert [part.doubts for part in segments_of(Heard(Clip(0, 40), twice), probabilities)] == [[], [], []]
    loop = spoken(f"{oath} {oath} {oath} {oath}", pace=0.3)
    assert all("repetition" in part.doubts for part in segments_of(Heard(Clip(0, 40), loop), probabilities))
