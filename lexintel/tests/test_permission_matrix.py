"""Every address of the project is asked as owner, editor, viewer, stranger and nobody. What to expect stands in permission_table.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils import timezone

from audio.models import AudioNote, AudioSession, Dictation, NoiseLabel, Speaker, TranscriptSegment
from cases.services import matters
from documents.models import (
    AlertNotice,
    Conversation,
    Document,
    Download,
    Message,
    Note,
    Page,
    Paper,
    PastSearch,
    SavedFilter,
    SavedSearch,
    SearchAlert,
    Source,
    Tag,
    TextVersion,
    Upload,
)
from documents.services.storage import blobs
from lexintel.models import ApiToken, User
from lexintel.tests.permission_table import OWN_CONNECTION, ROLES, TABLE, Expected, World
from tasks.models import Batch, TaskRecord

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ADMIN = "admin/"
ASKED = [route for route in TABLE if route not in OWN_CONNECTION]
OF_NO_CASE = (
    "account/",
    "reports/",
    "people/",
    "welcome/",
    "api/noise-models/",
    "api/rulings/",
    "api/statutes/",
    "api/imports/",
    "library/",
    "schedules/",
)
ABOUT_A_CASE = [route for route in ASKED if "<" in route and not route.startswith(OF_NO_CASE)]


def routes() -> dict[str, URLPattern]:
    """Every route of the URL table without the admin, with plain parameters: api/cases/<pk>/."""
    return {route: pattern for route, pattern in _walk(get_resolver(), "") if not route.startswith(ADMIN)}


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + _plain(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        else:
            yield route, pattern


def _plain(pattern: URLPattern | URLResolver) -> str:
    written = str(pattern.pattern)
    if isinstance(pattern.pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", written)
    return (
        re.sub(r"\(\?P(<\w+>)(?:[^()\[\]]|\[[^\]]*\])*\)", r"\1", written)
        .removeprefix("^")
        .removesuffix("$")
        .removesuffix(r"\Z")
        .replace("\\", "")
    )


def test_every_address_has_an_entry():
    missing = sorted(set(routes()) - set(TABLE))
    assert not missing, f"Say in lexintel/tests/permission_table.py who may do what at: {', '.join(map(repr, missing))}"


def test_every_entry_has_an_address():
    gone = sorted(set(TABLE) - set(routes()))
    assert not gone, f"lexintel/tests/permission_table.py describes addresses that do not exist: {', '.join(map(repr, gone))}"


@pytest.fixture
def world(case, owner, editor, viewer, stranger) -> World:
    User.objects.create_user("newcomer")
    file = blobs.store(ContentFile(b"The lease ends in May.", name="lease.txt"), case.pk)
    document = Document.objects.create(
        case=case, title="Lease", status=Document.Status.FAILED, created_by=editor,
        name="lease.txt", mime="text/plain", size=file.size, sha256=file.sha256, stored_as=file.name, page_count=1,
    )  # fmt: skip
    document.text_version = TextVersion.objects.create(document=document, number=1)
    document.save()
    Page.objects.create(text_version=document.text_version, number=1, text="The lease ends in May.")
    upload = Upload.objects.create(case=case, user=editor, name="letter.txt", length=10)
    failed, waiting = (
        TaskRecord.objects.create(
            name="documents.extract_citations", payload={"document_id": str(document.pk)}, status=status, scope=case.pk, user=editor
        )
        for status in ("failed", "pending")
    )  # fmt: skip
    batch = Batch.objects.create(kind="upload", title="Forty files", scope=case.pk, user=editor, expected=40)
    member, (token, _key) = case.memberships.get(user=viewer), ApiToken.issue(owner, "Scanner")
    recording = AudioSession.objects.create(
        case=case, title="Hearing", status="failed", created_by=editor, name="hearing.wav", sha256=file.sha256, stored_as=file.name,
        transcript_version=1,
    )  # fmt: skip
    speaker = Speaker.objects.create(session=recording, number=1)
    TranscriptSegment.objects.create(
        id=1, session=recording, version=1, index=0, start_s=0, end_s=2, text="The lease ends in May.", confidence=1, speaker=speaker
    )
    Dictation.objects.create(session=recording, ended_at=timezone.now())
    NoiseLabel.objects.create(session=recording, label="hum", start_s=1, end_s=2, user=editor)
    AudioNote.objects.create(session=recording, at_s=1, text="Listen here.", user=editor)
    tag, other_tag = (Tag.objects.create(case=case, name=name) for name in ("Hot", "Cold"))
    saved = SavedFilter.objects.create(case=case, user=owner, name="Leases", words={"q": "lease"}, shared=True)
    search = SavedSearch.objects.create(case=case, user=owner, name="Leases", words={"q": "lease"})
    past = PastSearch.objects.create(case=case, user=owner, words={"q": "lease"}, last=timezone.now())
    download = Download.objects.create(case=case, user=editor, count=1, original_bytes=1, expires_at=timezone.now() + timedelta(hours=1))
    source = Source.objects.create(case=case, kind="folder", options={"path": "/srv/scans"}, created_by=owner)
    note = Note.objects.create(
        document=document, author=editor, text_version=document.text_version, page=1, start=4, end=9, words="lease", quote="lease"
    )
    paper = Paper.objects.create(case=case, kind="exhibit_list", format="pdf", title="Exhibit list", status="failed", created_by=editor)
    alert = SearchAlert.objects.create(
        search=SavedSearch.objects.create(case=case, user=owner, name="Leases with an alert", words={"q": "lease"})
    )
    AlertNotice.objects.create(alert=alert, words={"q": "lease"}, number=1)
    conversation = Conversation.objects.create(case=case, owner=owner, shared=True)
    message = Message.objects.create(conversation=conversation, number=1, asked_by=owner, question="When?", state="answered")
    message.sentences.create(number=1, text="The lease ends in May.", supported=True).sources.create(
        number=1, document=document, text_version=document.text_version, page=1, page_to=1, start=0, end=22, at=0, to=22,
        quote="The lease ends in May.",
    )  # fmt: skip
    things = (tag, other_tag, saved, search, past, download, note, paper, alert, conversation, message)
    return World(case, document, upload, failed, waiting, batch, member, stranger, token, recording, source, *things)


@pytest.fixture
def clients(world) -> dict[str, Client]:
    """A browser for each role, signed in."""
    cache.clear()  # throttled addresses count tries
    return {role: _client(role) for role in ROLES}


def _client(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(User.objects.get(username=role))
    return client


def address(route: str, world: World, expected: Expected) -> str:
    ids = {**world.ids(route), **expected.ids(world)}
    return "/" + re.sub(r"<(\w+)>", lambda match: str(ids[match[1]]), route)


def answer(client: Client, method: str, url: str, send: dict) -> int:
    """The status that a role gets; what the request changed is undone."""
    with transaction.atomic():
        status = getattr(client, method.lower())(url, **send).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize(("route", "method"), [(route, method) for route in ASKED for method in TABLE[route]])
def test_each_role_gets_its_answer(world, clients, route, method):
    expected = TABLE[route][method]
    url = address(route, world, expected)
    got = {role: answer(clients[role], method, url, expected.send(world)) for role in ROLES}
    assert got == dict(zip(ROLES, expected.statuses, strict=True)), f"{method} /{route}"


@pytest.mark.parametrize("route", ASKED)
def test_methods_without_an_entry_are_refused_or_do_the_same_as_reading(world, clients, route):
    """A method that an address serves besides those of its entry would escape the matrix."""
    known = TABLE[route]
    some = next(iter(known.values()))
    url = address(route, world, some)
    for method in set(METHODS) - set(known):
        for place, role in enumerate(("owner", "stranger", "anonymous")):
            status = answer(clients[role], method, url, {})
            like_reading = "GET" in known and status == known["GET"].statuses[(0, 3, 4)[place]]
            # A redirect is the way to the sign-in page for nobody only; for others it may be the end of a change.
            refused = status in (401, 404, 405, 429) or (status == 302 and role == "anonymous")
            refused = refused or (status == 403 and set(some.statuses[:4]) == {403})  # what is for staff asks who one is first
            assert refused or like_reading, f"{method} /{route} answers {status} to {role} and has no entry in the table"


@pytest.mark.parametrize("route", ABOUT_A_CASE)
def test_a_superuser_who_is_no_member_gets_what_a_stranger_gets(world, clients, route):
    User.objects.filter(username="stranger").update(is_staff=True, is_superuser=True)
    for method, expected in TABLE[route].items():
        assert answer(clients["stranger"], method, address(route, world, expected), expected.send(world)) == expected.statuses[3], (
            f"{method} /{route}"
        )


@pytest.mark.parametrize("route", ABOUT_A_CASE)
def test_nothing_of_a_deleted_case_exists_for_its_own_members(world, clients, owner, route):
    matters.delete_case(world.case, user=owner)
    for method, expected in TABLE[route].items():
        assert answer(clients["owner"], method, address(route, world, expected), expected.send(world)) == 404, f"{method} /{route}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", OWN_CONNECTION)
def test_addresses_with_connections_of_their_own_answer_each_role_alike(world, clients, owner, route):
    (expected,) = TABLE[route].values()
    url = address(route, world, expected)
    assert tuple(client.get(url).status_code for client in clients.values()) == expected.statuses
    User.objects.filter(username="stranger").update(is_staff=True, is_superuser=True)
    assert clients["stranger"].get(url).status_code == 404
    matters.delete_case(world.case, user=owner)
    assert clients["owner"].get(url).status_code == 404


def test_a_list_shows_a_stranger_nothing_of_the_case(clients):
    routes = ("cases", "documents", "tasks", "batches", "tags", "filters", "searches", "searches/history", "conversations")
    for route in (f"api/{name}/" for name in routes):
        assert clients["owner"].get(f"/{route}").json()["count"] > 0, route
        assert clients["stranger"].get(f"/{route}").json()["count"] == 0, route


def test_the_admin_is_for_staff(clients):
    routes = {route for route, _ in _walk(get_resolver(), "") if route.startswith(ADMIN) and "<" not in route and "(?" not in route}
    assert len(routes) > 20
    for role in ROLES:
        client = clients[role]
        for route in sorted(routes - {"admin/login/", "admin/logout/"}):
            response = client.get(f"/{route}")
            assert response.status_code in (302, 403, 404, 405), f"GET /{route} answers {response.status_code} to {role}"
            assert "login" in response.headers.get("Location", "login"), f"GET /{route} sends {role} elsewhere than to the sign-in page"


@pytest.mark.parametrize("kind", ["case", "document", "task", "batch", "conversation", "message"])
def test_topics_are_watched_by_members_only(world, kind):
    from django.contrib.auth.models import AnonymousUser

    from tasks.progress.topics import may_see

    topic = f"{kind}:{getattr(world, kind).pk}"
    people = {role: User.objects.get(username=role) for role in ROLES[:4]} | {"anonymous": AnonymousUser()}
    assert {role: may_see(person, topic) for role, person in people.items()} == dict(
        zip(ROLES, (True, True, True, False, False), strict=True)
    )
    User.objects.filter(username="stranger").update(is_superuser=True, is_staff=True)
    assert not may_see(User.objects.get(username="stranger"), topic)
