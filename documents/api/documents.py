"""/api/documents/: upload, list, read, correct, process, delete."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Role
from documents.api.errors import RefusedErrors
from documents.api.likeness import LikenessActions
from documents.api.notes.serializers import DocumentNoteSerializer, NewDocumentNoteSerializer
from documents.api.selections import BatesSerializer, CopiesSerializer, RereadingSerializer, SelectionSerializer
from documents.api.serializers import (
    AcceptedSerializer,
    CitationSerializer,
    DisclosuresSerializer,
    DocumentChangeSerializer,
    DocumentDetailSerializer,
    DocumentSerializer,
    FactsChangeSerializer,
    FactSerializer,
    HistorySerializer,
    MatchSerializer,
    NewDocumentsSerializer,
    PageSerializer,
    PasswordSerializer,
    RecognisedSerializer,
    RedactionFindingSerializer,
    ReplacementSerializer,
    TaggingSerializer,
    TryingAgainSerializer,
)
from documents.errors import Refused
from documents.filters import DocumentFilter
from documents.models import Citation, Document
from documents.models.documents import DocumentQuerySet
from documents.services import ingest
from documents.services.annotations import notes as noting
from documents.services.ingest import replacing, restoring, takers
from documents.services.organising import tags as tagging
from documents.services.pipeline import corrections, keeping, lifecycle, passwords, reprocessing
from documents.services.production import copies
from documents.services.reading import disclosures, facts, finding, text_view
from tasks.base.json_bodies import JSONParser
from tasks.batches.api import described
from tasks.batches.serializers import BatchSerializer
from tasks.models import Batch, TaskRecord

LONGEST_FIND = 200


class FilesParser(MultiPartParser):
    """Multipart whose errors say what a person can do."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            if "header size" in str(error):
                raise Refused(_("The file's name is too long. Please shorten it and upload the file again."), "name_too_long") from error
            raise


def _described_upload() -> str:
    taken = "Any file is taken; one that can't be read is kept, and found by its name."
    return f"Put files into a case: all of them, or none where one is refused. {taken} Formats that can be read: {takers.listed_formats()}."


