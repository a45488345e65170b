from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Role
from documents.api.errors import RefusedErrors
from documents.api.review.serializers import (
    AddedRowsSerializer,
    FillingSerializer,
    NewReviewQuestionSerializer,
    NewReviewRowsSerializer,
    NewReviewTableSerializer,
    ReviewCellChangeSerializer,
    ReviewCellSerializer,
    ReviewExportQuerySerializer,
    ReviewFillSerializer,
    ReviewQuestionChangeSerializer,
    ReviewQuestionSerializer,
    ReviewRowSerializer,
    ReviewRowsQuerySerializer,
    ReviewTableChangeSerializer,
    ReviewTableSerializer,
    WholeReviewTableSerializer,
)
from documents.api.searching.exports import OneRenderer, file_answer
from documents.filters import Narrowing
from documents.models import ReviewCell, ReviewQuestion, ReviewRow, ReviewTable
from documents.services.bulk.selection import Selection
from documents.services.review import exporting, filling, showing, tables
from documents.services.review.showing import Asked

TABLE = OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)
QUESTION = OpenApiParameter("question_id", OpenApiTypes.INT64, OpenApiParameter.PATH)
ROW = OpenApiParameter("row_id", OpenApiTypes.INT64, OpenApiParameter.PATH)
CELL = OpenApiParameter("cell_id", OpenApiTypes.INT64, OpenApiParameter.PATH)


class ReviewTableFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="case")


