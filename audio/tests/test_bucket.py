"""Recordings in a bucket, on a real S3-speaking server: heard, played by ranges, checked, and gone when they are purged."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from audio.models import AudioSession
from audio.services import sessions
from audio.services.noise import versions
from audio.tests import sounds
from audio.tests.working import work_off
from cases.models import AuditEvent, Case
from documents.models import StorageCheck
from documents.services.storage import blobs, checking
from documents.tests.s3 import KEY, SECRET, Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(running: Server, settings: Any, tmp_path: Path) -> Server:
    settings.VAR, settings.TASK_EXECUTOR = tmp_path, "background"
    settings.STORAGE_URL, settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY = running.url, KEY, SECRET
    return running


def recording() -> bytes:
    return sounds.wav(sounds.pcm(np.concatenate([sounds.silence(2), sounds.noise(2), sounds.silence(2)])))


def taken_in(case: Case, editor: Any) -> AudioSession:
    (session,) = sessions.accept_many([(BytesIO(recording()), "hearing.wav")], case=case, user=editor)
    return session


def test_a_recording_is_heard_and_played_by_ranges(server: Server, case: Case, editor: Any, client: Client) -> None:
    session = taken_in(case, editor)
    assert server.path_of(session.stored_as).read_bytes() == recording()
    work_off()
    session.refresh_from_db()
    assert (session.status, session.duration_s) == ("ready", 6.0)
    assert session.noise_model is not None, "the classifier's file lies in the bucket, too"
    client.force_login(editor)
    address = f"/api/audio/{session.pk}/file/"
    reply = client.get(address, headers={"range": "bytes=44-143"})
    assert (reply.status_code, b"".join(reply)) == (206, recording()[44:144])
    server.kill()
    assert client.get(address).status_code == 503
    server.start()


def test_a_missing_recording_is_told_and_cannot_be_heard_anew(server: Server, case: Case, editor: Any, client: Client) -> None:
    session = taken_in(case, editor)
    work_off()
    server.path_of(session.stored_as).unlink()
    assert checking.run(lambda: None, lambda done, of: None).missing == 1
    session.refresh_from_db()
    assert "file_missing" in [notice["code"] for notice in session.notices]
    assert AuditEvent.objects.filter(verb="audio.file_missing", target_id=str(session.pk)).exists()
    client.force_login(editor)
    assert "The stored file is missing on the server." in client.get(f"/audio/{session.pk}/").text
    for copy in (blobs.root() / ".copies").iterdir():
        copy.unlink()
    sessions.reprocess(session, editor)
    work_off()
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", "file_missing")


def test_the_classifiers_file_is_checked_like_others_and_belongs_to_no_case(server: Server, case: Case) -> None:
    model = versions.active()
    assert model is not None
    checking.run(lambda: None, lambda done, of: None)
    assert StorageCheck.objects.filter(stored_as=model.stored_as, case=None, state="sound").exists()
    with versions.proof_of(model) as proof:
        assert Path(proof["file"]).stat().st_size == model.size
