"""The analysis of a recording: figures by hand, when it is made, who sees it, and the files of it."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import SessionAnalysis
from analytics.services.sessions import analysing, measuring, tables
from analytics.services.sessions.contracts import definitions
from audio.models import AudioPart, AudioSession, NoiseDetection, ProcessingMetric, Speaker, TranscriptSegment
from audio.services import sessions
from audio.services.transcript import editing
from audio.tests.working import work_off
from cases.models import AuditEvent, Case
from cases.services import matters
from documents.models import Paper
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
WINDOWS = 1875
"""Of a minute: 60 s / 32 ms."""


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def heard(case: Case, title: str = "Hearing", **fields: Any) -> AudioSession:
    """A recording that is ready, without anything heard in it."""
    return AudioSession.objects.create(case=case, title=title, **{"status": "ready", "duration_s": 60.0, "speech_s": 0.0, **fields})


def minute(case: Case, **fields: Any) -> AudioSession:
    """A minute: speech at -20 dB from 0 to 24 s and from 36 to 48 s, else -50 dB; hum from 12 to 60 s, a door from 30 to 33 s."""
    session = heard(
        case,
        speech_s=36.0,
        snr_db=30.0,
        transcript_version=1,
        engine="small.en",
        language="en",
        codec="pcm",
        sample_rate=16000,
        channels=1,
        **fields,
    )
    spoken = [window * 0.032 < 24 or 36 <= window * 0.032 < 48 for window in range(WINDOWS)]
    half = WINDOWS // 2
    for index, part in enumerate((spoken[:half], spoken[half:])):
        AudioPart.objects.create(
            session=session, version=1, index=index, levels=bytes((256 - 20) if said else (256 - 50) for said in part),
            speech=bytes(255 if said else 0 for said in part), clipped=bytes([255] * 3 + [0] * (len(part) - 3)) if index else bytes(half),
            bad=[[100, 125, "constant"]] if index else [],
        )  # fmt: skip
    spans = [
        ("speech", 0, 24, 0.9, -20), ("speech", 36, 48, 0.6, -20), ("hum", 12, 60, 0.8, -50), ("door", 30, 31, 0.5, -30),
        ("door", 31, 33, 0.8, -40), ("silence", 50, 55, 1, -60), ("clipping", 30, 30.5, 1, -20),
    ]  # fmt: skip
    for label, start, end, confidence, level in spans:
        NoiseDetection.objects.create(
            session=session, version=1, label=label, start_s=start, end_s=end, confidence=confidence, level_db=level
        )
    court, counsel = (Speaker.objects.create(session=session, number=number, name=name) for number, name in ((1, "The Court"), (2, "")))
    said: list[tuple[float, float, Speaker | None, list[float], list[str]]] = [
        (0, 6, court, [0.95, 0.9, 0.85], []),
        (7, 12, court, [0.9, 0.3], []),
        (12, 20, counsel, [1.0, 1.0, 1.0, 0.75], []),
        (20, 24, None, [0.2, 0.4], []),
        (36, 40, court, [0.99], []),
        (40, 44, counsel, [0.99, 0.99], ["loop", "repetition"]),
        (44.5, 48, counsel, [0.99], ["haste"]),
    ]
    for index, (start, end, speaker, sure, doubts) in enumerate(said):
        TranscriptSegment.objects.create(
            session=session, version=1, index=index, start_s=start, end_s=end, text="word " * len(sure), speaker=speaker, doubts=doubts,
            words=[[start, end, "word", one] for one in sure], confidence=sum(sure) / len(sure),
        )  # fmt: skip
    for step, seconds, audio_s, memory in (
        ("decoding", 0.5, 60, 100), ("listening", 1, 30, 310.26), ("listening", 1, 30, 250), ("transcribing", 5, 40, None)
    ):  # fmt: skip
        ProcessingMetric.objects.create(session=session, version=1, step=step, seconds=seconds, audio_s=audio_s, peak_memory_mb=memory)
    return session


def test_every_figure_is_what_one_gets_by_hand(case):
    found = measuring.analysis_of(minute(case))
    assert (found.duration_s, found.speech_s, found.speech_share) == (60.0, 36.0, 0.6)
    assert (found.silence_s, found.silence_share) == (5.0, 0.0833)
    assert (found.noise_s, found.noise_share) == (48.0, 0.8)  # the door is inside the hum
    assert found.pauses.model_dump() == {"number": 1, "seconds": 12.0, "longest_s": 12.0, "median_s": 12.0}
    assert found.clipping_s == 0.5
    assert found.clipped_share == round(3 / WINDOWS, 6)
    assert found.levels is not None
    assert (found.levels.loudest_db, found.levels.p50_db, found.levels.p5_db, found.levels.p95_db) == (-20, -20, -50, -20)
    assert found.levels.mean_db == -22.2  # 60 % at -20 dB: 10 log10(0.6 * 0.01 + 0.4 * 0.00001)
    assert [(one.name, one.seconds, one.share, one.turns, one.longest_turn_s, one.words, one.words_per_minute) for one in found.talk] == [
        ("The Court", 15.0, 0.5556, 2, 12.0, 6, 24.0),
        ("Speaker 2", 8.0, 0.2963, 1, 8.0, 4, 30.0),
        ("", 4.0, 0.1481, 1, 4.0, 2, 30.0),
    ]
    assert found.overlap_s is None
    sounds = {one.label: one for one in found.sounds}
    assert [one.label for one in found.sounds] == ["hum", "speech", "silence", "door", "clipping"]
    assert (sounds["speech"].seconds, sounds["speech"].number, sounds["speech"].confidence) == (36.0, 2, 0.8)  # (24 * .9 + 12 * .6) / 36
    door = sounds["door"]
    assert (door.seconds, door.share, door.number, door.longest_s, door.confidence) == (3.0, 0.05, 2, 2.0, 0.7)
    assert door.level_db == -34.0  # 10 log10((1 * 10^-3 + 2 * 10^-4) / 3)
    assert [(one.start_s, one.end_s, one.reason, one.signs) for one in found.stretches] == [
        (20.0, 24.0, "unsure", []),
        (33.18, 37.18, "unreadable", []),  # 937 + 100 windows, 125 long
        (40.0, 48.0, "doubtful", ["haste", "loop", "repetition"]),
    ]
    assert (found.doubtful_s, found.doubtful_share) == (16.0, 0.2667)
    assert (found.words.number, found.words.unsure, found.words.unsure_share) == (15, 3, 0.2)
    assert found.words.mean == round((0.95 + 0.9 + 0.85 + 0.9 + 0.3 + 3 + 0.75 + 0.6 + 4 * 0.99) / 15, 3)
    assert found.words.bins == [0, 0, 1, 1, 1, 0, 0, 1, 1, 10]
    assert [(one.name, one.seconds, one.audio_s, one.factor, one.peak_memory_mb) for one in found.steps] == [
        ("decoding", 0.5, 60.0, 120.0, 100.0), ("listening", 2.0, 60.0, 30.0, 310.3), ("transcribing", 5.0, 40.0, 8.0, None)
    ]  # fmt: skip
    assert (found.work_s, found.factor, found.engine) == (7.5, 8.0, "small.en")


def test_over_time_each_part_has_its_seconds_and_they_add_up(case):
    found = measuring.analysis_of(minute(case))
    assert len(found.timeline) == 13  # 156 windows each, 4.992 s; the last is shorter
    assert found.timeline[-1].end_s == 60.0
    assert found.timeline[0].seconds == {"speech": 4.99}
    for label, seconds in (("speech", 36), ("hum", 48), ("door", 3)):
        assert sum(part.seconds.get(label, 0) for part in found.timeline) == pytest.approx(seconds, abs=0.05)
    assert found.timeline[4].snr_db == pytest.approx(30, abs=0.1)  # speech until 24 s at -20 dB, after it -50 dB
    assert found.timeline[1].snr_db is None  # nothing is heard between the speech of it and its neighbours
    assert found.timeline[5].level_db == -50.0


def test_two_who_speak_at_once_are_told(case):
    session = minute(case)
    session.segments.filter(index=2).update(start_s=10)  # counsel begins two seconds before the court has ended
    assert measuring.analysis_of(session).overlap_s == 2.0


def test_five_hours_are_told_in_sixty_parts(case):
    whole = 5 * 3600
    session = heard(case, duration_s=float(whole), speech_s=0.0)
    windows = round(whole / 0.032)
    AudioPart.objects.create(session=session, version=1, index=0, levels=bytes([200]) * windows, speech=bytes(windows), clipped=b"")
    rows = [
        NoiseDetection(session=session, version=1, label="hum", start_s=start, end_s=start + 1, confidence=1, level_db=-50)
        for start in range(0, whole, 2)
    ]
    NoiseDetection.objects.bulk_create(rows)
    found = measuring.analysis_of(session)
    assert len(found.timeline) == 60
    assert {part.seconds["hum"] for part in found.timeline} == {150.0}
    assert found.noise_s == 9000.0


def test_a_silent_and_an_empty_recording_have_no_invented_figures(case, client, owner):
    silent = heard(case)
    AudioPart.objects.create(
        session=silent, version=1, index=0, levels=bytes([156]) * WINDOWS, speech=bytes(WINDOWS), clipped=bytes(WINDOWS)
    )
    found = measuring.analysis_of(silent)
    assert (found.speech_share, found.snr_db, found.talk, found.words.mean, found.clipped_share) == (0.0, None, [], None, 0.0)
    empty = measuring.analysis_of(heard(case, "Empty", duration_s=None, speech_s=None))
    assert (empty.speech_share, empty.levels, empty.timeline, empty.factor, empty.clipped_share) == (None, None, [], None, None)
    analysing.look(silent)
    work_off()
    client.force_login(owner)
    for session in (silent, AudioSession.objects.get(title="Empty")):
        assert "Nobody is heard speaking" in client.get(f"/audio/{session.pk}/analysis/").text


def test_it_is_made_when_a_recording_becomes_ready_and_again_when_what_it_rests_on_changes(case, editor, viewer, api):
    session = minute(case, task_id=None)
    sessions.settle(session, "ready")
    assert TaskRecord.objects.filter(name=analysing.TASK, scope=case.pk).count() == 1
    address = f"/api/analytics/sessions/{session.pk}/"
    waiting = api(viewer).get(address).json()
    assert (waiting["status"], waiting["figures"]) == ("making", None)
    assert waiting["task_id"] == str(TaskRecord.objects.get(name=analysing.TASK).pk)
    work_off()
    told = api(viewer).get(address).json()
    assert (told["status"], told["task_id"], told["figures"]["speech_share"], told["units"]["snr_db"]) == ("ready", None, 0.6, "dB")
    assert api(viewer).get(address).json()["made"] == told["made"]
    editing.rename(session, 2, editor, "Ms. Osei")
    assert api(viewer).get(address).json()["status"] == "outdated"
    work_off()
    again = api(viewer).get(address).json()
    assert again["status"] == "ready"
    assert [one["name"] for one in again["figures"]["talk"]] == ["The Court", "Ms. Osei", ""]
    editing.edit(session, session.segments.get(index=5).pk, editor, "What was said.")
    assert api(viewer).get(address).json()["status"] == "outdated"
    work_off()
    assert api(viewer).get(address).json()["figures"]["edited"] == 1


def test_who_may_see_and_who_may_ask(case, editor, viewer, stranger, api):
    session = minute(case)
    address = f"/api/analytics/sessions/{session.pk}/"
    stranger.is_superuser = stranger.is_staff = True
    stranger.save()
    assert [api(person).get(address).status_code for person in (viewer, stranger)] == [200, 404]
    asked = [api(person).post(address) for person in (editor, editor, viewer, stranger)]
    assert [answer.status_code for answer in asked] == [202, 202, 403, 404]
    assert asked[0].json() == asked[1].json()
    assert TaskRecord.objects.filter(name=analysing.TASK).count() == 1
    session.deleted_at = timezone.now()
    session.save()
    work_off()
    assert api(viewer).get(address).status_code == 404
    assert not SessionAnalysis.objects.exists()


def test_a_recording_is_compared_with_those_of_its_kind_in_its_case_only(case, owner, viewer, api):
    session = minute(case)
    for title, fields in {
        "Quiet": {"snr_db": 10.0}, "Loud": {"snr_db": 40.0}, "Unknown": {}, "Deposition": {"kind": "deposition", "snr_db": 1.0},
        "Gone": {"snr_db": 2.0, "deleted_at": timezone.now()},
    }.items():  # fmt: skip
        heard(case, title, **fields)
    heard(matters.create_case("Another", user=owner), "Elsewhere", snr_db=3.0)
    analysing.look(session)
    work_off()  # the task of the first has the others of the case analysed
    assert set(SessionAnalysis.objects.values_list("session__title", flat=True)) == {"Hearing", "Quiet", "Loud", "Unknown"}
    found = {one["key"]: one for one in api(viewer).get(f"/api/analytics/sessions/{session.pk}/").json()["compared"]}
    assert found["snr_db"] == {"key": "snr_db", "value": 30.0, "median": 25.0, "below": 1, "above": 1, "others": 2}
    assert (found["speech_share"]["below"], found["speech_share"]["others"]) == (3, 3)
    assert found["words.mean"]["others"] == 0


def test_the_page_tells_each_state(case, client, owner, viewer):
    session = minute(case)
    address = f"/audio/{session.pk}/analysis/"
    client.force_login(owner)
    assert address in client.get(session.get_absolute_url()).text
    assert "The analysis is being made." in client.get(address).text
    work_off()
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).text
    assert len(queries) < 25
    assert f"{session.get_absolute_url()}#t=40.00" in page
    assert "probably never said: more words than anybody says in that time, one phrase again and again" in page
    assert 'name="audio"' in page
    client.force_login(viewer)
    assert 'name="audio"' not in client.get(address).text
    AudioSession.objects.filter(pk=session.pk).update(status="processing", version=2)
    assert "what is shown is of the processing before" in client.get(address).text
    AudioSession.objects.filter(pk=session.pk).update(status="failed", error="The file is broken.")
    assert "The file is broken." in client.get(address).text
    never = heard(case, "Waiting", status="pending")
    assert "its analysis comes after it" in client.get(f"/audio/{never.pk}/analysis/").text
    TaskRecord.objects.create(
        name=analysing.TASK, payload={"session_id": str(heard(case, "Broken").pk)}, scope=case.pk, status="failed", error="Out of memory."
    )
    broken = client.get(f"/audio/{AudioSession.objects.get(title='Broken').pk}/analysis/").text
    assert "Out of memory." in broken
    assert "Try again" not in broken  # that is for editors


def test_a_copy_is_told_as_its_original(case, viewer, api):
    session = minute(case)
    copy = heard(case, "Copy", duplicate_of=session)
    assert api(viewer).get(f"/api/analytics/sessions/{copy.pk}/").json()["status"] == "making"
    work_off()
    assert api(viewer).get(f"/api/analytics/sessions/{copy.pk}/").json()["figures"]["speech_s"] == 36.0
    assert SessionAnalysis.objects.get().session == session


def test_a_paper_is_made_of_it_and_listed_with_the_case_s_papers(case, editor, api):
    session = minute(case)
    asked = {"kind": "session_analysis", "audio": str(session.pk), "format": "docx"}
    answer = api(editor).post(f"/api/cases/{case.pk}/papers/", asked, format="json")
    assert answer.status_code == 202
    refused = api(editor).post(f"/api/cases/{case.pk}/papers/", {**asked, "audio": str(case.pk)}, format="json")
    assert "no such recording" in refused.json()["detail"]
    work_off()
    paper = Paper.objects.get(pk=answer.json()["id"])
    assert (paper.status, paper.title) == ("ready", "Analysis of a recording, Hearing")
    said = json.dumps(paper.content)
    assert "The Court" in said
    assert "Speech stands 30 dB over the noise." in said
    assert "#t=40.00" in said


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_the_command_writes_a_file_and_the_audit_trail(case, tmp_path, form):
    session = minute(case)
    Speaker.objects.filter(name="The Court").update(name='=HYPERLINK("x")')
    target, out = tmp_path / f"analysis.{form}", StringIO()
    call_command("export_session", str(session.pk), output=target, stdout=out)
    assert "36 s of speech, 3 stretches not to be relied on." in out.getvalue()
    assert AuditEvent.objects.get(verb="audio.analysis_exported").detail == {"format": form}
    content = target.read_bytes()
    if form == "json":
        assert json.loads(content)["figures"]["talk"][0]["words_per_minute"] == 24.0
    elif form == "csv":
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
        assert ["talk", '\'=HYPERLINK("x")', "seconds", "15.0", "s"] in rows
        assert ["figures", "", "levels.p5_db", "-50.0", "dBFS"] in rows
    else:
        assert content.startswith(b"PK" if form == "xlsx" else b"%PDF")


def test_the_command_refuses_in_one_sentence(case, tmp_path):
    waiting = heard(case, status="pending")
    with pytest.raises(CommandError, match="has not been processed"):
        call_command("export_session", str(waiting.pk), output=tmp_path / "a.json")
    with pytest.raises(CommandError, match="no recording"):
        call_command("export_session", str(case.pk), output=tmp_path / "a.json")
    with pytest.raises(CommandError, match="--format"):
        call_command("export_session", str(waiting.pk), output=tmp_path / "a.doc")
    assert not list(tmp_path.iterdir())


def test_every_figure_is_defined_in_the_documentation(settings):
    told = Path(settings.BASE_DIR, "docs", "AUDIO.md").read_text()
    assert not [key for key, _unit, _meaning in definitions() if f"`{key}`" not in told]
    assert tables.UNITS["talk.words_per_minute"] == "words/min"
