"""The document page: who may open it, what it shows in each state, that nothing of a document becomes markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from documents.models import Chunk, Citation, Document
from documents.services.pipeline import lifecycle
from documents.tests.reading import pdf
from lexintel.models import User

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(client: Client) -> Callable[..., Any]:
    """`page(user, document, query)` is the answer to opening the document's page."""

    def open_page(user: User | None, document: Document, query: str = "", name: str = "documents:detail", **arguments: Any) -> Any:
        if user is not None:
            client.force_login(user)
        return client.get(reverse(name, kwargs={"pk": document.pk, **arguments}) + query)

    return open_page


@pytest.fixture
def opinion(accept: Callable[..., Document], work_off: Callable[[], int]) -> Document:
    document = accept()
    work_off()
    document.refresh_from_db()
    assert document.status == "ready", document.error
    return document


def test_members_see_the_text_with_its_passage_marked(page: Callable[..., Any], opinion: Document, viewer: User) -> None:
    chunk = Chunk.objects.filter(text_version=opinion.text_version).earliest("index")
    answer = page(viewer, opinion, f"?page=1&chunk={chunk.pk}").content.decode()
    assert '<mark class="passage">' in answer
    assert "found to be unsafe" in answer
    assert f'data-chunk="{chunk.pk}"' in answer


def test_strangers_find_nothing_and_the_anonymous_sign_in(page: Callable[..., Any], opinion: Document, stranger: User) -> None:
    for name, arguments in (("documents:detail", {}), ("documents:history", {}), ("documents:text", {"number": 1})):
        answer = page(None, opinion, "", name, **arguments)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
    for name, arguments in (("documents:detail", {}), ("documents:history", {}), ("documents:text", {"number": 1})):
        assert page(stranger, opinion, "", name, **arguments).status_code == 404


def test_a_deleted_document_is_gone(page: Callable[..., Any], opinion: Document, owner: User) -> None:
    lifecycle.delete(opinion, owner)
    assert page(owner, opinion).status_code == 404


def test_verbs_are_offered_only_to_who_may(page: Callable[..., Any], opinion: Document, viewer: User, editor: User) -> None:
    assert b"data-action" not in page(viewer, opinion).content
    offered = page(editor, opinion).content
    assert b'data-action="reprocess"' in offered
    assert b'data-action="delete"' in offered


def test_under_legal_hold_nothing_is_offered_to_be_deleted(page: Callable[..., Any], opinion: Document, case: Case, editor: User) -> None:
    case.legal_hold = True
    case.save()
    answer = page(editor, opinion).content
    assert b'data-action="delete"' not in answer
    assert b"legal hold" in answer


def test_nothing_of_a_document_becomes_markup(
    page: Callable[..., Any], accept: Callable[..., Document], work_off: Callable[[], int], editor: User
) -> None:
    document = accept(f"{EVIL} as in Roe v. Wade, 410 U.S. 113 (1973) {EVIL}", "evil.txt")
    work_off()
    document.refresh_from_db()
    document.title = document.name = document.error = EVIL
    document.metadata = {EVIL: EVIL, "author": EVIL}
    document.notices = [{"code": "x", "text": EVIL}]
    document.save()
    Citation.objects.filter(text_version=document.text_version).update(name=EVIL)
    chunk = Chunk.objects.filter(text_version=document.text_version).earliest("index")
    answer = page(editor, document, f"?chunk={chunk.pk}").content.decode()
    assert "<script>alert" not in answer
    assert "<img src=x" not in answer
    assert "&lt;script&gt;alert" in answer


def test_a_failure_says_why_and_offers_what_helps(
    page: Callable[..., Any], accept: Callable[..., Document], work_off: Callable[[], int], editor: User
) -> None:
    document = accept(b"%PDF-1.4 that is none", "broken.pdf")
    work_off()
    answer = page(editor, document, "?tab=history").content.decode()
    document.refresh_from_db()
    assert document.status == "failed"
    assert document.error.split("'")[0] in answer
    assert "Delete it" in answer
    assert "Replace the file" in answer
    assert "Keep as it is" in answer
    assert "Try again" not in answer
    assert "Did not succeed" in answer


