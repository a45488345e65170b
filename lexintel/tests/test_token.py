"""POST /api/auth/token/: name and password for a token, kindly and not too often."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from lexintel.models import ApiToken

pytestmark = pytest.mark.django_db
URL = "/api/auth/token/"


@pytest.fixture(autouse=True)
def no_earlier_tries():
    cache.clear()


def test_name_and_password_give_a_token_that_opens_the_api(owner, client):
    reply = client.post(URL, {"username": "owner", "password": "pass-word-123"}, content_type="application/json")
    assert reply.status_code == 200
    headers = {"Authorization": f"Token {reply.json()['token']}"}
    assert client.get("/api/cases/", headers=headers).status_code == 200


def test_only_the_digest_of_a_token_is_stored(owner, client):
    key = client.post(URL, {"username": "owner", "password": "pass-word-123"}, content_type="application/json").json()["token"]
    assert ApiToken.objects.get().digest == ApiToken.digest_of(key)
    assert ApiToken.holder(key) == owner


def test_a_wrong_password_is_401_with_a_sentence(owner, client):
    reply = client.post(URL, {"username": "owner", "password": "wrong"}, content_type="application/json")
    assert reply.status_code == 401
    assert reply.json() == {"detail": "That name and password do not match. Mind upper and lower case.", "code": "wrong_login"}


def test_a_closed_account_gets_no_token(owner, client):
    owner.is_active = False
    owner.save()
    assert client.post(URL, {"username": "owner", "password": "pass-word-123"}, content_type="application/json").status_code == 401


def test_what_is_missing_is_named(client):
    reply = client.post(URL, {"username": "owner"}, content_type="application/json")
    assert reply.status_code == 400
    assert list(reply.json()) == ["password"]


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_a_body_of_another_shape_is_400(client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


def test_many_tries_for_one_name_must_wait_but_another_name_need_not(owner, client):
    for _ in range(10):
        client.post(URL, {"username": "owner", "password": "wrong"}, content_type="application/json")
    reply = client.post(URL, {"username": "OWNER", "password": "pass-word-123"}, content_type="application/json")
    assert reply.status_code == 429
    assert "Retry-After" in reply.headers
    assert client.post(URL, {"username": "other", "password": "wrong"}, content_type="application/json").status_code == 401
