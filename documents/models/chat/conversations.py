from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.documents import Document, TextVersion
from documents.models.passages import Chunk
from tasks.ids import uuid7


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: Any) -> ConversationQuerySet:
        """Of the user's cases: one's own, and those that are shared with the case."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = self.filter(case__in=Case.objects.visible_to(user).values("pk"), deleted_at=None)
        return mine.filter(Q(owner=user.pk) | Q(shared=True))


class Conversation(models.Model):
    """A chat over a case, or over some of its documents (none named: all of them). Its owner's alone, unless it is shared with the case.

    What is asked and answered is as confidential as the case: it stands in no log, no audit event, no progress event, not in the admin.
    """

    LONGEST_TITLE = 200
    MOST_DOCUMENTS = 1000

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="conversations")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True, help_text="empty: its first question")
    shared = models.BooleanField(_("shared with the case"), default=False)
    documents = models.ManyToManyField(Document, blank=True, related_name="+", help_text="none: all of the case")
    narrowed_to = models.PositiveIntegerField(default=0, help_text="how many documents were chosen; 0: all of the case")
    created = models.DateTimeField(auto_now_add=True)
    last = models.DateTimeField(auto_now_add=True, help_text="when it was asked the last time")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last", "-id"]
        indexes = [models.Index(fields=["case", "-last"], name="conversations_of_a_case", condition=Q(deleted_at=None))]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("documents:conversation", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"conversation:{self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> MessageQuerySet:
        return self.filter(conversation__in=Conversation.objects.visible_to(user).values("pk"))


class Message(models.Model):
    """A question and its answer. Sentences of the answer are kept as they pass the gate, so that any process can show how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERING = "answering", _("Answering")
        ANSWERED = "answered", _("Answered")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    class Method(models.TextChoices):
        EXTRACTIVE = "extractive", _("Quoted from the documents")
        LLM = "llm", _("Written by a language model")
        COUNTED = "counted", _("Counted in the database")

    ENDED = (State.ANSWERED, State.STOPPED, State.FAILED)
    LONGEST_QUESTION = 10_000

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField(help_text="in its conversation, from 1")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    question = models.TextField()
    understood = models.TextField(blank=True, help_text="the question as it was looked for, where that is not as it was asked")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    method = models.CharField(max_length=10, choices=Method.choices, blank=True)
    refused = models.BooleanField(default=False, help_text="nothing that may be looked at answers it")
    refusal = models.CharField(max_length=50, blank=True, help_text="code of why it was refused")
    searched = models.JSONField(default=dict, blank=True, help_text="what was looked at (chat.contracts.Searched)")
    notices = models.JSONField(default=list, blank=True, help_text="sentences a reader should know, as [{code, text}]")
    removed = models.PositiveIntegerField(default=0, help_text="sentences that the gate took out")
    listing = models.JSONField(default=dict, blank=True, help_text="of what was counted: {count, url}")
    usage = models.JSONField(
        default=dict, blank=True, help_text="of a language model: {model, host, prompt_tokens, completion_tokens, cost, estimated}"
    )
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    task_id = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="one_message_per_number")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def topic(self) -> str:
        return f"message:{self.pk}"


class MessageSentence(models.Model):
    """One sentence of an answer, judged. `faults` says why it is not supported, as [{code, text}]."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="sentences")
    number = models.PositiveIntegerField(help_text="in its answer, from 1")
    text = models.TextField()
    supported = models.BooleanField(default=False)
    faults = models.JSONField(default=list, blank=True)
    aside = models.BooleanField(default=False, help_text="says something of the answer, as that sources disagree; needs no source")
    rests_on = models.PositiveIntegerField(default=0, help_text="how many sources it was kept with; those of purged documents are gone")

    class Meta:
        verbose_name = _("sentence of an answer")
        verbose_name_plural = _("sentences of answers")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_sentence_per_number")]

    def __str__(self) -> str:
        return str(self.pk)


class MessageSource(models.Model):
    """Where a sentence of an answer comes from: a span of a reading of a document, and its words as they were quoted."""

    sentence = models.ForeignKey(MessageSentence, on_delete=models.CASCADE, related_name="sources")
    number = models.PositiveIntegerField(help_text="of its sentence, from 1")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    text_version = models.ForeignKey(TextVersion, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the reading quoted")
    chunk = models.ForeignKey(Chunk, null=True, on_delete=models.SET_NULL, related_name="+")
    page = models.PositiveIntegerField(help_text="where it begins, from 1")
    page_to = models.PositiveIntegerField()
    start = models.PositiveIntegerField(help_text="code point of the text of `page`")
    end = models.PositiveIntegerField(help_text="code point of the text of `page_to`, exclusive")
    at = models.PositiveIntegerField(help_text="where it begins in the passage")
    to = models.PositiveIntegerField(help_text="where it ends in the passage, exclusive")
    quote = models.TextField()
    time_s = models.FloatField(null=True, blank=True, help_text="second of the recording, of a transcript")

    class Meta:
        verbose_name = _("source of a sentence")
        verbose_name_plural = _("sources of sentences")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sentence", "number"], name="one_source_per_number")]

    def __str__(self) -> str:
        return str(self.pk)
