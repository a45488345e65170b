"""/api/imports/: imports into the law library, for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.errors import RefusedErrors
from documents.api.law.serializers import ImportSerializer
from documents.models import LawImport
from documents.services.library import report, starting

CSV = "text/csv; charset=utf-8"


@extend_schema_view(
    list=extend_schema(description="Imports into the law library, newest first (staff)."),
    retrieve=extend_schema(description="How far an import is, and what became of its records (staff)."),
)
class ImportViewSet(RefusedErrors, viewsets.ReadOnlyModelViewSet[LawImport]):
    serializer_class = ImportSerializer
    queryset = LawImport.objects.order_by("-created", "-id")
    filter_backends: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        starting.require_staff(request.user)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop it; what has landed stays (staff)."""
        return self._after(starting.cancel(self.get_object(), request.user))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **kwargs: Any) -> Response:
        """Go on with one that failed or was cancelled, behind the last record that landed (staff)."""
        return self._after(starting.go_on(self.get_object(), request.user))

    @extend_schema(responses={(200, CSV): OpenApiTypes.STR})
    @action(detail=True, url_path="report")
    def report(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The lines of its report as CSV (staff)."""
        return report_file(self.get_object())

    def _after(self, record: LawImport) -> Response:
        return Response(self.get_serializer(record).data)


def report_file(record: LawImport) -> HttpResponse:
    answer = HttpResponse(report.as_csv([record]), content_type=CSV)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{record.name}.report.csv") or "attachment"
    return answer
