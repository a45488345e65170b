"""Sockets and streams against a real server process: the state first, then every event, only what one may see."""

from __future__ import annotations

import asyncio
import json
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from asgiref.sync import sync_to_async
from django.test import override_settings

from cases.models import Case, Membership
from lexintel.models import ApiToken, User
from tasks.manager import manager
from tasks.progress.events import emit
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, web_server

pytestmark = pytest.mark.faults
Socket = websockets.ClientConnection


@pytest.fixture(scope="module", params=["redis", "postgres"])
def server(request: pytest.FixtureRequest, committed: None) -> Iterator[Process]:  # noqa: F811
    """A web process that hears of progress over Redis, and one that has none."""
    changes = {"REDIS_URL": ""} if request.param == "postgres" else {}
    with override_settings(TASK_EXECUTOR="background", **changes), web_server(TASK_MODULES="tasks.tests.functions") as process:
        yield process


class People:
    """A member and a stranger with their tokens, and the member's case; committed, so with names of their own."""

    def __init__(self) -> None:
        tag = uuid.uuid4().hex[:8]
        self.member = User.objects.create_user(f"member-{tag}")
        self.stranger = User.objects.create_user(f"stranger-{tag}")
        self.case = Case.objects.create(title="Live")
        Membership.objects.create(case=self.case, user=self.member, role="viewer")
        self.keys = {user.pk: ApiToken.issue(user, "live")[1] for user in (self.member, self.stranger)}

    def key(self, user: User) -> str:
        return self.keys[user.pk]

    def leave(self) -> None:
        self.case.delete()
        self.member.delete()
        self.stranger.delete()


@pytest.fixture
def people(server: Process) -> Iterator[People]:
    made = People()
    yield made
    made.leave()


@asynccontextmanager
async def socket(server: Process, key: str = "") -> AsyncIterator[Socket]:
    headers = {"Authorization": f"Token {key}"} if key else {}
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws/progress/", additional_headers=headers) as made:
        yield made


async def heard(made: Socket, seconds: float = 10) -> dict[str, Any]:
    return json.loads(await asyncio.wait_for(made.recv(), seconds))


async def say(made: Socket, **message: Any) -> None:
    await made.send(json.dumps(message))


async def subscribed(made: Socket, *topics: str) -> list[dict[str, Any]]:
    """Subscribe; gives what came before the confirmation."""
    await say(made, subscribe=list(topics))
    before = []
    while "subscribed" not in (message := await heard(made)):
        before.append(message)
    return before


def tell(case: Case, topic: str, percent: float, status: str = "started", **more: Any) -> None:
    emit(topic, scope=case.pk, status=status, percent=percent, **more)


atell = sync_to_async(tell)


def fresh(kind: str = "document") -> str:
    return f"{kind}:{uuid.uuid4()}"


async def test_the_state_comes_first_and_then_every_event(server: Process, people: People) -> None:
    topic = fresh()
    await atell(people.case, topic, 10, message="page 1 of 10")
    await atell(people.case, topic, 20)
    async with socket(server, people.key(people.member)) as made:
        states = await subscribed(made, f"case:{people.case.pk}")
        assert [(state["topic"], state["seq"], state["percent"]) for state in states] == [(topic, 2, 20)]
        for percent in range(21, 60):
            await atell(people.case, topic, percent)
        events = [await heard(made) for _ in range(39)]
        assert [event["seq"] for event in events] == list(range(3, 42))
        assert [event["percent"] for event in events] == list(range(21, 60))


async def test_a_subscription_in_the_middle_of_a_storm_has_no_gap(server: Process, people: People) -> None:
    topic = fresh()
    storm = asyncio.create_task(_storm(people.case, topic, 80))
    async with socket(server, people.key(people.member)) as made:
        await asyncio.sleep(0.1)
        await say(made, subscribe=[f"case:{people.case.pk}"])
        numbers: list[int] = []
        while not numbers or numbers[-1] < 80:
            message = await heard(made)
            if "seq" in message:
                numbers.append(message["seq"])
        assert numbers == list(range(numbers[0], 81))
    await storm


async def _storm(case: Case, topic: str, count: int) -> None:
    for number in range(count):
        await atell(case, topic, number)


async def test_a_case_shows_what_is_not_over_and_what_ended_just_now(server: Process, people: People) -> None:
    running, done = fresh(), fresh()
    await atell(people.case, running, 50)
    await atell(people.case, done, 100, "succeeded")
    async with socket(server, people.key(people.member)) as made:
        states = await subscribed(made, f"case:{people.case.pk}")
        assert {state["topic"]: state["status"] for state in states} == {running: "started", done: "succeeded"}


