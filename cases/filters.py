"""How lists of cases are narrowed and ordered."""

from __future__ import annotations

from django.db.models import Q
from django_filters import rest_framework as filters

from cases.models import Case, CaseQuerySet, Role


class CaseFilter(filters.FilterSet):
    q = filters.CharFilter(method="containing", label="words in title, docket number, court or description")
    role = filters.ChoiceFilter(choices=Role.choices, label="your role in the case")
    ordering = filters.OrderingFilter(fields=["title", "docket_number", "court", "status", "created", "updated"])

    class Meta:
        model = Case
        fields = ["status", "legal_hold"]

    def containing(self, cases: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """Cases in which every word occurs somewhere."""
        for word in value.split():
            cases = cases.filter(
                Q(title__icontains=word) | Q(docket_number__icontains=word) | Q(court__icontains=word) | Q(description__icontains=word)
            )
        return cases
