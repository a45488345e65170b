"""The texts of the library that a query asks for by their citation."""

from __future__ import annotations

import uuid

from cases.models import Ruling, Statute
from cases.services.authorities import authorities_for
from documents.models import Document
from documents.services.search.query.parser import DOCKET, Query
from documents.services.search.text.words import words_in

MOST = 10
"""Of several rulings on one page, and the opinions of each."""


def texts_asked(query: Query) -> list[uuid.UUID]:
    """The documents of the rulings and sections that a query names, where it says nothing but their citation, name and year; of a section
    the newest version. Who says more looks for what is said about them. None for a query without citations, and nothing is asked."""
    cited = {key: text for key, text in query.citations if not key.startswith(DOCKET)}
    if not cited or query.strict:
        return []
    said = _words(query.text) - _words(*cited.values())
    meant = [found for key, found in authorities_for(cited).items() if key in cited]
    rulings = [one.pk for found in meant for one in found if isinstance(one, Ruling) and said <= _named(one.name, one.full_name)]
    sections = [one.pk for found in meant for one in found[:1] if isinstance(one, Statute) and not said]
    if not rulings and not sections:
        return []
    texts = Document.objects.filter(case=None, ruling__in=rulings) | Document.objects.filter(case=None, statute__in=sections)
    return list(texts.order_by("pk").values_list("pk", flat=True)[:MOST])


def _words(*texts: str) -> set[str]:
    """Without numbers: years and pins narrow nothing down."""
    return {word.folded for text in texts for word in words_in(text) if not word.folded.isdigit()}


def _named(*names: str) -> set[str]:
    return _words(*names) | {"v", "vs", "at", "cir"}
