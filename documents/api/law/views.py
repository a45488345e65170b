"""/api/rulings/ and /api/statutes/: the law library for all who are signed in; importing is for staff."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Ruling, Statute
from cases.services.citations import keys_in
from documents.api.errors import RefusedErrors
from documents.api.law.graph import GraphViews
from documents.api.law.serializers import (
    ImportSerializer,
    NewImportSerializer,
    RulingDetailSerializer,
    RulingSerializer,
    StatuteDetailSerializer,
    StatuteSerializer,
)
from documents.models import LawImport
from documents.services.authorities import lookup
from documents.services.library import starting


def keys_typed(field: str, value: str) -> list[str]:
    """The canonical keys of what was typed; a key itself is taken as it is. Raises ValidationError where it is no citation."""
    value = value.replace("\x00", "").strip()
    keys = [value] if ":" in value and " " not in value else keys_in(value)
    if not keys:
        raise ValidationError({field: [_("This is not recognised as a citation.")]})
    return keys


class RulingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="with_words", label="words of the name, court or docket number, or a citation")
    citation = django_filters.CharFilter(method="cited_as", label="a citation, written in any way: 410 us 113")
    court = django_filters.CharFilter(method="of_court", label="a court's id (scotus, ca1) or words of its name")
    year = django_filters.NumberFilter(method="of_year", min_value=1, max_value=9999)

    class Meta:
        model = Ruling
        fields: list[str] = []

    def with_words(self, rulings: QuerySet[Ruling], name: str, value: str) -> QuerySet[Ruling]:
        return lookup.with_words(rulings, value)

    def cited_as(self, rulings: QuerySet[Ruling], name: str, value: str) -> QuerySet[Ruling]:
        return rulings.filter(keys__overlap=keys_typed("citation", value))

    def of_year(self, rulings: QuerySet[Ruling], name: str, value: Decimal) -> QuerySet[Ruling]:
        return lookup.of_year(rulings, int(value))

    def of_court(self, rulings: QuerySet[Ruling], name: str, value: str) -> QuerySet[Ruling]:
        return lookup.of_court(rulings, value.replace("\x00", ""))


class StatuteFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="with_words", label="words of the heading, or a citation")
    key = django_filters.CharFilter(method="with_key", label="a canonical key (usc:9:1), or a citation written in any way")
    code = django_filters.CharFilter(field_name="code")
    title = django_filters.CharFilter(field_name="title")
    as_of = django_filters.DateFilter(method="on", label="the versions that stood on this day; without it the newest")

    class Meta:
        model = Statute
        fields: list[str] = []

    def with_words(self, statutes: QuerySet[Statute], name: str, value: str) -> QuerySet[Statute]:
        return lookup.sections_with_words(statutes, value)

    def with_key(self, statutes: QuerySet[Statute], name: str, value: str) -> QuerySet[Statute]:
        return statutes.filter(key__in=keys_typed("key", value))

    def on(self, statutes: QuerySet[Statute], name: str, value: datetime.date) -> QuerySet[Statute]:
        return lookup.versions_on(statutes, value)


IMPORT: dict[str, Any] = {"request": {"multipart/form-data": NewImportSerializer}, "responses": {202: ImportSerializer}, "filters": False}


class LawViews(RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    filter_backends = [DjangoFilterBackend]
    import_kind: LawImport.Kind

    def _import(self, request: Request) -> Response:
        starting.require_staff(request.user)
        typed = NewImportSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        file = typed.validated_data["file"]
        record = starting.import_upload(self.import_kind, file, file.name or "", request.user, typed.validated_data["format"])
        return Response(ImportSerializer(record).data, status=status.HTTP_202_ACCEPTED)


@extend_schema_view(list=extend_schema(description="Rulings of the library, newest first."))
class RulingViewSet(GraphViews, LawViews):
    serializer_class = RulingSerializer
    filterset_class = RulingFilter
    queryset = Ruling.objects.none()
    import_kind = LawImport.Kind.RULINGS

    def get_queryset(self) -> QuerySet[Ruling]:
        return lookup.rulings_for(self.request.user).order_by(F("date").desc(nulls_last=True), "-id")

    def get_serializer_class(self) -> Any:
        return RulingDetailSerializer if self.action == "retrieve" else super().get_serializer_class()

    @extend_schema(responses=RulingDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A ruling with its opinions."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(operation_id="rulings_import", **IMPORT)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser], pagination_class=None)
    def import_file(self, request: Request) -> Response:
        """Bring the rulings of a file into the library (staff)."""
        return self._import(request)


@extend_schema_view(list=extend_schema(description="Sections of the library, one version of each, in the order of their codes."))
class StatuteViewSet(LawViews):
    serializer_class = StatuteSerializer
    filterset_class = StatuteFilter
    queryset = Statute.objects.none()
    import_kind = LawImport.Kind.STATUTES

    def get_queryset(self) -> QuerySet[Statute]:
        found = lookup.statutes_for(self.request.user)
        if self.action == "list" and not self.request.query_params.get("as_of"):
            found = lookup.versions_on(found)
        return lookup.in_order(found)

    def get_serializer_class(self) -> Any:
        return StatuteDetailSerializer if self.action == "retrieve" else super().get_serializer_class()

    @extend_schema(responses=StatuteDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A section as of a date, with its other versions."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(operation_id="statutes_import", **IMPORT)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser], pagination_class=None)
    def import_file(self, request: Request) -> Response:
        """Bring the sections of a file into the library (staff)."""
        return self._import(request)
