"""Which documents count as the same, as nearly the same, as held by another; and who is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Membership, Role
from cases.services import matters
from documents.models import Document, TextSignature
from documents.services import ingest
from documents.services.pipeline import lifecycle
from documents.services.similarity.neighbours import Relation, count_of, neighbours_of
from documents.services.similarity.shingles import numbered, resemblance, shingles_of, words_of
from documents.services.similarity.signatures import likeness, minhash_in, signature_of
from documents.tests.likeness import form, misread, paragraphs, text
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def put(case: Case, editor: User, work_off: Callable[..., int]) -> Callable[..., list[Document]]:
    """Texts that become documents of the case (or of another), in this order."""

    def all_of(*texts: str | bytes, into: Case | None = None, suffix: str = "txt") -> list[Document]:
        contents = [one.encode() if isinstance(one, str) else one for one in texts]
        made = [
            ingest.accept(BytesIO(content), case=into or case, user=editor, name=f"text {number}.{suffix}").document
            for number, content in enumerate(contents)
        ]
        work_off()
        for document in made:
            document.refresh_from_db()
        return made

    return all_of


@pytest.fixture
def elsewhere(stranger: User, editor: User) -> Case:
    """A case of the stranger's, into which the editor may put something but whose other people see nothing of the first case."""
    made: Case = matters.create_case("Doe v. Doe", user=stranger)
    Membership.objects.create(case=made, user=editor, role=Role.EDITOR)
    return made


def relations(document: Document, user: User) -> dict[str, str]:
    return {one.document.name[5:6]: str(one.relation) for one in neighbours_of(document, user)}


def test_a_draft_with_other_figures_is_nearly_the_same(put: Callable[..., list[Document]], viewer: User) -> None:
    draft = text(12)
    final = re.sub(r"\d,\d{3}", "7,777", draft, count=9)
    first, _second, _other = put(draft, final, text(12, seed=2))
    (found,) = neighbours_of(first, viewer)
    assert (found.document.name, found.relation, found.exact) == ("text 1.txt", Relation.NEAR, True)
    assert 0.8 < found.similarity < 1
    assert found.percent < 100
    assert count_of(first, viewer) == 1


def test_a_page_scanned_twice_with_errors_is_nearly_the_same(put: Callable[..., list[Document]], viewer: User) -> None:
    clean = text(8)
    first, *_scans = put(clean, misread(clean, 0.04, 1), misread(clean, 0.04, 2), misread(clean, 0.6, 3))
    assert relations(first, viewer) == {"1": "near", "2": "near"}


def test_a_redacted_text_is_nearly_the_same_as_the_whole(put: Callable[..., list[Document]], viewer: User) -> None:
    whole = text(10)
    redacted = re.sub(r"the (lessee|supplier|carrier|insurer) \w+ the \w+", "[REDACTED]", whole)
    assert redacted != whole
    first, _second = put(whole, redacted)
    assert relations(first, viewer) == {"1": "near"}


def test_form_letters_to_several_people_are_nearly_the_same(put: Callable[..., list[Document]], viewer: User) -> None:
    people = [("Ada Quill", "Boston", "March 3"), ("Ben Oakes", "Salem", "April 14"), ("Cyrus Vane", "Lynn", "May 22")]
    first, *_others = put(*(form(*person) for person in people))
    assert relations(first, viewer) == {"1": "near", "2": "near"}


def test_the_same_words_in_another_file_are_the_same_text(put: Callable[..., list[Document]], viewer: User) -> None:
    first, _second = put(text(5), "\n\n".join(paragraphs(5)).replace("\n\n", "\n\n\n").upper())
    (found,) = neighbours_of(first, viewer)
    assert (found.relation, found.similarity) == (Relation.SAME_TEXT, 1.0)


def test_a_draft_inside_a_longer_filing_is_told_from_likeness(put: Callable[..., list[Document]], viewer: User) -> None:
    draft = text(8)
    filing = f"{text(30, seed=3)}\n\n{draft}\n\n{text(30, seed=4)}"
    first, second = put(draft, filing)
    assert relations(first, viewer) == {"1": "contained"}
    assert relations(second, viewer) == {"0": "contains"}
    assert neighbours_of(first, viewer)[0].similarity > 0.95


def test_a_message_quoted_whole_in_a_later_one_is_inside_it(put: Callable[..., list[Document]], viewer: User) -> None:
    head = (
        "From: a@example.org\nTo: b@example.org\nSubject: The crane\nMessage-ID: <{n}@example.org>\nDate: 5 Mar 2024 0{n}:00:00 +0000\n\n"
    )
    first_text = text(4)
    quoted = "\n".join(f"> {line}" for line in first_text.splitlines())
    answer = f"{text(12, seed=6)}\n\nOn Tuesday a wrote:\n{quoted}\n"
    first, second = put(head.format(n=1) + first_text, head.format(n=2) + answer, suffix="eml")
    assert relations(first, viewer) == {"1": "contained"}
    assert relations(second, viewer) == {"0": "contains"}


@pytest.mark.parametrize("short", ["Thanks, received.", "This page is intentionally left blank.", "word " * 49, ""])
def test_few_words_are_like_nothing(put: Callable[..., list[Document]], viewer: User, short: str) -> None:
    first, _second = put(f"{short} ", f" {short} .")
    assert relations(first, viewer) == {}
    assert TextSignature.objects.exclude(bands=[]).count() == 0


