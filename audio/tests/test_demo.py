"""The demonstration's hearing: there once, heard by the real pipeline, and as the file beside it says."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from audio.models import AudioSession
from audio.services.demo import HEARING, fill
from audio.services.sessions import PROCESS, delete, restore
from audio.services.timeline import follow_all
from audio.tests.working import work_off
from cases.models import Event
from documents.services.timeline.entries import Filters, Origin, events_for
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
STEP_S = 0.01
TRUTH = json.loads(HEARING.with_suffix(".json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def hear_it() -> None:
    """Run the recording's task and leave the papers waiting."""
    TaskRecord.objects.exclude(name=PROCESS).update(status="cancelled")
    work_off()


def timeline(spans: list[dict[str, Any]], margin: float = 0.0) -> Any:
    """True for each hundredth of a second that one of the spans holds."""
    line = np.zeros(round(TRUTH["duration_s"] / STEP_S) + 100, bool)
    for span in spans:
        line[max(0, round((span["start_s"] - margin) / STEP_S)) : round((span["end_s"] + margin) / STEP_S)] = True
    return line


def test_the_hearing_is_there_once_and_as_the_truth_beside_it_says(owner, api):
    case = fill(owner)
    assert fill(owner) == case
    (row,) = api(owner).get(f"/api/audio/?case={case.pk}").json()["results"]
    assert (row["title"], row["kind"]) == ("Hearing of September 24, 2025", "hearing")
    hear_it()
    found = api(owner).get(f"/api/audio/{row['id']}/").json()
    assert (found["status"], found["codec"], found["notices"]) == ("ready", "opus", [])
    assert abs(found["duration_s"] - TRUTH["duration_s"]) < 0.1
    heard = api(owner).get(f"/api/audio/{row['id']}/detections/").json()
    speech = timeline([each for each in heard if each["label"] == "speech"])
    said = timeline(TRUTH["utterances"])
    assert (speech & said).sum() / said.sum() > 0.85, "what is said is found as speech, its pauses for breath are not"
    assert (speech & timeline(TRUTH["utterances"], 0.4)).sum() / speech.sum() > 0.9, "and little else is"
    assert not [each for each in heard if each["label"] == "clipping"]


NUMBERS = re.compile(r"(?<=\d)[,.:-](?=\d)")
ALIKE = {"vs": "v", "versus": "v", "u.s.c": "usc", "u.s": "us", "ms": "ms", "five": "5"}


def words_of(text: str) -> list[str]:
    """For comparing: small letters, numbers without marks, ways to write the same word as one."""
    words = [word.strip(".,:;?!$") for word in NUMBERS.sub("", text.lower()).replace("-", " ").split()]
    return [ALIKE.get(word, re.sub(r"(?<=\d)(st|nd|rd|th)$", "", word)) for word in words if word]


def mistakes(said: list[str], heard: list[str]) -> int:
    """Words to change, leave out or put in (Levenshtein's distance)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        before, row = row, [number]
        for index, other in enumerate(heard, 1):
            row.append(min(before[index - 1] + (word != other), before[index] + 1, row[-1] + 1))
    return row[-1]


def test_the_transcript_says_what_was_said(owner, api):
    case = fill(owner)
    hear_it()
    session = AudioSession.objects.get(case=case)
    if session.document is None:
        pytest.skip("there is no speech model here")
    said = words_of(" ".join(each["text"] for each in TRUTH["utterances"]))
    heard = words_of(" ".join(segment.text for segment in session.segments.all()))
    assert mistakes(said, heard) / len(said) < 0.08
    assert "preliminary injunction" in " ".join(heard)


def test_the_hearing_stands_in_the_timeline_by_the_date_of_its_name_until_it_is_deleted(owner):
    case = fill(owner)
    hearings = Filters(kinds=[Event.Kind.HEARING])
    (entry,) = events_for(owner, case, hearings)
    session = AudioSession.objects.get(case=case)
    assert (entry.event.dated, entry.event.state) == ("2025-09-24", "proposed")
    assert entry.origin == Origin(session.title, session.get_absolute_url())
    follow_all()
    assert Event.objects.filter(kind=Event.Kind.HEARING).count() == 1
    delete(session, owner)
    assert events_for(owner, case, hearings) == []
    restore(session, owner)
    assert len(events_for(owner, case, hearings)) == 1


def test_who_deleted_the_hearing_does_not_get_it_back(owner):
    case = fill(owner)
    delete(AudioSession.objects.get(case=case), owner)
    fill(owner)
    assert AudioSession.objects.filter(case=case).count() == 1


def test_the_truth_is_whole_and_in_the_order_of_time():
    utterances = TRUTH["utterances"]
    assert {each["speaker"] for each in utterances} == set(TRUTH["speakers"])
    assert all(before["end_s"] < after["start_s"] for before, after in pairwise(utterances))
    assert utterances[-1]["end_s"] < TRUTH["duration_s"]
    assert [noise["label"] for noise in TRUTH["noises"]] == ["telephone", "hum", "knock", "paper", "siren"]
    assert HEARING.stat().st_size < 1_000_000


def test_the_command_says_what_it_put_in(owner, capsys):
    call_command("demo", user="owner")
    assert "documents 9, recordings 1" in capsys.readouterr().out
