"""Which search a request means: the words of the search page's address, or the end of that address as it stands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.models import PastSearch, SavedSearch
from documents.services.search.asked import WORDS
from documents.services.searches.saved import of_query


class WordsField(serializers.DictField):
    """{"q": "drift", "kind": "contract", "tag": ["Lab"]}. An unknown word is refused, for without it more would be found."""

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        words: dict[Any, Any] = super().to_internal_value(data)
        if unknown := sorted(str(word) for word in words if word not in WORDS):
            raise serializers.ValidationError(_("A search has no such word: %(word)s.") % {"word": unknown[0][:100]})
        return words


class AskedSerializer(serializers.Serializer[Any]):
    """`words`, or `query` as the address has it ("?q=drift&tag=Lab"), of which what is no word of a search asks for nothing."""

    words = WordsField(required=False, help_text="of the search page's address: q, mode, kind, from, to, tag, ...")
    query = serializers.CharField(required=False, max_length=20_000, help_text="instead of words: the end of the address")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "words" in attrs and "query" in attrs:
            raise serializers.ValidationError({"query": _("Give words or a query, not both.")})
        return attrs

    @property
    def asked(self) -> dict[str, Any] | None:
        """{word: value or values}; None where nothing was given."""
        if "query" in self.validated_data:
            return dict(of_query(self.validated_data["query"]))
        given: dict[str, Any] | None = self.validated_data.get("words")
        return given


class KeptSerializer(serializers.ModelSerializer[Any]):
    """What saved and past searches tell in common. `url` runs it."""

    query = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()

    def get_query(self, kept: SavedSearch | PastSearch) -> str:
        return "?" + kept.get_absolute_url().partition("?")[2]

    def get_url(self, kept: SavedSearch | PastSearch) -> str:
        return kept.get_absolute_url()

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_words(self, kept: SavedSearch | PastSearch) -> dict[str, Any]:
        return dict(kept.words)
