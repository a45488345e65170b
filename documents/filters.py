"""What a list of documents can be narrowed by; the same words in the API and on the pages."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from documents.models import Document


class DocumentFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="case")
    parent = django_filters.UUIDFilter(field_name="parent")
    status = django_filters.MultipleChoiceFilter(choices=Document.Status.choices)
    kind = django_filters.MultipleChoiceFilter(choices=Document.Kind.choices)
    q = django_filters.CharFilter(method="named", label="words in the title or the file name")

    class Meta:
        model = Document
        fields = ["case", "parent", "status", "kind"]

    def named(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        """Every word must occur in the title or the file name."""
        for word in value.replace("\x00", "").split()[:10]:
            documents = documents.filter(Q(title__icontains=word) | Q(name__icontains=word))
        return documents
