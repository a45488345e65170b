"""Rulings, sections and their mentions as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers

from cases.models import Opinion, Ruling, RulingSource, Statute
from documents.models import Citation, LawImport
from documents.services.library import formats


class OpinionSerializer(serializers.ModelSerializer[Opinion]):
    document = serializers.UUIDField(source="document.pk", allow_null=True, default=None)

    class Meta:
        model = Opinion
        fields = ["id", "kind", "author", "document"]


class RulingSerializer(serializers.ModelSerializer[Ruling]):
    document = serializers.UUIDField(
        source="text", allow_null=True, help_text="its text, the first of its opinions; null where it has none"
    )
    cites_count = serializers.IntegerField(help_text="authorities of the library that it cites")
    cited_by_count = serializers.IntegerField(help_text="documents that you may see and that cite it")
    url = serializers.URLField(source="get_absolute_url")

    class Meta:
        model = Ruling
        fields = [
            "id", "name", "full_name", "court", "court_id", "date", "date_precision", "docket_number", "judges", "status", "citations",
            "inferred", "keys", "document", "cites_count", "cited_by_count", "source", "source_url", "url",
        ]  # fmt: skip


class RulingSourceSerializer(serializers.ModelSerializer[RulingSource]):
    class Meta:
        model = RulingSource
        fields = ["source", "source_id", "source_url", "created"]


class RulingDetailSerializer(RulingSerializer):
    opinions = OpinionSerializer(many=True)
    further_sources = RulingSourceSerializer(many=True, help_text="which other sources give it too")

    class Meta(RulingSerializer.Meta):
        fields = [*RulingSerializer.Meta.fields, "opinions", "further_sources"]


class StatuteVersionSerializer(serializers.ModelSerializer[Statute]):
    class Meta:
        model = Statute
        fields = ["id", "as_of", "status"]


class StatuteSerializer(serializers.ModelSerializer[Statute]):
    document = serializers.UUIDField(source="text", allow_null=True, help_text="its text; null where it has none")
    cited_by_count = serializers.IntegerField(help_text="documents that you may see and that cite the section")
    url = serializers.URLField(source="get_absolute_url")

    class Meta:
        model = Statute
        fields = [
            "id", "code", "title", "section", "citation", "heading", "hierarchy", "as_of", "as_of_precision", "occurrence", "key", "status",
            "source_credit", "currency", "document", "cited_by_count", "url",
        ]  # fmt: skip


class StatuteDetailSerializer(StatuteSerializer):
    versions = serializers.SerializerMethodField(help_text="all versions of the section, newest first")

    class Meta(StatuteSerializer.Meta):
        fields = [*StatuteSerializer.Meta.fields, "versions"]

    def get_versions(self, statute: Statute) -> list[dict[str, Any]]:
        found = Statute.objects.filter(key=statute.key, occurrence=statute.occurrence).order_by("-as_of", "id")
        return [dict(StatuteVersionSerializer(version).data) for version in found]


class MentionSerializer(serializers.ModelSerializer[Citation]):
    """A mention with the document that it stands in."""

    document = serializers.UUIDField(source="text_version.document_id")
    document_title = serializers.CharField(source="text_version.document.title")
    case = serializers.UUIDField(source="text_version.document.case_id", allow_null=True, help_text="null for the library")
    pin_page = serializers.CharField(source="pin")
    target = serializers.SerializerMethodField(help_text="the document of the case that a record citation means, where it can be told")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Citation
        fields = [
            "id", "document", "document_title", "case", "page", "start", "end", "text", "key", "pin_page", "kind", "method", "confidence",
            "name", "year", "court", "role", "cluster", "ruling", "statute", "target", "url",
        ]  # fmt: skip

    def get_target(self, mention: Citation) -> UUID | None:
        target = mention.meant
        return target.pk if target else None

    def get_url(self, mention: Citation) -> str:
        address = reverse("documents:detail", args=[mention.text_version.document_id])
        return f"{address}?page={mention.page}&citation={mention.pk}"


class NewImportSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    format = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="its name; recognised by content where it is not given"
    )


class ImportSerializer(serializers.ModelSerializer[LawImport]):
    updated = serializers.IntegerField(source="updated_count")

    class Meta:
        model = LawImport
        fields = [
            "id", "task_id", "kind", "format", "name", "size", "state", "added", "updated", "unchanged", "skipped", "remarks", "report",
            "error",
            "created", "finished_at", "file_until",
        ]  # fmt: skip


def known_formats(kind: str) -> str:
    return ", ".join(f"`{form.name}` ({form.label})" for form in formats.formats() if form.kind == kind)
