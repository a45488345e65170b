"""The conversation of an e-mail: who belongs to it, in which order, and who may see it."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Membership, Role
from cases.services import matters
from documents.models import Document, Page, TextVersion
from documents.services import ingest
from documents.services.extraction.containers import outlook as mapi
from documents.services.extraction.parsers.mail import bare_subject
from documents.services.ingest.attachments import MAX_DEPTH
from documents.services.pipeline import lifecycle
from documents.services.reading.threads import Thread, thread_of
from documents.tests.outlook import compound, message
from documents.tests.test_mailboxes import mailbox
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def mail(number: int, body: str, answers: tuple[int, ...] = (), subject: str = "The offer", hour: int | None = None) -> bytes:
    head = f"From: p{number}@example.org\nTo: q@example.org\nSubject: {subject}\nMessage-ID: <{number}@example.org>\n"
    head += f"Date: Tue, 05 Mar 2024 {number if hour is None else hour:02d}:00:00 +0000\n"
    if answers:
        head += f"In-Reply-To: <{answers[-1]}@example.org>\nReferences: {' '.join(f'<{one}@example.org>' for one in answers)}\n"
    return f"{head}\n{body}\n".encode()


FIRST = mail(1, "We offer 77,215 dollars\nfor the crane.")
SECOND = mail(2, "Too little.\n\nOn Tuesday p1 wrote:\n> We offer 77,215 dollars\n> for the crane.", (1,), "Re: The offer")
THIRD = mail(
    3, "Then no.\n\nOn Tuesday p2 wrote:\n> Too little.\n>\n>> We offer 77,215\n>> dollars for the crane.", (1, 2), "AW: Re: The offer"
)
BRANCH = mail(4, "I was not asked.", (1,), "Fwd: The offer")
OTHER = mail(9, "We offer 77,215 dollars for the crane.")


def titles(thread: Thread) -> list[str]:
    return [one.document.metadata["message_id"][1:2] for one in thread.messages]


@pytest.fixture
def put(accept: Callable[..., Document], work_off: Callable[..., int]) -> Callable[..., list[Document]]:
    def all_of(*mails: bytes, **options: Any) -> list[Document]:
        documents = [accept(content, f"{index}.eml", **options) for index, content in enumerate(mails)]
        work_off()
        for document in documents:
            document.refresh_from_db()
        return documents

    return all_of


def test_the_most_inclusive_message_comes_first(put: Callable[..., list[Document]], viewer: User) -> None:
    first, _second, third, branch, other = put(FIRST, SECOND, THIRD, BRANCH, OTHER)
    thread = thread_of(first, viewer)
    assert titles(thread) == ["3", "2", "4"]
    assert [one.repeats for one in thread.messages] == [2, 1, 0]
    assert (thread_of(third, viewer).repeats, thread_of(other, viewer).messages) == (2, [])
    assert titles(thread_of(branch, viewer)) == ["3", "2", "1"]


def test_a_message_that_is_missing_still_ties_the_others(put: Callable[..., list[Document]], viewer: User) -> None:
    third, branch = put(THIRD, BRANCH)
    assert titles(thread_of(third, viewer)) == ["4"]
    assert titles(thread_of(branch, viewer)) == ["3"]


def test_a_chain_of_answers_without_references_is_followed(put: Callable[..., list[Document]], viewer: User) -> None:
    mails = [mail(n, f"Text {n}.", (n - 1,) if n else ()) for n in range(6)]
    documents = put(*mails)
    assert sorted(titles(thread_of(documents[0], viewer))) == ["1", "2", "3", "4", "5"]


def test_every_format_of_mail_is_tied_alike(accept: Callable[..., Document], work_off: Callable[..., int], viewer: User) -> None:
    accept(mailbox(FIRST, SECOND), "box.mbox")
    accept(THIRD, "third.eml")
    values = {
        mapi.SUBJECT: "RE: The offer",
        mapi.BODY: "Last word.",
        mapi.MESSAGE_ID: "<5@example.org>",
        mapi.REFERENCES: "<1@example.org>",
    }
    outlook = accept(compound(message(values)), "last.msg")
    work_off()
    outlook.refresh_from_db()
    assert titles(thread_of(outlook, viewer)) == ["3", "2", "1"]
    assert {one.document.metadata["subject"] for one in thread_of(outlook, viewer).messages} == {"The offer"}


def test_a_duplicate_has_the_conversation_of_its_original(put: Callable[..., list[Document]], viewer: User) -> None:
    _first, _second, copy = put(FIRST, SECOND, FIRST)
    assert copy.duplicate_of is not None
    assert titles(thread_of(copy, viewer)) == ["2"]


def test_only_what_may_be_seen_in_this_case(
    put: Callable[..., list[Document]], work_off: Callable[..., int], owner: User, viewer: User, stranger: User, editor: User
) -> None:
    elsewhere = matters.create_case("Doe v. Doe", user=owner)
    Membership.objects.create(case=elsewhere, user=editor, role=Role.EDITOR)
    first, _second, third = put(FIRST, SECOND, THIRD)
    ingest.accept(BytesIO(BRANCH), case=elsewhere, user=editor, name="branch.eml")
    work_off()
    assert titles(thread_of(first, owner)) == ["3", "2"]
    assert thread_of(first, stranger).messages == []
    lifecycle.delete(third, owner)
    assert titles(thread_of(first, viewer)) == ["2"]


def test_the_page_shows_it_and_nothing_of_it_becomes_markup(put: Callable[..., list[Document]], client: Client, viewer: User) -> None:
    evil = mail(7, "x", (1,), "<script>alert(1)</script>")
    first, _second, _evil = put(FIRST, SECOND, evil)
    client.force_login(viewer)
    page = client.get(first.get_absolute_url()).content.decode()
    assert "Conversation" in page
    assert "repeats 1 other" in page
    assert "Re: The offer" in page
    assert "<script>alert(1)" not in page


def test_the_page_says_when_it_was_sent_and_hides_what_is_for_machines(
    put: Callable[..., list[Document]], client: Client, viewer: User
) -> None:
    second, unsent = put(SECOND, b"From: a@b.c\nTo: d@e.f\nSubject: x\nDate: nonsense\n\nText.")
    client.force_login(viewer)
    page = client.get(second.get_absolute_url()).content.decode()
    assert "Mar 5, 2024, 02:00 +0000" in page
    assert "Answers the message" in page
    assert "<dt>References" not in page
    assert "<dt>Addresses" not in page
    assert "Conversation" not in client.get(unsent.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd: RE[2]: The offer", "The offer"),
        ("AW: WG: Angebot", "Angebot"),
        ("回复：转发: 報告", "報告"),
        ("Отв: Договор", "Договор"),
        ("Re:", ""),
        ("Regarding: the offer", "Regarding: the offer"),
        ("Reg. Re: x", "Reg. Re: x"),
    ],
)
def test_subjects_are_compared_without_what_answering_adds(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


def test_a_hundred_messages_in_each_other_end_at_a_notice(put: Callable[..., list[Document]]) -> None:
    content = mail(0, "The core.")
    for level in range(1, 100):
        head = f"From: a@b.c\nTo: d@e.f\nSubject: Level {level}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
        content = head.encode() + content
    (outermost,) = put(content)
    assert outermost.status == "ready"
    assert Document.objects.count() == MAX_DEPTH + 1
    assert Document.objects.filter(notices__contains=[{"code": "attachments_too_deep"}]).count() == 1


def test_the_number_of_queries_does_not_grow_with_the_conversation(
    put: Callable[..., list[Document]], viewer: User, django_assert_max_num_queries: Any
) -> None:
    (first, *_rest) = put(*[mail(n, f"Text {n}.", (0,) if n else (), hour=n % 24) for n in range(40)])
    with django_assert_max_num_queries(4):
        assert len(thread_of(first, viewer).messages) == 39


@pytest.mark.parametrize(
    "body", ["On " + ":" * 290 + " " * 90_000 + "x", "On a:\n" * 15_000, "-" * 90_000, "> " * 45_000, "_" * 90_000 + "x", "\n" * 90_000]
)
def test_no_body_makes_its_comparison_slow(case: Case, viewer: User, body: str) -> None:
    for number in range(5):
        document = Document.objects.create(case=case, title=str(number), metadata={"message_id": f"<{number}@x>", "references": ["<r@x>"]})
        document.text_version = TextVersion.objects.create(document=document, number=1)
        document.save()
        Page.objects.create(text_version=document.text_version, number=1, text=f"Subject: x\n\n{number} {body}\n{body}")
    started = time.process_time()
    assert len(thread_of(document, viewer).messages) == 4
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "head",
    [
        "Message-ID: <>\nReferences: " + "<a@b> " * 5_000,
        "Message-ID: " + "x" * 100_000,
        "Message-ID: <a@b>\nIn-Reply-To: your message of Tuesday\nReferences: \x01\x02 <<<>>> <c@d",
        "Date: Tue, 99 Foo 2024\nMessage-ID: no brackets@example.org",
    ],
)
def test_malformed_ids_hurt_nobody(put: Callable[..., list[Document]], viewer: User, head: str) -> None:
    (first, second) = put(f"From: a@b.c\nTo: d@e.f\nSubject: x\n{head}\n\nText.".encode(), b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nText.")
    assert first.status == "ready"
    assert thread_of(first, viewer).messages == thread_of(second, viewer).messages == []
