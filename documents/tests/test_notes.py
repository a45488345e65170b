"""Notes: who may write, see, change and delete them; that a new reading and other files of the same bytes keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import AuditEvent, Case
from documents.models import Document, Note, Page
from documents.services.annotations import following
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.tests.conftest import OPINION
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)

QUOTE = "The harbour crane was inspected on the third of March"
Api = Callable[..., APIClient]


@pytest.fixture
def opinion(accept: Callable[..., Document], work_off: Callable[[], int]) -> Document:
    document = accept()
    work_off()
    document.refresh_from_db()
    assert document.status == "ready", document.error
    return document


@pytest.fixture
def add(api: Api) -> Callable[..., dict[str, Any]]:
    """`add(user, document, quote="...")` posts a note; returns the answer's data."""

    def post(user: User, document: Document, status: int = 201, **fields: Any) -> dict[str, Any]:
        answer = api(user).post(f"/api/documents/{document.pk}/notes/", {"page": 1, "quote": QUOTE, **fields}, format="json")
        assert answer.status_code == status, answer.data
        data: dict[str, Any] = answer.json()
        return data

    return post


def listed(api: Api, user: User, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(user).get(address).json()["results"]
    return found


def test_a_note_stands_at_its_words_and_is_listed_in_reading_order(
    add: Any, api: Api, opinion: Document, editor: User, owner: User
) -> None:
    add(owner, opinion, body="Compare the report.", colour="green")
    first = add(editor, opinion, quote="Roe v. Wade,\n410 U.S. 113")
    text = Page.objects.get(text_version=opinion.text_version).text
    assert text[first["start"] : first["end"]] == first["words"] == "Roe v. Wade, 410 U.S. 113"
    for address in (f"/api/documents/{opinion.pk}/notes/", f"/api/notes/?case={opinion.case_id}", f"/api/notes/?document={opinion.pk}"):
        assert [(note["quote"], note["author"]) for note in listed(api, owner, address)] == [
            ("Roe v. Wade, 410 U.S. 113", "editor"),
            (QUOTE, "owner"),
        ]
    assert listed(api, owner, "/api/notes/?colour=green&author=owner")[0]["body"] == "Compare the report."
    assert [event.verb for event in AuditEvent.objects.filter(case=opinion.case, target_id=str(opinion.pk))][:2] == ["note.added"] * 2


def test_of_equal_words_the_ones_that_begin_where_it_says(add: Any, accept: Any, work_off: Any, editor: User) -> None:
    document = accept("Paid in full.\n\nNot paid.\n\nPaid in full.\n", "ledger.txt")
    work_off()
    text = Page.objects.get(text_version__document=document).text
    note = add(editor, document, quote="Paid in full.", start=text.rindex("Paid"))
    assert (note["start"], note["nth"]) == (text.rindex("Paid"), 1)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"quote": "The crane was found to be entirely new and shining."}, 409, "not_found_in_text"),
        ({"page": 7}, 409, "not_found_in_text"),
        ({"quote": ""}, 400, None),
        ({"quote": "x" * 10_001}, 400, None),
        ({"quote": "nul\x00"}, 400, None),
        ({"colour": "mauve"}, 400, None),
        ({"page": 0}, 400, None),
        ({"page": 10**12}, 400, None),
        ({"start": -1}, 400, None),
    ],
)
def test_what_is_no_place_of_the_text_is_refused(add: Any, opinion: Document, editor: User, fields: Any, status: int, code: str) -> None:
    assert add(editor, opinion, status, **fields).get("code") == code
    assert not Note.objects.exists()


def test_a_document_without_text_takes_no_notes(add: Any, accept: Any, editor: User) -> None:
    assert add(editor, accept(), 409)["code"] == "no_text"


def test_viewers_write_for_themselves_only_and_strangers_nothing(
    add: Any, api: Api, opinion: Document, viewer: User, stranger: User
) -> None:
    add(viewer, opinion, 403)
    add(stranger, opinion, 404)
    own = add(viewer, opinion, private=True)
    assert api(viewer).patch(f"/api/notes/{own['id']}/", {"body": "Ask about this."}, format="json").status_code == 200
    assert api(viewer).patch(f"/api/notes/{own['id']}/", {"private": False}, format="json").status_code == 403
    assert api(stranger).get(f"/api/notes/{own['id']}/").status_code == 404
    assert listed(api, stranger, f"/api/notes/?case={opinion.case_id}") == []


