"""Noises that are computed: each takes a generator of random numbers and a length, and gives samples at 16 kHz.

No two are alike: what a noise is made of (pitch, rhythm, colour, how it decays) is drawn anew each time, within what such noises are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE
from audio.services.noise import labels

Floats = NDArray[np.float32]
Random = np.random.Generator
Noise = Callable[[Random, int], NDArray[np.float64]]


def coloured(rng: Random, n: int, slope: float, low: float = 20.0, high: float = 8000.0) -> NDArray[np.float64]:
    """Noise whose power falls by `slope` dB an octave, between two frequencies (soft edges)."""
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    octaves = np.log2(np.maximum(hertz, 20.0) / 1000)
    gain = 10 ** (-slope * octaves / 20)
    gain /= np.sqrt(1 + (low / np.maximum(hertz, 1e-3)) ** 6) * np.sqrt(1 + (hertz / high) ** 8)
    spectrum = gain * (rng.standard_normal(len(hertz)) + 1j * rng.standard_normal(len(hertz)))
    return unit(np.fft.irfft(spectrum, n))


def wander(rng: Random, n: int, hertz: float) -> NDArray[np.float64]:
    """Something between -1 and 1 that changes about so often a second."""
    points = max(4, int(n / RATE * hertz * 2) + 4)
    return np.interp(np.linspace(0, points - 1, n), np.arange(points), rng.uniform(-1, 1, points))


def unit(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same with a mean square of 1 (silence stays silence)."""
    return sound / (np.sqrt(np.square(sound).mean()) + 1e-9)


def hum(rng: Random, n: int) -> NDArray[np.float64]:
    """Mains with its multiples, a fan with its blades, or moving air; usually more than one."""
    t = np.arange(n) / RATE
    parts = np.zeros(n)
    which = rng.random(3) < (0.55, 0.45, 0.75)
    if which[0] or not which.any():
        base = rng.choice([50.0, 60.0]) * (1 + rng.normal(0, 0.0005))
        falls = rng.uniform(0.3, 1.2)
        parts += unit(
            sum(
                (
                    rng.uniform(0.2, 1) * k**-falls * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6))
                    for k in range(1, rng.integers(4, 18))
                ),
                np.zeros(n),
            )
        )
    if which[1]:
        blades = rng.uniform(70, 400)
        phase = 2 * np.pi * np.cumsum(blades * (1 + 0.004 * wander(rng, n, 0.7))) / RATE
        parts += rng.uniform(0.3, 1) * unit(
            sum((rng.uniform(0.2, 1) / k * np.sin(k * phase) for k in range(1, rng.integers(2, 7))), np.zeros(n))
        )
    if which[2]:
        air = coloured(rng, n, rng.uniform(2, 7), rng.uniform(20, 120), rng.uniform(400, 4000))
        parts += rng.uniform(0.5, 2.5) * air * (1 + 0.12 * wander(rng, n, 0.5))
    return unit(parts)


def traffic(rng: Random, n: int) -> NDArray[np.float64]:
    """Vehicles that pass: tyres and engines that swell and fade, over the rumble of the rest."""
    t = np.arange(n) / RATE
    parts = rng.uniform(0.2, 0.8) * coloured(rng, n, rng.uniform(4, 8), 25, rng.uniform(300, 900))
    for _vehicle in range(rng.integers(1, 4)):
        middle, width = rng.uniform(0, n / RATE), rng.uniform(0.8, 3.5)
        swell = 1 / (1 + np.square((t - middle) / width)) ** rng.uniform(0.8, 1.8)
        tyres = coloured(rng, n, rng.uniform(1, 5), rng.uniform(80, 400), rng.uniform(900, 3000))
        revolutions = rng.uniform(25, 95) * (1 + 0.12 * wander(rng, n, 0.4)) * (1 - 0.06 * np.tanh((t - middle) / width))
        phase = 2 * np.pi * np.cumsum(revolutions) / RATE
        engine = unit(
            sum((rng.uniform(0.2, 1) * k**-0.8 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, rng.integers(5, 16))), np.zeros(n))
        )
        engine *= 1 + 0.5 * coloured(rng, n, 0, 5, 60)
        parts += swell * (rng.uniform(0.3, 1) * tyres + rng.uniform(0.1, 1.2) * unit(engine)) * rng.uniform(0.5, 2)
    if rng.random() < 0.2:
        horn = rng.uniform(300, 500)
        at, long = int(rng.uniform(0, 0.7) * n), int(rng.uniform(0.2, 0.8) * RATE)
        tones = sum((np.sign(np.sin(2 * np.pi * f * t)) for f in (horn, horn * 1.26)), np.zeros(n))
        parts[at : at + long] += rng.uniform(0.5, 1.5) * tones[at : at + long]
    return unit(parts)


