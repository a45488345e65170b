"""/api/analytics/exports/: files made of what is stored, for who asks."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.models import Export
from analytics.services.exports import asking
from analytics.services.exports.known import SOURCES
from documents.api.errors import RefusedErrors, answer
from documents.api.streams import may_go_on, with_visible
from documents.errors import Refused
from documents.ranged import ranged_response
from documents.services.extraction.formats import ARCHIVE, XLSX
from documents.services.storage.backends import LocalFile

MIMES = {"json": "application/json", "csv": ARCHIVE, "xlsx": XLSX}


class ExportSerializer(serializers.ModelSerializer[Export]):
    """An export. `url` is there as soon as the file can be fetched; `expires` is when it goes."""

    url = serializers.SerializerMethodField()
    expires = serializers.DateTimeField(source="expires_at")

    class Meta:
        model = Export
        fields = [
            "id", "task_id", "what", "target", "case", "format", "status", "error", "error_code", "name", "rows", "size", "sha256", "url",
            "created", "expires",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, export: Export) -> str | None:
        return reverse("export-file", args=[export.pk]) if export.status == Export.Status.READY else None


class OptionsSerializer(serializers.Serializer[Any]):
    """`since` and `until` (days, inclusive): of usage and reports. `filters`: of tasks and searches, the words of their addresses.
    `locale` "de": a CSV with semicolons and decimal commas."""

    locale = serializers.ChoiceField(choices=["en", "de"], required=False)
    since = serializers.DateField(required=False, allow_null=True)
    until = serializers.DateField(required=False, allow_null=True)
    filters = serializers.DictField(child=serializers.JSONField(), required=False)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({sorted(map(str, unknown))[0]: [_("There is no such option.")]})
        return super().to_internal_value(data)

    def validate_filters(self, given: dict[str, Any]) -> dict[str, list[str]]:
        return {word: [str(one) for one in values] if isinstance(values, list) else [str(values)] for word, values in given.items()}


class AskSerializer(serializers.Serializer[Any]):
    """`id` names the case, recording or review table; of tasks, searches, reports and usage it is a case, and none means all that you may
    see. With `preview` nothing is written."""

    what = serializers.ChoiceField(choices=[(key, key) for key in SOURCES])
    id = serializers.UUIDField(required=False, allow_null=True)
    format = serializers.ChoiceField(choices=Export.Format.choices)
    options = OptionsSerializer(required=False)
    preview = serializers.BooleanField(default=False)


class TableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    rows = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())


class EstimateSerializer(serializers.Serializer[Any]):
    """What an export would come to; `bytes` is an estimate."""

    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    tables = TableSerializer(many=True)


class ExportViewSet(
    RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Export]
):
    """Your own exports that still live, newest first."""

    queryset = Export.objects.none()
    serializer_class = ExportSerializer

    def get_queryset(self) -> QuerySet[Export]:
        return Export.objects.visible_to(self.request.user).select_related("case")

    @extend_schema(request=AskSerializer, responses={200: EstimateSerializer, 202: ExportSerializer})
    def create(self, request: Request) -> Response:
        """Have a file written: 202 with the export, which you alone can fetch for a day. Asked for again while it is being written, the
        same one is given. With `preview` nothing is made: 200 with its tables, rows and bytes."""
        typed = AskSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        given = typed.validated_data
        options = {**given.get("options", {}), "site": request.build_absolute_uri("/")}
        wanted = asking.order(request.user, given["what"], given.get("id"), given["format"], options)
        if given["preview"]:
            return Response(_previewed(asking.estimate(wanted)))
        return Response(ExportSerializer(asking.ask(request.user, wanted)).data, status=202)

    def perform_destroy(self, instance: Export) -> None:
        asking.discard(instance, self.request.user)


def _previewed(size: asking.Estimate) -> dict[str, Any]:
    tables = [{"name": table.name, "rows": count, "columns": [one.name for one in table.columns]} for table, count in size.listed]
    return {"rows": size.rows, "bytes": size.bytes, "tables": tables}


@require_safe
@with_visible(Export.objects, gettext_lazy("There is no such export (any more)."))
async def export_file(request: HttpRequest, export: Export) -> HttpResponseBase:
    """The file, for who asked for it, as long as it lives."""
    try:
        path = await sync_to_async(asking.path_of)(export)
        response = ranged_response(
            request, LocalFile(path), etag=export.sha256, mime=MIMES[export.format], name=export.name,
            may_go_on=may_go_on(request, export), download=True,
        )  # fmt: skip
        if request.method == "GET" and response.status_code in (200, 206):
            begun = response.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-")
            await sync_to_async(asking.fetched)(export, begun=begun)
        return response
    except Refused as refusal:
        return answer(refusal.status, refusal.message, refusal.code)
    except FileNotFoundError:
        return answer(404, _("This file is gone. Please have it written again."), "no_file")