def test_only_who_wrote_a_note_or_an_owner_changes_it(
    add: Any, api: Api, case: Case, opinion: Document, owner: User, editor: User, viewer: User
) -> None:
    address = f"/api/notes/{add(editor, opinion)['id']}/"
    other = User.objects.create_user("second")
    case.memberships.create(user=other, role="editor")
    for user, status, says in ((viewer, 403, False), (other, 403, False), (owner, 200, True), (editor, 200, True)):
        assert api(user).get(address).json()["can_change"] is says
        assert api(user).patch(address, {"body": f"By {user}."}, format="json").status_code == status
    assert api(owner).get(address).json()["author"] == "editor"
    assert api(owner).patch(address, {"private": True}, format="json").status_code == 403, "an owner can't make it invisible to others"
    assert api(other).delete(address).status_code == 403
    assert api(owner).delete(address).status_code == 204
    case.memberships.filter(user=editor).update(role="viewer")
    assert api(editor).post(f"{address}restore/").status_code == 403


def test_a_deletion_can_be_taken_back(add: Any, api: Api, opinion: Document, editor: User, viewer: User) -> None:
    address = f"/api/notes/{add(editor, opinion)['id']}/"
    assert api(editor).post(f"{address}restore/").status_code == 409
    assert api(editor).delete(address).status_code == 204
    assert api(editor).get(address).status_code == 404
    assert listed(api, viewer, f"/api/documents/{opinion.pk}/notes/") == []
    assert api(editor).post(f"{address}restore/").status_code == 200
    assert len(listed(api, viewer, f"/api/documents/{opinion.pk}/notes/")) == 1


def test_a_private_note_exists_for_its_author_only(add: Any, api: Api, client: Any, opinion: Document, owner: User, editor: User) -> None:
    note = add(editor, opinion, private=True, body="Our weak point.")
    addresses = (f"/api/documents/{opinion.pk}/notes/", f"/api/notes/?case={opinion.case_id}")
    for address in addresses:
        assert api(owner).get(address).json()["count"] == 0
        assert api(editor).get(address).json()["count"] == 1
    for method in ("get", "patch", "delete"):
        assert getattr(api(owner), method)(f"/api/notes/{note['id']}/").status_code == 404
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    assert api(User.objects.get(pk=owner.pk)).get(f"/api/notes/{note['id']}/").status_code == 404
    client.force_login(owner)
    page = client.get(f"/documents/{opinion.pk}/?note={note['id']}").content.decode()
    assert "Our weak point" not in page
    assert note["id"] not in page.replace(f"?note={note['id']}", "")
    assert not AuditEvent.objects.filter(case=opinion.case, verb__startswith="note.").exists(), "the activity of the case tells nothing"
    assert AuditEvent.objects.filter(verb="note.added", actor=editor).count() == 1
    assert api(editor).patch(f"/api/notes/{note['id']}/", {"private": False}, format="json").status_code == 200
    assert api(owner).get(addresses[0]).json()["count"] == 1


def reread(document: Document, editor: User, work_off: Callable[[], int], content: str) -> None:
    """As if the file's text were read otherwise: the stored bytes are others."""
    blobs.path_of(document).write_bytes(content.encode())
    lifecycle.reprocess(document, editor)
    work_off()
    document.refresh_from_db()
    assert document.status == "ready", document.error


def test_a_new_reading_keeps_notes_at_their_words(add: Any, api: Api, opinion: Document, editor: User, work_off: Callable[[], int]) -> None:
    note, gone = add(editor, opinion, body="Important."), add(editor, opinion)
    api(editor).delete(f"/api/notes/{gone['id']}/")
    reread(opinion, editor, work_off, "A paragraph put in before.\n\n" * 12 + OPINION.replace(" ", "  ").replace("March", "Marcb"))
    again = api(editor).get(f"/api/notes/{note['id']}/").json()
    text = Page.objects.get(text_version=opinion.text_version).text
    assert (again["lost"], again["reading"]) == (False, 2)
    assert again["start"] > note["start"]
    assert text[again["start"] : again["end"]] == again["words"]
    assert again["words"].endswith("Marcb")
    assert again["quote"] == QUOTE, "what was marked stays as it was"
    assert api(editor).post(f"/api/notes/{gone['id']}/restore/").json()["start"] == again["start"], "a deleted one has followed, too"


