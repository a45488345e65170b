"""The process that looks at a watched folder is killed with -9 in the middle: every file is taken, none twice."""

from __future__ import annotations

import os
import time

import pytest

from cases.services import matters
from documents.models import Document, Source, SourceItem
from documents.services.sources import looking, managing
from lexintel.models import User
from tasks.models import TaskRecord
from tasks.tests.processes import until, web_server

FILES = 500
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_a_look_survives_the_death_of_its_process(tmp_path, settings):
    settings.TASK_EXECUTOR, settings.WATCH_ROOTS = "background", [tmp_path]
    long_ago = time.time() - 3600
    for number in range(FILES):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"Letter {number}.")
        os.utime(path, (long_ago, long_ago))
    owner = User.objects.create_user("owner-of-folder")
    source = managing.add(matters.create_case("The folder", user=owner), owner, "folder", {"path": str(tmp_path)})
    with web_server(TASK_EXECUTOR="background", WATCH_ROOTS=str(tmp_path)) as web:
        until(Document.objects.exists, 120, f"the first group\n{web.tail()}")
        web.kill()
        left = Document.objects.count()
        assert left == SourceItem.objects.filter(outcome="accepted").count() < FILES
        web.restart()
        until(lambda: not TaskRecord.objects.active().filter(name=looking.LOOK).exists(), 180, f"the end of the look\n{web.tail()}")
    assert (Document.objects.count(), SourceItem.objects.filter(outcome="accepted").count()) == (FILES, FILES)
    assert not Document.objects.exclude(duplicate_of=None).exists()
    assert Source.objects.get(pk=source.pk).error == ""
