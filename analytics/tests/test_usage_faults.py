"""Recording while the database is away, and when a process is asked to end; in real processes."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest
from django.conf import settings

from analytics.models import APIRequest
from lexintel.models import ApiToken, User
from tasks.operations import metrics
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import database_url, environment, web_server

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]
AWAY = """
import sys, time, django, environ
django.setup()
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from analytics.services.usage.middleware import UsageMiddleware
from analytics.services.usage import recorder
from tasks import service_registry
service_registry.register(recorder.SERVICE, lambda: recorder.Recorder(bound=1000, pause=0.05), recorder.Recorder.close, at_start=False)
answer, slowest = UsageMiddleware(lambda request: HttpResponse("ok")), 0.0
for number in range(1500):
    began = time.perf_counter()
    assert answer(RequestFactory().get("/")).status_code == 200
    slowest = max(slowest, time.perf_counter() - began)
mine = service_registry.get(recorder.SERVICE)
time.sleep(0.5)
assert (len(mine), mine.dropped) == (1000, 500), (len(mine), mine.dropped)
assert slowest < 1, slowest
connection.settings_dict.update(environ.Env.db_url_config(sys.argv[1]))
deadline = time.monotonic() + 10
while len(mine) or mine.dropped:
    assert time.monotonic() < deadline, (len(mine), mine.dropped)
    time.sleep(0.02)
for number in range(7):
    answer(RequestFactory().get("/"))
service_registry.close_all()
"""


def test_a_database_that_is_away_costs_no_request_and_gets_them_when_it_is_back():
    env = environment(
        DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing", DJANGO_SETTINGS_MODULE="lexintel.settings", USAGE_RECORDING="yes"
    )
    command = [sys.executable, "-c", AWAY, database_url()]
    done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert APIRequest.objects.count() == 1000 + 7
    assert "lexintel_requests_dropped_total 500.0" in metrics.render().decode()


def test_a_web_process_that_is_asked_to_stop_writes_what_waits():
    user = User.objects.create_user("ada")
    token, key = ApiToken.issue(user, "Scanner")
    APIRequest.objects.all().delete()
    with web_server() as web:
        url = f"http://127.0.0.1:{web.port}/api/cases/"
        answers = [httpx.get(url, headers={"Authorization": f"Token {key}"}).status_code for _ in range(5)]
        assert web.stop() == 0, web.tail()
    found = APIRequest.objects.filter(route="api/cases/").values_list("method", "status", "user", "token")
    assert (answers, list(found)) == ([200] * 5, [("GET", 200, user.pk, token.pk)] * 5)