def test_what_is_not_found_again_says_so_and_is_found_by_a_later_reading(
    add: Any, api: Api, client: Any, opinion: Document, editor: User, work_off: Callable[[], int]
) -> None:
    note = add(editor, opinion, body="Important.")
    reread(opinion, editor, work_off, "Another text altogether, with nothing of that.\n")
    lost = api(editor).get(f"/api/notes/{note['id']}/").json()
    assert (lost["lost"], lost["page"], lost["quote"], lost["reading"]) == (True, 1, QUOTE, 1)
    client.force_login(editor)
    assert "Its place was not found in the new reading: page 1 earlier" in client.get(f"/documents/{opinion.pk}/").content.decode()
    reread(opinion, editor, work_off, OPINION)
    assert api(editor).get(f"/api/notes/{note['id']}/").json()["lost"] is False


def test_a_reading_that_dies_while_it_is_published_leaves_notes_where_they_were(
    add: Any, api: Api, opinion: Document, editor: User, work_off: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = add(editor, opinion)
    follow = following.follow

    def die(*arguments: Any) -> int:
        follow(*arguments)
        raise ConnectionError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(following, "follow", die)
        blobs.path_of(opinion).write_text("Put in before. " * 9 + OPINION)
        lifecycle.reprocess(opinion, editor)
        work_off(1)
    assert api(editor).get(f"/api/notes/{note['id']}/").json() == {**note}
    Document.objects.filter(pk=opinion.pk).update(status="failed")
    lifecycle.retry(opinion, editor)
    work_off()
    assert api(editor).get(f"/api/notes/{note['id']}/").json()["reading"] == 2


def test_copies_of_the_same_bytes_share_their_notes_and_inherit_them(
    add: Any, api: Api, opinion: Document, accept: Any, editor: User, viewer: User, work_off: Callable[[], int]
) -> None:
    copy = accept(name="copy.txt")
    assert copy.duplicate_of == opinion
    note = add(editor, copy)
    assert note["document"] == str(opinion.pk)
    assert [found["id"] for found in listed(api, viewer, f"/api/documents/{copy.pk}/notes/")] == [note["id"]]
    lifecycle.delete(opinion, editor)
    work_off()
    (kept,) = listed(api, viewer, f"/api/documents/{copy.pk}/notes/")
    assert (kept["id"], kept["document"], kept["lost"]) == (note["id"], str(copy.pk), False)


def test_notes_of_a_deleted_document_come_back_with_it_even_as_a_copy(
    add: Any, api: Api, opinion: Document, accept: Any, editor: User, work_off: Callable[[], int]
) -> None:
    note = add(editor, opinion)
    lifecycle.delete(opinion, editor)
    assert api(editor).get(f"/api/notes/{note['id']}/").status_code == 404
    again = accept(name="again.txt")
    work_off()
    assert api(editor).post(f"/api/documents/{opinion.pk}/restore/").status_code == 202
    found = api(editor).get(f"/api/notes/{note['id']}/").json()
    assert (found["document"], found["lost"]) == (str(again.pk), False)


def test_the_number_of_queries_does_not_grow_with_notes(add: Any, client: Any, api: Api, opinion: Document, editor: User) -> None:
    client.force_login(editor)

    def queries(ask: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask().status_code == 200
        return len(captured)

    asked = [
        lambda: api(editor).get(f"/api/documents/{opinion.pk}/notes/"),
        lambda: api(editor).get(f"/api/notes/?case={opinion.case_id}"),
        lambda: client.get(f"/documents/{opinion.pk}/"),
        lambda: client.get(f"/documents/{opinion.pk}/notes/"),
    ]
    add(editor, opinion)
    few = [queries(ask) for ask in asked]
    for number in range(12):
        add(User.objects.get(username="owner" if number % 2 else "editor"), opinion, body=f"Number {number}")
    assert [queries(ask) for ask in asked] == few
