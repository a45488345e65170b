"""Answers while they are made: over the socket and as server-sent events, to several readers, through stops, reloads and removals."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.test import AsyncClient
from django.urls import resolve
from django.utils import timezone

from cases.models import Case
from documents.models import Conversation, Message
from documents.services.chat import answering, asking, conversations
from documents.services.chat.contracts import Evidence, Question
from documents.tests.chatting import LEASE, SENTENCES, Paced, evidence_of
from documents.tests.searching import document
from lexintel.asgi import application
from lexintel.models import ApiToken, User
from tasks.engine.attempts import claim_next, execute
from tasks.models import TaskRecord
from tasks.progress.hub import QUEUE_SIZE, Hub
from tasks.progress.subscriptions import Reader as Subscriber
from tasks.recovery.rescuer import rescue

pytestmark = pytest.mark.django_db(transaction=True)
LATENCY = 5.0
"""Seconds in which a sentence arrives, on a machine that does much else."""


class Reader:
    """A client of the socket."""

    def __init__(self, socket: WebsocketCommunicator) -> None:
        self.socket = socket
        self.sentences: list[str] = []

    async def hear(self, seconds: float = 5) -> dict[str, Any]:
        told: dict[str, Any] = await self.socket.receive_json_from(timeout=seconds)
        if told["type"] == "sentence":
            self.sentences.append(told["sentence"]["text"])
        return told

    async def until(self, kind: str, state: str = "") -> dict[str, Any]:
        while (told := await self.hear())["type"] != kind or (state and told["message"]["state"] != state):
            pass
        return told

    async def say(self, **message: Any) -> None:
        await self.socket.send_json_to(message)

    async def closed(self) -> int:
        while (output := await self.socket.receive_output(5))["type"] != "websocket.close":
            told = json.loads(output["text"])
            assert told["type"] != "sentence", "nothing more is told"
        return int(output["code"])


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> Paced:
    made = Paced()
    monkeypatch.setattr(answering, "Extractive", made)
    return made


@pytest.fixture
def conversation(case: Case, owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    settings.TASK_EXECUTOR = "background"
    resolve("/api/conversations/")  # addresses are loaded once a process
    evidence = evidence_of(document(case, "Lease", LEASE, vectors=False))
    monkeypatch.setattr(answering, "gather", lambda question: evidence)
    return conversations.begin(case, owner, shared=True)


@pytest.fixture
def keys(owner: User, viewer: User, editor: User, stranger: User) -> dict[str, str]:
    return {user.username: ApiToken.issue(user, "test")[1] for user in (owner, viewer, editor, stranger)}


@pytest.fixture
def reading(conversation: Conversation, keys: dict[str, str]) -> Callable[..., Any]:
    @asynccontextmanager
    async def opened(name: str, query: str = "") -> AsyncIterator[Reader]:
        headers = [(b"authorization", f"Token {keys[name]}".encode())] if name else []
        socket = WebsocketCommunicator(application, f"/ws/chat/{conversation.pk}/{query}", headers=headers)
        assert (await socket.connect(timeout=10))[0]
        yield Reader(socket)
        await socket.disconnect()

    return opened


@asynccontextmanager
async def worker(paced: Paced, threads: int = 1) -> AsyncIterator[None]:
    """Works off what waits, in threads of its own, until the end."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if (run := claim_next("background")) is not None:
                execute(run)
            else:
                time.sleep(0.02)

    tasks = [asyncio.create_task(asyncio.to_thread(work)) for _ in range(threads)]
    try:
        yield
    finally:
        over.set()
        for _ in range(20):
            paced.let.release()
        await asyncio.gather(*tasks)


