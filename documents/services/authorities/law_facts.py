"""What stands above a text of the library: the facts of its ruling or section, its other opinions or versions."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from cases.models import Ruling, Statute
from documents.models import Document
from documents.services.authorities import lookup
from documents.services.authorities.graph import cues


def about(document: Document, user: Any) -> dict[str, Any]:
    """Context for `library/facts.html`; nothing for a document of a case."""
    if document.ruling_id is not None:
        return of_ruling(lookup.rulings_for(user).select_related("importance").get(pk=document.ruling_id), user, document)
    if document.statute_id is not None:
        return of_statute(lookup.statutes_for(user).get(pk=document.statute_id), document)
    return {}


def of_ruling(ruling: Ruling, user: Any, shown: Document | None = None) -> dict[str, Any]:
    """`opinions` only where there are several to choose from; `importance` None where it has not been computed; `treatment` how many
    cues of each state the user may see, rejected ones left out."""
    opinions = list(ruling.opinions.select_related("document").order_by("position", "id"))
    others = [opinion for opinion in opinions if hasattr(opinion, "document")]
    return {
        "law": "ruling",
        "law_tab": "text",
        "ruling": ruling,
        "opinions": others if len(others) > 1 else [],
        "shown_document": shown,
        "importance": getattr(ruling, "importance", None),
        "treatment": cues.states_of(user, ruling),
    }


def of_statute(statute: Statute, shown: Document | None = None) -> dict[str, Any]:
    """`versions` newest first, where there are several; `newest` where another is newer than this one."""
    same = Statute.objects.filter(key=statute.key, occurrence=statute.occurrence)
    versions = list(same.order_by(F("as_of").desc(nulls_last=True), "id"))
    newest = versions[0] if versions and versions[0].pk != statute.pk else None
    return {
        "law": "statute",
        "statute": statute,
        "versions": versions if len(versions) > 1 else [],
        "newest": newest,
        "shown_document": shown,
    }