def keyboard(rng: Random, n: int) -> NDArray[np.float64]:
    """Keys that are pressed and let go, or paper that is turned and crumpled."""
    return _keys(rng, n) if rng.random() < 0.5 else _paper(rng, n)


def _keys(rng: Random, n: int) -> NDArray[np.float64]:
    found = np.zeros(n)
    pace, low, high = rng.uniform(3, 11), rng.uniform(300, 1500), rng.uniform(2500, 7500)
    ring, colour = rng.uniform(200, 900), rng.uniform(-2, 3)
    at = rng.uniform(0, 0.1)
    while at < n / RATE:
        strength = rng.lognormal(0, 0.35)
        _add(found, at, strength * _click(rng, low, high, ring, rng.uniform(0.004, 0.018), colour))
        _add(
            found,
            at + rng.uniform(0.05, 0.13),
            strength * rng.uniform(0.15, 0.6) * _click(rng, low, high, ring, rng.uniform(0.003, 0.01), colour),
        )
        at += rng.gamma(2.5, 1 / pace / 2.5) + (rng.uniform(0.2, 0.6) if rng.random() < 0.06 else 0)
    return unit(found)


def _click(rng: Random, low: float, high: float, ring: float, decay: float, colour: float) -> NDArray[np.float64]:
    n = int(RATE * decay * 7) + 64
    t = np.arange(n) / RATE
    body = coloured(rng, n, colour, low, high) + rng.uniform(0.1, 0.8) * np.sin(2 * np.pi * ring * t)
    return body * np.exp(-t / decay) * np.minimum(1, t / 0.0008)


