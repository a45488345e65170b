"""/api/audio/: put recordings into a case, list them, read what was heard."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.response import Response

from audio.api.labels import LabelActions
from audio.api.serializers import (
    AcceptedAudioSerializer,
    AudioBatchSerializer,
    AudioDetailSerializer,
    AudioSerializer,
    DetectionSerializer,
    MetricSerializer,
    NewAudioSerializer,
    NewDictationSerializer,
    PinSerializer,
    SpeakSerializer,
    SpokenSerializer,
    StartedBatchSerializer,
)
from audio.api.transcript import TranscriptActions
from audio.models import AudioSession
from audio.services import batches, sessions
from audio.services.dictation import sessions as dictations
from cases.models import Case
from documents.api.documents import FilesParser
from documents.api.errors import RefusedErrors
from tasks.base.json_bodies import JSONParser


class AudioFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="case")
    status = django_filters.MultipleChoiceFilter(choices=AudioSession.Status.choices)
    kind = django_filters.MultipleChoiceFilter(choices=AudioSession.Kind.choices)

    class Meta:
        model = AudioSession
        fields = ["case", "status", "kind"]


@extend_schema_view(
    list=extend_schema(description="Recordings of your cases, newest first."),
    destroy=extend_schema(description="Take a recording out of sight (editors; 409 under legal hold)."),
)
class AudioViewSet(
    RefusedErrors, TranscriptActions, LabelActions, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin,
    viewsets.GenericViewSet[AudioSession],
):  # fmt: skip
    serializer_class = AudioSerializer
    parser_classes = [FilesParser, JSONParser]
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    filterset_class = AudioFilter
    ordering_fields = ["created", "title", "status", "duration_s"]
    ordering = ["-created", "-id"]
    queryset = AudioSession.objects.none()

    @extend_schema(responses=AudioDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A recording, with how good it is and where it is bad."""
        return Response(AudioDetailSerializer(self.get_object()).data)

    def get_queryset(self) -> QuerySet[AudioSession]:
        return AudioSession.objects.visible_to(self.request.user, with_deleted=self.action == "restore").select_related(
            "created_by", "case", "duplicate_of"
        )

    @extend_schema(request={"multipart/form-data": NewAudioSerializer}, responses={201: AcceptedAudioSerializer(many=True)})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put recordings into a case (editors): all of them, or none where one is refused."""
        case, files, kind = _uploaded(request)
        made = sessions.accept_many(files, case=case, user=request.user, kind=kind)
        return Response(AcceptedAudioSerializer(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NewDictationSerializer, responses={201: AudioSerializer}, filters=False)
    @action(detail=False, methods=["post"])
    def dictations(self, request: Request, **kwargs: Any) -> Response:
        """Begin a dictation (editors); frames go to `/ws/dictation/{id}/`."""
        typed = NewDictationSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=typed.validated_data["case"])
        session = dictations.begin(case, request.user, typed.validated_data["title"])
        return Response(AudioSerializer(session).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SpeakSerializer, responses={202: SpokenSerializer}, filters=False)
    @action(detail=False, methods=["post"])
    def speak(self, request: Request, **kwargs: Any) -> Response:
        """Recorded chunks of a dictation, all at once (editors). `resource_id` is a case, or a dictation that was begun in one."""
        typed = SpeakSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        session, record = dictations.speak_later(request.user, **typed.validated_data)
        return Response({"id": session.pk, "task_id": record.pk}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=AudioSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, **kwargs: Any) -> Response:
        """End a dictation whose socket has gone (editors): what was said becomes a recording."""
        session = dictations.finish(self.get_object(), request.user)
        return Response(AudioSerializer(self.get_queryset().get(pk=session.pk)).data)

    @extend_schema(
        request={"application/json": AudioBatchSerializer, "multipart/form-data": NewAudioSerializer},
        responses={202: StartedBatchSerializer},
    )
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Hear many recordings of a case as one batch (editors), or put many in; one that is broken fails alone."""
        if request.FILES:
            case, files, kind = _uploaded(request)
            batch, record, refused = batches.take_many(files, case=case, user=request.user, kind=kind)
        else:
            typed = AudioBatchSerializer(data=request.data)
            typed.is_valid(raise_exception=True)
            case = get_object_or_404(Case.objects.visible_to(request.user), pk=typed.validated_data["case"])
            batch, record = batches.process_many(case, request.user, typed.validated_data["audio"])
            refused = []
        answer = {"batch": batch.pk, "task_id": record.pk, "refused": refused}
        return Response(StartedBatchSerializer(answer).data, status=status.HTTP_202_ACCEPTED)

    def perform_destroy(self, instance: AudioSession) -> None:
        sessions.delete(instance, self.request.user)

    @extend_schema(request=None, responses={202: AudioSerializer})
    @action(detail=True, methods=["post"])
    def reprocess(self, request: Request, **kwargs: Any) -> Response:
        """Hear it anew (editors); what was heard before stays until the new is there."""
        session = self.get_object()
        sessions.reprocess(session, request.user)
        return self._shown(session, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: AudioSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop processing (editors)."""
        session = self.get_object()
        sessions.cancel(session, request.user)
        return self._shown(session, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: AudioSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **kwargs: Any) -> Response:
        """Go on where it failed or was stopped (editors)."""
        session = self.get_object()
        sessions.retry(session, request.user)
        return self._shown(session, status.HTTP_202_ACCEPTED)

    @extend_schema(request=PinSerializer, responses=AudioSerializer)
    @action(detail=True, methods=["post"])
    def pin(self, request: Request, **kwargs: Any) -> Response:
        """Keep it from the clean-up of old recordings, or give it back with `pinned: false` (editors)."""
        session = self.get_object()
        typed = PinSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        sessions.pin(session, request.user, pinned=typed.validated_data["pinned"])
        return self._shown(session)

    @extend_schema(request=None, responses={202: AudioSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, **kwargs: Any) -> Response:
        """Take a deletion back (editors)."""
        session = self.get_object()
        sessions.restore(session, request.user)
        return self._shown(session, status.HTTP_202_ACCEPTED)

    def _shown(self, session: AudioSession, code: int = status.HTTP_200_OK) -> Response:
        return Response(AudioSerializer(self.get_queryset().get(pk=session.pk)).data, status=code)

    @extend_schema(responses=DetectionSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def detections(self, request: Request, **kwargs: Any) -> Response:
        """What was heard from when to when, in the order of time."""
        heard = self.get_object()
        return Response(DetectionSerializer((heard.duplicate_of or heard).detections.all(), many=True).data)

    @extend_schema(responses=MetricSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def metrics(self, request: Request, **kwargs: Any) -> Response:
        """What each step of its processing cost."""
        session = self.get_object()
        return Response(MetricSerializer(session.metrics.filter(version=session.version), many=True).data)


def _uploaded(request: Request) -> tuple[Case, list[tuple[Any, str]], str]:
    """(case, [(file, name)], kind) of a multipart request."""
    files = request.data.getlist("file") if hasattr(request.data, "getlist") else []
    data = {**request.data.dict(), "file": files} if hasattr(request.data, "dict") else request.data
    typed = NewAudioSerializer(data=data)
    typed.is_valid(raise_exception=True)
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=typed.validated_data["case"])
    return case, [(file, file.name or "") for file in typed.validated_data["file"]], typed.validated_data["kind"]
