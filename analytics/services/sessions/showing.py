"""The analysis of a recording as its page shows it: charts, and which sound is heard when as rows of cells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics.services.charts import Chart, Look, Series
from analytics.services.sessions import words
from analytics.services.sessions.contracts import BINS, Analysis, Sound
from audio.services.work import clock

MOST_STRETCHES = 200
LONG_S = 600.0
"""From which length on talk is told in minutes."""
WIDTH = 600.0
DEGREES = 4


@dataclass(frozen=True)
class Cell:
    """A part of the recording in a row: how much of it (1 to DEGREES) a sound is heard in; x and width of WIDTH."""

    x: float
    width: float
    degree: int
    url: str
    words: str


@dataclass(frozen=True)
class Strip:
    """Row of a kind of sound: its sums, and its cells where it is heard."""

    sound: Sound
    cells: list[Cell]

    @property
    def time(self) -> str:
        return words.seconds(self.sound.seconds)


def strips_of(analysis: Analysis, address: str) -> list[Strip]:
    """`address` is that of the recording's page, in whose player each cell begins."""
    return [Strip(sound, _cells(analysis, sound.label, address)) for sound in analysis.sounds]


def _cells(analysis: Analysis, label: str, address: str) -> list[Cell]:
    whole = analysis.timeline[-1].end_s if analysis.timeline else 0.0
    made = []
    for part in analysis.timeline if whole else ():
        seconds, length = part.seconds.get(label, 0.0), part.end_s - part.start_s
        if not seconds or length <= 0:
            continue
        degree = min(DEGREES, 1 + int(DEGREES * seconds / length))
        told = _("%(sound)s, %(start)s to %(end)s: %(time)s") % {
            "sound": words.sound(label), "start": clock(part.start_s), "end": clock(part.end_s), "time": words.seconds(seconds),
        }  # fmt: skip
        x = round(WIDTH * part.start_s / whole, 2)
        made.append(Cell(x, round(WIDTH * length / whole, 2), degree, moment(address, part.start_s), told))
    return made


def moment(address: str, second: float) -> str:
    """Where the player begins at this second."""
    return f"{address}#t={second:.2f}"


def charts_of(analysis: Analysis, address: str) -> list[Chart]:
    """Those that have anything to show."""
    found = [_snr(analysis, address), _talk(analysis), _sure(analysis), _work(analysis)]
    return [chart for chart in found if not chart.is_empty]


def _snr(analysis: Analysis, address: str) -> Chart:
    parts = analysis.timeline
    series = Series(_("Speech over noise"), [part.snr_db for part in parts], [moment(address, part.start_s) for part in parts])
    about = _("How far speech stands out; no value where nobody speaks, or nothing is heard between.")
    labels = [clock(part.start_s) for part in parts]
    return Chart("snr", _("Speech over noise along the recording"), Look.LINES, labels, [series], "dB", 1, about)


def _talk(analysis: Analysis) -> Chart:
    long = analysis.duration_s >= LONG_S
    values = [talk.seconds / 60 if long else talk.seconds for talk in analysis.talk]
    labels = [words.speaker(talk.name) for talk in analysis.talk]
    return Chart("talk", _("Who talks how long"), Look.ROWS, labels, [Series(_("Talk"), values)], "min" if long else "s", 1)


def _sure(analysis: Analysis) -> Chart:
    labels = [f"{place / BINS:.1f}–{(place + 1) / BINS:.1f}" for place in range(BINS)]
    about = _("How sure the speech model is of each word, 0 to 1; words of a person count as certain.")
    return Chart("sure", _("Words by probability"), Look.BARS, labels, [Series(_("Words"), analysis.words.bins)], about=about)


def _work(analysis: Analysis) -> Chart:
    labels = [words.step(step.name) for step in analysis.steps]
    series = Series(_("Work"), [step.seconds for step in analysis.steps])
    return Chart("work", _("What the processing cost"), Look.ROWS, labels, [series], "s", 1)
