"""Ask, and stop an answer. The answer is made by a task, so that any web process may show it and none holds it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.jobs import AnswerJob
from documents.models import Conversation, Message
from tasks.manager import manager

ANSWER = "documents.answer_question"


def ask(conversation: Conversation, user: Any, question: str) -> Message:
    """Raises Http404 where the conversation does not exist for the user, Refused (no_question, question_too_long)."""
    text = question.replace("\0", "").strip()
    if not text:
        raise Refused(_("Please type a question."), "no_question")
    if len(text) > Message.LONGEST_QUESTION:
        raise Refused(_("A question has at most %(most)d characters.") % {"most": Message.LONGEST_QUESTION}, "question_too_long")
    with transaction.atomic():
        mine = Conversation.objects.visible_to(user).values("pk")
        held = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=mine, pk=conversation.pk).first()
        if held is None:
            raise Http404
        last = held.messages.aggregate(last=Max("number"))["last"] or 0
        message = Message.objects.create(conversation=held, number=last + 1, asked_by=user, question=text)
        held.last = timezone.now()
        held.save(update_fields=["last"])
        handle = manager.submit(ANSWER, AnswerJob(message_id=message.pk), topic=message.topic, user=user, scope=held.case_id)
        message.task_id = handle.pk
        message.save(update_fields=["task_id"])
    return message
