"""/api/notes/: notes on documents, each by itself and over a case. New ones are posted to their document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.errors import RefusedErrors
from documents.api.notes.serializers import DocumentNoteChangeSerializer, DocumentNoteSerializer
from documents.filters import NoteFilter
from documents.models import Note
from documents.models.notes import NoteQuerySet
from documents.services.annotations import notes


@extend_schema_view(
    list=extend_schema(description="Notes in your cases, by document in reading order; of private ones your own."),
    destroy=extend_schema(description="Take a note away (who wrote it, and owners of the case); /restore/ brings it back."),
)
class NoteViewSet(RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Note]):
    serializer_class = DocumentNoteSerializer
    filterset_class = NoteFilter
    queryset = Note.objects.none()

    def get_queryset(self) -> NoteQuerySet:
        user = self.request.user
        found = Note.objects.visible_to(user, with_deleted=self.action == "restore").with_roles_of(user)
        return found.select_related("author", "document", "text_version").in_reading_order()

    @extend_schema(request=DocumentNoteChangeSerializer, responses=DocumentNoteSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what a note says, its colour, or who may see it (who wrote it, and owners of the case)."""
        note = self.get_object()
        typed = DocumentNoteChangeSerializer(note, data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        notes.change(note, request.user, **typed.validated_data)
        return self._shown(note)

    def perform_destroy(self, instance: Note) -> None:
        notes.remove(instance, self.request.user)

    @extend_schema(request=None, responses=DocumentNoteSerializer)
    @action(detail=True, methods=["post"], filter_backends=[])
    def restore(self, request: Request, **kwargs: Any) -> Response:
        """Take a deletion back."""
        note = self.get_object()
        notes.restore(note, request.user)
        return self._shown(note)

    def _shown(self, note: Note) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=note.pk)).data)
