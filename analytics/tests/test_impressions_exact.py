"""Impressions are counted exactly once whatever dies between: real processes killed with -9 at each step, a Redis of the test's own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from analytics.models import AppliedImpressions, Impression, ImpressionDay, PendingImpression, RecentView
from analytics.services.impressions import counting, live, syncing, writing
from analytics.services.impressions.events import Event, Totals
from cases.models import Case
from cases.services import matters
from documents.models import Document
from lexintel.models import User
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import environment
from tasks.tests.servers import Own, empty, own_valkey

pytestmark = pytest.mark.faults
STEPS = ("renamed", "noted", "read", "written", "committed", "dropped")
CHILD = """
import os, signal, sys
import django
django.setup()
from django.db import connections
from analytics.services.impressions import syncing
for line in sys.stdin:
    wanted = line.strip()
    def step(name):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
    if not (pid := os.fork()):
        syncing.synchronise(step)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
"""Forks before it has any connection; the fork synchronises, and kills itself at the step that the line names."""


@pytest.fixture(scope="module")
def valkey(committed) -> Iterator[Own]:  # noqa: F811
    with own_valkey() as own:
        yield own


@pytest.fixture
def case(valkey) -> Iterator[Case]:
    user = User.objects.create_user("reader")
    yield matters.create_case("Roe v. Wade", user=user)
    empty(valkey)
    for model in (Impression, ImpressionDay, AppliedImpressions, RecentView, PendingImpression):
        model._default_manager.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case, lexintel_user CASCADE")


@pytest.fixture
def documents(case) -> list[Document]:
    return Document.objects.bulk_create(Document(case=case, title=f"No. {n}", status="ready") for n in range(3))


def look(documents: list[Document], times: int = 1) -> int:
    """Number n is looked at n + 1 times."""
    user = User.objects.get()
    for n, document in enumerate(documents):
        for _time in range((n + 1) * times):
            counting.count("document", document.pk, user.pk)
    return times


def totals(documents: list[Document]) -> list[int]:
    views = dict(Impression.objects.values_list("target", "views"))
    return [views.get(document.pk, 0) for document in documents]


def assert_exact(documents: list[Document], rounds: int) -> None:
    assert totals(documents) == [rounds, 2 * rounds, 3 * rounds]
    assert sum(ImpressionDay.objects.values_list("views", flat=True)) == 6 * rounds
    assert sum(RecentView.objects.values_list("views", flat=True)) == 6 * rounds
    with live.patient() as client:
        assert live.bundles(client) == []


def test_killed_at_each_step_it_counts_exactly_once(documents):
    env = environment(LEXINTEL_BOOTSTRAP="off", DJANGO_SETTINGS_MODULE="lexintel.settings")
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], env=env, cwd=django_settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        rounds = 0
        for step in STEPS:
            rounds += look(documents)
            print(step, file=child.stdin, flush=True)
            assert child.stdout.readline().strip() == "-9", step
            rounds += look(documents)  # counted while nobody brings it in
            if step != STEPS[2]:  # after one of them the next one dies, too
                syncing.synchronise()
                assert_exact(documents, rounds)
        print("", file=child.stdin, flush=True)
        assert child.stdout.readline().strip() == "0"
        child.stdin.close()
    assert_exact(documents, rounds)


def test_two_at_once_while_it_is_counted_on_count_once(documents):
    done: list[syncing.Synchronised] = []
    go = threading.Event()

    def run() -> None:
        while not go.is_set():
            done.append(syncing.synchronise())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    rounds = look(documents, 20)
    go.set()
    for thread in threads:
        thread.join()
    syncing.synchronise()
    assert len(done) > 2
    assert_exact(documents, rounds)


def test_who_is_not_alone_leaves_it_to_the_other(documents):
    rounds = look(documents)
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            writing.alone(wait=True)
            held.set()
            go.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
    assert syncing.synchronise() == syncing.Synchronised(left=True)
    go.set()
    other.join()
    assert syncing.synchronise().counted == 6
    assert_exact(documents, rounds)


