"""Which noises are heard: in computed sounds and in the demonstration's hearing, by a classifier whose file is proved."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.models import AudioPart, AudioSession, NoiseModel
from audio.services.demo import HEARING
from audio.services.hearing.sampling import WINDOW
from audio.services.noise import labels, sounds, versions
from audio.services.noise.features import STEP_WINDOWS, features
from audio.services.noise.heard import noise_spans
from audio.tests import sounds as files
from audio.tests.working import work_off
from documents.errors import Refused
from documents.services.storage import blobs

pytestmark = pytest.mark.django_db(transaction=True)
RATE = 16_000


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


@pytest.fixture
def heard(api: Any, case: Any, editor: Any) -> Any:
    """Put a recording in and hear it: its row, as the API shows it, with its spans."""

    def hear(data: bytes, name: str = "hearing.wav") -> tuple[dict[str, Any], list[dict[str, Any]]]:
        files = {"file": [SimpleUploadedFile(name, data)], "case": str(case.pk)}
        (row,) = api(editor).post("/api/audio/", files, format="multipart").json()
        work_off()
        return api(editor).get(f"/api/audio/{row['id']}/").json(), api(editor).get(f"/api/audio/{row['id']}/detections/").json()

    return hear


def computed(label: str, seed: int, seconds: float = 4.0, level_db: float = -25.0) -> bytes:
    """A WAV file: quiet, then the noise, then quiet. Drawn with a seed that no training used."""
    rng = np.random.default_rng([77, seed])
    noise = sounds.NOISES[label](rng, int(seconds * RATE))
    quiet = sounds.coloured(rng, 3 * RATE, 0) * 10 ** (-75 / 20)
    around = sounds.coloured(rng, len(noise), 0) * 10 ** (-75 / 20)
    whole = np.concatenate([quiet, noise * 10 ** (level_db / 20) + around, quiet])
    return files.wav(files.pcm(whole.astype(np.float32)))


@pytest.mark.parametrize("label", [labels.HUM, labels.KEYBOARD, labels.MUSIC, labels.ALARM, labels.TRAFFIC, labels.DOOR])
def test_computed_noises_are_found_where_they_are(heard, label):
    found = 0
    for seed in range(5):
        _row, spans = heard(computed(label, seed))
        found += any(span["label"] == label and span["start_s"] < 6.5 and span["end_s"] > 3.5 for span in spans)
    assert found >= 3, f"{label} was found in {found} of 5"


def test_the_noises_of_the_demonstrations_hearing_are_found_and_no_others(heard):
    script = json.loads(HEARING.with_suffix(".json").read_text())
    names = {"telephone": labels.TELEPHONE, "hum": labels.HUM, "knock": labels.DOOR, "paper": labels.KEYBOARD, "siren": labels.ALARM}
    true = [(names[noise["label"]], noise["start_s"], noise["end_s"]) for noise in script["noises"]]
    _row, spans = heard(HEARING.read_bytes(), "hearing.ogg")
    found = [(span["label"], span["start_s"], span["end_s"]) for span in spans if span["label"] in labels.NOISES]

    def same(one: tuple[str, float, float], other: tuple[str, float, float]) -> bool:
        return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]

    missed = [each[0] for each in true if not any(same(each, span) for span in found)]
    assert missed in ([], [labels.HUM]), "the air conditioner is 30 dB below the voice"
    assert sum(not any(same(span, each) for each in true) for span in found) <= 1
    assert all(0 < span["confidence"] <= 1 for span in spans)


def test_a_fresh_installation_has_a_classifier_and_says_which_one_was_asked(heard, api, editor):
    row, _spans = heard(computed(labels.MUSIC, 9))
    model = NoiseModel.objects.get()
    assert (model.number, model.active) == (1, True)
    assert AudioSession.objects.get(pk=row["id"]).noise_model == model
    assert set(model.labels) == set(labels.LABELS)
    assert model.metrics["accuracy"] > 0.8
    assert len(AudioPart.objects.get(session=row["id"]).noises) == len(labels.LABELS) * -(-10 * RATE // (STEP_WINDOWS * WINDOW))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path, model: path.write_bytes(path.read_bytes()[:-1] + b"x"), "is not the one that was stored"),
        (lambda path, model: path.unlink(), "is not in the storage"),
        (lambda path, model: NoiseModel.objects.update(signature="0" * 64), "was not signed by this installation"),
    ],
)
def test_a_file_that_cannot_be_believed_is_not_asked_and_the_recording_says_so(heard, harm, words):
    model = versions.active()
    assert model is not None
    harm(blobs.path_of(model), model)
    row, spans = heard(computed(labels.MUSIC, 1))
    assert row["status"] == "ready"
    ((notice,),) = [row["notices"]]
    assert notice["code"] == "no_noise_model"
    assert words in notice["text"]
    assert not {span["label"] for span in spans} & set(labels.NOISES)
    with pytest.raises(Refused, match=words):
        versions.proof_of(NoiseModel.objects.get()).__enter__()


def test_another_key_makes_no_version_ours_but_a_fallback_key_does(settings):
    model = versions.active()
    assert model is not None
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key than before, and a long one"
    with pytest.raises(Refused, match="SECRET_KEY has changed"):
        versions.proof_of(model).__enter__()
    settings.SECRET_KEY_FALLBACKS = [old]
    with versions.proof_of(model) as proof:
        assert proof["sha256"] == model.sha256


def test_a_version_of_other_features_gives_way_to_that_of_the_release():
    first = versions.active()
    NoiseModel.objects.update(schema="0")
    second = versions.active()
    assert first is not None
    assert second is not None
    assert (second.number, second.active, NoiseModel.objects.get(pk=first.pk).active) == (2, True, False)
    with pytest.raises(Refused, match="other figures of sound"):
        versions.activate(NoiseModel.objects.get(pk=first.pk), None)


def steps_of(*parts: tuple[float, float], label: str = labels.HUM) -> np.ndarray:
    """(seconds, probability) of one label, as windows."""
    column = np.repeat([value for _seconds, value in parts], [round(seconds / 0.512) * STEP_WINDOWS for seconds, _value in parts])
    found = np.zeros((len(column), len(labels.LABELS)), np.uint8)
    found[:, labels.LABELS.index(label)] = (column * 255).astype(np.uint8)
    return found


@pytest.mark.parametrize(
    ("parts", "label", "spans"),
    [
        (((5, 0.0), (5, 0.9), (5, 0.0)), labels.HUM, 1),
        (((5, 0.0), (0.512, 0.9), (5, 0.0)), labels.HUM, 0),
        (((5, 0.0), (0.512, 0.9), (5, 0.0)), labels.DOOR, 1),
        (((5, 0.0), (5, 0.9), (1.024, 0.0), (5, 0.9)), labels.HUM, 1),
        (((5, 0.0), (5, 0.9), (5, 0.0), (5, 0.9)), labels.HUM, 2),
        (((5, 0.0), (5, 0.4), (5, 0.0)), labels.HUM, 0),
        (((5, 0.4), (5, 0.9), (5, 0.4)), labels.HUM, 1),
    ],
)
def test_steady_noises_are_joined_and_short_ones_kept(parts, label, spans):
    steps = steps_of(*parts, label=label)
    levels = np.full(len(steps), -30, np.int8)
    found = noise_spans(steps, levels, {label: 0.5}, 60.0, np.zeros(len(steps), bool))
    assert len(found) == spans


def test_nothing_is_heard_where_the_sound_could_not_be_read():
    steps = steps_of((5, 0.9))
    assert noise_spans(steps, np.full(len(steps), -30, np.int8), {labels.HUM: 0.5}, 60.0, np.ones(len(steps), bool)) == []


@pytest.mark.parametrize("samples", [1, 511, 512, 8_192, 8_193, 100_000])
def test_features_of_any_length_are_finite_and_as_many_as_half_seconds(samples):
    sound = np.zeros(samples, np.float32)
    found = features(sound, np.zeros(-(-samples // WINDOW), np.uint8))
    assert found.shape[0] == -(-samples // (STEP_WINDOWS * WINDOW))
    assert np.isfinite(found).all()
    with pytest.raises(ValueError, match="probabilities"):
        features(sound, np.zeros(1 + -(-samples // WINDOW), np.uint8))
