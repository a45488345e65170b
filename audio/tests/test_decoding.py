"""Any recording becomes 16 kHz mono with its times kept; what is none, lies, or reaches for other files is refused with a reason."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio.services.hearing import listening
from audio.services.hearing.sampling import RATE, WINDOW, chunk_samples
from audio.tests import sounds
from documents.services.sandbox import JobRefused
from documents.services.sandbox.pool import Pool

FORMATS = [
    ("wav", "pcm_s16le"), ("wav", "pcm_f32le"), ("aiff", "pcm_s16be"), ("mp3", "libmp3lame"), ("m4a", "aac"), ("mp4", "aac"),
    ("ogg", "libopus"), ("opus", "libopus"), ("webm", "libopus"), ("mkv", "flac"), ("flac", "flac"), ("wma", "wmav2"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Any:
    scratch = tmp_path_factory.mktemp("scratch")
    made = Pool("audio.services.hearing.child:run", scratch=lambda: scratch)
    yield made
    made.close()


@pytest.fixture
def decode(pool: Pool, tmp_path: Path) -> Any:
    """Decode a file in a real child: (what was found, the samples)."""

    def run(path: Path) -> tuple[dict[str, Any], np.ndarray]:
        folder = pool.folder()
        try:
            job = {"do": "decode", "source": path, "target": "decoded.pcm"}
            found = pool.run(job, check=lambda: None, progress=lambda done, of: None, folder=folder)
            return found, np.fromfile(folder.path / "decoded.pcm", "<i2").astype(np.float32) / 32768
        finally:
            folder.remove()

    return run


def refusal(decode: Any, path: Path) -> str:
    with pytest.raises(JobRefused) as refused:
        decode(path)
    return str(refused.value.code)


@pytest.mark.parametrize(("suffix", "codec"), FORMATS)
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_every_format_is_decoded_with_its_length_and_its_sound(decode, tmp_path, suffix, codec, layout):
    rate = 48_000 if codec == "libopus" else 44_100
    path = sounds.written(tmp_path / f"tone.{suffix}", sounds.tone(3, rate=rate), rate=rate, codec=codec, layout=layout)
    found, samples = decode(path)
    assert (found["sample_rate"], found["channels"]) == (rate, 1 if layout == "mono" else 2)
    assert abs(len(samples) / RATE - 3) < 0.15
    assert found["broken"] == []
    assert found["missing_s"] == 0
    middle = samples[RATE : 2 * RATE]
    strongest = np.abs(np.fft.rfft(middle)).argmax()
    assert abs(strongest - 440) <= 1
    assert 0.15 < np.abs(middle).max() < 0.45


def test_a_name_decides_nothing(decode, tmp_path):
    path = sounds.written(tmp_path / "tone.mp3", sounds.tone(1), codec="libmp3lame").rename(tmp_path / "tone.pdf")
    assert decode(path)[0]["codec"] == "mp3float"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"RIFF", "unreadable"),
        (b"#!/bin/sh\nrm -rf /\n", "unreadable"),
        (b"%PDF-1.7\n" + b"x" * 2000, "unreadable"),
        (sounds.wav(b""), "no_samples"),
        (sounds.wav(b"\0" * 3200, rate=1), "bad_rate"),
        (sounds.wav(b"\0" * 3200, rate=10_000_000), "bad_rate"),
        (sounds.wav(b"\0" * 96_000, channels=48), "too_many_channels"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_reason(decode, tmp_path, data, code):
    path = tmp_path / "thing.wav"
    path.write_bytes(data)
    assert refusal(decode, path) == code


@pytest.mark.parametrize(
    "script",
    [
        "ffconcat version 1.0\nfile '{secret}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{secret}\n#EXT-X-ENDLIST\n",
        "<?xml version='1.0'?><MPD><Period><BaseURL>{secret}</BaseURL></Period></MPD>",
        "[playlist]\nFile1={secret}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ],
)
@pytest.mark.parametrize("suffix", ["wav", "m3u8", "mp3"])
def test_a_list_that_names_other_files_reads_none_of_them(decode, tmp_path, script, suffix):
    secret = sounds.written(tmp_path / "secret.wav", sounds.tone(2))
    path = tmp_path / f"list.{suffix}"
    path.write_text(script.format(secret=secret))
    assert refusal(decode, path) == "unreadable"


def test_a_film_without_sound_says_so(decode, tmp_path):
    assert refusal(decode, sounds.silent_video(tmp_path / "silent.mp4")) == "no_sound"


def test_a_header_that_claims_hours_of_nothing_is_bounded_by_what_is_there(decode, tmp_path):
    path = tmp_path / "claims.wav"
    path.write_bytes(sounds.wav(sounds.pcm(sounds.tone(2)), claimed=32_000 * 7200))
    found, samples = decode(path)
    assert abs(len(samples) / RATE - 2) < 0.01
    assert found["missing_s"] == pytest.approx(7198)


@pytest.mark.parametrize(("suffix", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"), ("mkv", "flac"), ("m4a", "aac")])
def test_a_file_that_was_cut_off_tells_how_much_is_missing(decode, tmp_path, suffix, codec):
    path = sounds.written(tmp_path / f"cut.{suffix}", sounds.noise(20), codec=codec)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    if suffix == "m4a":  # its table of contents stands at the end
        assert refusal(decode, path) in ("unreadable", "no_samples")
        return
    found, samples = decode(path)
    assert 8 < len(samples) / RATE < 12
    assert found["missing_s"] == pytest.approx(20 - len(samples) / RATE, abs=0.2)


@pytest.mark.parametrize(("suffix", "codec"), [("ogg", "libopus"), ("mkv", "flac"), ("wma", "wmav2"), ("mp3", "libmp3lame")])
def test_a_broken_middle_costs_only_itself_and_times_stay(decode, tmp_path, suffix, codec):
    rate = 48_000 if codec == "libopus" else 16_000
    samples = np.concatenate([sounds.tone(20, rate=rate), sounds.tone(1, hertz=2000, rate=rate), sounds.tone(9, rate=rate)])
    path = sounds.with_hole(sounds.written(tmp_path / f"hole.{suffix}", samples, rate=rate, codec=codec), 0.3, 0.4)
    found, heard = decode(path)
    assert len(heard) / RATE + found["missing_s"] == pytest.approx(30, abs=0.3)
    strong = np.abs(np.fft.rfft(heard[round(20.25 * RATE) : round(20.75 * RATE)]))
    if suffix != "mp3":  # which has no clock: what is lost is gone
        assert found["broken"]
        assert all(8 < start < end < 15 for start, end in found["broken"])
        assert abs(strong.argmax() * 2 - 2000) < 10


def test_values_that_are_no_numbers_are_silence_and_are_told(decode, tmp_path):
    values = sounds.tone(3)
    values[RATE : RATE + 800] = np.nan
    path = tmp_path / "nan.wav"
    path.write_bytes(sounds.wav(values.astype("<f4").tobytes(), bits=32, form=3))
    found, samples = decode(path)
    assert np.isfinite(samples).all()
    ((start, end),) = found["broken"]
    assert start <= 1.0 <= end < 1.4


def test_three_hours_take_little_memory(pool, decode, tmp_path):
    path = tmp_path / "long.wav"
    minute = sounds.pcm(sounds.noise(60, rate=8000))
    path.write_bytes(sounds.wav(minute * 10, rate=8000))
    before = decode(path)[0]["peak_memory_mb"]
    with path.open("wb") as file:
        file.write(sounds.wav(b"", rate=8000, claimed=len(minute) * 180))
        for _ in range(180):
            file.write(minute)
    found, samples = decode(path)
    assert len(samples) == 180 * 60 * RATE
    assert found["peak_memory_mb"] - before < 100


@pytest.mark.parametrize("seconds", [0.01, 1, 60, 3600, 40_000])
def test_a_chunk_is_as_long_as_its_recording_asks_for_within_bounds(seconds):
    chunk = chunk_samples(round(seconds * RATE))
    assert 8_000 <= chunk <= 80_000
    assert chunk % WINDOW == 0


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (sounds.tone(0.5), ""),
        (sounds.silence(0.5), ""),
        (np.full(8000, 0.5, np.float32), "constant"),
        (np.array([0.1, np.nan], np.float32), "not_finite"),
        (np.array([0.1, 1.5], np.float32), "out_of_range"),
    ],
)
def test_a_chunk_is_looked_at_before_it_is_used(samples, reason):
    assert listening.wrong_with(samples) == reason


def test_parts_and_chunks_of_any_length_hear_the_same(tmp_path):
    path = tmp_path / "sound.pcm"
    path.write_bytes(sounds.pcm(np.concatenate([sounds.silence(1), sounds.noise(2), sounds.tone(1, level=1.2)])))
    whole = listening.hear(path, 0, 4 * RATE, 8_192)
    other = listening.hear(path, 0, 4 * RATE, 40_960)
    assert (whole.levels == other.levels).all()
    assert np.abs(whole.speech.astype(int) - other.speech.astype(int)).max() <= 2
    assert whole.levels[:30].max() == -100
    assert -21 <= whole.levels[40:85].mean() <= -19
    assert whole.clipped[:90].sum() == 0
    assert whole.clipped[100:120].min() > 50


def test_a_child_knows_neither_django_nor_the_recogniser():
    """Both would cost each child much memory."""
    code = "import sys, audio.services.hearing.child; print([m for m in ('django', 'ctranslate2') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_header_of_another_length_than_its_file_is_no_trouble(decode, tmp_path):
    path = tmp_path / "odd.wav"
    path.write_bytes(sounds.wav(sounds.pcm(sounds.tone(1)) + b"\x01") + struct.pack("<4sI", b"LIST", 0xFFFFFFFF))
    assert abs(len(decode(path)[1]) / RATE - 1) < 0.01
