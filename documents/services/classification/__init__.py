"""What a document is, by rules: its kind, title, date, author, court, docket number, language and parties.

Text and metadata in, proposals with a confidence and a reason out. No Django, no model, milliseconds; what people decide is in
`documents.services.facts`.
"""

from __future__ import annotations

from documents.services.classification.courts import court_of
from documents.services.classification.dating import date_of
from documents.services.classification.kinds import kind_of
from documents.services.classification.languages import language
from documents.services.classification.material import FIELDS, Material, Proposal, sheets_of
from documents.services.classification.numbers import docket_number_of
from documents.services.classification.parties import parties_of
from documents.services.classification.people import author_of
from documents.services.classification.titles import title_of

__all__ = ["FIELDS", "Material", "Proposal", "classify", "sheets_of"]


def classify(material: Material) -> list[Proposal]:
    """The surest proposal of each field that the rules can say something of, in the order of FIELDS."""
    courts, languages, parties = court_of(material), language(material), parties_of(material)
    caption = any(one.reason == "caption" for one in [*courts, *parties])
    kinds = kind_of(material, in_court=caption)
    kind = kinds[0].value if kinds and kinds[0].confidence >= 0.5 else ""
    proposals = [
        *kinds,
        *title_of(material, kind, parties[0].value if parties else []),
        *date_of(material, languages[0].value if languages else "en"),
        *author_of(material, kind),
        *courts,
        *docket_number_of(material, in_court=caption),
        *languages,
        *parties,
    ]
    best: dict[str, Proposal] = {}
    for one in proposals:
        if one.value and (one.field not in best or one.confidence > best[one.field].confidence):
            best[one.field] = one
    return [best[field] for field in FIELDS if field in best]
