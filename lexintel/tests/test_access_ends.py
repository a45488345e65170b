"""Who is taken out of a case, locked out, or loses a document, hears and gets no more of it: within two seconds, in every process."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.core.exceptions import PermissionDenied
from django.test import AsyncRequestFactory, Client
from django.utils import timezone

from cases.models import Membership, Role
from cases.services import matters
from documents import ranged
from documents.api.streams import may_go_on
from documents.models import Document
from documents.services.pipeline import lifecycle
from documents.services.storage.backends import LocalFile
from lexintel.accounts import people
from lexintel.accounts.sessions import credential_of_session
from lexintel.asgi import application
from lexintel.models import ApiToken
from tasks.progress.hub import Hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
AT_MOST = 2.0


async def listening(user: Any, *topics: str) -> WebsocketCommunicator:
    _token, key = await sync_to_async(ApiToken.issue)(user, "test")
    return await listening_with((b"authorization", f"Token {key}".encode()), *topics)


async def listening_with(header: tuple[bytes, bytes], *topics: str) -> WebsocketCommunicator:
    socket = WebsocketCommunicator(application, "/ws/progress/", headers=[header])
    assert (await socket.connect())[0]
    await socket.send_json_to({"subscribe": list(topics)})
    while "subscribed" not in await socket.receive_json_from(5):
        pass
    return socket


async def hears_no_more(socket: WebsocketCommunicator, topic: str) -> float:
    """Seconds until the socket is told that the topic is none of his any more."""
    began = time.monotonic()
    while (answer := await socket.receive_json_from(5)).get("topic") != topic or answer.get("error") != "not_found":
        pass
    return time.monotonic() - began


async def removed(case, owner, viewer):
    await sync_to_async(lambda: matters.remove_member(Membership.objects.get(case=case, user=viewer), user=owner))()


async def removed_in_bulk(case, owner, viewer):
    await sync_to_async(Membership.objects.filter(case=case, user=viewer).delete)()


async def case_deleted(case, owner, viewer):
    await sync_to_async(matters.delete_case)(case, user=owner)


@pytest.mark.parametrize("change", [removed, removed_in_bulk, case_deleted])
async def test_a_socket_loses_the_case_at_once(case, owner, viewer, change):
    socket = await listening(viewer, f"case:{case.pk}")
    await change(case, owner, viewer)
    assert await hears_no_more(socket, f"case:{case.pk}") < AT_MOST
    await socket.disconnect()


async def test_others_keep_theirs(case, owner, editor, viewer):
    socket = await listening(editor, f"case:{case.pk}")
    await removed(case, owner, viewer)
    assert await socket.receive_nothing(1.5)
    await socket.disconnect()


async def test_a_deleted_document_is_nobodys_any_more(case, owner, viewer):
    document = await sync_to_async(Document.objects.create)(case=case, title="Complaint", status=Document.Status.READY, created_by=owner)
    socket = await listening(viewer, document.topic)
    await sync_to_async(lifecycle.delete)(document, owner)
    assert await hears_no_more(socket, document.topic) < AT_MOST
    await socket.disconnect()


async def test_who_is_locked_out_is_disconnected(case, viewer):
    socket = await listening(viewer, f"case:{case.pk}")
    viewer.is_active = False
    began = time.monotonic()
    await sync_to_async(viewer.save)()
    closed = await socket.receive_output(5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4403)
    assert time.monotonic() - began < AT_MOST


async def test_a_role_is_looked_at_with_each_request_and_a_change_disturbs_nobody(case, owner, editor):
    socket = await listening(editor, f"case:{case.pk}")
    await sync_to_async(lambda: matters.change_role(Membership.objects.get(case=case, user=editor), Role.VIEWER, user=owner))()
    await asyncio.sleep(1.2)
    for subscription in Hub.current().subscriptions:
        assert subscription.topics == {f"case:{case.pk}"}
    await socket.disconnect()


async def test_a_download_breaks_off(tmp_path, monkeypatch, rf):
    monkeypatch.setattr(ranged, "BLOCK", 10)
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * 100_000)
    allowed = True

    async def may_go_on() -> bool:
        return allowed

    response: Any = ranged.ranged_response(
        rf.get("/"), LocalFile(path), etag="e", mime="application/pdf", name="x.pdf", may_go_on=may_go_on
    )
    got, began = 0, time.monotonic()

    async def fetch() -> None:
        nonlocal got, allowed
        async for block in response.streaming_content:
            got += len(block)
            allowed = got < 50
            await asyncio.sleep(0.05)

    with pytest.raises(PermissionDenied):
        await fetch()
    assert got < 100_000
    assert time.monotonic() - began < AT_MOST


def _session(user: Any) -> tuple[Client, tuple[bytes, bytes]]:
    browser = Client()
    browser.force_login(user)
    return browser, (b"cookie", f"sessionid={browser.session.session_key}".encode())


async def is_closed(socket: WebsocketCommunicator) -> float:
    began = time.monotonic()
    closed = await socket.receive_output(5)
    assert closed["type"] == "websocket.close", closed
    return time.monotonic() - began


def one_ended(owner, key):
    people.end_sessions(owner, by=owner, only=owner.sessions.get(session_key=key).public_id)


def all_ended(owner, key):
    people.end_sessions(owner, by=owner)


def password_changed(owner, key):
    people.set_password(owner, "quite-another-77", by=owner)


def password_changed_in_the_admin(owner, key):
    owner.set_password("quite-another-77")
    owner.save()


@pytest.mark.parametrize("end", [one_ended, all_ended, password_changed, password_changed_in_the_admin])
async def test_a_socket_ends_with_the_session_that_opened_it(case, owner, end):
    browser, cookie = await sync_to_async(_session)(owner)
    socket = await listening_with(cookie, f"case:{case.pk}")
    await sync_to_async(end)(owner, browser.session.session_key)
    assert await is_closed(socket) < AT_MOST


async def test_another_session_of_the_same_person_goes_on(case, owner):
    browser, _cookie = await sync_to_async(_session)(owner)
    _other, cookie = await sync_to_async(_session)(owner)
    socket = await listening_with(cookie, f"case:{case.pk}")
    await sync_to_async(one_ended)(owner, browser.session.session_key)
    assert await socket.receive_nothing(1.5)
    await socket.disconnect()


async def test_a_socket_ends_with_the_session_at_signing_out(case, owner):
    browser, cookie = await sync_to_async(_session)(owner)
    socket = await listening_with(cookie, f"case:{case.pk}")
    await sync_to_async(browser.post)("/logout/")
    assert await is_closed(socket) < AT_MOST


@pytest.mark.parametrize("end", [lambda token: people.revoke_token(token, by=token.user), lambda token: token.delete()])
async def test_a_socket_ends_with_the_token_that_opened_it(case, owner, end):
    token, key = await sync_to_async(ApiToken.issue)(owner, "Scanner")
    socket = await listening_with((b"authorization", f"Token {key}".encode()), f"case:{case.pk}")
    await sync_to_async(end)(token)
    assert await is_closed(socket) < AT_MOST


async def test_a_token_that_expires_ends_its_socket_at_the_next_look(case, owner, settings):
    settings.TASK_RECHECK_SECONDS = 1
    _token, key = await sync_to_async(ApiToken.issue)(owner, "Scanner", timezone.now() + timedelta(seconds=1))
    socket = await listening_with((b"authorization", f"Token {key}".encode()), f"case:{case.pk}")
    assert await is_closed(socket) < 4


async def test_a_download_ends_with_the_session(case, owner, tmp_path, monkeypatch):
    monkeypatch.setattr(ranged, "ASK_SECONDS", 0.0)
    monkeypatch.setattr(ranged, "BLOCK", 10)
    document = await sync_to_async(Document.objects.create)(case=case, title="Complaint", status=Document.Status.READY, created_by=owner)
    browser, _cookie = await sync_to_async(_session)(owner)
    request = AsyncRequestFactory().get("/")
    request.user, request.credential = owner, credential_of_session(browser.session.session_key)
    (tmp_path / "file").write_bytes(b"x" * 100)
    go_on = may_go_on(request, document)
    answer = ranged.ranged_response(request, LocalFile(tmp_path / "file"), etag="e", mime="text/plain", name="f", may_go_on=go_on)
    blocks = answer.streaming_content.__aiter__()
    assert await blocks.__anext__()
    assert await blocks.__anext__()
    await sync_to_async(all_ended)(owner, "")
    with pytest.raises(PermissionDenied):
        await blocks.__anext__()
