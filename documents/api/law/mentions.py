"""/api/citations/: the mentions of authorities in what one may see."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from documents.api.law.serializers import MentionSerializer
from documents.api.law.views import keys_typed
from documents.models import Citation
from documents.services.authorities import lookup


class MentionFilter(django_filters.FilterSet):
    key = django_filters.CharFilter(method="with_key", label="a canonical key (us:410:113), or a citation written in any way")
    document = django_filters.UUIDFilter(field_name="text_version__document")
    case = django_filters.UUIDFilter(field_name="text_version__document__case")
    role = django_filters.ChoiceFilter(choices=Citation.Role.choices)
    ruling = django_filters.UUIDFilter(field_name="ruling")
    statute = django_filters.UUIDFilter(field_name="statute")

    class Meta:
        model = Citation
        fields: list[str] = []

    def with_key(self, mentions: QuerySet[Citation], name: str, value: str) -> QuerySet[Citation]:
        return mentions.filter(key__in=keys_typed("key", value))


@extend_schema_view(
    list=extend_schema(description="Mentions of authorities in the documents that you may see, in the order of their titles.")
)
class MentionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Citation]):
    serializer_class = MentionSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = MentionFilter
    queryset = Citation.objects.none()

    def get_queryset(self) -> QuerySet[Citation]:
        return lookup.mentions_of(self.request.user)