async def changed(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return await asyncio.to_thread(lambda: function(*args, **options))


async def test_all_readers_follow_at_once_and_a_reload_in_the_middle_misses_nothing(reading: Callable[..., Any], paced: Paced) -> None:
    async with reading("owner") as owner, reading("viewer") as viewer, worker(paced):
        for reader in (owner, viewer):
            assert (await reader.hear())["type"] == "ready"
        await owner.say(ask="When does the lease end?")
        asked = await viewer.until("message", "waiting")
        assert asked["message"]["question"] == "When does the lease end?"
        await owner.until("message", "answering")
        paced.let.release()
        began = time.monotonic()
        first = await owner.until("sentence")
        assert time.monotonic() - began < LATENCY
        assert (first["message"], first["sentence"]["number"]) == (asked["message"]["id"], 1)
        assert first["sentence"]["sources"][0]["quote"] == SENTENCES[0]
        await viewer.until("sentence")
        async with reading("viewer") as reloaded:
            assert (await reloaded.hear())["type"] == "ready"
            underway = await reloaded.until("message", "answering")
            assert [one["text"] for one in underway["message"]["sentences"]] == SENTENCES[:1]
            await reloaded.until("sentence")
            await reloaded.say(follow=asked["message"]["id"], since=1)
            await reloaded.until("message", "answering")
            paced.let.release()
            paced.let.release()
            for reader in (owner, viewer, reloaded):
                ended = await reader.until("message", "answered")
                assert reader.sentences == SENTENCES
                assert ended["message"]["answer"] == " ".join(SENTENCES)
        async with reading("viewer", "?after=0") as late:
            assert [(await late.hear())["type"] for _ in range(3)] == ["ready", "message", "sentence"], "what was asked meanwhile"
            await late.say(follow=asked["message"]["id"], since=3)
            await late.until("message", "answered")
            for nonsense in ({"follow": "x"}, {"stop": str(asked["message"]["conversation"])}, {"ask": ""}, {"ask": 7}, {}):
                await late.say(**nonsense)
            for rubbish in ("[" * 200_000, "7", "x" * 1_000_000):
                await late.socket.send_to(text_data=rubbish)
            codes = [(await late.until("error"))["code"] for _ in range(8)]
            assert codes == ["not_found", "not_found", "no_question", *["bad_request"] * 5]


async def test_what_waits_for_a_slow_reader_is_bounded_and_skipped_once_he_reads(conversation: Conversation, owner: User) -> None:
    subscription = await Hub.current().open(Subscriber(owner), [conversation.topic])
    for number in range(QUEUE_SIZE * 3):
        Hub.current().deliver({"scope": None, "event": {"topic": conversation.topic, "seq": number}})
    assert subscription._queue.qsize() <= QUEUE_SIZE
    subscription.skip()
    assert subscription._queue.empty()
    subscription.close()


async def test_stop_works_at_once_also_while_something_is_looked_for(
    reading: Callable[..., Any], paced: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, looking = threading.Event(), threading.Event()
    at_once = answering.gather

    def slow(question: Question) -> Evidence:
        looking.set()
        found.wait(60)
        evidence: Evidence = at_once(question)
        return evidence

    async with reading("owner") as owner, worker(paced):
        await owner.say(ask="When?")
        await owner.until("message", "answering")
        paced.let.release()
        stopped_at = await owner.until("sentence")
        await owner.say(stop=stopped_at["message"])
        ended = await owner.until("message", "stopped")
        assert ended["message"]["answer"] == SENTENCES[0], "what was shown stays"
        monkeypatch.setattr(answering, "gather", slow)
        await owner.say(ask="And now?")
        asked = await owner.until("message", "answering")
        assert await asyncio.to_thread(looking.wait, 30)
        began = time.monotonic()
        await owner.say(stop=asked["message"]["id"])
        await owner.until("message", "stopped")
        assert time.monotonic() - began < 10
        found.set()
    message = await Message.objects.aget(pk=asked["message"]["id"])
    assert (message.state, await message.sentences.acount()) == ("stopped", 0)


async def test_of_two_questions_the_second_waits_for_the_first_and_knows_its_answer(reading: Callable[..., Any], paced: Paced) -> None:
    async with reading("owner") as owner, reading("viewer") as viewer, worker(paced, threads=2):
        await viewer.until("ready")
        await asyncio.gather(owner.say(ask="When does the lease end?"), viewer.say(ask="And the rent?"))
        await owner.until("message", "answering")
        assert await asyncio.to_thread(paced.began.wait, 5)
        await asyncio.sleep(0.3)
        assert len(paced.questions) == 1
        for _ in range(6):
            paced.let.release()
        await owner.until("message", "answered")
        await owner.until("message", "answered")
    first, second = [message async for message in Message.objects.order_by("number")]
    assert [first.state, second.state] == ["answered", "answered"]
    assert paced.questions[1].earlier[0].question == first.question
    assert list(paced.questions[1].earlier[0].answer) == SENTENCES


async def removed(case: Case, conversation: Conversation, owner: User, viewer: User) -> None:
    await changed(lambda: case.memberships.filter(user=viewer).delete())


async def unshared(case: Case, conversation: Conversation, owner: User, viewer: User) -> None:
    await changed(conversations.change, conversation, owner, shared=False)


async def deleted(case: Case, conversation: Conversation, owner: User, viewer: User) -> None:
    await changed(conversations.remove, conversation, owner)


async def signed_out(case: Case, conversation: Conversation, owner: User, viewer: User) -> None:
    await changed(lambda: ApiToken.objects.filter(user=viewer).delete())


@pytest.mark.parametrize("change", [removed, unshared, deleted, signed_out])
async def test_who_may_not_see_it_any_more_is_told_nothing_more(
    change: Callable[..., Any], case: Case, conversation: Conversation, owner: User, viewer: User, reading: Callable[..., Any], paced: Paced
) -> None:
    message = await changed(asking.ask, conversation, owner, "When?")
    async with reading("viewer") as reader, worker(paced):
        await reader.until("message", "answering")
        paced.let.release()
        await reader.until("sentence")
        began = time.monotonic()
        await change(case, conversation, owner, viewer)
        paced.let.release()
        assert await reader.closed() == 4403
        assert time.monotonic() - began < 10
        await asyncio.sleep(0.2)
    await message.arefresh_from_db()
    assert message.state == ("stopped" if change is deleted else "answered"), "who asked gets it all the same"


async def test_the_answer_of_a_member_who_is_removed_ends(
    case: Case, conversation: Conversation, viewer: User, reading: Callable[..., Any], paced: Paced
) -> None:
    message = await changed(asking.ask, conversation, viewer, "When?")
    async with reading("owner") as owner, worker(paced):
        await owner.until("message", "answering")
        paced.let.release()
        await owner.until("sentence")
        await changed(lambda: case.memberships.filter(user=viewer).delete())
        paced.let.release()
        ended = await owner.until("message", "failed")
        assert (ended["message"]["error_code"], ended["message"]["answer"]) == ("no_longer_allowed", SENTENCES[0])
    assert await message.sentences.acount() == 1


@pytest.mark.parametrize(("name", "code"), [("", 4401), ("stranger", 4404)])
async def test_who_may_not_read_it_is_closed(reading: Callable[..., Any], name: str, code: int) -> None:
    async with reading(name) as reader:
        assert await reader.closed() == code


async def test_a_killed_attempt_begins_again_and_doubles_nothing(
    conversation: Conversation, owner: User, reading: Callable[..., Any], paced: Paced
) -> None:
    message = await changed(asking.ask, conversation, owner, "When?")
    async with reading("owner") as reader:
        killed: Any = await changed(claim_next, "background")
        first = asyncio.create_task(asyncio.to_thread(execute, killed))
        await reader.until("message", "answering")
        paced.let.release()
        await reader.until("sentence")
        await changed(lambda: TaskRecord.objects.filter(pk=message.task_id).update(lease_until=timezone.now() - timedelta(seconds=9)))
        await changed(rescue)
        async with worker(paced):
            again = await reader.until("message", "answering")
            assert again["message"]["sentences"] == []
            reader.sentences.clear()
            for _ in range(8):
                paced.let.release()
            ended = await reader.until("message", "answered")
        await first
    assert reader.sentences == SENTENCES
    assert [sentence["text"] for sentence in ended["message"]["sentences"]] == SENTENCES
    assert await message.sentences.acount() == 3


def events(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: ")]


async def test_an_answer_is_streamed_or_waited_for(conversation: Conversation, keys: dict[str, str], paced: Paced) -> None:
    client, token = AsyncClient(), {"authorization": f"Token {keys['viewer']}"}
    url = f"/api/conversations/{conversation.pk}/messages/"
    question = json.dumps({"question": "When does the lease end?"})
    async with worker(paced):
        response: Any = await client.post(url, question, content_type="application/json", headers={**token, "accept": "text/event-stream"})
        assert response.headers["Content-Type"] == "text/event-stream"
        body = b""
        async for part in response.streaming_content:
            body += part
            if (body.count(b'"answering"') and not body.count(b'"type":"sentence"')) or b'"type":"sentence"' in part:
                paced.let.release()
        told = events(body)
        assert [one["sentence"]["text"] for one in told if one["type"] == "sentence"] == SENTENCES
        assert (told[-1]["type"], told[-1]["message"]["state"]) == ("message", "answered")
        again: Any = await client.get(f"/api/messages/{told[-1]['message']['id']}/stream/?since=1", headers=token)
        body = b"".join([part async for part in again.streaming_content])
        assert [one["sentence"]["number"] for one in events(body) if one["type"] == "sentence"] == [2, 3]
        for rubbish in ("9" * 5000, "²", "-1", "x", "3"):  # a header that is no number of a sentence tells all of them
            again = await client.get(f"/api/messages/{told[-1]['message']['id']}/stream/", headers=token | {"last-event-id": rubbish})
            body = b"".join([part async for part in again.streaming_content])
            assert len([one for one in events(body) if one["type"] == "sentence"]) == (0 if rubbish == "3" else 3)
        early = await client.post(f"{url}?wait=0.2", question, content_type="application/json", headers=token)
        assert (early.status_code, early.json()["state"]) == (202, "answering")
        for _ in range(6):
            paced.let.release()
        waited = await client.post(url, question, content_type="application/json", headers=token)
        assert (waited.status_code, waited.json()["answer"], waited.json()["state"]) == (200, " ".join(SENTENCES), "answered")
        refused = await client.post(url, "{}", content_type="application/json", headers={**token, "accept": "text/event-stream"})
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/json")


async def test_a_stream_ends_for_who_is_removed(
    case: Case, conversation: Conversation, owner: User, viewer: User, keys: dict[str, str], paced: Paced
) -> None:
    message = await changed(asking.ask, conversation, owner, "When?")
    client, token = AsyncClient(), {"authorization": f"Token {keys['viewer']}"}
    async with worker(paced):
        response: Any = await client.get(f"/api/messages/{message.pk}/stream/", headers=token)
        assert response.status_code == 200, response.content
        body, taken = b"", False
        async for part in response.streaming_content:
            body += part
            if b'"answering"' in body and not taken:
                taken = True
                await changed(lambda: case.memberships.filter(user=viewer).delete())
                paced.let.release()
    assert events(body)[-1]["code"] == "no_longer_allowed"
    assert SENTENCES[0] not in body.decode()


async def test_a_page_of_another_site_and_a_session_without_its_token_cannot_ask(conversation: Conversation, owner: User) -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    await client.aforce_login(owner)
    reply = await client.post(f"/api/conversations/{conversation.pk}/messages/", '{"question": "x"}', content_type="application/json")
    assert reply.status_code == 403
    assert not await Message.objects.aexists()
