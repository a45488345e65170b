"""/api/documents/bulk/ and /api/downloads/: one verb for many documents, and many documents as one ZIP file."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.models import Case
from documents.api.errors import RefusedErrors, answer
from documents.api.selections import DownloadAskSerializer, ManyDocumentsSerializer, OutcomeSerializer
from documents.api.streams import may_go_on, with_visible
from documents.errors import Refused
from documents.filters import DownloadFilter
from documents.models import Download
from documents.ranged import ranged_response
from documents.services.bulk import downloads, moving, verbs
from documents.services.bulk.selection import NumberChanged, Selection
from documents.services.extraction.formats import ARCHIVE
from documents.services.storage.backends import LocalFile
from documents.services.storage.names import clean_name


class BulkView(RefusedErrors, APIView):
    @extend_schema(request=ManyDocumentsSerializer, responses={200: OutcomeSerializer, 202: OutcomeSerializer})
    def post(self, request: Request) -> Response:
        """Do one thing with many documents of a case (editors): at once (200), or by a task (202) where they are many.

        Where another number of documents fits the filter than `count`, a deletion or a move is refused (409, `number_changed`, with the
        `count` of now); everything else is done and says so.
        """
        typed = ManyDocumentsSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        try:
            outcome = _done(typed.selection(request.user), request.user, typed.validated_data)
        except NumberChanged as refusal:
            return Response({"detail": refusal.message, "code": refusal.code, "count": refusal.count}, status=refusal.status)
        return Response(OutcomeSerializer(outcome).data, status=202 if outcome.task_id else 200)


def _done(selection: Selection, user: Any, given: dict[str, Any]) -> verbs.Outcome:
    match given["verb"]:
        case "tag":
            return verbs.tag(selection, user, given["tags"])
        case "untag":
            return verbs.untag(selection, user, given["tags"])
        case "kind":
            return verbs.set_kind(selection, user, given["kind"])
        case "move":
            return moving.move(selection, user, get_object_or_404(Case.objects.visible_to(user), pk=given["to"]))
        case verb:
            return verbs.change_many(selection, user, verb)


class DownloadSerializer(serializers.ModelSerializer[Download]):
    """A ZIP file of documents. `url` is there as soon as it can be fetched."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Download
        fields = ["id", "case", "status", "error", "count", "original_bytes", "files", "size", "url", "created", "expires_at", "task_id"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, download: Download) -> str | None:
        return reverse("download-file", args=[download.pk]) if download.status == Download.Status.READY else None


class SizeSerializer(serializers.Serializer[downloads.Size]):
    """What a ZIP would come to; more than `most` bytes are not put into one."""

    count = serializers.IntegerField()
    bytes = serializers.IntegerField()
    most = serializers.IntegerField()
    changed = serializers.BooleanField()


class DownloadAskView(RefusedErrors, APIView):
    @extend_schema(request=DownloadAskSerializer, responses={200: SizeSerializer, 202: DownloadSerializer})
    def post(self, request: Request) -> Response:
        """Have the originals of many documents of a case put into one ZIP with a manifest (editors): 202 with the download, which its
        maker alone can fetch for a day. With `preview` nothing is made: 200 with its size."""
        typed = DownloadAskSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        selection = typed.selection(request.user)
        if typed.validated_data["preview"]:
            return Response(SizeSerializer(downloads.size_of(selection, request.user)).data)
        return Response(DownloadSerializer(downloads.ask(selection, request.user)).data, status=202)


class DownloadViewSet(
    RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Download]
):
    """Your own downloads that still live, newest first."""

    queryset = Download.objects.none()
    serializer_class = DownloadSerializer
    filterset_class = DownloadFilter

    def get_queryset(self) -> QuerySet[Download]:
        return Download.objects.visible_to(self.request.user).select_related("case")

    def perform_destroy(self, instance: Download) -> None:
        downloads.discard(instance, self.request.user)


@require_safe
@with_visible(Download.objects, gettext_lazy("There is no such download (any more)."))
async def download_file(request: HttpRequest, download: Download) -> HttpResponseBase:
    """The ZIP file, for who asked for it and still sees its case."""
    try:
        path = await sync_to_async(downloads.path_of)(download)
        title = await sync_to_async(lambda: download.case.title)()
        name = clean_name(f"{title.replace('/', '-')}, {download.count}.zip")
        return ranged_response(
            request, LocalFile(path), etag=str(download.pk), mime=ARCHIVE, name=name, may_go_on=may_go_on(request, download), download=True
        )
    except Refused as refusal:
        return answer(refusal.status, refusal.message, refusal.code)
    except FileNotFoundError:
        return answer(404, _("This ZIP is gone. Please have it made again."), "no_file")
