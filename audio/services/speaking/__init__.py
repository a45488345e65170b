"""Reading aloud: text to speech by a program of the installation's own (TTS_COMMAND), in a process of its own, kept by content."""

from audio.services.speaking.errors import EITHER, FAILURES, NOT_SET_UP, SpeechRefused
from audio.services.speaking.pieces import text_of_page
from audio.services.speaking.speech import Spoken, speak

__all__ = ["EITHER", "FAILURES", "NOT_SET_UP", "SpeechRefused", "Spoken", "speak", "text_of_page"]
