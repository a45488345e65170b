"""Ask, and stop an answer. The answer is made by a task, so that any web process may show it and none holds it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.jobs import AnswerJob
from documents.models import Conversation, Message
from tasks.manager import manager
from tasks.models import Status
from tasks.progress.events import emit

ANSWER = "documents.answer_question"
AT_WORK = 4
"""Questions of one person that are answered, or wait for their answer, at the same time."""
URGENT = 1
"""Somebody sits before it."""


def ask(conversation: Conversation, user: Any, question: str) -> Message:
    """Questions of one conversation are answered one after the other, for each may refer to the answer before it.

    Raises Http404 where the conversation does not exist for the user, Refused (no_question, question_too_long, answers_at_work).
    """
    text = question.replace("\0", "").encode("utf-8", "replace").decode().strip()  # half a surrogate pair cannot be stored
    if not text:
        raise Refused(_("Please type a question."), "no_question")
    if len(text) > Message.LONGEST_QUESTION:
        raise Refused(_("A question has at most %(most)d characters.") % {"most": Message.LONGEST_QUESTION}, "question_too_long")
    with transaction.atomic():
        held = _held(conversation.pk, user)
        _require_few(user)
        last = held.messages.aggregate(last=Max("number"))["last"] or 0
        message = Message.objects.create(conversation=held, number=last + 1, asked_by=user, question=text)
        held.last = timezone.now()
        held.save(update_fields=["last"])
        job = AnswerJob(message_id=message.pk, conversation_id=held.pk)
        message.task_id = manager.submit(ANSWER, job, topic=message.topic, user=user, scope=held.case_id, priority=URGENT).pk
        message.save(update_fields=["task_id"])
        emit(held.topic, scope=None, status=Status.SUCCEEDED, percent=100, step=f"question {message.number}", restart=True)
    return message


def stop(message: Message, user: Any) -> None:
    """End an answer as it is; one that has ended stays so. Raises Http404, and PermissionDenied for who neither asked nor began the
    conversation."""
    with transaction.atomic():
        found = Message.objects.visible_to(user).select_related("conversation").filter(pk=message.pk).first()
        if found is None:
            raise Http404
        if user.pk not in (found.asked_by_id, found.conversation.owner_id):
            raise PermissionDenied(_("Only who asked this question, or began the conversation, may stop its answer."))
        _stop(found, user)


def stop_all(conversation: Conversation, user: Any) -> None:
    """In the caller's transaction."""
    for message in conversation.messages.exclude(state__in=Message.ENDED).select_related("conversation"):
        _stop(message, user)


def _stop(message: Message, user: Any) -> None:
    """The task is asked to end, which may take it a moment; the answer has ended now, for what the task then writes is refused."""
    if message.state in Message.ENDED or message.task_id is None:
        return
    manager.cancel(message.task_id, by=user)
    running = Message.objects.filter(pk=message.pk).exclude(state__in=Message.ENDED)
    running.update(state=Message.State.STOPPED, ended=timezone.now())
    scope = message.conversation.case_id
    emit(message.topic, scope=scope, status=Status.CANCELLED, percent=0, step="stopped", task=message.task_id)


def _held(conversation: uuid.UUID, user: Any) -> Conversation:
    mine = Conversation.objects.visible_to(user).values("pk")
    held = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=mine, pk=conversation).first()
    if held is None:
        raise Http404
    return held


def _require_few(user: Any) -> None:
    """The account is locked, so that questions of the same moment count each other."""
    get_user_model()._default_manager.select_for_update(no_key=True).filter(pk=user.pk).first()
    if Message.objects.filter(asked_by=user.pk).exclude(state__in=Message.ENDED).count() >= AT_WORK:
        sentence = _("%(most)d of your questions are being answered already. Please wait until one of them is, or stop one.")
        raise Refused(sentence % {"most": AT_WORK}, "answers_at_work")