@extend_schema_view(
    list=extend_schema(description="Documents of your cases and of the library, newest first."),
    retrieve=extend_schema(responses=DocumentDetailSerializer),
    destroy=extend_schema(description="Take a document out of sight (editors; 409 under legal hold)."),
)
class DocumentViewSet(
    LikenessActions,
    RefusedErrors,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Document],
):
    serializer_class = DocumentSerializer
    parser_classes = [FilesParser, JSONParser]
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    filterset_class = DocumentFilter
    ordering_fields = ["created", "updated", "title", "kind", "status", "date", "size", "page_count"]
    ordering = ["-created", "-id"]
    queryset = Document.objects.none()

    def get_queryset(self) -> DocumentQuerySet:
        documents = Document.objects.visible_to(self.request.user, with_deleted=self.action == "restore").select_related("created_by")
        documents = documents.prefetch_related("tags")
        return documents if self.action == "list" else documents.select_related("case", "text_version", "duplicate_of__text_version")

    def get_serializer_class(self) -> Any:
        return DocumentDetailSerializer if self.action == "retrieve" else super().get_serializer_class()

    @extend_schema(
        request={"multipart/form-data": NewDocumentsSerializer},
        responses={201: AcceptedSerializer(many=True)},
        description=lazy(_described_upload, str)(),
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put files into a case: all of them, or none where one is refused."""
        files = _files_of(request)
        typed = NewDocumentsSerializer(data={**request.data.dict(), "file": files} if hasattr(request.data, "dict") else request.data)
        typed.is_valid(raise_exception=True)
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=typed.validated_data["case"])
        named = [(file, file.name or "") for file in files]
        accepted = ingest.accept_many(named, case=case, user=request.user, kind=typed.validated_data.get("kind"))
        return Response(AcceptedSerializer(accepted, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DocumentChangeSerializer, responses=DocumentDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        document = self.get_object()
        typed = DocumentChangeSerializer(document, data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        corrections.update(document, request.user, **typed.validated_data)
        return self._detail(document.pk)

    def perform_destroy(self, instance: Document) -> None:
        lifecycle.delete(instance, self.request.user)

    @extend_schema(operation_id="documents_reprocess_many", request=RereadingSerializer, responses={202: BatchSerializer})
    @action(detail=False, methods=["post"], url_path="reprocess")
    def reprocess_many(self, request: Request) -> Response:
        """Read many documents of a case anew, or all of it, as one batch (editors)."""
        typed = RereadingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        selection, whole = typed.selection(request.user), not {"documents", "filter"} & set(typed.validated_data)
        ids = None if whole else selection.resolved(request.user)
        return _batch(reprocessing.reprocess_many(selection.case, request.user, ids, kept=typed.validated_data["kept"]))

    @extend_schema(operation_id="documents_retry_many", request=TryingAgainSerializer, responses={202: BatchSerializer})
    @action(detail=False, methods=["post"], url_path="retry")
    def retry_many(self, request: Request) -> Response:
        """Try again what failed in a case, where that can help, as one batch (editors)."""
        typed = TryingAgainSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=typed.validated_data["case"])
        return _batch(reprocessing.retry_failed(case, request.user, typed.validated_data.get("error_code")))

    @extend_schema(request=SelectionSerializer, responses={202: CopiesSerializer})
    @action(detail=False, methods=["post"])
    def scrub(self, request: Request) -> Response:
        """Have copies made of PDFs in which nothing can be read that their pages don't show (editors)."""
        typed = SelectionSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        selection = typed.selection(request.user)
        asked = copies.scrub_many(selection.case, request.user, selection.resolved(request.user))
        return Response(CopiesSerializer(asked).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=BatesSerializer, responses={202: CopiesSerializer})
    @action(detail=False, methods=["post"])
    def bates(self, request: Request) -> Response:
        """Have copies made of PDFs with Bates numbers that run through them in the order given (editors)."""
        typed = BatesSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted, selection = typed.validated_data, typed.selection(request.user)
        ids = selection.resolved(request.user)
        asked = copies.stamp_many(selection.case, request.user, ids, wanted["prefix"], wanted["digits"], wanted.get("start"))
        return Response(CopiesSerializer(asked).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def reprocess(self, request: Request, **kwargs: Any) -> Response:
        """Read the file anew; the old text stays until the new is there."""
        document = self.get_object()
        lifecycle.reprocess(document, request.user)
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **kwargs: Any) -> Response:
        """Go on at the stage that failed."""
        document = self.get_object()
        lifecycle.retry(document, request.user)
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop processing."""
        document = self.get_object()
        lifecycle.cancel(document, request.user)
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=PasswordSerializer, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def password(self, request: Request, **kwargs: Any) -> Response:
        """Give the password of an encrypted document, which is read with it (editors)."""
        document = self.get_object()
        typed = PasswordSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        passwords.give(document, request.user, typed.validated_data["password"])
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=TaggingSerializer, responses=DocumentDetailSerializer)
    @action(detail=True, methods=["post"])
    def tags(self, request: Request, **kwargs: Any) -> Response:
        """Put tags on the document, and take others off it (editors); a tag that the case did not have is made."""
        document = self.get_object()
        typed = TaggingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        tagging.change(document, request.user, **typed.validated_data)
        return self._detail(document.pk)

    @extend_schema(request={"multipart/form-data": ReplacementSerializer}, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, **kwargs: Any) -> Response:
        """Put another file in the place of one that could not be read (editors); the old one goes to the deleted documents."""
        document = self.get_object()
        document.require(request.user, Role.EDITOR)
        file, *more = _files_of(request)
        if more:
            raise ValidationError({"file": [_("Send one file.")]})
        replacing.replace(document, file, file.name or "", request.user)
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=DocumentDetailSerializer)
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, **kwargs: Any) -> Response:
        """Let what could not be read lie as it is: ready, with its name, type and hash (editors)."""
        document = self.get_object()
        keeping.keep(document, request.user)
        return self._detail(document.pk)

    @extend_schema(request=None, responses={202: DocumentDetailSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, **kwargs: Any) -> Response:
        """Take a deletion back (editors); the document is read anew."""
        document = self.get_object()
        restoring.restore(document, request.user)
        return self._detail(document.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(parameters=[OpenApiParameter("raw", OpenApiTypes.BOOL, description="the parser's text too")], responses=PageSerializer)
    @action(detail=True, url_path=r"pages/(?P<number>[0-9]{1,6})", filter_backends=[], pagination_class=None)
    def pages(self, request: Request, number: str, **kwargs: Any) -> Response:
        """One page: its text, the passages and citations on it."""
        page = text_view.page_of(self.get_object(), int(number))
        if page is None:
            raise Http404
        return Response(PageSerializer(page, context={"raw": "raw" in request.query_params}).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, required=True, description="words that follow each other, at most 200 letters")
        ],
        responses=MatchSerializer(many=True),
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def find(self, request: Request, **kwargs: Any) -> Response:
        """Every place in the document's text where these words stand, in reading order; at most 1000."""
        asked = request.query_params.get("q", "").replace("\x00", "")
        if not asked.strip() or len(asked) > LONGEST_FIND:
            raise ValidationError({"q": [_("Write between 1 and %(most)d letters.") % {"most": LONGEST_FIND}]})
        return Response(MatchSerializer(finding.find(self.get_object(), asked), many=True).data)

    @extend_schema(responses=RecognisedSerializer)
    @action(detail=True, url_path=r"pages/(?P<number>[0-9]{1,6})/words", filter_backends=[], pagination_class=None)
    def words(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Where each word stands on a page whose text was recognised (points from the top left corner of the page as it is shown)."""
        page = text_view.page_of(self.get_object(), int(number))
        if page is None:
            raise Http404
        return Response(RecognisedSerializer(page).data)

    @extend_schema(
        responses=CitationSerializer(many=True),
        parameters=[OpenApiParameter("role", enum=Citation.Role.values, description="without it authorities, else those of this role")],
    )
    @action(detail=True, filter_backends=[])
    def citations(self, request: Request, **kwargs: Any) -> Response:
        """The authorities mentioned, in reading order; or the record, the history of decisions, the document's own citations."""
        role = request.query_params.get("role", Citation.Role.AUTHORITY.value)
        if role not in Citation.Role.values:
            raise ValidationError({"role": [_("This is none of the roles: %(roles)s.") % {"roles": ", ".join(Citation.Role.values)}]})
        return self._paged(text_view.citations_of(self.get_object()).filter(role=role), CitationSerializer)

    @extend_schema(responses=RedactionFindingSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def redactions(self, request: Request, **kwargs: Any) -> Response:
        """Text that can be read in the file though its pages don't show it: under boxes, invisible, off the page, in earlier revisions."""
        return self._paged(disclosures.findings_of(self.get_object()), RedactionFindingSerializer)

    @extend_schema(responses=DisclosuresSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def findings(self, request: Request, **kwargs: Any) -> Response:
        """All that the file gives away: such text (the first 500), and what it tells of those who made it."""
        document = self.get_object()
        told = [{"what": label, "value": value} for label, value in disclosures.told_by(document)]
        found = disclosures.findings_of(document)[:500]
        return Response(DisclosuresSerializer({"redactions": found, "told": told}).data)

    @extend_schema(responses=FactSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None, parser_classes=[JSONParser])
    def facts(self, request: Request, **kwargs: Any) -> Response:
        """What the document is, field by field: proposed by rules with a reason, or decided by a person."""
        return self._facts(self.get_object())

    @extend_schema(request=FactsChangeSerializer, responses=FactSerializer(many=True))
    @facts.mapping.patch
    def decide_facts(self, request: Request, **kwargs: Any) -> Response:
        """Correct fields by their names, confirm what is proposed, or take back what was decided (editors)."""
        document = self.get_object()
        document.require(request.user, Role.EDITOR)
        typed = FactsChangeSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        corrections.decide(document, request.user, **typed.validated_data)
        return self._facts(document)

    def _facts(self, document: Document) -> Response:
        return Response(FactSerializer(facts.facts_of(document), many=True).data)

    @extend_schema(responses=DocumentNoteSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def notes(self, request: Request, **kwargs: Any) -> Response:
        """What members marked and wrote in the document, in reading order, and your own private notes."""
        return self._paged(noting.notes_on(self.get_object(), request.user), DocumentNoteSerializer)

    @extend_schema(request=NewDocumentNoteSerializer, responses={201: DocumentNoteSerializer})
    @notes.mapping.post
    def add_note(self, request: Request, **kwargs: Any) -> Response:
        """Mark words of a page, with a note or without (editors; viewers only for themselves)."""
        document = self.get_object()
        typed = NewDocumentNoteSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        made = noting.add(document, request.user, typed.anchor(), **typed.of_note())
        shown = noting.notes_on(document, request.user).get(pk=made.pk)
        return Response(DocumentNoteSerializer(shown, context=self.get_serializer_context()).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=HistorySerializer(many=True))
    @action(detail=True, filter_backends=[])
    def history(self, request: Request, **kwargs: Any) -> Response:
        """Every task of the document's processing with its attempts, newest first."""
        records = TaskRecord.objects.filter(topic=self.get_object().topic).prefetch_related("attempts").order_by("-id")
        return self._paged(records, HistorySerializer)

    def _paged(self, rows: Any, serializer: Any) -> Response:
        shown = serializer(self.paginate_queryset(rows), many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)

    def _detail(self, pk: Any, code: int = status.HTTP_200_OK) -> Response:
        documents = Document.objects.select_related("case", "created_by", "text_version", "duplicate_of__text_version")
        return Response(DocumentDetailSerializer(documents.get(pk=pk), context=self.get_serializer_context()).data, status=code)


def _batch(batch: Batch) -> Response:
    shown = described(Batch.objects.select_related("user", "paused_by")).get(pk=batch.pk)
    return Response(BatchSerializer(shown).data, status=status.HTTP_202_ACCEPTED)


def _files_of(request: Request) -> list[UploadedFile]:
    """All files of the request, whatever their field is called."""
    files = [file for field in request.FILES for file in request.FILES.getlist(field)]
    if not files:
        raise ValidationError({"file": [_("No file came with this request.")]})
    return files
