"""Conversations through the API: whose they are, what is shown of an answer now, and how questions end that can't be answered."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import AuditEvent, Case
from cases.services import matters
from documents.api.chat.payloads import message_json
from documents.api.chat.serializers import ChatMessageSerializer
from documents.models import Conversation, Document, Message, MessageSentence, MessageSource, Page
from documents.services.chat import answering, asking, conversations
from documents.services.chat.contracts import Check, Draft, Evidence, Judged, Notice, Piece, Question
from documents.services.chat.places import source_in
from documents.services.chat.showing import shown
from documents.services.search.errors import SearchError
from documents.tests.chatting import LEASE, SENTENCES, Paced, evidence_of, work_once
from documents.tests.searching import document, publish
from lexintel.models import User
from tasks.models import TaskRecord

Api = Callable[..., APIClient]
pytestmark = pytest.mark.django_db


@pytest.fixture
def lease(case: Case) -> Document:
    return document(case, "Lease", LEASE, vectors=False)


@pytest.fixture
def answered(case: Case, owner: User, lease: Document, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Message:
    settings.TASK_EXECUTOR = "background"
    monkeypatch.setattr(answering, "Extractive", Paced(99))
    monkeypatch.setattr(answering, "gather", lambda question: evidence_of(lease))
    message = asking.ask(conversations.begin(case, owner), owner, "When does the lease end?")
    assert work_once()
    message.refresh_from_db()
    return message


def of(message: Message, client: APIClient) -> dict[str, Any]:
    reply = client.get(f"/api/messages/{message.pk}/")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def again(message: Message, user: User, question: str = "And the rent?") -> Message:
    asked = asking.ask(message.conversation, user, question)
    assert work_once()
    asked.refresh_from_db()
    return asked


def test_a_conversation_is_its_owners_until_it_is_shared(
    case: Case, owner: User, viewer: User, stranger: User, api: Api, lease: Document
) -> None:
    mine = api(owner).post("/api/conversations/", {"case": str(case.pk), "documents": [str(lease.pk)]}, format="json")
    assert mine.status_code == 201
    told = mine.json()
    assert (told["documents"], told["shared"], told["mine"], told["title"]) == ([{"id": str(lease.pk), "title": "Lease"}], False, True, "")
    url = f"/api/conversations/{told['id']}/"
    assert api(viewer).get(url).status_code == 404
    assert api(owner).patch(url, {"shared": True, "title": "The crane"}, format="json").json()["shared"] is True
    assert api(viewer).get(url).json()["mine"] is False
    assert api(viewer).patch(url, {"title": "Mine"}, format="json").status_code == 403
    assert api(viewer).delete(url).status_code == 403
    assert api(stranger).get(url).status_code == 404
    listed = api(viewer).get("/api/conversations/", {"case": str(case.pk)}).json()["results"]
    assert [one["title"] for one in listed] == ["The crane"]
    assert api(owner).delete(url).status_code == 204
    assert api(owner).get(url).status_code == 404
    events = AuditEvent.objects.filter(target_type="conversation").order_by("id")
    assert [(event.verb, event.detail) for event in events] == [("conversation.shared", {}), ("conversation.deleted", {})]
    elsewhere = api(owner).post("/api/conversations/", {"case": str(case.pk), "documents": [told["id"]]}, format="json")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "no_such_document")


def test_an_answer_carries_its_sources_and_can_be_copied_with_them(answered: Message, owner: User, api: Api) -> None:
    told = of(answered, api(owner))
    assert set(told) == set(ChatMessageSerializer().fields)
    assert [sentence["text"] for sentence in told["sentences"]] == SENTENCES
    assert told["answer"] == " ".join(SENTENCES)
    assert told["cited"].splitlines()[1] == "“Rent is payable in advance.” (Lease, p. 1)"
    assert told["searched"] == "1 of 2 documents were searched; 1 could not be read."
    assert (told["method"], told["state"], told["refused"]) == ("extractive", "answered", False)
    (source,) = told["sentences"][1]["sources"]
    assert {"document", "title", "page", "page_to", "chunk", "quote", "start", "end", "time_s", "url"} <= set(source)
    assert LEASE[source["start"] : source["end"]] == source["quote"] == SENTENCES[1]
    assert source["url"].endswith(f"?page=1&chunk={source['chunk']}&at={source['start']}&to={source['end']}")


def test_what_was_read_anew_says_so_and_what_is_gone_is_not_shown(answered: Message, owner: User, api: Api, lease: Document) -> None:
    publish(lease, "Quite another text.", vectors=False)
    (source,) = of(answered, api(owner))["sentences"][0]["sources"]
    assert (source["changed"], source["quote"]) == (True, SENTENCES[0])
    Document.objects.filter(pk=lease.pk).update(deleted_at=timezone.now())
    told = of(answered, api(owner))
    assert (told["gone"], told["answer"], told["cited"]) == (3, "", "")
    assert LEASE[:20] not in str(told)
    Document.objects.filter(pk=lease.pk).delete()
    told = of(answered, api(owner))
    assert (told["gone"], told["answer"]) == (3, ""), "purged: the sources are gone, and what they said with them"


def test_a_sentence_that_rests_on_two_documents_needs_both(answered: Message, case: Case, owner: User, lease: Document) -> None:
    other = document(case, "Order", "Rent is payable in advance.", vectors=False)
    first, second = answered.sentences.get(number=1), answered.sentences.get(number=2)
    for sentence in (first, second):
        place = {"page": 1, "page_to": 1, "start": 0, "end": 27, "at": 0, "to": 27, "quote": SENTENCES[1]}
        MessageSource.objects.create(sentence=sentence, number=2, document=other, **place)
    MessageSentence.objects.filter(message=answered).update(rests_on=2)
    Document.objects.filter(pk=lease.pk).update(deleted_at=timezone.now())
    told = shown([answered], owner)[0].sentences
    assert [sentence.text for sentence in told] == ["", SENTENCES[1], ""], "the order says the second word for word"


def test_a_transcript_is_quoted_with_its_moment(answered: Message, owner: User, lease: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    Document.objects.filter(pk=lease.pk).update(kind=Document.Kind.TRANSCRIPT)
    Page.objects.filter(text_version=lease.text_version).update(times=[[0, 12.5], [43, 61.25]])
    lease.refresh_from_db()
    monkeypatch.setattr(answering.moments, "_players", [lambda documents: dict.fromkeys(documents, "/audio/1/")])
    told = message_json(shown([again(answered, owner)], owner)[0])
    sources = [sentence["sources"][0] for sentence in told["sentences"]]
    assert [source["time_s"] for source in sources] == [12.5, 61.25, 61.25]
    assert sources[1]["player"] == "/audio/1/#t=61.25"
    assert told["cited"].splitlines()[0].endswith("(Lease, 00:00:12)")


def test_a_conversation_of_two_hundred_messages_opens_at_once(case: Case, owner: User, api: Api, lease: Document) -> None:
    conversation = conversations.begin(case, owner)
    reading = lease.text_version
    assert reading is not None
    messages = Message.objects.bulk_create(
        Message(conversation=conversation, number=n, asked_by=owner, question="When?", state="answered") for n in range(1, 201)
    )
    sentences = MessageSentence.objects.bulk_create(
        MessageSentence(message=message, number=n, text=SENTENCES[0], supported=True, rests_on=1)
        for message in messages
        for n in (1, 2, 3, 4)
    )
    place = {"page": 1, "page_to": 1, "start": 0, "end": 42, "at": 0, "to": 42, "quote": SENTENCES[0], "chunk": reading.chunks.get()}
    MessageSource.objects.bulk_create(
        MessageSource(sentence=one, number=1, document=lease, text_version=reading, **place) for one in sentences
    )
    client, url = api(owner), f"/api/conversations/{conversation.pk}/messages/"
    counts, took = [], []
    for size in (200, 2, 200):
        began = time.process_time()
        with CaptureQueriesContext(connection) as asked:
            reply = client.get(url, {"page_size": size})
        took.append(time.process_time() - began)
        counts.append(len(asked))
        assert len(reply.json()["results"]) == size
    assert counts[0] == counts[1] <= 9
    assert min(took[0], took[2]) < 0.3, took  # of this process alone: other tests may run beside it


def test_lists_have_a_constant_number_of_queries(case: Case, owner: User, api: Api, lease: Document) -> None:
    counts = []
    for _ in range(2):
        for _again in range(3):
            conversations.begin(case, owner, documents=[lease.pk])
        with CaptureQueriesContext(connection) as asked:
            api(owner).get("/api/conversations/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_narrowed_conversation_never_widens_by_what_goes(
    answered: Message, case: Case, owner: User, api: Api, client: Client, lease: Document
) -> None:
    other = document(case, "Order", "The order of 2 May.", vectors=False)
    narrow = conversations.begin(case, owner, documents=[lease.pk, other.pk])
    Document.objects.filter(pk=other.pk).update(deleted_at=timezone.now())
    message = asking.ask(narrow, owner, "When?")
    work_once()
    told = of(message, api(owner))
    assert [notice["code"] for notice in told["notices"]] == ["documents_gone"]
    assert told["answer"].startswith(SENTENCES[0])
    assert api(owner).get(f"/api/conversations/{narrow.pk}/").json()["gone"] == 1
    elsewhere = matters.create_case("Other", user=owner, docket_number="1:24-cv-9", court="D. Me.")
    Document.objects.filter(pk=lease.pk).update(case=elsewhere)
    told = api(owner).get(f"/api/conversations/{narrow.pk}/").json()
    assert (told["documents"], told["gone"]) == ([], 2), "what went to another case is not looked at, and not named"
    client.force_login(owner)
    assert "None of the documents it was limited to" in client.get(narrow.get_absolute_url()).content.decode()
    Document.objects.filter(pk__in=[lease.pk, other.pk]).delete()
    message = asking.ask(narrow, owner, "When?")
    work_once()
    told = of(message, api(owner))
    assert (told["refused"], told["refusal"]) == (True, "documents_gone")


def test_a_document_deleted_between_retrieval_and_display_is_not_shown(
    answered: Message, owner: User, api: Api, lease: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Paced):
        def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
            for number, draft in enumerate(super().answer(question, evidence, check)):
                if number == 1:
                    Document.objects.filter(pk=lease.pk).delete()
                yield draft

    monkeypatch.setattr(answering, "Extractive", Late(99))
    told = of(again(answered, owner), api(owner))
    assert (told["state"], told["answer"], told["removed"], told["gone"]) == ("answered", "", 2, 1)


def test_what_has_no_source_and_titles_go_with_the_documents_they_were_made_with(
    answered: Message, owner: User, api: Api, client: Client, lease: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loose(Paced):
        def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
            self.questions.append(question)
            yield Notice("injection", "A passage of Lease, page 1, seems to give orders to the program; it was treated as text.")
            yield Draft("The crane was let to Ms. Okonkwo until May.")

    paced = Loose(99)
    monkeypatch.setattr(answering, "Extractive", paced)
    loose, listed = again(answered, owner), again(answered, owner, "List all filings.")
    kept = of(loose, api(owner))
    assert [(one["text"], one["supported"]) for one in kept["sentences"]] == [("The crane was let to Ms. Okonkwo until May.", False)]
    assert len(kept["notices"]) == 1
    assert "Lease" in of(listed, api(owner))["answer"]
    again(answered, owner, "And who drove it?")
    before = [text for turn in paced.questions[-1].earlier for text in turn.answer]
    assert SENTENCES[0] in before
    assert kept["sentences"][0]["text"] not in before, "what is not supported explains no later question"
    Message.objects.filter(pk=loose.pk).update(understood="Who signed the Lease?")
    Document.objects.filter(pk=lease.pk).update(deleted_at=timezone.now())
    client.force_login(owner)
    page = client.get(answered.conversation.get_absolute_url()).content.decode()
    for told in (str(of(loose, api(owner))), str(of(listed, api(owner))), page):
        assert "Okonkwo" not in told
        assert "Lease" not in told


def failing(error: Exception) -> Callable[..., Evidence]:
    def gather(question: Any) -> Evidence:
        raise error

    return gather


def test_every_trouble_ends_in_a_kind_sentence_that_tells_nothing(
    answered: Message, owner: User, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "the secret of the crane"
    monkeypatch.setattr(answering, "gather", failing(SearchError("Too many words.", "too_long")))
    told = of(again(answered, owner), api(owner))
    assert (told["state"], told["refused"], told["answer"]) == (
        "answered",
        True,
        "This question could not be searched for: Too many words.",
    )
    monkeypatch.setattr(answering, "gather", failing(Http404()))
    told = of(again(answered, owner), api(owner))
    assert (told["state"], told["error_code"]) == ("failed", "no_longer_allowed")
    monkeypatch.setattr(answering, "gather", failing(RuntimeError(secret)))
    with caplog.at_level(logging.DEBUG):
        message = again(answered, owner, secret)
    told = of(message, api(owner))
    assert (told["state"], told["error"]) == ("failed", "Something went wrong while this question was answered. Please ask it again.")
    assert message.task_id is not None
    record = TaskRecord.objects.get(pk=message.task_id)
    assert secret not in caplog.text
    assert not [
        text for text in (record.error, str(record.payload), *record.attempts.values_list("traceback", flat=True)) if secret in text
    ]


def test_who_was_removed_meanwhile_gets_no_answer(
    answered: Message, case: Case, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = conversations.begin(case, viewer)
    message = asking.ask(conversation, viewer, "When?")
    case.memberships.filter(user=viewer).delete()
    work_once()
    message.refresh_from_db()
    assert (message.state, message.error_code, message.sentences.count()) == ("failed", "no_longer_allowed", 0)
    message = asking.ask(answered.conversation, owner, "When?")
    owner.delete()
    work_once()
    message.refresh_from_db()
    assert (message.state, message.asked_by) == ("failed", None)


def test_questions_at_work_are_limited_and_long_ones_refused(answered: Message, case: Case, owner: User, viewer: User, api: Api) -> None:
    url = f"/api/conversations/{answered.conversation_id}/messages/?wait=0"
    client = api(owner)
    for question, code in (("  \0 ", "no_question"), ("x" * 10_001, "max_length")):
        reply = client.post(url, {"question": question}, format="json")
        assert reply.status_code == 400, (code, reply.json())
    replies = [client.post(url, {"question": "x" * 10_000}, format="json") for _ in range(asking.AT_WORK + 1)]
    assert [reply.status_code for reply in replies] == [202] * asking.AT_WORK + [409]
    assert replies[-1].json()["code"] == "answers_at_work"
    first = replies[0].json()["id"]
    assert asking.ask(conversations.begin(case, viewer), viewer, "Who\ud800?").question == "Who??"
    conversations.change(answered.conversation, owner, shared=True)
    assert api(viewer).post(f"/api/messages/{first}/stop/").status_code == 403
    assert client.post(f"/api/messages/{first}/stop/").json()["state"] == "stopped"
    assert client.post(url, {"question": "x"}, format="json").status_code == 202
    assert api(viewer).post(url, {"question": "And mine?"}, format="json").status_code == 202, "each has limits of one's own"
    while work_once():
        pass
    states = Message.objects.filter(conversation=answered.conversation).order_by("number").values_list("state", flat=True)
    assert list(states) == ["answered", "stopped", *["answered"] * asking.AT_WORK, "answered"]


def test_no_transaction_is_open_while_an_answer_is_made_and_drafts_that_do_not_hold_are_counted(
    transactional_db: None, case: Case, owner: User, lease: Document, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_EXECUTOR = "background"
    open_ones = []

    class Watched(Paced):
        def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
            for draft in super().answer(question, evidence, check):
                open_ones.append(connection.in_atomic_block)
                yield draft

    class NothingHolds:
        def __init__(self, question: Question, evidence: Evidence) -> None:
            pass

        def judge(self, draft: Draft) -> Judged:
            return Judged(draft.text, False, removed=True)

    monkeypatch.setattr(answering, "Extractive", Watched(99))
    monkeypatch.setattr(answering, "Gate", NothingHolds)
    monkeypatch.setattr(answering, "gather", lambda question: evidence_of(lease))
    message = asking.ask(conversations.begin(case, owner), owner, "When?")
    work_once()
    message.refresh_from_db()
    assert open_ones == [False] * 3
    assert (message.state, message.removed, message.refusal) == ("answered", 3, "nothing_held")


def test_deleted_conversations_go_when_their_time_is_over(answered: Message, case: Case, owner: User) -> None:
    conversation = answered.conversation
    waiting = asking.ask(conversation, owner, "And then?")
    conversations.remove(conversation, owner)
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    assert conversations.purge(lambda: None) == 0
    Conversation.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    Case.objects.update(legal_hold=True)
    assert conversations.purge(lambda: None) == 0
    Case.objects.update(legal_hold=False)
    assert conversations.purge(lambda: None) == 1
    assert not MessageSource.objects.exists()
    conversations.begin(case, owner)
    matters.delete_case(case, user=owner)
    Case.objects.update(deleted_at=datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC))
    assert conversations.purge(lambda: None) == 1


def test_a_source_of_two_pages_is_cited_with_both(answered: Message, owner: User) -> None:
    MessageSource.objects.filter(sentence__number=1).update(page=3, page_to=4)
    assert shown([answered], owner)[0].cited.splitlines()[0].endswith("(Lease, pp. 3-4)")
    assert source_in(evidence_of(Document.objects.get(title="Lease")).passages[0], 0, 5).quote == "The l"[:5].rstrip()
