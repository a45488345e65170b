"""The figures of one recording, each with its unit and what it means; docs/AUDIO.md lists them.

Seconds are those of the recording; dB are of full scale (0 is the loudest that a file holds) unless they say speech over noise; shares
are 0 to 1. What cannot be known is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field

DEFINITIONS = 1
"""Number of these definitions: analyses that rest on others are made again."""
PERCENTILES = (5, 25, 50, 75, 95)
BINS = 10
"""Of the words' probabilities, each a tenth wide, its lower bound in it (1.0 is in the last)."""


def figure(unit: str, meaning: str, **options: Any) -> Any:
    return Field(description=meaning, json_schema_extra={"unit": unit}, **options)


class Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Pauses(Figures):
    number: int = figure("", "pauses between one stretch of speech and the next; what is before the first and after the last is none")
    seconds: float = figure("s", "all pauses together")
    longest_s: float | None = figure("s", "the longest pause")
    median_s: float | None = figure("s", "the median pause")


class Levels(Figures):
    mean_db: float = figure("dBFS", "level of the mean power of all windows of 32 ms")
    loudest_db: float = figure("dBFS", "the loudest window")
    p5_db: float = figure("dBFS", "5 % of the windows are at most as loud")
    p25_db: float = figure("dBFS", "25 % of the windows are at most as loud")
    p50_db: float = figure("dBFS", "the median window")
    p75_db: float = figure("dBFS", "75 % of the windows are at most as loud")
    p95_db: float = figure("dBFS", "95 % of the windows are at most as loud")


class Talk(Figures):
    name: str = figure("", "who speaks: a name that a person gave, or Speaker 1; empty where nobody is told")
    seconds: float = figure("s", "his segments together, without those that were probably never said")
    share: float = figure("share", "of the talk of all speakers")
    turns: int = figure("", "how often he begins to speak after another one, or first")
    longest_turn_s: float = figure("s", "from the first word to the last before another one speaks, the longest")
    words: int = figure("", "words he says")
    words_per_minute: float | None = figure("words/min", "words by the minutes of his segments")


class Sound(Figures):
    label: str = figure("", "speech, silence, clipping, or a kind of noise")
    seconds: float = figure("s", "all spans in which it is heard; two kinds may be heard at once")
    share: float | None = figure("share", "of the recording")
    number: int = figure("", "spans")
    longest_s: float = figure("s", "the longest span")
    level_db: float = figure("dBFS", "level of the spans' mean power, by their length; whatever else is heard there is in it")
    confidence: float = figure("share", "the classifier's mean confidence, by the spans' length")


class Part(Figures):
    start_s: float = figure("s", "where it begins")
    end_s: float = figure("s", "where it ends")
    seconds: dict[str, float] = figure("s", "of each kind of sound that is heard in it, by label")
    snr_db: float | None = figure("dB", "speech over noise in it; none where nobody speaks, or nothing is heard between")
    level_db: float = figure("dBFS", "level of its mean power")


class Stretch(Figures):
    start_s: float = figure("s", "where it begins")
    end_s: float = figure("s", "where it ends")
    reason: str = figure("", "doubtful (words probably never said), unsure (words heard badly), unreadable (no sound)")
    signs: list[str] = figure("", "of a doubtful one: repetition, loop, haste, silence", default=[])


class Words(Figures):
    number: int = figure("", "words of the transcript whose probability is known; those of a person count as certain")
    mean: float | None = figure("share", "their mean probability")
    unsure: int = figure("", "words with a probability below 0.5")
    unsure_share: float | None = figure("share", "of the words")
    bins: list[int] = figure("", "words by probability, in ten steps of a tenth")


class Step(Figures):
    name: str = figure("", "decoding, listening, transcribing, speakers")
    seconds: float = figure("s", "of work")
    audio_s: float = figure("s", "of the recording that it dealt with")
    factor: float | None = figure("×", "real-time factor: seconds of recording in a second of work")
    peak_memory_mb: float | None = figure("MB", "the most memory that its process took, where it is measured")


class Analysis(Figures):
    definitions: int = figure("", "number of these definitions", default=DEFINITIONS)
    version: int = figure("", "of the processing")
    transcript_version: int = figure("", "of the transcript; 0: there is none")
    duration_s: float = figure("s", "length of the recording")
    speech_s: float = figure("s", "in which somebody speaks, with pauses under 0.3 s")
    speech_share: float | None = figure("share", "speech, of the recording")
    silence_s: float = figure("s", "of silence: a second and longer, without speech, and quiet")
    silence_share: float | None = figure("share", "silence, of the recording")
    pauses: Pauses = figure("", "pauses between speech")
    noise_s: float = figure("s", "in which at least one kind of noise is heard")
    noise_share: float | None = figure("share", "noise, of the recording")
    snr_db: float | None = figure(
        "dB",
        "speech over noise: mean power of speech over the median power between it, from -10 (what is between is as loud, or louder) to 60",
    )
    clipping_s: float = figure("s", "in spans that are overdriven")
    clipped_share: float | None = figure("share", "samples at full scale, of all")
    levels: Levels | None = figure("", "how loud it is; none where nothing was heard")
    talk: list[Talk] = figure("", "talk time by speaker, who talks longest first")
    overlap_s: float | None = figure("s", "in which segments of two speakers overlap; none where the transcript has one voice at a time")
    sounds: list[Sound] = figure("", "what is heard by kind, longest first")
    timeline: list[Part] = figure("", "the recording in at most 60 equal parts, none shorter than 5 s but the last")
    stretches: list[Stretch] = figure("", "where words are not to be relied on, in the order of time")
    doubtful_s: float = figure("s", "in such stretches")
    doubtful_share: float | None = figure("share", "such stretches, of the recording")
    words: Words = figure("", "how sure the speech model is of its words")
    segments: int = figure("", "segments of the transcript")
    edited: int = figure("", "segments that people corrected")
    steps: list[Step] = figure("", "what the processing cost, by step")
    work_s: float = figure("s", "of work, all steps together")
    factor: float | None = figure("×", "real-time factor of the whole: seconds of recording in a second of work")
    engine: str = figure("", "speech model of the transcript")
    noise_model: str = figure("", "version of the classifier that told the noises; empty: none did")
    language: str = figure("", "of the transcript")
    container: str = figure("", "of the file as it came")
    codec: str = figure("", "of the file as it came")
    sample_rate: int | None = figure("Hz", "of the file as it came")
    channels: int | None = figure("", "of the file as it came")

    @property
    def silent(self) -> bool:
        return not self.speech_s


class Compared(Figures):
    """A figure beside those of the other recordings of its kind in the case."""

    key: str
    value: float | None
    median: float | None = figure("", "of the others")
    below: int = figure("", "others with a lower value")
    above: int = figure("", "others with a higher value")
    others: int = figure("", "others of which it is known")


def definitions(model: type[BaseModel] = Analysis, before: str = "") -> Iterator[tuple[str, str, str]]:
    """(key with dots, unit, meaning) of every figure."""
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        yield f"{before}{name}", str(unit), field.description or ""
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, Figures):
                yield from definitions(inner, f"{before}{name}.")