def test_emptied_in_the_middle_it_says_what_was_lost(valkey, documents, caplog):
    rounds = look(documents)
    done = syncing.synchronise(lambda step: empty(valkey) if step == "renamed" else None)
    assert (done.counted, done.bundles, done.lost) == (0, 0, 1)
    done = _lost_while_noted(valkey, documents)
    assert done.lost == 1
    assert "Redis lost impressions" in caplog.text
    look(documents)
    done = syncing.synchronise(lambda step: empty(valkey) if step == "read" else None)
    assert (done.counted, done.lost) == (6, 0)
    assert_exact(documents, rounds)


def _lost_while_noted(valkey: Own, documents: list[Document]) -> syncing.Synchronised:
    look(documents)
    return syncing.synchronise(lambda step: empty(valkey) if step == "noted" else None)


def test_restarted_from_an_older_copy_it_counts_nothing_twice(valkey, documents):
    rounds = look(documents)
    with live.patient() as client:
        client.save()
    assert syncing.synchronise().counted == 6
    valkey.kill()
    counting.counter._silent_until = 0.0
    rounds += look(documents)  # nobody takes it: kept in the process
    valkey.start()
    counting.counter._silent_until = 0.0
    with live.patient() as client:
        assert client.smembers(f"{live.prefix()}.hashes"), "the older copy has the counts that are in the tables already"
    rounds += look(documents)
    assert syncing.synchronise().counted == 12
    assert_exact(documents, rounds)


def test_one_that_hangs_delays_little_and_loses_nothing(valkey, documents, caplog):
    rounds = look(documents)
    with valkey.frozen():
        began = time.monotonic()
        rounds += look(documents)
        assert time.monotonic() - began < 2 * live.PATIENCE + 0.3  # for six of them: it is asked once
    counting.counter._silent_until = 0.0
    rounds += look(documents)
    assert caplog.text.count("Impressions are kept in the process") == 1
    syncing.synchronise()
    assert_exact(documents, rounds)  # also what arrived though no answer came


def test_what_is_kept_is_bounded_and_the_loss_is_told(valkey, documents, monkeypatch, caplog):
    monkeypatch.setattr(counting, "MOST_KEPT", 4)
    with valkey.frozen():
        look(documents)
    counting.counter._silent_until = 0.0
    counting.count("document", documents[0].pk)
    assert "2 impressions were not counted" in caplog.text
    assert syncing.synchronise().counted in (5, 6)  # the first of them may have arrived


def test_what_waits_without_redis_comes_to_the_same(settings, documents):
    settings.REDIS_URL = ""
    rounds = look(documents, 2)
    assert PendingImpression.objects.count() == 12
    assert syncing.synchronise().counted == 12
    rounds += look(documents)

    def full(_totals: Totals) -> int:
        raise OSError("no space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "write", full)
        with pytest.raises(OSError, match="no space"):
            syncing.synchronise()
    assert PendingImpression.objects.count() == 6
    syncing.synchronise()
    assert totals(documents) == [rounds, 2 * rounds, 3 * rounds]


def test_a_million(case):
    many = Document.objects.bulk_create([Document(case=case, title="", status="ready") for _ in range(2000)])
    user = User.objects.get()
    at = timezone.now()
    for first in range(0, 2000, 500):
        totals = Totals.of(Event("document", document.pk, user.pk, at) for document in many[first : first + 500])
        for key in totals.views:
            totals.views[key] = 500
        counting.counter.send(totals)
    began = time.monotonic()
    done = syncing.synchronise()
    took = time.monotonic() - began
    assert (done.counted, Impression.objects.count()) == (1_000_000, 2000)
    assert took < 20


def test_keys_bear_the_name_of_the_database(valkey, documents):
    look(documents)
    with redis.Redis.from_url(valkey.server.url) as client:
        names = {name.decode() for name in client.keys("*impressions*")}
    assert names
    assert all(name.startswith(f"lexintel.{connection.settings_dict['NAME']}.impressions.") for name in names)
