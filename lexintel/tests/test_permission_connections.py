"""The rows of the permission matrix whose addresses ask on database connections of their own, and so see only what is committed."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from cases.models import Case
from cases.services import matters
from lexintel.models import User
from lexintel.tests.permission_table import OWN_CONNECTION, ROLES, TABLE
from lexintel.tests.permission_world import address, world_of


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", OWN_CONNECTION)
def test_addresses_with_connections_of_their_own_answer_each_role_alike(
    case: Case, owner: User, editor: User, viewer: User, stranger: User, route: str
):
    cache.clear()  # throttled addresses count tries
    world = world_of(case, owner, editor, viewer, stranger)
    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for client, user in zip(clients.values(), (owner, editor, viewer, stranger), strict=False):
        client.force_login(user)
    (expected,) = TABLE[route].values()
    url = address(route, world, expected)
    assert tuple(client.get(url).status_code for client in clients.values()) == expected.statuses
    User.objects.filter(username="stranger").update(is_staff=True, is_superuser=True)
    assert clients["stranger"].get(url).status_code == 404
    matters.delete_case(world.case, user=owner)
    assert clients["owner"].get(url).status_code == 404
