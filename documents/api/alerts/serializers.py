from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.searching.search import HitSerializer
from documents.models import AlertNotice, SearchAlert
from documents.services.alerts.webhook import LONGEST_URL


class AlertSerializer(serializers.ModelSerializer[SearchAlert]):
    """`due`: when the next notice may be made; `last_error`: why it could not be looked for the last time."""

    name = serializers.CharField(source="search.name", read_only=True)

    class Meta:
        model = SearchAlert
        fields = [
            "id", "search", "name", "when", "hour", "email", "webhook_url", "active", "due", "last_run", "last_error", "failures",
            "next_try", "created", "updated",
        ]  # fmt: skip
        read_only_fields = fields


class AlertWithSecretSerializer(AlertSerializer):
    secret = serializers.CharField(read_only=True, allow_blank=True, help_text="of a new webhook, this once")

    class Meta(AlertSerializer.Meta):
        fields = [*AlertSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class AlertChangeSerializer(serializers.Serializer[Any]):
    when = serializers.ChoiceField(choices=SearchAlert.When.choices, required=False)
    hour = serializers.IntegerField(required=False, min_value=0, max_value=23, help_text="of a daily one, in your time zone")
    email = serializers.BooleanField(required=False)
    webhook_url = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_URL)
    active = serializers.BooleanField(required=False)


class NewAlertSerializer(AlertChangeSerializer):
    search = serializers.UUIDField(help_text="a saved search of yours")


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField()


class AlertNoticeSerializer(serializers.ModelSerializer[AlertNotice]):
    """`count` are the documents that you see now."""

    name = serializers.CharField(source="alert.search.name", read_only=True)
    count = serializers.IntegerField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = AlertNotice
        fields = ["id", "alert", "name", "count", "created", "seen", "url"]
        read_only_fields = fields


class OneNoticeSerializer(AlertNoticeSerializer):
    pages = serializers.IntegerField(read_only=True)
    page = serializers.IntegerField(read_only=True)
    results = HitSerializer(many=True, read_only=True, help_text="documents, each with the passage that fits best")

    class Meta(AlertNoticeSerializer.Meta):
        fields = [*AlertNoticeSerializer.Meta.fields, "page", "pages", "results"]
        read_only_fields = fields


class SeenSerializer(serializers.Serializer[Any]):
    seen = serializers.IntegerField(help_text="notices that had not been seen before")