async def test_what_one_may_not_see_is_answered_and_the_socket_stays(server: Process, people: People) -> None:
    async with socket(server, people.key(people.stranger)) as made:
        wanted = f"case:{people.case.pk}"
        await say(made, subscribe=[wanted, "nonsense", fresh("task")])
        answers = [await heard(made) for _ in range(4)]
        assert [answer.get("error") for answer in answers[:3]] == ["not_found"] * 3
        assert answers[0]["topic"] == wanted
        assert answers[3] == {"subscribed": []}
        await say(made, ping=1)
        assert await heard(made) == {"pong": 1}
        await atell(people.case, fresh(), 5)
        with pytest.raises(TimeoutError):
            await heard(made, 0.5)


async def test_a_task_without_a_case_is_its_owners(server: Process, people: People) -> None:
    record = await sync_to_async(manager.submit)("trial.slow", Job(path="/dev/null", seconds=0.3), user=people.member)
    topic = f"task:{record.pk}"
    async with socket(server, people.key(people.stranger)) as made:
        assert [answer["error"] for answer in await subscribed(made, topic)] == ["not_found"]
    async with socket(server, people.key(people.member)) as made:
        last = (await subscribed(made, topic))[-1]
        while last["status"] != "succeeded":
            last = await heard(made)
        assert last["percent"] == 100


async def test_nobody_is_told_4401_after_being_let_in(server: Process) -> None:
    async with socket(server) as made:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(made)
        assert closed.value.rcvd.code == 4401


async def test_losing_the_membership_ends_the_subscription(server: Process, people: People) -> None:
    async with socket(server, people.key(people.member)) as made:
        await subscribed(made, f"case:{people.case.pk}")
        await sync_to_async(people.case.memberships.all().delete)()
        assert (await heard(made))["error"] == "not_found"
        await atell(people.case, fresh(), 5)
        with pytest.raises(TimeoutError):
            await heard(made, 0.5)


async def test_a_locked_out_user_is_disconnected_with_4403(server: Process, people: People) -> None:
    async with socket(server, people.key(people.member)) as made:
        await subscribed(made, f"case:{people.case.pk}")
        await sync_to_async(User.objects.filter(pk=people.member.pk).update)(is_active=False)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(made)
        assert closed.value.rcvd.code == 4403


async def test_what_is_no_json_object_is_answered(server: Process, people: People) -> None:
    async with socket(server, people.key(people.member)) as made:
        for text in ("hello", "[1]", "{}", "[" * 200_000):
            await made.send(text)
            assert (await heard(made))["error"] == "bad_request"


async def test_after_unsubscribing_nothing_comes(server: Process, people: People) -> None:
    wanted = f"case:{people.case.pk}"
    async with socket(server, people.key(people.member)) as made:
        await subscribed(made, wanted)
        await say(made, unsubscribe=[wanted], ping=1)
        assert await heard(made) == {"pong": 1}
        await atell(people.case, fresh(), 5)
        with pytest.raises(TimeoutError):
            await heard(made, 0.5)


async def test_a_frozen_server_sends_the_state_again_after_a_flood(server: Process, people: People) -> None:
    """More events than a queue holds: the reader gets the last state instead of the oldest events, and never goes back."""
    topic = fresh()
    async with socket(server, people.key(people.member)) as made:
        await subscribed(made, f"case:{people.case.pk}")
        server.signal(signal.SIGSTOP)
        await _storm(people.case, topic, 99)
        await atell(people.case, topic, 100, "succeeded")
        server.signal(signal.SIGCONT)
        numbers, status = [], ""
        while status != "succeeded":
            event = await heard(made)
            numbers.append(event["seq"])
            status = event["status"]
        assert numbers == sorted(numbers)


async def stream(server: Process, key: str, address: str) -> list[dict[str, Any]]:
    """The events of a server-sent stream until it ends."""
    headers = {"Authorization": f"Token {key}", "Accept": "text/event-stream"}
    events = []
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"http://127.0.0.1:{server.port}{address}", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
    return events


async def test_a_stream_ends_with_the_terminal_event(server: Process, people: People) -> None:
    record = await sync_to_async(manager.submit)("trial.slow", Job(path="/dev/null", seconds=0.5), user=people.member)
    events = await stream(server, people.key(people.member), f"/api/tasks/{record.pk}/progress/")
    assert events[-1]["status"] == "succeeded"
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})
    again = await stream(server, people.key(people.member), f"/api/tasks/{record.pk}/progress/")
    assert [event["seq"] for event in again] == [events[-1]["seq"]]


async def test_a_stream_of_what_one_may_not_see_is_a_404(server: Process, people: People) -> None:
    record = await sync_to_async(manager.submit)("trial.light", Job(), user=people.member)
    async with httpx.AsyncClient() as client:
        for key, expected in ((people.key(people.stranger), 404), ("", 401)):
            headers = {"Authorization": f"Token {key}"} if key else {}
            answer = await client.get(f"http://127.0.0.1:{server.port}/api/tasks/{record.pk}/progress/", headers=headers)
            assert answer.status_code == expected
