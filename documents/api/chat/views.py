"""/api/conversations/ and /api/messages/. What streams or waits is answered in streams.py beside it, once these have let it through."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Left
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from documents.api.chat.payloads import message_json
from documents.api.chat.serializers import (
    ChatMessageSerializer,
    ConversationChangeSerializer,
    ConversationFilterSerializer,
    ConversationSerializer,
    NewConversationSerializer,
    QuestionSerializer,
    SinceSerializer,
    WaitSerializer,
)
from documents.api.errors import RefusedErrors
from documents.models import Conversation, Document, Message
from documents.services.chat import asking, conversations
from documents.services.chat.showing import shown

PK = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
JSON, EVENTS = "application/json", "text/event-stream"


class AlwaysJson(BaseContentNegotiation):
    """These answer JSON, whatever else is asked for: a stream begins behind them."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((parser for parser in parsers if (request.content_type or "").startswith(parser.media_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ConversationViewSet(RefusedErrors, viewsets.GenericViewSet[Conversation]):
    serializer_class = ConversationSerializer
    filter_backends: list[Any] = []
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        user = self.request.user
        first = Message.objects.filter(conversation=OuterRef("pk"), number=1).annotate(begins=Left("question", Conversation.LONGEST_TITLE))
        chosen = Prefetch("documents", Document.objects.visible_to(user).order_by("title", "pk"), to_attr="chosen")
        found = Conversation.objects.visible_to(user).select_related("owner").prefetch_related(chosen)
        return found.annotate(asked=Count("messages"), first_question=Subquery(first.values("begins"))).order_by("-last", "-id")

    @extend_schema(parameters=[ConversationFilterSerializer], responses=ConversationSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your conversations and those shared with your cases, the last asked first."""
        typed = ConversationFilterSerializer(data=request.query_params)
        typed.is_valid(raise_exception=True)
        found = self.get_queryset()
        if case := typed.validated_data.get("case"):
            found = found.filter(case=case)
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(request=NewConversationSerializer, responses={201: ConversationSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Begin a conversation over a case, or over some of its documents (any member)."""
        typed = NewConversationSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = dict(typed.validated_data)
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=wanted.pop("case"))
        return self._shown(conversations.begin(case, request.user, **wanted), 201)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One conversation; its questions and answers are at messages/."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=ConversationChangeSerializer, responses=ConversationSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rename it, share it with the case or take it back, choose its documents (who began it). Answers keep their sources."""
        found = self.get_object()
        typed = ConversationChangeSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        return self._shown(conversations.change(found, request.user, **typed.validated_data))

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its answers (who began it)."""
        conversations.remove(self.get_object(), request.user)
        return Response(status=204)

    def _shown(self, conversation: Conversation, status: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=conversation.pk)).data, status=status)


class ConversationMessagesViewSet(RefusedErrors, viewsets.GenericViewSet[Message]):
    serializer_class = ChatMessageSerializer
    filter_backends: list[Any] = []
    parser_classes = [JSONParser]
    content_negotiation_class = AlwaysJson
    queryset = Message.objects.none()

    def conversation(self) -> Conversation:
        return get_object_or_404(Conversation.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    @extend_schema(parameters=[PK], responses=ChatMessageSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The questions of a conversation with their answers, in their order."""
        messages = Message.objects.filter(conversation=self.conversation()).select_related("asked_by").order_by("number")
        page = self.paginate_queryset(messages) or []
        return self.get_paginated_response([message_json(one) for one in shown(page, request.user)])

    @extend_schema(
        parameters=[PK, WaitSerializer],
        request=QuestionSerializer,
        responses={(200, JSON): ChatMessageSerializer, (200, EVENTS): OpenApiTypes.STR, (202, JSON): ChatMessageSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask. `Accept: text/event-stream` streams the answer: `{"type": "sentence", "message", "sentence"}` as each passes the gate,
        `{"type": "message", "message"}` at each state, ending with the last one. Else the answer is waited for; 202 with what is there
        where that took longer than `wait`."""
        typed, waiting = QuestionSerializer(data=request.data), WaitSerializer(data=request.query_params)
        typed.is_valid(raise_exception=True)
        waiting.is_valid(raise_exception=True)
        message = asking.ask(self.conversation(), request.user, typed.validated_data["question"])
        return answered(message, request, 202)


class MessageViewSet(RefusedErrors, viewsets.GenericViewSet[Message]):
    serializer_class = ChatMessageSerializer
    filter_backends: list[Any] = []
    content_negotiation_class = AlwaysJson
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.request.user).select_related("asked_by")

    @extend_schema(responses=ChatMessageSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A question with its answer, as far as it is."""
        return answered(self.get_object(), request)

    @extend_schema(request=None, responses=ChatMessageSerializer)
    def stop(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End the answer as it is (who asked, and who began the conversation)."""
        message = self.get_object()
        asking.stop(message, request.user)
        return answered(self.get_queryset().get(pk=message.pk), request)

    @extend_schema(parameters=[SinceSerializer], responses={(200, EVENTS): OpenApiTypes.STR})
    def stream(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The answer as it is made, from behind sentence number `since` (or `Last-Event-ID`) on; the events of asking with
        `Accept: text/event-stream`."""
        typed = SinceSerializer(data=request.query_params)
        typed.is_valid(raise_exception=True)
        return answered(self.get_object(), request)


def answered(message: Message, request: Request, status: int = 200) -> Response:
    (one,) = shown([message], request.user)
    return Response(message_json(one), status=status)
