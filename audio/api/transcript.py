"""The transcript of a recording: its segments, what people change in them, its speakers, notes, and the files made of it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audio.api.serializers import (
    AssignmentSerializer,
    EditSerializer,
    NewNoteSerializer,
    NoteSerializer,
    ProposalSerializer,
    ProposedSerializer,
    SegmentChangeSerializer,
    SegmentSerializer,
    SpeakerSerializer,
)
from audio.models import AudioSession, TranscriptSegment
from audio.services.speakers import proposing
from audio.services.transcript import editing, exports
from audio.services.transcript.reading import transcript_of

Id = r"(?P<number>[0-9]{1,18})"


class TranscriptActions(GenericViewSet[AudioSession]):
    """Addresses below /api/audio/{id}/. A duplicate's transcript is that of the recording whose bytes it repeats."""

    def heard(self) -> AudioSession:
        session = self.get_object()
        return session.duplicate_of or session

    @extend_schema(responses=SegmentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def segments(self, request: Request, **kwargs: Any) -> Response:
        """What was said, in the order of time. `doubtful`: words that were probably never said."""
        lines = transcript_of(self.heard()).lines
        return Response([exports.described(line.segment, line.speaker) for line in lines])

    @extend_schema(request=SegmentChangeSerializer, responses=SegmentSerializer, filters=False)
    @action(detail=True, methods=["patch"], url_path=f"segments/{Id}")
    def segment(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Give a segment other words (editors). Its times stay; the document is written anew a moment later."""
        typed = _valid(SegmentChangeSerializer, request)
        segment = editing.edit(self.heard(), int(number), request.user, typed["text"])
        return Response(exports.described(segment, str(segment.speaker) if segment.speaker else ""))

    @extend_schema(responses=EditSerializer(many=True), filters=False)
    @action(detail=True, url_path=f"segments/{Id}/edits", pagination_class=None)
    def edits(self, request: Request, number: str, **kwargs: Any) -> Response:
        """What people changed in a segment, newest first."""
        segment = get_object_or_404(TranscriptSegment, session=self.heard(), pk=int(number))
        return Response(EditSerializer(segment.edits.select_related("user"), many=True).data)

    @extend_schema(responses=SpeakerSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def speakers(self, request: Request, **kwargs: Any) -> Response:
        """Who speaks, as far as it is known."""
        return Response(SpeakerSerializer(self.heard().speakers.all(), many=True).data)

    @extend_schema(request=AssignmentSerializer, responses=SpeakerSerializer(many=True), filters=False)
    @speakers.mapping.post
    def assign(self, request: Request, **kwargs: Any) -> Response:
        """Say who speaks in some segments (editors): a known name, or a new one; an empty name for nobody."""
        typed, heard = _valid(AssignmentSerializer, request), self.heard()
        editing.assign(heard, typed["segments"], request.user, typed["name"])
        return Response(SpeakerSerializer(heard.speakers.all(), many=True).data)

    @extend_schema(request=ProposalSerializer, responses={202: ProposedSerializer}, filters=False)
    @action(detail=True, methods=["post"], url_path="speakers/propose")
    def propose(self, request: Request, **kwargs: Any) -> Response:
        """Have it told anew who speaks, by channel or voice (editors). What people have said stays."""
        typed = _valid(ProposalSerializer, request)
        record = proposing.propose_later(self.heard(), request.user, typed["count"])
        return Response({"task_id": record.pk}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=SpeakerSerializer, responses=SpeakerSerializer, filters=False)
    @action(detail=True, methods=["patch"], url_path=f"speakers/{Id}")
    def speaker(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Name a speaker (editors); a name that another one has makes them one."""
        typed = _valid(SpeakerSerializer, request)
        return Response(SpeakerSerializer(editing.rename(self.heard(), int(number), request.user, typed["name"])).data)

    @extend_schema(responses=NoteSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def notes(self, request: Request, **kwargs: Any) -> Response:
        """What people wrote about moments of the recording."""
        return Response(NoteSerializer(self.heard().listener_notes.select_related("user"), many=True).data)

    @extend_schema(request=NewNoteSerializer, responses={201: NoteSerializer}, filters=False)
    @notes.mapping.post
    def add_note(self, request: Request, **kwargs: Any) -> Response:
        """Write about a moment (editors)."""
        typed = _valid(NewNoteSerializer, request)
        made = editing.note(self.heard(), request.user, typed["at_s"], typed["text"])
        return Response(NoteSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None}, filters=False)
    @action(detail=True, methods=["delete"], url_path=f"notes/{Id}")
    def note(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Delete a note (editors)."""
        editing.drop_note(self.heard(), int(number), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    typed = serializer(data=request.data)
    typed.is_valid(raise_exception=True)
    data: dict[str, Any] = typed.validated_data
    return data