def test_different_papers_of_one_court_are_not_alike(put: Callable[..., list[Document]], viewer: User) -> None:
    caption = "UNITED STATES DISTRICT COURT\nFOR THE DISTRICT OF MASSACHUSETTS\n\nRoe v. Doe, Civil Action No. 1:26-cv-00001\n\n"
    end = "\n\nRespectfully submitted, and I certify that a true copy was served on all counsel of record by electronic mail on this day."
    documents = put(*(f"{caption}{text(6, seed)}{end}" for seed in range(1, 7)))
    assert [relations(one, viewer) for one in documents] == [{}] * 6


def test_the_estimate_is_near_the_truth() -> None:
    for share in (0.02, 0.05, 0.1, 0.3):
        one, other = text(40), misread(text(40), share)
        truth = resemblance(*(shingles_of(numbered(words_of([content]))) for content in (one, other)))
        signed, other_signed = signature_of([one]), signature_of([other])
        estimate = float(likeness(minhash_in(signed), minhash_in(other_signed)[None, :])[0])
        assert abs(estimate - truth) < 0.15, share


def test_scripts_without_spaces_are_compared_too(put: Callable[..., list[Document]], viewer: User) -> None:
    characters = [chr(0x4E00 + 7 * number % 2000) for number in range(400)]
    other = [*characters]
    other[20] = other[200] = "一"
    first, *_others = put("".join(characters), "".join(other), "".join(reversed(characters)))
    assert relations(first, viewer) == {"1": "near"}


def test_the_same_file_in_this_case_and_in_another(
    put: Callable[..., list[Document]], elsewhere: Case, editor: User, viewer: User, stranger: User
) -> None:
    first, second = put(text(5), text(5))
    (third,) = put(text(5), into=elsewhere)
    assert second.duplicate_of == first
    assert {one.document for one in neighbours_of(first, editor)} == {second, third}
    assert {str(one.relation) for one in neighbours_of(first, editor)} == {"same_file"}
    assert {one.document for one in neighbours_of(second, viewer)} == {first}
    assert (count_of(first, viewer), count_of(first, editor), count_of(third, stranger)) == (1, 2, 0)


def test_what_is_like_it_in_a_case_of_somebody_else_is_neither_shown_nor_counted(
    put: Callable[..., list[Document]], elsewhere: Case, client: Client, editor: User, viewer: User
) -> None:
    draft = text(12)
    (first,) = put(draft)
    near, outer = put(draft.replace("Tuesday", "Friday").replace("crane", "boat"), f"{draft}\n\n{text(40, seed=9)}", into=elsewhere)
    assert {one.document for one in neighbours_of(first, editor)} == {near, outer}
    assert (neighbours_of(first, viewer), count_of(first, viewer)) == ([], 0)
    client.force_login(viewer)
    assert client.get(f"/api/documents/{first.pk}/similar/").json() == []
    assert client.get(f"/api/documents/{first.pk}/compare/{near.pk}/").status_code == 404
    assert client.get(f"/api/documents/{near.pk}/compare/{first.pk}/").status_code == 404
    assert client.get(f"/documents/{first.pk}/compare/{near.pk}/").status_code == 404
    assert client.get("/api/documents/?duplicates=exact").json()["count"] == 0
    assert "Same and similar" not in client.get(first.get_absolute_url()).content.decode()
    Membership.objects.create(case=elsewhere, user=viewer, role=Role.VIEWER)
    assert len(client.get(f"/api/documents/{first.pk}/similar/").json()) == 2


def test_what_is_deleted_vanishes_and_comes_back_when_it_is_restored(
    put: Callable[..., list[Document]], client: Client, editor: User, work_off: Callable[..., int]
) -> None:
    first, second = put(text(12), text(12).replace("crane", "boat"))
    lifecycle.delete(second, editor)
    assert relations(first, editor) == {}
    client.force_login(editor)
    assert client.get(f"/api/documents/{first.pk}/compare/{second.pk}/").status_code == 404
    client.post(f"/api/documents/{second.pk}/restore/")
    work_off()
    assert relations(first, editor) == {"1": "near"}


def test_a_document_that_is_read_anew_has_one_signature_of_its_new_text(
    put: Callable[..., list[Document]], editor: User, work_off: Callable[..., int]
) -> None:
    (document,) = put(text(5))
    before = document.signature.text_version_id
    lifecycle.reprocess(document, editor)
    work_off()
    document.refresh_from_db()
    (kept,) = TextSignature.objects.filter(document=document)
    assert kept.text_version_id == document.text_version_id != before


def test_the_number_of_queries_does_not_grow_with_what_is_alike(
    put: Callable[..., list[Document]], viewer: User, django_assert_max_num_queries: Any
) -> None:
    people = [(f"Person {number}", f"Town {number}", f"May {number}") for number in range(25)]
    first, *_others = put(*(form(*person) for person in people))
    with django_assert_max_num_queries(9):
        assert len(neighbours_of(first, viewer)) == 24
    with django_assert_max_num_queries(6):
        assert count_of(first, viewer) == 24