def test_while_it_is_read_there_is_a_bar_and_a_way_to_stop(page: Callable[..., Any], accept: Callable[..., Document], editor: User) -> None:
    document = accept()
    answer = page(editor, document).content.decode()
    assert 'role="progressbar"' in answer
    assert 'data-action="cancel"' in answer
    assert "appears here as soon as it has been read" in answer


def test_a_stopped_document_can_go_on(page: Callable[..., Any], accept: Callable[..., Document], editor: User) -> None:
    document = accept()
    lifecycle.cancel(document, editor)
    answer = page(editor, document).content.decode()
    assert "editor stopped the reading of this document before its end" in answer
    assert 'data-action="retry"' in answer


def test_a_duplicate_shows_the_text_of_its_original(
    page: Callable[..., Any], opinion: Document, accept: Callable[..., Document], viewer: User
) -> None:
    again = accept(name="again.txt")
    answer = page(viewer, again).content.decode()
    assert again.duplicate_of == opinion
    assert "was not read a second time" in answer
    assert "found to be unsafe" in answer


def test_a_link_to_an_earlier_reading_says_so(
    page: Callable[..., Any], opinion: Document, editor: User, work_off: Callable[[], int]
) -> None:
    chunk = Chunk.objects.filter(text_version=opinion.text_version).earliest("index")
    lifecycle.reprocess(opinion, editor)
    work_off()
    answer = page(editor, opinion, f"?chunk={chunk.pk}").content.decode()
    assert "an earlier reading of the document" in answer
    assert "Read again" in answer


def test_a_passage_that_is_gone_is_said_to_be(page: Callable[..., Any], opinion: Document, viewer: User) -> None:
    assert b"no longer kept" in page(viewer, opinion, "?chunk=999999999999").content


@pytest.mark.parametrize("query", ["?page=0", "?page=99999999999999999999", "?page=-1", "?page=²", "?chunk=x&part=0&tab=%00", "?part=777"])
def test_odd_addresses_open_the_page_all_the_same(page: Callable[..., Any], opinion: Document, viewer: User, query: str) -> None:
    assert page(viewer, opinion, query).status_code == 200


def test_a_fragment_is_one_page_or_nothing(page: Callable[..., Any], opinion: Document, viewer: User) -> None:
    assert b"found to be unsafe" in page(viewer, opinion, "", "documents:text", number=1).content
    assert page(viewer, opinion, "", "documents:text", number=2).status_code == 404


def test_a_pdf_is_shown_beside_its_text(
    page: Callable[..., Any], accept: Callable[..., Document], work_off: Callable[[], int], viewer: User
) -> None:
    document = accept(pdf([[f"The harbour crane of page {number} is unsafe."] for number in range(1, 4)]), "crane.pdf")
    work_off()
    answer = page(viewer, document, "?page=2").content.decode()
    assert f'data-pdf="/api/documents/{document.pk}/file/"' in answer
    assert "Page 2 of 3" in answer
    assert "crane of page 2" in answer
    assert "crane of page 3" not in answer


def test_the_number_of_queries_does_not_grow_with_citations_pages_or_tasks(
    page: Callable[..., Any], accept: Callable[..., Document], work_off: Callable[[], int], editor: User
) -> None:
    def queries(document: Document) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page(editor, document).status_code == 200
        return len(captured)

    small = accept(pdf([[f"Roe v. Wade, {n} U.S. 113 (1973), is cited." for n in range(410, 420)]]), "small.pdf")
    large = accept(pdf([[f"Roe v. Wade, {n} U.S. 113 (1973), and {n} F.3d 11 are cited."] for n in range(100, 130)]), "large.pdf")
    work_off()
    lifecycle.reprocess(large, editor)
    work_off()
    queries(small)
    assert queries(large) == queries(small)


def test_an_unknown_document_is_not_found(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get(reverse("documents:detail", args=[uuid4()])).status_code == 404