def _typed(typed: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    typed.is_valid(raise_exception=True)
    return dict(typed.validated_data)


class ReviewTableViewSet(RefusedErrors, mixins.ListModelMixin, viewsets.GenericViewSet[ReviewTable]):
    """Review tables of your cases, last changed first. Members read them, editors make, change, fill and correct them."""

    queryset = ReviewTable.objects.none()
    serializer_class = ReviewTableSerializer
    filterset_class = ReviewTableFilter

    def get_queryset(self) -> QuerySet[ReviewTable]:
        return ReviewTable.objects.visible_to(self.request.user).select_related("case", "created_by")

    def _whole(self, table: ReviewTable, status: int = 200) -> Response:
        return Response(WholeReviewTableSerializer(table, context={"counts": showing.counts(table)}).data, status=status)

    @extend_schema(request=NewReviewTableSerializer, responses={201: WholeReviewTableSerializer})
    def create(self, request: Request) -> Response:
        """Make a table (editors); its cells wait until it is filled."""
        typed = NewReviewTableSerializer(data=request.data)
        given = _typed(typed)
        selection = typed.selection(request.user)
        made = tables.make(selection.case, request.user, given["title"], given["questions"], selection.resolved(request.user))
        return self._whole(made, 201)

    @extend_schema(responses=WholeReviewTableSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A table with its columns; its rows are at rows/."""
        return self._whole(self.get_object())

    @extend_schema(request=ReviewTableChangeSerializer, responses=WholeReviewTableSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give it another title (editors)."""
        table = self.get_object()
        table.case.require(request.user, Role.EDITOR)
        given = _typed(ReviewTableChangeSerializer(data=request.data))
        return self._whole(tables.rename(table, request.user, given["title"]) if "title" in given else table)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its corrections (editors)."""
        tables.delete(self.get_object(), request.user)
        return Response(status=204)

    @extend_schema(parameters=[TABLE], request=ReviewFillSerializer, responses={202: FillingSerializer})
    def fill(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have its empty cells filled (editors), by one task for each row. What people wrote is kept."""
        table = self.get_object()
        table.case.require(request.user, Role.EDITOR)
        given = _typed(ReviewFillSerializer(data=request.data))
        return Response(FillingSerializer(filling.fill(table, request.user, anew=given.get("anew", ()))).data, status=202)


class ReviewExportViewSet(ReviewTableViewSet):
    content_negotiation_class = OneRenderer

    @extend_schema(
        operation_id="review_table_export",
        parameters=[TABLE, ReviewExportQuerySerializer],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def export(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Its rows as XLSX with links to the quoted words, or as CSV."""
        table = self.get_object()
        given = _typed(ReviewExportQuerySerializer(data=request.query_params))
        made = exporting.export(table, request.user, Asked.of(given), given["format"], request.build_absolute_uri)
        return file_answer(*made)


class _OfTable(RefusedErrors, viewsets.GenericViewSet[Any]):
    filter_backends: list[Any] = []

    def table(self, *, change: bool = True) -> ReviewTable:
        """Raises Http404, and PermissionDenied where it is to be changed by one who may not."""
        visible = ReviewTable.objects.visible_to(self.request.user).select_related("case")
        found = get_object_or_404(visible, pk=self.kwargs["pk"])
        if change:
            found.case.require(self.request.user, Role.EDITOR)
        return found


class ReviewQuestionViewSet(_OfTable):
    """The columns of a table."""

    serializer_class = ReviewQuestionSerializer
    queryset = ReviewQuestion.objects.none()

    def _question(self) -> ReviewQuestion:
        return get_object_or_404(ReviewQuestion.objects.select_related("table__case"), table=self.table(), pk=self.kwargs["question_id"])

    @extend_schema(parameters=[TABLE], request=NewReviewQuestionSerializer, responses={201: ReviewQuestionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a column (editors), whose cells wait to be filled."""
        table = self.table()
        given = _typed(NewReviewQuestionSerializer(data=request.data))
        return Response(ReviewQuestionSerializer(tables.add_question(table, request.user, given["text"])).data, status=201)

    @extend_schema(parameters=[TABLE, QUESTION], request=ReviewQuestionChangeSerializer, responses=ReviewQuestionSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask something else in this column, or put it elsewhere (editors)."""
        question = self._question()
        given = _typed(ReviewQuestionChangeSerializer(data=request.data))
        if "text" in given:
            tables.change_question(question, request.user, given["text"], keep_corrections=given["keep_corrections"])
        if "number" in given:
            tables.move_question(question, request.user, given["number"])
        question.refresh_from_db()
        return Response(ReviewQuestionSerializer(question).data)

    @extend_schema(parameters=[TABLE, QUESTION], responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a column with what people wrote there (editors)."""
        tables.delete_question(self._question(), request.user)
        return Response(status=204)


class ReviewRowViewSet(_OfTable):
    """The rows of a table."""

    serializer_class = ReviewRowSerializer
    queryset = ReviewRow.objects.none()

    @extend_schema(parameters=[TABLE, ReviewRowsQuerySerializer], responses=ReviewRowSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rows with their cells, a page at a time."""
        table = self.table(change=False)
        asked = Asked.of(_typed(ReviewRowsQuerySerializer(data=request.query_params)))
        page = self.paginate_queryset(showing.ordered(table, asked))
        rows: Any = showing.shown(page or [], list(table.questions.all()))
        return self.get_paginated_response(ReviewRowSerializer(rows, many=True).data)

    @extend_schema(parameters=[TABLE], request=NewReviewRowsSerializer, responses={201: AddedRowsSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add documents of the case (editors)."""
        table = self.table()
        given = _typed(NewReviewRowsSerializer(data=request.data))
        if ("documents" in given) == ("filter" in given):
            raise serializers.ValidationError({"documents": [_("Name either documents or a filter.")]})
        narrowing = Narrowing.of(given["filter"]) if "filter" in given else None
        chosen = Selection(table.case, given.get("documents"), narrowing).resolved(request.user)
        return Response({"added": tables.add_rows(table, request.user, chosen)}, status=201)

    @extend_schema(parameters=[TABLE, ROW], responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a document out of the table (editors)."""
        row = get_object_or_404(ReviewRow, table=self.table(), pk=self.kwargs["row_id"])
        tables.remove_rows(row.table, request.user, [row.pk])
        return Response(status=204)


class ReviewCellViewSet(_OfTable):
    """The cells of a table."""

    serializer_class = ReviewCellSerializer
    queryset = ReviewCell.objects.none()

    @extend_schema(parameters=[TABLE, CELL], request=ReviewCellChangeSerializer, responses=ReviewCellSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write what should stand there (editors), or take that back with {"corrected": null}."""
        table = self.table()
        living = ReviewCell.objects.filter(row__in=tables.living_rows(table)).select_related("row__table")
        cell = get_object_or_404(living, pk=self.kwargs["cell_id"])
        given = _typed(ReviewCellChangeSerializer(data=request.data))
        if ("text" in given) == ("corrected" in given) or given.get("corrected") is not None:
            raise serializers.ValidationError({"text": [_("Give a text, or take the correction back with {“corrected”: null}.")]})
        tables.correct(cell, request.user, given.get("text"))
        (row,) = showing.shown([cell.row_id], [cell.question])
        return Response(ReviewCellSerializer(row.cells[0]).data)
