"""What the schema says of conversations and messages. Messages are written by payloads.py, for speed and because sockets send them too."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.models import Conversation, Document, Message


class AskerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ChosenDocumentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = ["id", "title"]


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """`title` is the first question where none was given. `documents` are those it is about (none: the whole case), `gone` how many of
    those that were chosen are no longer there."""

    title = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()
    gone = serializers.SerializerMethodField()
    owner = serializers.StringRelatedField[Any](read_only=True)
    mine = serializers.SerializerMethodField(help_text="whether you may change or delete it")
    messages = serializers.IntegerField(source="asked", read_only=True, help_text="how many questions")

    class Meta:
        model = Conversation
        fields = ["id", "case", "title", "owner", "mine", "shared", "documents", "gone", "messages", "created", "last"]

    def get_title(self, conversation: Any) -> str:
        return conversation.title or " ".join((conversation.first_question or "").split())[: Conversation.LONGEST_TITLE]

    @extend_schema_field(ChosenDocumentSerializer(many=True))
    def get_documents(self, conversation: Any) -> Any:
        return ChosenDocumentSerializer(_left(conversation), many=True).data

    def get_gone(self, conversation: Any) -> int:
        return max(0, conversation.narrowed_to - len(_left(conversation)))

    def get_mine(self, conversation: Conversation) -> bool:
        return conversation.owner_id == self.context["request"].user.pk


def _left(conversation: Any) -> list[Document]:
    """Those of its documents that are (still) in its case."""
    return [document for document in conversation.chosen if document.case_id == conversation.case_id]


class ConversationChangeSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(required=False, allow_blank=True, max_length=Conversation.LONGEST_TITLE)
    shared = serializers.BooleanField(required=False, help_text="whether members of the case may read it, and ask")
    documents = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=Conversation.MOST_DOCUMENTS, help_text="empty: the whole case"
    )


class NewConversationSerializer(ConversationChangeSerializer):
    case = serializers.UUIDField()


class ConversationFilterSerializer(serializers.Serializer[Any]):
    case = serializers.UUIDField(required=False)


class QuestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=Message.LONGEST_QUESTION)


class WaitSerializer(serializers.Serializer[Any]):
    wait = serializers.FloatField(
        required=False, min_value=0, max_value=600, default=600, help_text="seconds to wait for the answer; then 202, and it goes on"
    )


class SinceSerializer(serializers.Serializer[Any]):
    since = serializers.IntegerField(required=False, min_value=0, default=0, help_text="number of the last sentence that is known")


class AnswerSourceSerializer(serializers.Serializer[Any]):
    """`quote` stands from `start` on `page` to `end` (exclusive) on `page_to`, in code points of their texts."""

    number = serializers.IntegerField(help_text="of its sentence, from 1")
    document = serializers.UUIDField()
    title = serializers.CharField()
    page = serializers.IntegerField()
    page_to = serializers.IntegerField()
    chunk = serializers.IntegerField(allow_null=True, help_text="of the passage; null where the document was read anew since")
    quote = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    time_s = serializers.FloatField(allow_null=True, help_text="second of the recording, of a transcript")
    url = serializers.CharField(help_text="the page with the quoted words marked")
    player = serializers.CharField(help_text="of a transcript: where its recording is played from there")
    changed = serializers.BooleanField(help_text="the document has been read anew since it was quoted")
    cited = serializers.CharField(help_text="title and page")


class AnswerSentenceSerializer(serializers.Serializer[Any]):
    """`aside`: it says something of the answer and needs no source. `gone`: it rests on a document that is not there any more, and has no
    text. `faults` say why it is not supported, or what was corrected, as {code, text}."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    supported = serializers.BooleanField()
    aside = serializers.BooleanField()
    gone = serializers.BooleanField()
    faults = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    sources = AnswerSourceSerializer(many=True)


class ChatMessageSerializer(serializers.Serializer[Any]):
    """A question and its answer, as far as it is. `answer` are the sentences that hold as one text, `cited` the same with their sources."""

    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    number = serializers.IntegerField()
    question = serializers.CharField()
    understood = serializers.CharField(help_text="what was looked for, where the question refers to what was said before it")
    asked_by = AskerSerializer(allow_null=True)
    state = serializers.CharField(help_text="waiting, answering, answered, stopped or failed")
    state_label = serializers.CharField()
    answer = serializers.CharField()
    refused = serializers.BooleanField(help_text="nothing that may be looked at answers it")
    refusal = serializers.CharField(help_text="code of why")
    method = serializers.CharField(help_text="extractive, llm or counted; empty until it is known")
    sentences = AnswerSentenceSerializer(many=True)
    searched = serializers.CharField(help_text="what was looked at, in a sentence")
    notices = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), help_text="{code, text}")
    removed = serializers.IntegerField(help_text="sentences that did not hold and are not shown")
    gone = serializers.IntegerField(help_text="sentences that rest on documents which are not there any more")
    listing = serializers.DictField(allow_null=True, help_text="of what was counted: {count, url}")
    usage = serializers.DictField(allow_null=True, help_text="of a language model: {model, host, prompt_tokens, completion_tokens, cost}")
    cited = serializers.CharField()
    error = serializers.CharField()
    error_code = serializers.CharField()
    created = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)
