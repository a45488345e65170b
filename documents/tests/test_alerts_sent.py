"""Notices leave the machine only where an administrator allows it: e-mail without content, webhooks that are signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time

import pytest
from django.core import mail
from django.utils import timezone

from documents.models import AlertDelivery, SavedSearch, SearchAlert
from documents.services.alerts import webhook
from documents.services.alerts.delivering import PAUSES
from documents.tests.alerting import alert, check, check_as_task, ready, receiver
from tasks.models import TaskRecord

_found = socket.getaddrinfo


@pytest.fixture
def hook(settings):
    with receiver() as server:
        settings.ALERT_WEBHOOK_HOSTS = frozenset({("127.0.0.1", server.server_port)})
        yield server


@pytest.fixture
def search(case, owner):
    return SavedSearch.objects.create(user=owner, case=case, name="Cranes\nBcc: x@example.org", words={"q": "crane", "mode": "text"})


def send(work_off) -> AlertDelivery:
    check_as_task(work_off)
    return AlertDelivery.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_webhook_gets_a_signed_message_once(case, owner, api, search, hook, work_off, settings):
    settings.SITE_URL = "https://lexintel.example.org"
    made = api(owner).post("/api/alerts/", {"search": str(search.pk), "webhook_url": hook.url}, format="json")
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in SearchAlert.objects.get().secret
    assert "secret" not in api(owner).get(f"/api/alerts/{made.json()['id']}/").json()

    document = ready(case, "Secret letter", "The crane stood still.", vectors=False)
    assert send(work_off).state == "sent"
    check_as_task(work_off)
    ((path, headers, body),) = hook.got
    assert path == "/hook?to=team"
    told = json.loads(body)
    notice = SearchAlert.objects.get().notices.get()
    assert told["documents"] == [str(document.pk)]
    assert (told["count"], told["event"]) == (1, "alert.notice")
    assert told["url"] == f"https://lexintel.example.org/alerts/notices/{notice.pk}/"
    assert "Secret letter" not in body.decode()
    assert "stood still" not in body.decode()
    assert headers["X-LexIntel-Delivery"] == told["id"]
    at, version = (part.partition("=")[2] for part in headers["X-LexIntel-Signature"].split(","))
    assert abs(time.time() - int(at)) < 30
    assert hmac.compare_digest(version, hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest())


@pytest.mark.django_db(transaction=True)
def test_what_is_not_taken_is_tried_again_with_the_same_id_and_given_up_after_a_day(case, owner, hook, work_off):
    hook.answers = [500, 302]
    alert(owner, "crane", case, webhook_url=hook.url)
    ready(case, "Letter", "The crane.", vectors=False)
    waiting = send(work_off)
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, "The webhook answered with status 500.")
    check_as_task(work_off)
    assert len(hook.got) == 1  # not before its time
    AlertDelivery.objects.update(next_try="2020-01-01T00:00Z")
    assert "redirect" in send(work_off).error
    AlertDelivery.objects.update(next_try="2020-01-01T00:00Z")
    assert send(work_off).state == "sent"
    assert len({headers["X-LexIntel-Delivery"] for _path, headers, _body in hook.got}) == 1
    assert [path for path, _headers, _body in hook.got] == ["/hook?to=team"] * 3  # the redirect was not followed

    hook.answers = [503] * 3
    AlertDelivery.objects.update(state="waiting", attempts=len(PAUSES), next_try="2020-01-01T00:00Z")
    assert send(work_off).state == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_webhook_serves_where_mail_is_off_and_a_message_has_no_content(case, owner, api, search, hook, work_off, settings):
    refused = api(owner).post("/api/alerts/", {"search": str(search.pk), "email": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "email_is_off")
    settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL = "smtp://localhost", "lexintel@example.org"
    api(owner).post("/api/alerts/", {"search": str(search.pk), "email": True, "webhook_url": hook.url}, format="json")
    ready(case, "Secret letter", "The crane stood still.", vectors=False)
    check_as_task(work_off)
    (message,) = mail.outbox
    notice = SearchAlert.objects.get().notices.get()
    assert message.to == ["owner@example.org"]
    assert message.subject == "Cranes Bcc: x@example.org: 1 new document"
    assert notice.get_absolute_url() in message.body
    assert "Secret letter" not in message.message().as_string()
    assert "stood still" not in message.body
    settings.EMAIL_URL = ""  # switched off later: the webhook goes on, and the owner reads why no mail came
    ready(case, "Reply", "The crane.", vectors=False)
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check_as_task(work_off)
    assert len(mail.outbox) == 1
    assert len(hook.got) == 2
    assert AlertDelivery.objects.get(state="failed").error == "E-mail is switched off on this server."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://hooks.example.org/x", "webhook_refused"),
        ("http://127.0.0.1:1/x", "webhook_refused"),
        ("http://127.0.0.1.nip.example/", "webhook_refused"),
        ("http://user:password@127.0.0.1/", "webhook_refused"),
        ("file:///etc/passwd", "webhook_refused"),
        ("http://[::1", "webhook_refused"),
        ("http://127.0.0.1:99999/", "webhook_refused"),
        ("https://hooks.example.org/a b", "webhook_refused"),
        ("https://hooks.example.org/\r\nX: 1", "webhook_refused"),
        ("nonsense", "webhook_refused"),
    ],
)
def test_addresses_that_nobody_allowed_are_refused(api, owner, search, hook, url, code):
    answer = api(owner).post("/api/alerts/", {"search": str(search.pk), "webhook_url": url}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert hook.got == []


@pytest.mark.django_db
def test_webhooks_are_off_by_default(api, owner, search, settings):
    assert frozenset() == settings.ALERT_WEBHOOK_HOSTS
    assert settings.EMAIL_URL == ""
    answer = api(owner).post("/api/alerts/", {"search": str(search.pk), "webhook_url": "https://hooks.example.org/"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_is_off")


@pytest.mark.django_db(transaction=True)
def test_a_name_that_leads_into_the_network_is_not_asked(case, owner, hook, work_off, settings):
    """`localhost` is listed, the loopback address to which it leads is not."""
    settings.ALERT_WEBHOOK_HOSTS = frozenset({("localhost", hook.server_port)})
    alert(owner, "crane", case, webhook_url=f"http://localhost:{hook.server_port}/")
    ready(case, "Letter", "The crane.", vectors=False)
    failed = send(work_off)
    assert failed.state == "failed"
    assert "inside the network" in failed.error
    assert hook.got == []


@pytest.mark.django_db
def test_a_webhook_that_never_ends_its_answer_is_cut(case, owner, hook, monkeypatch):
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    made = alert(owner, "crane", case, webhook_url=hook.url)
    monkeypatch.setattr(hook.RequestHandlerClass, "do_POST", lambda _self: time.sleep(0.6))
    with pytest.raises(webhook.DeliveryError, match="did not answer"):
        webhook.send(made, "1", {})


@pytest.mark.django_db
def test_the_next_address_is_tried_where_the_first_takes_no_connection(case, owner, hook, monkeypatch, settings):
    settings.ALERT_WEBHOOK_HOSTS = frozenset((host, hook.server_port) for host in ("hooks.example", "127.0.0.2", "127.0.0.1"))
    made = alert(owner, "crane", case, webhook_url=f"http://hooks.example:{hook.server_port}/")
    found = [(2, 1, 6, "", (address, hook.server_port)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_rest, **_more: found if host == "hooks.example" else _found(host, *_rest))
    webhook.send(made, "1", {})
    assert len(hook.got) == 1
    settings.ALERT_WEBHOOK_HOSTS = frozenset((host, hook.server_port) for host in ("hooks.example", "127.0.0.2"))
    with pytest.raises(webhook.DeliveryError, match="inside the network"):  # each of them must be allowed
        webhook.send(made, "1", {})
    assert len(hook.got) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "state"), [(UnicodeEncodeError("ascii", "ü", 0, 1, "no"), "failed"), (TypeError("a mistake"), "waiting")]
)
def test_what_was_not_foreseen_is_an_attempt_that_the_owner_reads_of(case, owner, work_off, monkeypatch, settings, error, state):
    settings.EMAIL_URL, settings.TASK_RETRY_DELAYS = "smtp://localhost", []
    tries = []

    def fails(_message):
        tries.append(1)
        raise error

    monkeypatch.setattr(mail.EmailMessage, "send", fails)
    alert(owner, "crane", case, email=True)
    ready(case, "Letter", "The crane.", vectors=False)
    delivery = send(work_off)
    assert (delivery.state, delivery.attempts) == (state, 1)
    assert delivery.error
    assert delivery.state == "failed" or delivery.next_try > timezone.now()
    count = len(tries)
    assert send(work_off).attempts == 1
    assert len(tries) == count  # not each minute


@pytest.mark.django_db
def test_the_test_button_and_a_new_secret(case, owner, client, api, hook):
    made = alert(owner, "crane", case, webhook_url=hook.url)
    client.force_login(owner)
    assert "took the message" in client.post(f"/alerts/{made.pk}/test/", follow=True).content.decode()
    hook.answers = [404]
    assert "status 404" in client.post(f"/alerts/{made.pk}/test/", follow=True).content.decode()
    hook.answers = [404]
    assert api(owner).post(f"/api/alerts/{made.pk}/test/").status_code == 502
    before = SearchAlert.objects.get().secret
    page = client.post(f"/alerts/{made.pk}/renew/")
    assert "whsec_" in page.content.decode()
    assert SearchAlert.objects.get().secret != before
    assert "whsec_" not in client.get("/alerts/").content.decode()


@pytest.mark.django_db
def test_a_secret_of_another_key_of_the_server_is_said(case, owner, hook, settings):
    made = alert(owner, "crane", case, webhook_url=hook.url)
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(webhook.DeliveryError, match="make a new one"):
        webhook.send(made, "1", {})
    assert hook.got == []


@pytest.mark.django_db
def test_a_check_submits_what_still_waits(case, owner, settings):
    settings.EMAIL_URL = "smtp://localhost"
    alert(owner, "crane", case, email=True)
    ready(case, "Letter", "The crane.", vectors=False)
    check()
    TaskRecord.objects.all().delete()  # as if the process had died right after the notice
    check()
    assert TaskRecord.objects.filter(name="documents.deliver_alert").count() == 1
