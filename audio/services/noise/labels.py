"""The kinds of sound that are told apart. Several may be heard at once."""

from __future__ import annotations

SILENCE, SPEECH = "silence", "speech"
HUM, TRAFFIC, KEYBOARD, DOOR, CROWD, MUSIC, ALARM, TELEPHONE = (
    "hum", "traffic", "keyboard", "door", "crowd", "music", "alarm", "telephone",
)  # fmt: skip
NOISES = (HUM, TRAFFIC, KEYBOARD, DOOR, CROWD, MUSIC, ALARM, TELEPHONE)
LABELS = (SILENCE, SPEECH, *NOISES)
OTHER = "other"
"""What a person may say of a stretch in which none of these is heard."""
