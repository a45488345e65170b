"""The graph of a ruling and its treatment as JSON; references as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.law.serializers import MentionSerializer
from documents.models import Citation, TreatmentCue
from documents.services.authorities import lookup
from documents.services.authorities.graph import cues, edges, exporting, neighbourhood, related


class DepthSerializer(serializers.Serializer[Any]):
    mentions = serializers.IntegerField()
    pages = serializers.IntegerField(help_text="distinct pages with mentions")


class SentenceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="on one line")
    start = serializers.IntegerField(help_text="code points in the page's text")
    end = serializers.IntegerField()


class EdgeSerializer(MentionSerializer):
    """A mention with the sentence around it and the depth: all mentions of its authority in the citing text."""

    sentence = serializers.SerializerMethodField()
    depth = serializers.SerializerMethodField()

    class Meta(MentionSerializer.Meta):
        fields = [*MentionSerializer.Meta.fields, "role", "sentence", "depth"]

    @extend_schema_field(SentenceSerializer(allow_null=True))
    def get_sentence(self, mention: Citation) -> dict[str, Any] | None:
        found = self.context["sentences"].get(mention.pk)
        return {"text": found.text, "start": found.start, "end": found.end} if found is not None else None

    @extend_schema_field(DepthSerializer)
    def get_depth(self, mention: Citation) -> dict[str, int]:
        return self.context["depths"](mention)._asdict()


class NodeSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="0 is the ruling itself")
    id = serializers.CharField(source="key", help_text="of the ruling or document; of what is unresolved its citation key")
    kind = serializers.ChoiceField(["centre", "ruling", "unresolved", "document"])
    name = serializers.CharField()
    citation = serializers.CharField(help_text="of a document the title of its case")
    date = serializers.CharField(source="dated", help_text="as far as it is known")
    importance = serializers.FloatField(source="percentile", allow_null=True, help_text="percentile within this library")
    cites = serializers.IntegerField(help_text="its mentions of the ruling")
    cited = serializers.IntegerField(help_text="the ruling's mentions of it")
    url = serializers.CharField()


class LinkSerializer(serializers.Serializer[Any]):
    citing = serializers.IntegerField(source="source", help_text="the number of the node that cites")
    cited = serializers.IntegerField(source="target", help_text="and of the one that is cited")
    mentions = serializers.IntegerField()


class RelatedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="ruling.pk")
    name = serializers.CharField(source="ruling.name")
    shared = serializers.IntegerField(help_text="decisions that both cite")
    together = serializers.IntegerField(help_text="rulings of the library that cite both")


class ImportanceSerializer(serializers.Serializer[Any]):
    percentile = serializers.FloatField(help_text="percent of the rulings of this library whose PageRank is lower")
    cited_by = serializers.IntegerField(help_text="rulings of this library that cite it")
    counted = serializers.IntegerField(help_text="rulings of this library when it was computed")
    computed = serializers.DateTimeField()


class GraphSerializer(serializers.Serializer[Any]):
    nodes = NodeSerializer(many=True)
    edges = LinkSerializer(many=True)
    total = serializers.IntegerField(help_text="neighbours there are; the nodes are those of them with most mentions")
    shown = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="neighbours of each kind")
    importance = ImportanceSerializer(allow_null=True)
    related = RelatedSerializer(many=True)


class TreatmentSerializer(serializers.Serializer[Any]):
    """A sentence that says what was done to a ruling. A signal to look at, never a verdict."""

    id = serializers.UUIDField(source="cue.pk")
    kind = serializers.ChoiceField(TreatmentCue.Kind.choices, source="cue.kind")
    state = serializers.ChoiceField(TreatmentCue.State.choices, source="cue.state")
    words = serializers.CharField(source="cue.words")
    sentence = serializers.CharField(source="cue.quote", help_text="the evidence, as written")
    document = serializers.UUIDField(source="cue.document_id")
    document_title = serializers.CharField(source="cue.document.title")
    case = serializers.UUIDField(source="cue.document.case_id", allow_null=True, help_text="null for the library")
    citation = serializers.IntegerField(source="cue.citation_id")
    ruling = serializers.UUIDField(source="cue.citation.ruling_id", allow_null=True)
    key = serializers.CharField(source="cue.key")
    page = serializers.IntegerField(source="cue.page")
    start = serializers.IntegerField(source="cue.start")
    end = serializers.IntegerField(source="cue.end")
    decided_by = serializers.CharField(source="cue.decided_by.username", allow_null=True, default=None)
    decided_at = serializers.DateTimeField(source="cue.decided_at", allow_null=True)
    may_decide = serializers.BooleanField()
    url = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(TreatmentCue.State.choices)


AS = OpenApiParameter("as", str, enum=["csl", "ris"], default="csl")
WHAT = OpenApiParameter("what", str, enum=["ruling", "cites", "cited-by"], default="ruling")


class GraphViews(viewsets.GenericViewSet[Any]):
    """The actions of a ruling that tell of its citations."""

    @extend_schema(responses=EdgeSerializer(many=True), filters=False)
    @action(detail=True, url_path="cited-by", filter_backends=[])
    def cited_by(self, request: Request, **kwargs: Any) -> Response:
        """Where it is cited, in the library and in your cases."""
        ruling = self.get_object()
        of = edges.citing(request.user, ruling)
        return self._edges(lookup.cited_by(request.user, ruling), of, edges.DOCUMENT)

    @extend_schema(responses=EdgeSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[])
    def cites(self, request: Request, **kwargs: Any) -> Response:
        """What it cites; `ruling` and `statute` are null for what the library does not have."""
        ruling = self.get_object()
        rows = lookup.cites(request.user, ruling).annotate(authority=edges.AUTHORITY)
        return self._edges(rows, edges.cited(request.user, ruling), "authority")

    def _edges(self, rows: Any, of: Any, by: str) -> Response:
        page = self.paginate_queryset(rows) or []
        depths = edges.depths(page, of, by=by)
        context = {
            **self.get_serializer_context(),
            "sentences": edges.sentences_of(page),
            "depths": lambda mention: depths[edges.group_of(mention, by)],
        }
        return self.get_paginated_response(EdgeSerializer(page, many=True, context=context).data)

    @extend_schema(responses=GraphSerializer, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def graph(self, request: Request, **kwargs: Any) -> Response:
        """Its neighbourhood: what it cites and who cites it, as numbered nodes and edges, and the rulings related to it."""
        ruling = self.get_object()
        around = neighbourhood.around(request.user, ruling)
        told = {
            "nodes": [around.centre, *around.nodes], "edges": around.links, "total": around.total, "shown": len(around.nodes),
            "counts": around.counts, "importance": getattr(ruling, "importance", None), "related": related.related_to(ruling.pk),
        }  # fmt: skip
        return Response(GraphSerializer(told).data)

    @extend_schema(responses=TreatmentSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[])
    def treatment(self, request: Request, **kwargs: Any) -> Response:
        """What texts that you may see say of it: confirmed cues, then unreviewed, then rejected, the gravest first."""
        page = self.paginate_queryset(cues.of_ruling(request.user, self.get_object())) or []
        return self.get_paginated_response(TreatmentSerializer(cues.shown(request.user, page), many=True).data)

    @extend_schema(
        responses={(200, media): OpenApiTypes.BINARY for media in exporting.MEDIA_TYPES.values()}, parameters=[AS, WHAT], filters=False
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def export(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The ruling, what it cites, or the rulings of the library that cite it, as CSL-JSON or RIS."""
        form, what = request.query_params.get("as", "csl"), request.query_params.get("what", "ruling")
        if form not in exporting.MEDIA_TYPES:
            raise ValidationError({"as": [_("References can be had as csl or ris.")]})
        if what not in ("ruling", "cites", "cited-by"):
            raise ValidationError({"what": [_("It can be the ruling, what it cites (cites), or who cites it (cited-by).")]})
        ruling, base = self.get_object(), request.build_absolute_uri("/").rstrip("/")
        found = {"cites": exporting.cites, "cited-by": exporting.cited_by}
        references = found[what](request.user, ruling, base) if what in found else [exporting.of_ruling(ruling, base)]
        body = (exporting.as_ris if form == "ris" else exporting.as_csl)(references)
        stem = slugify(ruling.name)[:80] or "ruling"
        name = f"{stem}{'' if what == 'ruling' else '-' + what}.{exporting.ENDINGS[form]}"
        headers = {
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
        }  # fmt: skip
        return HttpResponse(body.encode(), content_type=f"{exporting.MEDIA_TYPES[form]}; charset=utf-8", headers=headers)


class TreatmentViewSet(viewsets.GenericViewSet[Any]):
    """One cue: look at it, confirm or reject it. Cues in the library are staff's, those in a document of a case its editors'."""

    serializer_class = TreatmentSerializer
    queryset = TreatmentCue.objects.none()
    pagination_class = None
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        return TreatmentCue.objects.visible_to(self.request.user)

    @extend_schema(responses=TreatmentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A cue with its evidence."""
        return self._told(request, cues.visible(request.user, pk))

    @extend_schema(request=DecisionSerializer, responses=TreatmentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Confirm or reject it, or take that back (`unreviewed`)."""
        cues.visible(request.user, pk)
        typed = DecisionSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        return self._told(request, cues.decide(request.user, pk, typed.validated_data["state"]))

    def _told(self, request: Request, cue: TreatmentCue) -> Response:
        (shown,) = cues.shown(request.user, [cue])
        return Response(TreatmentSerializer(shown).data)
