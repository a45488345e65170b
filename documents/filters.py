"""What a list of documents can be narrowed by; the same words in the API and on the pages."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from documents.models import Document, RedactionFinding


class DocumentFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="case")
    parent = django_filters.UUIDFilter(field_name="parent")
    status = django_filters.MultipleChoiceFilter(choices=Document.Status.choices)
    kind = django_filters.MultipleChoiceFilter(choices=Document.Kind.choices)
    error_code = django_filters.CharFilter(method="failed_for", label="why it could not be read; several codes separated by commas")
    kept = django_filters.BooleanFilter(method="lying_unread", label="kept, but not read")
    hidden = django_filters.BooleanFilter(method="with_hidden", label="whether text that is not shown can be read in the file")
    q = django_filters.CharFilter(method="named", label="words in the title or the file name")

    class Meta:
        model = Document
        fields = ["case", "parent", "status", "kind", "error_code"]

    def failed_for(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return documents.filter(error_code__in=[code.strip() for code in value.split(",")])

    def lying_unread(self, documents: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        return documents.filter(Document.KEPT) if value else documents.exclude(Document.KEPT)

    def with_hidden(self, documents: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        found = Exists(RedactionFinding.objects.filter(document=Coalesce(OuterRef("duplicate_of"), OuterRef("pk"))))
        return documents.filter(found if value else ~found)

    def named(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        """Every word must occur in the title or the file name."""
        for word in value.replace("\x00", "").split()[:10]:
            documents = documents.filter(Q(title__icontains=word) | Q(name__icontains=word))
        return documents
