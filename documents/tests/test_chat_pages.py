"""What the pages of the chat show: sentences that hold and sentences that don't, what was searched, who may do what."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from documents.models import Conversation, Document, Message
from documents.services.chat import conversations
from documents.tests.searching import document, publish
from documents.views.chat import lists
from lexintel.models import User

SCRIPT = {"HTTP_X_REQUESTED_WITH": "chat"}
LEASE = "The lease of the crane ends on 3 May 2024."
SEARCHED = {"total": 220, "read": 214, "unread": 6, "waiting": 0, "partial": ""}


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def lease(case: Case) -> Document:
    return document(case, "Lease", LEASE, vectors=False)


def asked(conversation: Conversation, user: User, question: str = "When does the lease end?", **more: Any) -> Message:
    number = conversation.messages.count() + 1
    more = {"state": Message.State.ANSWERED, "method": Message.Method.EXTRACTIVE, "searched": SEARCHED, **more}
    return conversation.messages.create(number=number, asked_by=user, question=question, **more)


def said(message: Message, text: str, *sources: Document, **more: Any) -> None:
    sentence = message.sentences.create(number=message.sentences.count() + 1, text=text, rests_on=len(sources), **more)
    for number, source in enumerate(sources, 1):
        assert source.text_version is not None
        chunk = source.text_version.chunks.get()
        place = {"page": 1, "page_to": 1, "start": 0, "end": len(LEASE), "at": 0, "to": len(LEASE)}
        sentence.sources.create(number=number, document=source, text_version=source.text_version, chunk=chunk, quote=LEASE, **place)


def shown(browser: Client, message: Message) -> str:
    html = browser.get(f"/conversations/{message.conversation_id}/messages/{message.pk}/").content.decode()
    return " ".join(html.split())


@pytest.mark.django_db
def test_sentences_show_their_sources_and_those_that_do_not_hold_say_why(case: Case, owner: User, browser: Client, lease: Document) -> None:
    message = asked(conversations.begin(case, owner), owner, removed=2, notices=[{"code": "orders", "text": "A document gives orders."}])
    said(message, LEASE, lease, supported=True)
    said(message, "<b>Castellan</b> admitted it.", lease, faults=[{"code": "name", "text": "“Castellan” is not in the sources."}])
    html = shown(browser, message)
    assert html.index("A document gives orders.") < html.index('<ol class="chat-sentences')
    assert 'aria-label="Source 1: Lease, p. 1">1</a>' in html
    assert f"&amp;at=0&amp;to={len(LEASE)}" in html
    assert f'<blockquote dir="auto">{LEASE}</blockquote>' in html
    assert html.count('<span class="visually-hidden">Not supported:') == 1
    assert "<strong>Not supported by the documents.</strong> “Castellan” is not in the sources." in html
    assert "<b>Castellan" not in html
    for sentence in ("214 of 220 documents were searched; 6 could not be read.", "2 sentences were removed", "A document gives orders."):
        assert sentence in html
    assert f'data-chat-copy="“{LEASE}” (Lease, p. 1)"' in html

    publish(lease, "The lease ends in June.", vectors=False)
    assert "read anew since" in shown(browser, message)
    lease.deleted_at = timezone.now()
    lease.save()
    html = shown(browser, message)
    assert LEASE not in html
    assert html.count("that you may not see any more") == 2


@pytest.mark.django_db
def test_where_text_leaves_the_machine_is_said_before_the_first_question(
    case: Case, owner: User, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/cases/{case.pk}/chat/"
    assert "are sent to" not in browser.get(address).content.decode()
    monkeypatch.setattr(lists.llm, "leaves_to", lambda: "llm.example.org")
    html = browser.get(address).content.decode()
    assert "are sent to llm.example.org" in html
    assert html.count('name="example"') == 3


@pytest.mark.django_db
def test_where_nothing_is_found_the_search_is_offered_and_no_empty_list(case: Case, owner: User, browser: Client, lease: Document) -> None:
    begun = conversations.begin(case, owner)
    html = shown(browser, asked(begun, owner, "Who & what\nended?", refused=True))
    assert f'href="/cases/{case.pk}/search/?q=Who%20%26%20what%20ended%3F"' in html
    assert "Quoted from the documents" not in html
    counted = {"method": Message.Method.COUNTED, "searched": {}}
    html = shown(browser, asked(begun, owner, listing={"url": "/cases/", "count": 0}, **counted))
    assert ("Search for it" in html, 'class="chat-listing"' in html) == (True, False)
    html = shown(browser, asked(begun, owner, listing={"url": "/cases/", "count": 1}, **counted))
    assert ("Search for it" in html, "Show it in a list" in html) == (False, True)
    message = asked(begun, owner)
    said(message, LEASE.replace(" ends", "\nends"), lease, supported=True)
    assert f'data-chat-copy="{LEASE} (Lease, p. 1)"' in shown(browser, message)
    assert f'href="/cases/{case.pk}/review/"' in browser.get(f"/cases/{case.pk}/chat/").content.decode()


@pytest.mark.django_db
def test_a_question_begins_a_conversation_and_one_that_is_refused_is_not_lost(case: Case, browser: Client, lease: Document) -> None:
    begun = browser.post(f"/cases/{case.pk}/chat/", {"question": "Who signed the lease?"})
    conversation = Conversation.objects.get()
    assert begun.headers["Location"] == conversation.get_absolute_url()
    page = browser.get(f"/cases/{case.pk}/chat/", {"document": [str(lease.pk), "nonsense"]}).content.decode()
    assert f'<input type="hidden" name="document" value="{lease.pk}">' in page
    browser.post(f"/cases/{case.pk}/chat/", {"question": "Who signed?", "document": str(lease.pk)})
    assert list(Conversation.objects.latest("created").documents.all()) == [lease]
    long = "Who? " * 3000
    refused = browser.post(f"/cases/{case.pk}/chat/", {"question": long})
    assert (refused.status_code, Conversation.objects.count()) == (422, 2)
    assert long.strip() in refused.content.decode()
    address = f"/conversations/{conversation.pk}/messages/"
    assert browser.post(address, {"question": long}).status_code == 422
    told = browser.post(address, {"question": long}, **SCRIPT)  # type: ignore[arg-type]
    assert (told.status_code, told.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "at most 10000 characters" in told.content.decode()


@pytest.mark.django_db
def test_a_conversation_is_its_owners_until_it_is_shared_and_only_he_changes_it(
    case: Case, owner: User, viewer: User, browser: Client, lease: Document
) -> None:
    conversation = conversations.begin(case, owner)
    asked(conversation, owner)
    address, reader = conversation.get_absolute_url(), Client()
    reader.force_login(viewer)
    assert reader.get(address).status_code == 404
    page = browser.get(address).content.decode()
    assert "members of “" in page
    browser.post(f"{address}rename/", {"title": "The crane"})
    browser.post(f"{address}limit/", {"document": [str(lease.pk), "nonsense"]})
    browser.post(f"{address}share/")
    page = reader.get(address).content.decode()
    assert "The crane" in page
    assert "Looks at 1 document only" in page
    assert f"{address}delete/" not in page
    assert reader.post(f"{address}delete/").status_code == 403
    for place in (f"/cases/{case.pk}/chat/", "/conversations/"):
        assert "The crane" in reader.get(place).content.decode()
    browser.post(f"{address}delete/")
    assert browser.get(address).status_code == 404


@pytest.mark.django_db
def test_a_long_conversation_opens_quickly_with_its_last_questions(
    case: Case, owner: User, browser: Client, lease: Document, django_assert_max_num_queries: Any
) -> None:
    conversation = conversations.begin(case, owner)
    for number in range(1, 61):
        said(asked(conversation, owner, f"Question {number}?"), LEASE, lease, supported=True)
    browser.get(conversation.get_absolute_url())
    with django_assert_max_num_queries(30):
        before = time.process_time()
        page = browser.get(conversation.get_absolute_url()).content.decode()
        took = time.process_time() - before
    assert page.count("data-message=") == 50
    assert "Question 10?" not in page.partition("data-chat-turns")[2]
    assert took < 1.0
    earlier = browser.get(f"{conversation.get_absolute_url()}?before=11").content.decode()
    assert earlier.count("data-message=") == 10
