"""Why a recording cannot be heard, in sentences for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tasks.base.causes import Cause, register_causes
from tasks.errors import PermanentError

SENTENCES = {
    "unreadable": _("This is not a recording that can be read, or it is damaged from its beginning."),
    "no_sound": _("This file has no sound: it is a film without a sound track, or holds something else."),
    "no_samples": _("This recording is empty: it holds no sound at all."),
    "bad_rate": _("This recording claims %(rate)s samples a second, which no recorder makes. It is damaged."),
    "too_many_channels": _("This recording has %(channels)s channels; at most %(most)s can be heard."),
    "too_long": _("This recording is longer than %(hours)s hours. Please split it."),
    "audio_timeout": _("Listening to this recording took too long and was stopped."),
    "audio_memory": _("Listening to this recording needed more memory than is allowed."),
    "audio_unconfined": _(
        "This machine could not lock the program that reads recordings, so the file was not opened. An administrator finds why in the log."
    ),
    "audio_crashed": _("The program that reads this kind of recording crashed on it. Nothing else was touched."),
    "speech_failed": _("The transcript could not be written: the speech model stopped (%(reason)s)."),
    "noise_changed": _("The file of the noise classifier is not the one that was stored."),
    "noise_unreadable": _("The file of the noise classifier is damaged."),
    "noise_type": _("The file of the noise classifier holds something that has no place in it (%(type)s)."),
    "noise_schema": _("The noise classifier was trained on other figures of sound than this release computes."),
    "noise_too_little": _(
        "There is too little to learn from: %(rows)s half seconds of labelled sound, and %(fewest)s are needed at least."
    ),
    "noise_one_sided": _(
        "“%(label)s” is heard in %(heard)s recordings and not heard in %(not_heard)s; at least %(fewest)s of each are needed. Add "
        "recordings, or take the label out."
    ),
    "noise_failed": _("The noise classifier could not be made or examined (%(reason)s)."),
    "noise_one_kind": _("There is only one kind of sound to learn; at least two are needed."),
    "speakers_outdated": _("The transcript was written anew while its speakers were told apart. Please ask again."),
    "voices_missing": _("Voices cannot be told apart on this server: the voice encoder is not installed (requirements-embedded.txt)."),
    "voices_damaged": _("The voice encoder's file (%(file)s) is not the one that LexIntel expects; reinstall requirements-embedded.txt."),
    "file_missing": _("The stored recording is missing on the server. Please add it again, and tell your administrator."),
    "audio_failed": _("This recording could not be heard (%(reason)s)."),
}
_NO_RECORDING = Cause(
    _("No recording that can be heard"),
    _("The file holds no sound that can be read, or lies about it."),
    _("Add the original, or the recording saved anew with its program; trying this file again gives the same answer."),
    retry=False,
    hopeless=True,
)
_BROKE = Cause(
    _("The recording broke its reader"),
    _("The program that reads this kind of recording ran out of memory or time, or crashed on it. Nothing else was touched."),
    _("Save the recording anew, for example as WAV or FLAC, and add that copy."),
    retry=False,
)


def failure(code: str, **details: str | int) -> PermanentError:
    return PermanentError(str(SENTENCES[code]) % details, code)


def register() -> None:
    register_causes(["no_sound", "no_samples", "bad_rate", "too_many_channels", "too_long"], _NO_RECORDING)
    register_causes(["audio_timeout", "audio_memory", "audio_crashed", "audio_unconfined", "audio_failed", "speech_failed"], _BROKE)
