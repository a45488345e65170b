"""How long progress takes from a worker's publish to a WebSocket client, through a real web process; beside its parts alone."""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from bench.figures import Figures, Plan
from bench.installation import free_port, own_database, pss, stop
from bench.publishing import bare_ms, publish_ms
from bench.sockets import Socket, connect
from cases.models import Case, Membership
from lexintel.models import ApiToken, User
from tasks.progress.events import emit

EVENTS = 300
PAUSE = 0.01
CROWD = 5000
TABS = 10  # sockets of one person
KNOCKING = 40  # handshakes at once
OTHER_FILES = 500  # descriptors of a process beside its sockets


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: from publish to a client, to its row and the way through the broker alone; to one of 5,000 sockets, to the only one."""
    crowd, events = _allowed(plan.size(CROWD, 40), out), plan.size(EVENTS, 30)
    with own_database("lexintel_bench_progress") as env:
        users = User.objects.bulk_create(User(username=f"bench-{number}") for number in range(crowd // TABS))
        cases = Case.objects.bulk_create(Case(title=f"Bench {n}") for n in range(crowd))
        Membership.objects.bulk_create(Membership(case=case, user=users[n // TABS]) for n, case in enumerate(cases))
        keys = [ApiToken.issue(user, "bench")[1] for user in users]
        with _web(env) as (port, web):
            one, emitting = asyncio.run(_measure(port, keys[0], cases[0], events))
            many, seconds = asyncio.run(_measure_crowd(port, keys, cases, events))
            memory = pss(web.pid)
        publish, (bare_publish, bare_way) = publish_ms("document:bench"), bare_ms(env["REDIS_URL"])
    connection.close()
    ratios = {
        "publish to client to its row and the broker alone": one[49] / (emitting + bare_way),
        "publishing an event to redis-py's publish": publish / bare_publish,
        f"to one of {crowd} sockets to the only one": many[49] / one[49],
        f"the web process with {crowd} sockets, MiB": memory,
    }
    absolute = {
        "publish to client, p50 ms": one[49],
        "publish to client, p95 ms": one[94],
        "publishing an event, ms": publish,
        "an event with its row, ms": emitting,
        f"to one of {crowd} sockets, p50 ms": many[49],
        f"to one of {crowd} sockets, p95 ms": many[94],
        f"{crowd} sockets connect and subscribe, s": seconds,
    }
    return Figures(ratios, absolute)


def _allowed(crowd: int, out: Callable[[str], object]) -> int:
    """How many sockets this process (and the web process, which inherits it) may have open: each is a descriptor at both ends."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = crowd if hard == resource.RLIM_INFINITY else min(crowd, hard - OTHER_FILES)
    if most < crowd:
        out(f"  {most} sockets instead of {crowd}: more open files are not allowed here (ulimit -n)")
    wanted = most + OTHER_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return most // TABS * TABS


@contextmanager
def _web(env: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "lexintel.web", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env={**env, "TASK_BACKGROUND_THREADS": "1", "TASK_SERVICES_AT_START": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield port, process
    finally:
        stop(process)


async def _measure(port: int, key: str, case: Case, events: int) -> tuple[list[float], float]:
    """Hundredths of the ms from publish to client; the median ms of an emit with its row."""
    topic = f"document:{uuid.uuid4()}"
    sent: dict[int, float] = {}
    taken: list[float] = []
    socket = await _follow(port, key, case)
    telling = asyncio.create_task(_tell(topic, case, sent, events))
    for _ in range(events):
        event = await socket.hear()
        taken.append((time.perf_counter() - sent[event["seq"]]) * 1000)
    emits = await telling
    socket.sendClose()
    return statistics.quantiles(taken, n=100), statistics.median(emits)


async def _measure_crowd(port: int, keys: list[str], cases: list[Case], events: int) -> tuple[list[float], float]:
    """Every socket follows a case of its own, ten of them for the same person; each event is for one of them."""
    turns = asyncio.Semaphore(KNOCKING)
    began = time.monotonic()

    async def follow(number: int) -> Socket:
        async with turns:
            return await _follow(port, keys[number // TABS], cases[number])

    sockets = await asyncio.gather(*map(follow, range(len(cases))))
    connected = time.monotonic() - began
    taken = []
    for number in range(1, events + 1):
        at = random.randrange(len(cases))  # noqa: S311
        started = time.perf_counter()
        await sync_to_async(emit)(f"document:{uuid.uuid4()}", scope=cases[at].pk, status="started", percent=1, message=f"page {number}")
        event = await sockets[at].hear()
        taken.append((time.perf_counter() - started) * 1000)
        if event["message"] != f"page {number}":
            raise RuntimeError(f"Socket {at} was told {event}, which was not for it.")
        await asyncio.sleep(PAUSE)
    for socket in sockets:
        socket.sendClose()
    return statistics.quantiles(taken, n=100), connected


async def _follow(port: int, key: str, case: Case) -> Socket:
    """A socket that is subscribed to one case."""
    socket = await connect(port, "/ws/progress/", {"Authorization": f"Token {key}"})
    socket.say({"subscribe": [f"case:{case.pk}"]})
    while "subscribed" not in await socket.hear():
        pass
    return socket


async def _tell(topic: str, case: Case, sent: dict[int, float], events: int) -> list[float]:
    """Emit as a worker does; the time of event n is taken before its row is written."""
    costs = []
    for number in range(1, events + 1):
        began = sent[number] = time.perf_counter()
        await sync_to_async(emit)(topic, scope=case.pk, status="started", percent=number / 3, message=f"page {number}")
        costs.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE)
    return costs
