"""One question from being asked to what its readers see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from cases.models import Case
from documents.models import Message, Page, RedactionFinding
from documents.services.chat import asking, conversations
from documents.services.chat.showing import shown
from documents.tests.searching import document
from lexintel.models import User

LEASE = "The lease of the crane ends on 3 May 2024. Rent is payable in advance. Ms. Okonkwo signed the lease for the harbour."


@pytest.mark.django_db(transaction=True)
def test_a_question_is_answered_with_what_stands_in_the_case(case: Case, owner: User, stranger: User, work_off: Callable[..., int]) -> None:
    lease = document(case, "Lease", "Schedule of rent.", LEASE)
    RedactionFinding.objects.create(
        document=lease, page=2, kind=RedactionFinding.Kind.SAME_COLOUR, text="The lease of the crane ends on 3 May"
    )
    conversation = conversations.begin(case, owner)
    message = asking.ask(conversation, owner, "When does the lease of the crane end?")
    work_off()
    message.refresh_from_db()
    assert (message.state, message.method, message.refused) == (Message.State.ANSWERED, Message.Method.EXTRACTIVE, False)
    assert [notice["code"] for notice in message.notices] == ["unseen"]
    (answer,) = shown([message], owner)
    first = answer.sentences[0]
    assert first.text == "The lease of the crane ends on 3 May 2024."
    source = first.sources[0].source
    page = Page.objects.get(text_version=source.text_version, number=source.page)
    assert page.text[source.start : source.end] == source.quote == first.text
    assert shown([message], stranger) == []
    lease.deleted_at = timezone.now()
    lease.save()
    assert [sentence.text for sentence in shown([message], owner)[0].sentences if not sentence.sentence.aside] == [""] * len(
        answer.sentences
    )
