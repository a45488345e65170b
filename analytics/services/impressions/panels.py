"""What pages of lower apps show of impressions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from analytics.services.impressions import habits, showing
from cases.models import Case
from documents.models import Document

SHOWN = 6
DAYS = 30


def of_case(case: Case, user: Any) -> tuple[str, dict[str, Any]] | None:
    since = timezone.now().date() - timedelta(days=DAYS - 1)
    context = {
        "recent": showing.recent(user, SHOWN, case),
        "most": showing.most_viewed(case, user, since, SHOWN),
        "kept": habits.is_kept(user),
        "days": DAYS,
    }
    return ("analytics/case_views.html", context) if context["recent"] or context["most"] else None


def of_document(document: Document, user: Any) -> tuple[str, dict[str, Any]] | None:
    views = showing.views_of_document(document)
    return ("analytics/document_views.html", {"views": views}) if views else None
