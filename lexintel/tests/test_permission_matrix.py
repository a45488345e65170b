"""Every address of the project is asked as owner, editor, viewer, stranger and nobody. What to expect stands in permission_table.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from http.cookies import SimpleCookie

import pytest
import pytest_django
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from cases.services import matters
from lexintel.models import User
from lexintel.tests.members import case_of, person
from lexintel.tests.permission_table import OWN_CONNECTION, ROLES, TABLE, World
from lexintel.tests.permission_world import address, world_of

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


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """One transaction for all tests of this file: to make the world anew for each would take longer than to ask it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def made(db: None) -> World:
    owner, editor, viewer, stranger = (person(name) for name in ROLES[:4])
    return world_of(case_of(owner, editor, viewer), owner, editor, viewer, stranger)


@pytest.fixture(scope="module")
def signed_in(made: World) -> dict[str, SimpleCookie]:
    """The cookies of a browser for each role."""
    return {role: _client(role).cookies for role in ROLES}


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """As it was made: what the test before did to its rows and objects is gone."""
    cache.clear()  # throttled addresses count tries
    with transaction.atomic():
        yield deepcopy(made)
        transaction.set_rollback(True)


@pytest.fixture
def owner(world: World) -> User:
    return User.objects.get(username="owner")


@pytest.fixture
def clients(world: World, signed_in: dict[str, SimpleCookie]) -> dict[str, Client]:
    """A browser for each role, signed in."""
    return {role: _client(role, cookies) for role, cookies in signed_in.items()}


def _client(role: str, cookies: SimpleCookie | None = None) -> Client:
    client = Client(raise_request_exception=False)
    if cookies is not None:
        client.cookies = deepcopy(cookies)
    elif role != "anonymous":
        client.force_login(User.objects.get(username=role))
    return client


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
