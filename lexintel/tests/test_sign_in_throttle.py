"""Too many wrong passwords: one rule at every door, shared by all processes, and nobody can be locked out by a stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import AuditEvent
from lexintel.accounts import throttle
from lexintel.models import SignInTally
from tasks.operations.metrics import render

pytestmark = pytest.mark.django_db
RIGHT = "pass-word-123"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def page(name: str, password: str, address: str = HOME):
    return Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password})


def admin(name: str, password: str, address: str = HOME):
    return Client(REMOTE_ADDR=address).post("/admin/login/", {"username": name, "password": password, "next": "/admin/"})


def api(name: str, password: str, address: str = HOME):
    body = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/api/auth/token/", body, content_type="application/json")


DOORS = pytest.mark.parametrize("door", [page, admin, api])


@DOORS
def test_after_ten_wrong_passwords_the_right_one_must_wait_at_every_door(owner, door):
    for _ in range(10):
        door("owner", "wrong")
    for other in (page, admin, api):
        reply = other("OWNER", RIGHT)
        assert "too many wrong passwords" in reply.content.decode()
        assert "session" not in "".join(reply.cookies)
    assert (page("owner", RIGHT).status_code, api("owner", RIGHT).status_code) == (429, 429)
    assert 1 <= int(api("owner", RIGHT).headers["Retry-After"]) <= throttle.WINDOW.total_seconds() + 1
    assert api("owner", RIGHT).json()["code"] == "throttled"


@DOORS
def test_another_name_and_another_address_need_not_wait(owner, editor, door):
    for _ in range(10):
        door("owner", "wrong")
    assert api("editor", RIGHT).status_code == 200
    assert api("owner", RIGHT, ELSEWHERE).status_code == 200


def test_who_tries_many_names_from_one_address_waits(owner, editor):
    for number in range(throttle.PER_ADDRESS):
        api(f"somebody-{number}", "Summer2026!")
    assert api("editor", RIGHT).status_code == 429
    assert api("editor", RIGHT, ELSEWHERE).status_code == 200


def test_strangers_everywhere_lock_out_each_other_but_not_the_person(owner):
    assert api("owner", RIGHT, HOME).status_code == 200
    for number in range(throttle.PER_NAME):
        api("owner", "wrong", f"203.0.113.{number}")
    assert api("owner", RIGHT, "192.0.2.200").status_code == 429
    assert api("owner", RIGHT, HOME).status_code == 200
    assert page("owner", RIGHT, HOME).status_code == 302


def test_the_right_password_forgets_what_was_typed_wrong(owner):
    for _ in range(9):
        page("owner", "wrong")
    assert page("owner", RIGHT).status_code == 302
    for _ in range(9):
        page("owner", "wrong")
    assert page("owner", RIGHT).status_code == 302


def test_the_wait_ends(owner):
    for _ in range(10):
        page("owner", "wrong")
    SignInTally.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert page("owner", RIGHT).status_code == 302


def test_an_ipv6_household_is_one_address(owner):
    for number in range(10):
        api("owner", "wrong", f"2001:db8:1:2::{number:x}")
    assert api("owner", RIGHT, "2001:db8:1:2:ffff::1").status_code == 429
    assert api("owner", RIGHT, "2001:db8:1:3::1").status_code == 200


def test_names_that_do_not_exist_wait_alike(db):
    for _ in range(10):
        api("nobody", "wrong")
    assert api("nobody", "wrong").status_code == 429


def test_it_is_recorded_and_counted(owner):
    for _ in range(12):
        page("owner", "wrong")
    event = AuditEvent.objects.get(verb="sign_in.throttled")
    assert event.detail == {"name": "owner", "address": HOME}
    metrics = render().decode()
    assert 'lexintel_sign_ins_total{outcome="wrong"} 10.0' in metrics
    assert 'lexintel_sign_ins_total{outcome="refused"} 2.0' in metrics


def test_neither_names_nor_addresses_are_kept_in_the_tallies(owner):
    page("owner", "wrong")
    assert all(len(tally.key) == 64 and "owner" not in tally.key for tally in SignInTally.objects.all())


def test_a_forwarded_address_is_not_believed(owner):
    for number in range(10):
        Client(REMOTE_ADDR=HOME, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").post("/login/", {"username": "owner", "password": "wrong"})
    assert page("owner", RIGHT).status_code == 429
