"""What people say of doubtful citations: confirmed or rejected by one click, taken back by another."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.models import AuditEvent, Case, Role
from documents.models import Citation, CitationDecision


def words_of(mention: Citation) -> str:
    """The words on which a decision hangs."""
    return " ".join(mention.text.split())[: CitationDecision.LONGEST]


def decide(case: Case, mention: Citation, verdict: str, user: Any) -> CitationDecision | None:
    """Confirm or reject that these words of the document mean this authority; an empty verdict takes it back. `mention` is one that the
    user may see. Raises Http404, PermissionDenied."""
    case.require(user, Role.EDITOR)
    document = mention.text_version.document
    about: dict[str, Any] = {"document": document, "text": words_of(mention), "key": mention.key}
    with transaction.atomic():
        if not verdict:
            gone, _each = CitationDecision.objects.filter(**about).delete()
            if gone:
                AuditEvent.write("citation.taken_back", case=case, actor=user, target=document, key=mention.key)
            return None
        person = user if getattr(user, "pk", None) else None
        decision, _made = CitationDecision.objects.update_or_create(**about, defaults={"verdict": verdict, "by": person})
        AuditEvent.write(f"citation.{verdict}", case=case, actor=user, target=document, key=mention.key)
    return decision
