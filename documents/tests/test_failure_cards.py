"""A failure says what happened and what helps: a password, another file, trying again, or keeping it as it is."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import AuditEvent
from documents.errors import Refused
from documents.models import Document
from documents.services.ingest import replacing, restoring
from documents.services.pipeline import keeping, lifecycle, passwords
from documents.services.reading.failures import reasons_of, remedy_of
from documents.services.storage import blobs
from documents.tests.conftest import OPINION
from documents.tests.reading import pdf
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
Status = Document.Status
SECRET = "Quicklime & Söhne 1897"
BROKEN = b"%PDF-1.7\nthis is not one"


def locked(password: str = SECRET, text: str = "The ledger names the quicklime.") -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf([[text]]))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner's own", user=password))
    return out.getvalue()


def settled(document: Document, work_off: Any) -> Document:
    work_off()
    document.refresh_from_db()
    return document


@pytest.fixture
def encrypted(accept: Any, work_off: Any) -> Document:
    document = settled(accept(locked(), "ledger.pdf"), work_off)
    assert (document.status, document.error_code) == (Status.FAILED, "encrypted")
    return document


@pytest.fixture
def broken(accept: Any, work_off: Any) -> Document:
    document = settled(accept(BROKEN, "brief.pdf"), work_off)
    assert (document.status, document.error_code) == (Status.FAILED, "unreadable")
    return document


def test_the_password_opens_it_and_is_written_nowhere(
    api: Any, editor: Any, encrypted: Document, work_off: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = api(editor).post(f"/api/documents/{encrypted.pk}/password/", {"password": SECRET}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    document = settled(encrypted, work_off)
    assert (document.status, document.page_count) == (Status.READY, 1)
    assert "quicklime" in document.text_version.pages.get().text  # type: ignore[union-attr]
    assert document.password
    told = [str(TaskRecord.objects.values_list()), str(list(TaskRecord.objects.values())), str(list(AuditEvent.objects.values()))]
    told += [caplog.text, document.password, answer.content.decode(), str(list(Document.objects.values()))]
    assert not [text for text in told if SECRET in text]
    assert AuditEvent.objects.filter(verb="document.password_given", actor=editor, target_id=document.pk).exists()
    lifecycle.reprocess(document, editor)
    assert settled(document, work_off).status == Status.READY, "it can be read again without asking"


def test_a_wrong_password_says_so_and_is_forgotten(editor: Any, encrypted: Document, work_off: Any) -> None:
    passwords.give(encrypted, editor, "wrong")
    document = settled(encrypted, work_off)
    assert (document.status, document.error_code, document.password) == (Status.FAILED, "wrong_password", "")
    assert "does not open" in document.error
    passwords.give(document, editor, SECRET)
    assert settled(document, work_off).status == Status.READY


def test_a_password_sealed_under_another_key_is_asked_for_again(editor: Any, encrypted: Document, work_off: Any, settings: Any) -> None:
    token = passwords.sealed(SECRET)
    assert passwords.unsealed(token) == SECRET
    settings.SECRET_KEY = "another key"
    assert passwords.unsealed(token) == passwords.unsealed("no token at all") == ""
    Document.objects.filter(pk=encrypted.pk).update(password=token)
    lifecycle.retry(encrypted, editor)
    assert settled(encrypted, work_off).error_code == "encrypted"


def test_only_who_may_edit_gives_a_password_and_only_where_one_is_asked_for(
    api: Any, viewer: Any, editor: Any, stranger: Any, encrypted: Document, accept: Any, work_off: Any
) -> None:
    url = f"/api/documents/{encrypted.pk}/password/"
    assert api(viewer).post(url, {"password": SECRET}, format="json").status_code == 403
    assert api(stranger).post(url, {"password": SECRET}, format="json").status_code == 404
    for nothing in ({}, {"password": ""}, {"password": "x" * 501}, {"password": "a\x00b"}):
        assert api(editor).post(url, nothing, format="json").status_code == 400
    ready = settled(accept(), work_off)
    answer = api(editor).post(f"/api/documents/{ready.pk}/password/", {"password": SECRET}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_password_needed")


def test_what_failed_can_be_kept_and_opened_later(editor: Any, viewer: Any, encrypted: Document, work_off: Any) -> None:
    with pytest.raises(PermissionDenied):
        keeping.keep(encrypted, viewer)
    keeping.keep(encrypted, editor)
    encrypted.refresh_from_db()
    assert encrypted.kept
    assert encrypted.notices[0]["text"] == "Kept, not read: the file is encrypted. It is found by its name."
    assert keeping.read_kept() == 0, "a person decided"
    lifecycle.delete(encrypted, editor)
    restoring.restore(Document.objects.get(pk=encrypted.pk), editor)
    encrypted.refresh_from_db()
    assert encrypted.kept
    passwords.give(encrypted, editor, SECRET)
    document = settled(encrypted, work_off)
    assert (document.status, document.kept) == (Status.READY, False)
    with pytest.raises(Refused, match="could not be read"):
        keeping.keep(document, editor)


def test_another_file_takes_its_place_and_the_old_one_can_be_had_back(
    api: Any, editor: Any, case: Any, broken: Document, accept: Any, work_off: Any
) -> None:
    old_name, old_bytes = broken.stored_as, blobs.path_of(broken).read_bytes()
    copy = accept(BROKEN, "the same.pdf")
    work_off()  # uploading it again was a wish to try it again
    file = SimpleUploadedFile("brief final.txt", OPINION.encode())
    answer = api(editor).post(f"/api/documents/{broken.pk}/replace/", {"file": file}, format="multipart")
    assert (answer.status_code, answer.json()["id"]) == (202, str(broken.pk))
    document = settled(broken, work_off)
    assert (document.status, document.title, document.name, document.mime) == (Status.READY, "brief final", "brief final.txt", "text/plain")
    assert document.size == len(OPINION.encode())
    old = Document.objects.exclude(deleted_at=None).get(case=case)
    assert (old.stored_as, blobs.path_of(old).read_bytes(), old.name) == (old_name, old_bytes, "brief.pdf")
    copy.refresh_from_db()
    assert (copy.duplicate_of, copy.status) == (None, Status.FAILED), "the copy stands for the old bytes from now on"
    assert {event.verb for event in AuditEvent.objects.filter(target_id=broken.pk)} >= {"document.added", "document.replaced"}
    restoring.restore(old, editor)
    old.refresh_from_db()
    assert old.duplicate_of == copy


def test_what_may_not_be_replaced(editor: Any, viewer: Any, case: Any, broken: Document, accept: Any, work_off: Any) -> None:
    ready = settled(accept(), work_off)

    def refused(document: Document, content: bytes, name: str = "new.txt") -> str:
        with pytest.raises(Refused) as caught:
            replacing.replace(document, BytesIO(content), name, editor)
        return caught.value.code

    assert refused(ready, b"Another text.") == "not_replaceable"
    assert refused(broken, OPINION.encode()) == "duplicate"
    assert refused(broken, BROKEN) == "duplicate"
    assert refused(broken, b"") == "empty_file"
    assert refused(broken, b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(100), "hearing.wav") == "not_a_document"
    with pytest.raises(PermissionDenied):
        replacing.replace(broken, BytesIO(b"Another text."), "new.txt", viewer)
    case.legal_hold = True
    case.save()
    assert refused(Document.objects.get(pk=broken.pk), b"Another text.") == "legal_hold"
    broken.refresh_from_db()
    assert broken.status == Status.FAILED
    assert Document.objects.count() == 2
    assert not list((blobs.root() / str(case.pk)).glob(".incoming-*"))


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("encrypted", "password"),
        ("wrong_password", "password"),
        ("unreadable", "replace"),
        ("parser_crashed", "replace"),
        ("decompression_bomb", "replace"),
        ("parser_timeout", "retry"),
        ("storage_full", "retry"),
        ("file_missing", "retry"),
        ("", "retry"),
        ("never heard of", "retry"),
    ],
)
def test_every_failure_has_one_fitting_action(code: str, remedy: str) -> None:
    assert remedy_of(code) == remedy


def test_trying_again_is_offered_where_it_can_help(
    api: Any, client: Any, editor: Any, case: Any, encrypted: Document, broken: Document, accept: Any, work_off: Any
) -> None:
    unlucky = [accept(f"A note of day {day}.", f"note {day}.txt") for day in range(3)]
    work_off()
    Document.objects.filter(pk__in=[document.pk for document in unlucky]).update(
        status="failed", error="Slow.", error_code="parser_timeout"
    )
    assert [(reason.codes, reason.count, reason.helps) for reason in reasons_of(case)] == [
        (("parser_timeout",), 3, True),
        (("unreadable",), 1, False),
        (("encrypted",), 1, False),
    ]
    shown = [api(editor).get(f"/api/documents/{pk}/").json() for pk in (encrypted.pk, broken.pk, unlucky[0].pk)]
    assert [one["can"]["retry"] for one in shown] == [False, False, True]
    assert [one["remedies"] for one in shown] == [["password", "replace", "keep"], ["replace", "keep"], ["retry", "keep"]]
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/documents/?status=failed").content.decode()
    assert "Try 3 again" in page
    damaged = client.get(f"/cases/{case.pk}/documents/?status=failed&cause=unreadable").content.decode()
    assert ("Try 3 again" in damaged, "same answer" in damaged, damaged.count("data-row")) == (False, True, 1)
    answer = api(editor).post("/api/documents/retry/", {"case": str(case.pk), "error_code": ["encrypted"]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_do")
    answer = api(editor).post("/api/documents/retry/", {"case": str(case.pk)}, format="json")
    assert (answer.status_code, answer.json()["total"]) == (202, 3)
    work_off()
    assert Document.objects.filter(status=Status.READY).count() == 3


def test_the_card_of_a_failure_asks_for_what_helps(client: Any, editor: Any, viewer: Any, encrypted: Document, broken: Document) -> None:
    client.force_login(editor)
    card = client.get(encrypted.get_absolute_url()).content.decode()
    assert ("data-password" in card, 'data-action="keep"' in card, 'data-action="retry"' in card) == (True, True, False)
    card = client.get(broken.get_absolute_url()).content.decode()
    assert ("data-password" in card, "data-replace" in card, 'data-action="retry"' in card) == (False, True, False)
    client.force_login(viewer)
    card = client.get(encrypted.get_absolute_url()).content.decode()
    assert not [what for what in ("data-password", "data-replace", 'data-action="keep"') if what in card]
