"""How long progress takes from a worker's publish to a WebSocket client, through a real web process."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

import websockets
from asgiref.sync import sync_to_async
from django.conf import settings

from bench.installation import pss
from cases.models import Case, Membership
from lexintel.models import ApiToken, User
from tasks.progress.events import emit
from tasks.progress.transport import publisher

EVENTS = 300
PAUSE = 0.01
START_SECONDS = 60
CROWD = 5000
TABS = 10  # sockets of one person
KNOCKING = 40  # handshakes at once
DESCRIPTORS = CROWD + 500


def run(out: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds: `progress_p50` (goal 25), `progress_p95` (goal 100) from publish to client, `publish` (goal 1), `emit` with its row;
    `targeted_p50` (goal 10) to one of 5,000 sockets."""
    # The web process inherits it: a socket is a file descriptor at both ends.
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, max(DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    users = User.objects.bulk_create(User(username=f"bench-{uuid.uuid4().hex}") for _ in range(CROWD // TABS))
    cases = Case.objects.bulk_create(Case(title=f"Bench {n}") for n in range(CROWD))
    Membership.objects.bulk_create(Membership(case=case, user=users[n // TABS]) for n, case in enumerate(cases))
    keys = [ApiToken.issue(user, "bench")[1] for user in users]
    port, web = _start_web()
    try:
        figures = asyncio.run(_measure(port, keys[0], cases[0])) | asyncio.run(_measure_crowd(port, keys, cases))
        figures["crowd_web_pss_mb"] = pss(web.pid)
    finally:
        web.terminate()
        web.wait(30)
        Case.objects.filter(pk__in=[case.pk for case in cases]).delete()
        User.objects.filter(pk__in=[user.pk for user in users]).delete()
    out(f"progress to a WebSocket: p50 {figures['progress_p50']:.1f} ms, p95 {figures['progress_p95']:.1f} ms")
    out(f"publish {figures['publish']:.2f} ms, emit with its row {figures['emit']:.2f} ms")
    out(
        f"to one of {CROWD} sockets of one web process ({figures['crowd_web_pss_mb']:.0f} MB): p50 {figures['targeted_p50']:.1f} ms "
        f"(goal 10), p95 {figures['targeted_p95']:.1f} ms; they were connected in {figures['crowd_connected_s']:.0f} s"
    )
    return figures


def _start_web() -> tuple[int, subprocess.Popen[bytes]]:
    port = 18000 + os.getpid() % 2000
    command = [sys.executable, "-m", "lexintel.web", "--port", str(port)]
    environment = {**os.environ, "TASK_EXECUTOR": settings.TASK_EXECUTOR, "TASK_BACKGROUND_THREADS": "1"}
    return port, subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _connect(port: int, key: str) -> websockets.ClientConnection:
    address, headers = f"ws://127.0.0.1:{port}/ws/progress/", {"Authorization": f"Token {key}"}
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return await websockets.connect(address, additional_headers=headers, ping_interval=None, open_timeout=60)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def _measure(port: int, key: str, case: Case) -> dict[str, float]:
    topic = f"document:{uuid.uuid4()}"
    sent: dict[int, float] = {}
    taken: list[float] = []
    async with await _follow(port, key, case) as socket:
        telling = asyncio.create_task(_tell(topic, case, sent))
        for _ in range(EVENTS):
            event = json.loads(await asyncio.wait_for(socket.recv(), 30))
            taken.append((time.perf_counter() - sent[event["seq"]]) * 1000)
        emits = await telling
    hundredths = statistics.quantiles(taken, n=100)
    publish = await sync_to_async(publish_cost)(topic)
    return {"progress_p50": hundredths[49], "progress_p95": hundredths[94], "publish": publish, "emit": statistics.median(emits)}


async def _measure_crowd(port: int, keys: list[str], cases: list[Case]) -> dict[str, float]:
    """Every socket follows a case of its own, ten of them for the same person; each event is for one of them."""
    turns = asyncio.Semaphore(KNOCKING)
    began = time.monotonic()

    async def follow(number: int) -> websockets.ClientConnection:
        async with turns:
            return await _follow(port, keys[number // TABS], cases[number])

    sockets = await asyncio.gather(*map(follow, range(len(cases))))
    connected = time.monotonic() - began
    taken = []
    for number in range(1, EVENTS + 1):
        at = random.randrange(len(cases))  # noqa: S311
        started = time.perf_counter()
        await sync_to_async(emit)(f"document:{uuid.uuid4()}", scope=cases[at].pk, status="started", percent=1, message=f"page {number}")
        event = json.loads(await asyncio.wait_for(sockets[at].recv(), 30))
        taken.append((time.perf_counter() - started) * 1000)
        if event["message"] != f"page {number}":
            raise RuntimeError(f"Socket {at} was told {event}, which was not for it.")
        await asyncio.sleep(PAUSE)
    await asyncio.gather(*(socket.close() for socket in sockets))
    hundredths = statistics.quantiles(taken, n=100)
    return {"targeted_p50": hundredths[49], "targeted_p95": hundredths[94], "crowd_connected_s": connected}


async def _follow(port: int, key: str, case: Case) -> websockets.ClientConnection:
    """A socket that is subscribed to one case."""
    socket = await _connect(port, key)
    await socket.send(json.dumps({"subscribe": [f"case:{case.pk}"]}))
    while "subscribed" not in json.loads(await socket.recv()):
        pass
    return socket


async def _tell(topic: str, case: Case, sent: dict[int, float]) -> list[float]:
    """Emit as a worker does; the time of event n is taken before its row is written."""
    costs = []
    for number in range(1, EVENTS + 1):
        began = sent[number] = time.perf_counter()
        await sync_to_async(emit)(topic, scope=case.pk, status="started", percent=number / 3, message=f"page {number}")
        costs.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE)
    return costs


def publish_cost(topic: str) -> float:
    """Median ms of the publishing call alone."""
    event = {"topic": topic, "seq": 1, "task": None, "attempt": 1, "status": "started", "step": "", "percent": 1, "message": "page 1 of 50"}
    costs = []
    for _ in range(200):
        began = time.perf_counter()
        publisher.publish([{"scope": None, "event": event}])
        costs.append((time.perf_counter() - began) * 1000)
    return statistics.median(costs)
