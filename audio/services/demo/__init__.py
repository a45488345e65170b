"""The demonstration matter with its hearing: synthetic voices, made by scripts/make_demo_hearing.py, heard by the real pipeline.

`hearing.json` beside the sound says who speaks when, in which words, and which noises are heard when.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from audio.models import AudioSession
from audio.services import sessions
from cases.models import Case
from documents.services import demo

HEARING = Path(__file__).with_name("hearing.ogg")
NAME = "Hearing of September 24, 2025.ogg"


def fill(user: Any) -> Case:
    """Make the demonstration case for this user with its papers and its hearing; what is there already stays, what was deleted too."""
    case = demo.fill(user)
    if not AudioSession.objects.filter(case=case, name=NAME).exists():
        sessions.accept_many([(ContentFile(HEARING.read_bytes()), NAME)], case=case, user=user)
    return case
