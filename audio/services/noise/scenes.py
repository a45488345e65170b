"""Stretches of sound whose noises are known, because they were computed: what a forest is trained on where nobody has labelled anything.

Speech comes from the demonstration's hearing (synthetic voices, played at other speeds for more of them). A scene belongs to a group;
scenes of different groups share no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE
from audio.services.noise import labels, sounds
from audio.services.noise.features import STEP

COUNT, SEED = 360, 1
"""An hour: what a version is trained on."""
HELD_COUNT, HELD_SEED = 90, 2
"""What versions are examined on: scenes that none was trained on."""
SCENE_S = 10.0
GROUPS = 10
SPOKEN = 0.72
"""Share of the scenes in which somebody speaks."""
NOT_HEARD_DB, HEARD_DB = -24.0, -10.0
"""A noise this far below all else in its half second is not there; one above the second figure is; between them nobody can say."""
SILENT_DB = -60.0
Wave = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """`sound` at 16 kHz; `heard` (steps, labels) is 1 where it is heard, 0 where it is not, -1 where nobody can say."""

    group: int
    sound: NDArray[np.float32]
    heard: NDArray[np.int8]


@dataclass
class _Mix:
    rng: np.random.Generator
    whole: Wave
    layers: dict[str, Wave] = field(default_factory=dict)

    def add(self, label: str, sound: Wave, first: int = 0) -> None:
        layer = self.layers.setdefault(label, np.zeros(len(self.whole)))
        end = min(len(layer), first + len(sound))
        layer[first:end] += sound[: end - first]


def scenes(count: int, speech: Sequence[Wave], seed: int) -> Iterator[Scene]:
    """`count` scenes; `speech` are sentences at 16 kHz, at least two for each of GROUPS."""
    for index in range(count):
        group = index % GROUPS
        yield _scene(np.random.default_rng([seed, index]), group, speech[group::GROUPS])


def _scene(rng: np.random.Generator, group: int, speech: Sequence[Wave]) -> Scene:
    n = int(SCENE_S * RATE)
    mix = _Mix(rng, np.zeros(n))
    quiet = rng.random() < 0.06
    if not quiet:
        if rng.random() < SPOKEN:
            _speak(mix, speech)
        for label in _chosen(rng):
            _make(mix, label, speech)
    return _finished(mix, group, quiet)


def _chosen(rng: np.random.Generator) -> list[str]:
    """No noise, one, or two, all kinds alike often."""
    kinds = [labels.HUM, labels.TRAFFIC, labels.KEYBOARD, labels.DOOR, labels.CROWD, labels.MUSIC, labels.ALARM]
    return [str(kind) for kind in rng.choice(kinds, size=rng.choice([0, 1, 2], p=[0.08, 0.47, 0.45]), replace=False)]


def _speak(mix: _Mix, speech: Sequence[Wave]) -> None:
    """Sentences with pauses between them, by one voice or two; now and then through a telephone."""
    rng, n = mix.rng, len(mix.whole)
    pace = rng.uniform(0.85, 1.2)
    phone = rng.random() < 0.22
    at, said = int(rng.uniform(0, 2.5) * RATE), np.zeros(n)
    while at < n - RATE:
        sentence = sounds.unit(sounds.faster(speech[int(rng.integers(len(speech)))], pace))
        end = min(n, at + len(sentence))
        said[at:end] += sentence[: end - at] * rng.lognormal(0, 0.15)
        at = end + int(rng.gamma(1.5, 0.5) * RATE)
    if phone:
        said = sounds.telephone(rng, said)
        mix.add(labels.TELEPHONE, said)
    else:
        for _wall in range(1 + (rng.random() < 0.35)):  # a courtroom echoes more than a studio
            said = sounds.room(rng, said)
    mix.add(labels.SPEECH, said)


def _make(mix: _Mix, label: str, speech: Sequence[Wave]) -> None:
    """A noise for the whole scene or a part of it, between 5 dB louder and 20 dB quieter than speech."""
    rng, n = mix.rng, len(mix.whole)
    steady = label in (labels.HUM, labels.TRAFFIC, labels.CROWD, labels.MUSIC)
    long = n if steady and rng.random() < 0.45 else int(rng.uniform(1.5, 7.0 if label != labels.DOOR else 2.2) * RATE)
    first = 0 if long == n else int(rng.uniform(0, n - long))
    if label == labels.CROWD:
        kind = rng.random()
        if kind < 0.3:
            sound = sounds.applause(rng, long)
        else:
            sound = sounds.murmur(rng, long, speech) if kind < 0.6 else sounds.babble(rng, long, speech)
    else:
        sound = sounds.NOISES[label](rng, long)
    decibels = rng.uniform(-20, 5) if labels.SPEECH in mix.layers else rng.uniform(-15, 5)
    fade = min(len(sound) // 4, int(rng.uniform(0.005, 0.3) * RATE)) if steady else 80
    ramp = np.minimum(1, np.arange(1, len(sound) + 1) / max(fade, 1))
    mix.add(label, sound * ramp * ramp[::-1] * 10 ** (decibels / 20), first)


def _finished(mix: _Mix, group: int, quiet: bool) -> Scene:
    """Through one microphone: its colour, its own noise, its level."""
    rng, n = mix.rng, len(mix.whole)
    room = sounds.coloured(rng, n, rng.uniform(-1, 2.5)) * 10 ** (rng.uniform(-60, -28) / 20)
    whole = np.sum([*mix.layers.values(), room], axis=0) if mix.layers else room
    if labels.TELEPHONE in mix.layers:  # the same sound is speech, too
        whole = whole - mix.layers[labels.TELEPHONE]
    level = rng.uniform(-80, -62) if quiet else rng.uniform(-38, -12) if mix.layers else rng.uniform(-58, -30)
    loud = np.sqrt(np.square(whole).mean()) + 1e-12
    gain = 10 ** (level / 20) / loud
    heard = _heard(mix, room, gain)
    sound = _microphone(rng, whole * gain)
    if rng.random() < 0.08:
        sound = np.clip(sound, -0.25, 0.25) * 2
    sound = np.clip(sound, -1, 1)
    return Scene(group, (np.round(sound * 32767) / 32768).astype(np.float32), heard)


def _microphone(rng: np.random.Generator, sound: Wave) -> Wave:
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    points = np.interp(np.log2(hertz + 30), np.linspace(4.9, 13, 6), rng.uniform(-5, 5, 6))
    gain = 10 ** (points / 20) / np.sqrt(1 + (rng.uniform(20, 110) / np.maximum(hertz, 1)) ** 6)
    if rng.random() < 0.3:
        gain /= np.sqrt(1 + (hertz / rng.uniform(3800, 7500)) ** 24)  # a codec of few bits
    return np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))


def _heard(mix: _Mix, room: Wave, gain: float) -> NDArray[np.int8]:
    """By how loud each layer is beside all the others, half second by half second."""
    steps = -(-len(room) // STEP)
    power = {label: _power(layer, steps) for label, layer in mix.layers.items()}
    whole = sum((each for label, each in power.items() if label != labels.TELEPHONE), _power(room, steps))
    found = np.zeros((steps, len(labels.LABELS)), np.int8)
    for place, label in enumerate(labels.LABELS):
        if label in power:
            beside = power[label] / (whole - power[labels.SPEECH if label == labels.TELEPHONE else label] + 1e-12)
            decibels = 10 * np.log10(beside + 1e-12)
            found[:, place] = np.where(decibels >= HEARD_DB, 1, np.where(decibels < NOT_HEARD_DB, 0, -1))
    total = 10 * np.log10(whole * gain**2 + 1e-12)
    found[:, labels.LABELS.index(labels.SILENCE)] = np.where(total < SILENT_DB, 1, np.where(total > SILENT_DB + 4, 0, -1))
    return found


def _power(layer: Wave, steps: int) -> Wave:
    padded = np.zeros(steps * STEP)
    padded[: len(layer)] = np.square(layer)
    return padded.reshape(steps, STEP).mean(axis=1)
