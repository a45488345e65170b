"""Figures of recordings in words."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.services.sessions.contracts import Compared, Stretch
from audio.services.hearing.listening_page import SOUNDS

REASONS = {
    "doubtful": gettext_lazy("probably never said"),
    "unsure": gettext_lazy("heard badly"),
    "unreadable": gettext_lazy("no sound"),
}
SIGNS = {
    "repetition": gettext_lazy("a text that repeats itself"),
    "loop": gettext_lazy("one phrase again and again"),
    "haste": gettext_lazy("more words than anybody says in that time"),
    "silence": gettext_lazy("words where nobody speaks"),
}
STEPS = {
    "decoding": gettext_lazy("Decoding"),
    "listening": gettext_lazy("Listening"),
    "transcribing": gettext_lazy("Writing down"),
    "speakers": gettext_lazy("Telling speakers apart"),
}
COMPARED: dict[str, tuple[str | Promise, str]] = {
    "duration_s": (gettext_lazy("Length"), "s"),
    "snr_db": (gettext_lazy("Speech over noise"), "dB"),
    "levels.p50_db": (gettext_lazy("Median level"), "dBFS"),
    "speech_share": (gettext_lazy("Speech"), "share"),
    "noise_share": (gettext_lazy("Noise"), "share"),
    "clipped_share": (gettext_lazy("Overdriven samples"), "share"),
    "doubtful_share": (gettext_lazy("Not to be relied on"), "share"),
    "words.mean": (gettext_lazy("Mean probability of the words"), "share"),
    "factor": (gettext_lazy("Real-time factor"), "×"),
}


def sound(label: str) -> str:
    return str(SOUNDS.get(label, label))


def step(name: str) -> str:
    return str(STEPS.get(name, name))


def speaker(name: str) -> str:
    return name or _("Not named")


def why(stretch: Stretch) -> str:
    """ "probably never said: one phrase again and again" """
    reason = str(REASONS.get(stretch.reason, stretch.reason))
    signs = ", ".join(str(SIGNS.get(sign, sign)) for sign in stretch.signs)
    return f"{reason}: {signs}" if signs else reason


def shown(value: float | None, unit: str) -> str:
    """A figure with its unit, a share as per cent; a dash where it is not known."""
    if value is None:
        return "–"
    if unit == "share":
        percent = 100 * value
        return f"{number_format(percent, 2 if 0 < percent < 1 else 1)} %"
    told = number_format(value, 0 if float(value).is_integer() else 1)
    return f"{told} {unit}".strip()


def seconds(value: float | None) -> str:
    """ "4.2 s", "3 min 20 s", "1 h 5 min"."""
    if value is None:
        return "–"
    if value < 60:
        return f"{number_format(value, 1)} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def verdict(one: Compared) -> str:
    """ "noisier than 2 of 4 others"; "" where there is nothing to be compared."""
    if one.value is None or not one.others:
        return ""
    n = one.others
    sentence = {
        "snr_db": ngettext(
            "speech stands out more than in %(below)d of %(others)d other",
            "speech stands out more than in %(below)d of %(others)d others",
            n,
        ),
        "noise_share": ngettext("noisier than %(below)d of %(others)d other", "noisier than %(below)d of %(others)d others", n),
        "levels.p50_db": ngettext("louder than %(below)d of %(others)d other", "louder than %(below)d of %(others)d others", n),
        "duration_s": ngettext("longer than %(below)d of %(others)d other", "longer than %(below)d of %(others)d others", n),
    }.get(one.key, ngettext("higher than in %(below)d of %(others)d other", "higher than in %(below)d of %(others)d others", n))
    return sentence % {"below": one.below, "others": n}