def _paper(rng: Random, n: int) -> NDArray[np.float64]:
    rustle = coloured(rng, n, rng.uniform(-3, 2), rng.uniform(500, 1500), rng.uniform(5000, 8000))
    crackle = np.exp(1.2 * coloured(rng, n, 0, 15, 300)) * np.exp(rng.uniform(0.5, 1.3) * coloured(rng, n, 3, 1, 12))
    found = rustle * np.minimum(crackle, 40)
    for _snap in range(rng.integers(0, 1 + 6 * n // RATE)):
        _add(found, rng.uniform(0, n / RATE), found.std() * rng.uniform(2, 8) * _click(rng, 800, 8000, 3000, rng.uniform(0.001, 0.006), 0))
    return unit(found)


def door(rng: Random, n: int) -> NDArray[np.float64]:
    """Knocks, or a door that falls shut; what is left of the length is its echo."""
    found = np.zeros(n)
    modes = rng.uniform(80, 900, rng.integers(3, 7))
    if rng.random() < 0.7:
        at, pause = rng.uniform(0, 0.06), rng.uniform(0.12, 0.4)
        while at < n / RATE - 0.1:
            _add(found, at, rng.lognormal(0, 0.25) * _thump(rng, modes, rng.uniform(0.012, 0.05)))
            at += pause * rng.uniform(0.85, 1.2) + (rng.uniform(0.2, 0.6) if rng.random() < 0.12 else 0)
    else:
        at = rng.uniform(0, 0.3)
        if rng.random() < 0.5:
            _add(found, at, rng.uniform(0.2, 0.5) * _click(rng, 700, 6000, 1800, rng.uniform(0.005, 0.02), 1))
            at += rng.uniform(0.06, 0.25)
        _add(found, at, 2 * _thump(rng, modes * 0.6, rng.uniform(0.06, 0.2)))
        _add(found, at + rng.uniform(0.03, 0.15), rng.uniform(0.2, 0.8) * _click(rng, 500, 5000, 1200, rng.uniform(0.01, 0.03), 1))
    return unit(room(rng, found))


def _thump(rng: Random, modes: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    n = int(RATE * decay * 9) + 128
    t = np.arange(n) / RATE
    body = sum(
        (rng.uniform(0.3, 1) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) * np.exp(-t / decay * rng.uniform(0.7, 1.6)) for f in modes),
        np.zeros(n),
    )
    hit = coloured(rng, n, rng.uniform(2, 6), 60, rng.uniform(1500, 6000)) * np.exp(-t / rng.uniform(0.003, 0.012))
    return (body + rng.uniform(0.3, 2) * hit) * np.minimum(1, t / 0.0005)


def music(rng: Random, n: int) -> NDArray[np.float64]:
    """Notes of one scale in a steady beat: a melody, chords, a bass, sometimes drums."""
    found = np.zeros(n)
    beat = rng.uniform(0.25, 0.65)
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.6 else np.array([0, 2, 3, 5, 7, 8, 10])
    key, partials, falls, attack = rng.uniform(40, 52), int(rng.integers(3, 12)), rng.uniform(0.7, 1.8), rng.uniform(0.004, 0.08)
    ring = rng.uniform(0.3, 2.5)
    drums, melody, chords = rng.random(3) < (0.45, 0.85, 0.7)
    if not melody and not chords:
        melody = True
    for step in range(int(n / RATE / beat) + 1):
        at = step * beat
        root = scale[rng.integers(7)]
        if chords and step % 2 == 0:
            for third in (0, 2, 4):
                _add(
                    found,
                    at,
                    0.5 * _note(rng, key + 12 + scale[(list(scale).index(root) + third) % 7], 2.2 * beat, partials, falls, attack, ring),
                )
        if melody:
            for half in range(rng.integers(1, 3)):
                _add(
                    found,
                    at + half * beat / 2,
                    _note(rng, key + 24 + scale[rng.integers(7)] + 12 * rng.integers(0, 2), 1.2 * beat, partials, falls, attack, ring),
                )
        if rng.random() < 0.6:
            _add(found, at, 0.8 * _note(rng, key - 12 + root, beat, 5, 1.5, 0.01, ring))
        if drums:
            _add(found, at, 1.2 * _thump(rng, np.array([rng.uniform(45, 70), 90.0]), 0.06))
            _add(found, at + beat / 2, 0.5 * _click(rng, 2000, 8000, 4000, 0.02, -1))
    return unit(room(rng, found))


def _note(rng: Random, pitch: float, seconds: float, partials: int, falls: float, attack: float, ring: float) -> NDArray[np.float64]:
    t = np.arange(int(seconds * RATE)) / RATE
    base = 440 * 2 ** ((pitch - 69) / 12)
    vibrato = 1 + 0.003 * rng.random() * np.sin(2 * np.pi * rng.uniform(4, 6.5) * t)
    phase = 2 * np.pi * np.cumsum(base * vibrato) / RATE
    sound = sum(
        (k**-falls * np.sin(k * phase) * np.exp(-t * k / ring / 3) for k in range(1, partials + 1) if base * k < 7500), np.zeros(len(t))
    )
    return sound * np.minimum(1, t / attack) * np.minimum(1, (t[-1] - t) / 0.03) * np.exp(-t / ring)


def alarm(rng: Random, n: int) -> NDArray[np.float64]:
    """Sirens, two tones, beeps, bells, a telephone that rings."""
    t = np.arange(n) / RATE
    kind = rng.integers(5)
    if kind == 0:
        low, high, pace = rng.uniform(350, 800), rng.uniform(900, 2000), rng.choice([rng.uniform(0.12, 0.5), rng.uniform(2, 5)])
        wave = 0.5 - 0.5 * np.cos(2 * np.pi * pace * t + rng.uniform(0, 6)) if rng.random() < 0.6 else (pace * t + rng.random()) % 1
        return unit(room(rng, _voice(rng, low * (high / low) ** wave)))
    if kind == 1:
        low, half = rng.uniform(350, 900), rng.uniform(0.2, 0.8)
        return unit(room(rng, _voice(rng, np.where((t / half).astype(int) % 2, low, low * rng.uniform(1.2, 1.5)))))
    if kind == 2:
        tone, long, pause = rng.uniform(800, 4000), rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.7)
        return unit(room(rng, _voice(rng, np.full(n, tone)) * (((t + rng.random()) % (long + pause)) < long)))
    if kind == 3:
        return unit(_bells(rng, n))
    pair, warble = (rng.uniform(400, 900), rng.uniform(900, 2200)), rng.uniform(12, 30)
    tones = np.where(np.sin(2 * np.pi * warble * t) > 0, pair[0], pair[1])
    long = rng.uniform(0.4, 2.0)
    return unit(room(rng, _voice(rng, tones) * (((t + 3 * rng.random()) % (long + rng.uniform(0.2, 1.5))) < long)))


def _voice(rng: Random, hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    falls = rng.uniform(0.8, 2.5)
    return sum((k**-falls * np.sin(k * phase) for k in range(1, rng.integers(2, 8))), np.zeros(len(hertz)))


def _bells(rng: Random, n: int) -> NDArray[np.float64]:
    found = np.zeros(n)
    base, ratios = (
        rng.uniform(400, 2500),
        np.array([0.5, 1.0, 1.19, 1.5, 2.0, 2.74, 3.76])[: rng.integers(4, 8)] * rng.uniform(0.97, 1.03, 1),
    )
    decay, pace = rng.uniform(0.08, 1.2), rng.choice([rng.uniform(0.5, 2), rng.uniform(8, 22)])
    amounts, at = rng.uniform(0.2, 1, len(ratios)), 0.0
    m = int(min(RATE * decay * 6, n))
    t = np.arange(m) / RATE
    stroke = sum(
        (
            a * np.sin(2 * np.pi * base * r * t) * np.exp(-t / decay * r**0.5)
            for a, r in zip(amounts, ratios, strict=True)
            if base * r < 7800
        ),
        np.zeros(m),
    )
    stroke *= np.minimum(1, t / 0.001)
    while at < n / RATE:
        _add(found, at, rng.uniform(0.8, 1.1) * stroke)
        at += rng.uniform(0.97, 1.03) / pace
    return found


def applause(rng: Random, n: int) -> NDArray[np.float64]:
    """Many hands."""
    found = np.zeros(n)
    clap = [
        _click(rng, rng.uniform(400, 900), rng.uniform(2500, 6000), rng.uniform(600, 1600), rng.uniform(0.004, 0.012), 1) for _ in range(12)
    ]
    for _hand in range(int(n / RATE * rng.uniform(25, 140))):
        _add(found, rng.uniform(0, n / RATE), rng.lognormal(0, 0.7) * clap[rng.integers(len(clap))])
    return unit(room(rng, found))


def babble(rng: Random, n: int, speech: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Voices of which none is understood: stretches of speech, some of them backwards, over each other, in a room."""
    found = np.zeros(n)
    for _person in range(rng.integers(5, 14)):
        at = int(rng.integers(-RATE, n))
        while at < n:
            said = speech[int(rng.integers(len(speech)))]
            if rng.random() < 0.4:
                said = said[::-1]
            said = faster(said, rng.uniform(0.85, 1.2))
            first = max(0, -at)
            end = min(n, at + len(said))
            if end > max(0, at):
                found[max(0, at) : end] += rng.lognormal(0, 0.3) * unit(said)[first : first + end - max(0, at)]
            at += len(said) + int(rng.uniform(0, 0.4) * RATE)
    return unit(room(rng, room(rng, found)))


def murmur(rng: Random, n: int, speech: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """So many people, so far away, that only the sound of voices is left, with some that stand out."""
    many = coloured(rng, n, rng.uniform(2, 6), rng.uniform(120, 350), rng.uniform(2000, 5000))
    many *= 1 + rng.uniform(0.1, 0.4) * wander(rng, n, rng.uniform(2, 6))
    return unit(many + rng.uniform(0.2, 0.9) * babble(rng, n, speech))


def faster(sound: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """The same played so much faster, and higher: another voice."""
    return np.interp(np.arange(0, len(sound) - 1, factor), np.arange(len(sound)), sound)


def telephone(rng: Random, sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """As it comes through a telephone: 300 to 3400 Hz, quantised as by the mu-law of ITU-T G.711, with the line's noise."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    low, high = rng.uniform(250, 380), rng.uniform(3000, 3600)
    gain = 1 / np.sqrt(1 + (low / np.maximum(hertz, 1)) ** 12) / np.sqrt(1 + (hertz / high) ** 40)
    narrow = np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))
    peak = np.abs(narrow).max() + 1e-9
    squeezed = np.sign(narrow) * np.log1p(255 * np.abs(narrow) / peak) / np.log(256)
    coarse = np.round(squeezed * 127) / 127
    opened = peak * np.sign(coarse) * np.expm1(np.abs(coarse) * np.log(256)) / 255
    line = coloured(rng, len(sound), 0, low, high) * np.sqrt(np.square(sound).mean()) * 10 ** (rng.uniform(-45, -22) / 20)
    return np.fft.irfft(np.fft.rfft(opened + line) * gain, len(sound))


def _add(target: NDArray[np.float64], at_s: float, piece: NDArray[np.float64]) -> None:
    first = int(at_s * RATE)
    if 0 <= first < len(target):
        end = min(len(target), first + len(piece))
        target[first:end] += piece[: end - first]


def room(rng: Random, sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """With the echo of a room (exponentially decaying noise), dry or wet."""
    decay = rng.uniform(0.03, 0.35)
    n = int(RATE * decay)
    echo = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n) * rng.uniform(0, 0.15)
    echo[0] = 1
    size = 1 << (len(sound) + n).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)[: len(sound)]


NOISES: dict[str, Noise] = {
    labels.HUM: hum, labels.TRAFFIC: traffic, labels.KEYBOARD: keyboard, labels.DOOR: door, labels.MUSIC: music, labels.ALARM: alarm,
}  # fmt: skip
