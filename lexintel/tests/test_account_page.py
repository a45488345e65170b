"""One's own account: name, zone, password, tokens that are shown once, sessions that can be ended."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cases.models import AuditEvent
from lexintel.accounts.sessions import device
from lexintel.models import ApiToken

pytestmark = pytest.mark.django_db
PASSWORD = "pass-word-123"
NEW = "quite-another-77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


def browser(name: str = "owner", agent: str = FIREFOX, password: str = PASSWORD, address: str = "198.51.100.7") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    assert client.post("/login/", {"username": name, "password": password}).status_code == 302
    return client


def passwords(old: str, new: str, again: str | None = None) -> dict[str, str]:
    return {"password-old_password": old, "password-new_password1": new, "password-new_password2": again or new}


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_person_changes_what_others_call_him(owner):
    client = browser()
    answer = client.post("/account/", {"first_name": " Ada ", "last_name": "Byron", "email": "ada@example.org"}, follow=True)
    assert "Your account has been changed." in answer.text
    owner.refresh_from_db()
    assert (str(owner), owner.email) == ("Ada Byron", "ada@example.org")
    assert AuditEvent.objects.get(verb="account.changed").detail == {"changes": ["first_name", "last_name", "email"]}


@pytest.mark.parametrize("wrong", [{"email": "no address"}, {"time_zone": "Mars/Olympus"}, {"first_name": "x" * 151}])
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(owner, wrong):
    answer = browser().post("/account/", {"last_name": "Byron", **wrong})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    owner.refresh_from_db()
    assert owner.last_name == ""


def test_a_new_password_ends_every_other_session(owner):
    here, elsewhere = browser(), browser(agent=IPHONE)
    assert "Your password has been changed" in here.post("/account/password/", passwords(PASSWORD, NEW), follow=True).text
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(browser(password=NEW))
    assert AuditEvent.objects.filter(verb="password.changed", actor=owner).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (passwords("wrong", NEW), "This is not your present password."),
        (passwords(PASSWORD, NEW, "another-99x"), "didn’t match"),
        (passwords(PASSWORD, "short"), "too short"),
        (passwords(PASSWORD, "password123"), "too common"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_a_sentence(owner, typed, sentence):
    answer = browser().post("/account/password/", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert is_signed_in(browser())


def test_the_present_password_is_not_to_be_guessed_here_either(owner):
    client = browser()
    for _ in range(10):
        assert client.post("/account/password/", passwords("guess", NEW)).status_code == 422
    answer = client.post("/account/password/", passwords(PASSWORD, NEW))
    assert "too many wrong passwords" in answer.text
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_token_is_shown_once_works_and_is_revoked(owner, case):
    client = browser()
    answer = client.post("/account/tokens/", {"token-name": "Scanner <b>", "token-days": "30"})
    key = re.search(r'value="(lex_[\w-]+)"', answer.text)[1]
    assert answer["Cache-Control"] == "no-store"
    assert "Scanner &lt;b&gt;" in answer.text
    assert key not in client.get("/account/").text
    program = Client(headers={"authorization": f"Token {key}"})
    assert program.get("/api/cases/").json()["count"] == 1
    token = ApiToken.objects.get(user=owner)
    assert 29 <= (token.expires - token.created).days <= 30
    client.post(f"/account/tokens/{token.pk}/revoke/")
    assert program.get("/api/cases/").status_code == 401
    assert list(AuditEvent.objects.order_by("id").values_list("verb", flat=True)[1:]) == ["token.made", "token.revoked"]


def test_a_token_needs_a_name_and_may_last(owner):
    client = browser()
    assert client.post("/account/tokens/", {"token-name": " "}).status_code == 422
    client.post("/account/tokens/", {"token-name": "For ever", "token-days": ""})
    assert ApiToken.objects.get().expires is None


def test_sessions_are_listed_with_what_one_recognises_them_by(owner):
    browser(agent=IPHONE, address="203.0.113.9")
    page = browser().get("/account/").text
    assert "Safari on iPhone" in page
    assert "203.0.113.9" in page
    assert page.index("Firefox on Linux") < page.index("Safari on iPhone"), "this browser comes first"


def test_one_session_is_ended_and_others_go_on(owner, editor):
    here, elsewhere, third, stranger = browser(), browser(agent=IPHONE), browser(), browser("editor")
    session = owner.sessions.get(session_key=elsewhere.session.session_key)
    stranger.post(f"/account/sessions/{session.public_id}/end/")
    assert is_signed_in(elsewhere), "somebody else's session cannot be ended"
    here.post(f"/account/sessions/{session.public_id}/end/")
    assert not is_signed_in(elsewhere)
    assert is_signed_in(third)
    assert "1 other session has been ended." in here.post("/account/sessions/end/", follow=True).text
    assert not is_signed_in(third)
    assert is_signed_in(stranger)


def test_a_session_is_seen_again_every_few_minutes(owner):
    client = browser()
    session = owner.sessions.get()
    before = session.last_seen
    client.get("/account/")
    session.refresh_from_db()
    assert session.last_seen == before
    owner.sessions.update(last_seen=before - before.utcoffset() - (before - before).__class__(minutes=6))
    client.get("/account/")
    session.refresh_from_db()
    assert session.last_seen > before


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari on macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown program"),
    ],
)
def test_a_browser_in_words(agent, words):
    assert device(agent) == words


def test_the_admin_has_no_door_of_its_own_for_ones_password(owner):
    owner.is_staff = owner.is_superuser = True
    owner.save()
    answer = browser().post("/admin/password_change/", {"old_password": "guess", "new_password1": NEW, "new_password2": NEW})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
