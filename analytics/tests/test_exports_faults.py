"""The process that writes an export is killed with -9 in the middle: it is written anew, and is there whole or not at all."""

from __future__ import annotations

import json
import os

import pytest
from django.db import connection
from django.utils import timezone

from analytics.models import Export
from analytics.services.exports import asking, places
from documents.services.storage import blobs
from lexintel.models import User
from tasks.models import TaskRecord
from tasks.tests.processes import until, web_server

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROWS = 300_000
FILL = """
INSERT INTO analytics_usagehour (hour, method, route, requests, client_errors, server_errors, ms, size, buckets)
SELECT timestamptz '2020-01-01 00:00Z' + n * interval '1 hour', 'GET', 'api/cases/', n, 0, 0, 0, 0, '{}' FROM generate_series(1, %s) n
"""


def test_an_export_is_written_anew_after_its_process_was_killed(settings):
    settings.TASK_EXECUTOR = "background"
    folder = blobs.private_folder(places.FOLDER)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [ROWS])
    person = User.objects.create_user("admin", is_staff=True)
    export = asking.ask(person, asking.order(person, "usage", None, "json", {}))

    def begun() -> bool:
        return any(part.stat().st_size > 1024 * 1024 for part in folder.glob(f".{export.pk}.*.part"))

    with web_server(TASK_EXECUTOR="background") as web:
        until(begun, 60, f"a part\n{web.tail()}")
        web.kill()
        assert not places.place_of(export.pk).exists()
        export.refresh_from_db()
        assert export.status == "writing"
        web.restart()
        until(lambda: TaskRecord.objects.get(pk=export.task_id).is_terminal, 120, f"the end\n{web.tail()}")
    export.refresh_from_db()
    assert (export.status, export.rows, export.error) == ("ready", ROWS, "")
    told = json.loads(places.place_of(export.pk).read_bytes())
    assert [row["requests"] for row in told["usage"]] == list(range(1, ROWS + 1))
    assert told["manifest"]["tables"][0]["rows"] == ROWS
    assert os.listdir(folder) == [str(export.pk)], "the part of the killed attempt goes with the next one"
    Export.objects.update(expires_at=timezone.now())
    assert places.sweep() == 1
