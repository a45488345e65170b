"""Channels of a court's recorder: whose voice is on which, and that two copies of one microphone are nobody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.models import AudioSession
from audio.services.hearing.channels import ChannelLevels, channels_of, load
from audio.services.hearing.sampling import WINDOW_S
from audio.tests import sounds
from audio.tests.working import work_off
from documents.services.storage import blobs


def levels(tmp_path: Path, *pieces: tuple[np.ndarray, int], channels: int = 2) -> np.ndarray:
    collected = ChannelLevels(channels)
    for sound, position in pieces:
        collected.add(sound, position)
    collected.save(tmp_path / "levels")
    found = load(tmp_path / "levels", channels)
    assert found is not None
    return found


def voices(seconds: float, loud: int, crosstalk: float) -> np.ndarray:
    voice = sounds.noise(seconds)
    return np.stack([voice if channel == loud else crosstalk * voice for channel in range(2)])


def test_a_voice_belongs_to_the_channel_on_which_it_is_loudest(tmp_path):
    found = levels(tmp_path, (voices(4, 0, 0.1), 0), (voices(4, 1, 0.1), 64_000), (voices(2, 0, 0.8), 128_000))
    assert len(found) == round(10 / WINDOW_S)
    assert channels_of(found, [(0, 3.9), (4.1, 7.9), (8.1, 9.9)]) == [0, 1, None]


def test_what_is_missing_in_a_file_moves_nothing(tmp_path):
    found = levels(tmp_path, (voices(2, 0, 0.1), 0), (voices(2, 1, 0.1), 160_000))
    assert channels_of(found, [(0, 1.9), (10.1, 11.9)]) == [0, 1]
    assert found[round(5 / WINDOW_S)].tolist() == [-100, -100]


def test_two_copies_of_one_microphone_are_nobody_s(tmp_path):
    found = levels(tmp_path, (voices(6, 0, 1.0), 0))
    assert channels_of(found, [(0, 2), (3, 5)]) == [None, None]
    assert load(tmp_path / "levels", 1) is None
    assert load(tmp_path / "no such file", 2) is None


@pytest.mark.corpus
@pytest.mark.django_db(transaction=True)
def test_who_speaks_into_which_channel_is_proposed(api: Any, case: Any, editor: Any, corpus: Path, settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    names = [f"sense_and_sensibility_01_austen_64kb-08{n}0.wav" for n in (7, 8, 9)]
    said = [heard(corpus / "audio" / name) for name in names]
    pause = np.zeros(sounds.RATE * 4, np.int16)
    mono = [part for voice in said for part in (voice, pause)]
    speaking = [0, 0, 1, 1, 0, 0]
    stereo = np.stack(
        [np.concatenate([part if who == channel else part // 12 for part, who in zip(mono, speaking, strict=True)]) for channel in range(2)]
    )
    data = sounds.wav(stereo.T.astype("<i2").tobytes(), channels=2)
    file = SimpleUploadedFile("court.wav", data)
    (row,) = api(editor).post("/api/audio/", {"file": [file], "case": str(case.pk)}, format="multipart").json()
    work_off()
    session = AudioSession.objects.get(pk=row["id"])
    assert session.status == "ready", session.error
    by_speaker = [(str(segment.speaker), segment.text) for segment in session.segments.select_related("speaker")]
    assert [name for name, text in by_speaker if "young man" in text] == ["Speaker 2"]
    assert {name for name, text in by_speaker if "Dashwood" in text or "selfish" in text} == {"Speaker 1"}
    assert not list(blobs.private_folder(".audio").glob(f"{session.pk}*"))


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=sounds.RATE)
        return np.concatenate([part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)])
