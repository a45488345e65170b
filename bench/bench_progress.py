"""How long progress takes from a worker's publish to a WebSocket client, through a real web process."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

import websockets
from asgiref.sync import sync_to_async
from django.conf import settings

from cases.models import Case, Membership
from lexintel.models import ApiToken, User
from tasks.progress import emit
from tasks.transport import publisher

EVENTS = 300
PAUSE = 0.01
START_SECONDS = 60


def run(out: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds: `progress_p50` (goal 25), `progress_p95` (goal 100) from publish to client, `publish` (goal 1), `emit` with its row."""
    user = User.objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    case = Case.objects.create(title="Bench")
    Membership.objects.create(case=case, user=user)
    port, web = _start_web()
    try:
        figures = asyncio.run(_measure(port, ApiToken.issue(user, "bench")[1], case))
    finally:
        web.terminate()
        web.wait(30)
        case.delete()
        user.delete()
    out(f"progress to a WebSocket: p50 {figures['progress_p50']:.1f} ms, p95 {figures['progress_p95']:.1f} ms")
    out(f"publish {figures['publish']:.2f} ms, emit with its row {figures['emit']:.2f} ms")
    return figures


def _start_web() -> tuple[int, subprocess.Popen[bytes]]:
    port = 18000 + os.getpid() % 2000
    command = [sys.executable, "-m", "lexintel.web", "--port", str(port)]
    environment = {**os.environ, "TASK_EXECUTOR": settings.TASK_EXECUTOR, "TASK_BACKGROUND_THREADS": "1"}
    return port, subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _connect(port: int, key: str) -> websockets.ClientConnection:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return await websockets.connect(f"ws://127.0.0.1:{port}/ws/progress/", additional_headers={"Authorization": f"Token {key}"})
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def _measure(port: int, key: str, case: Case) -> dict[str, float]:
    topic = f"document:{uuid.uuid4()}"
    sent: dict[int, float] = {}
    taken: list[float] = []
    async with await _connect(port, key) as socket:
        await socket.send(json.dumps({"subscribe": [f"case:{case.pk}"]}))
        while "subscribed" not in json.loads(await socket.recv()):
            pass
        telling = asyncio.create_task(_tell(topic, case, sent))
        for _ in range(EVENTS):
            event = json.loads(await asyncio.wait_for(socket.recv(), 30))
            taken.append((time.perf_counter() - sent[event["seq"]]) * 1000)
        emits = await telling
    hundredths = statistics.quantiles(taken, n=100)
    publish = await sync_to_async(publish_cost)(topic)
    return {"progress_p50": hundredths[49], "progress_p95": hundredths[94], "publish": publish, "emit": statistics.median(emits)}


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
