"""What people call the kinds of documents."""

from __future__ import annotations

import re

from documents.models import Document

Kind = Document.Kind
WORDS: dict[str, tuple[str, ...]] = {
    "filing": ("filing", "court filing"),
    "complaint": ("complaint",),
    "answer": ("answer",),
    "motion": ("motion",),
    "brief": ("brief",),
    "petition": ("petition",),
    "notice": ("notice",),
    "stipulation": ("stipulation",),
    "declaration": ("declaration", "affidavit", "declaration or affidavit"),
    "discovery": ("discovery request", "discovery response", "discovery request or response"),
    "subpoena": ("subpoena",),
    "summons": ("summons",),
    "evidence": ("piece of evidence",),
    "exhibit": ("exhibit",),
    "invoice": ("invoice", "receipt", "invoice or receipt"),
    "report": ("report",),
    "contract": ("contract", "agreement"),
    "email": ("e-mail", "email", "mail", "e-mail message"),
    "transcript": ("transcript", "hearing", "recording", "hearing transcript"),
    "ruling": ("ruling", "court ruling"),
    "order": ("order", "court order"),
    "judgment": ("judgment", "judgement"),
    "statute": ("statute",),
    "memo": ("memo", "memorandum"),
    "minutes": ("minutes",),
    "letter": ("letter",),
}
"""The words for each kind, in the singular."""
ANY = ("document", "paper", "file")
_ODD = {
    "summons": ("summonses", "summons"),
    "minutes": ("minutes",),
    "memorandum": ("memoranda", "memorandums"),
    "piece of evidence": ("pieces of evidence",),
    "discovery request or response": ("discovery requests or responses",),
    "declaration or affidavit": ("declarations or affidavits", "declarations and affidavits"),
    "invoice or receipt": ("invoices or receipts", "invoices and receipts"),
}


def plurals(word: str) -> tuple[str, ...]:
    return _ODD.get(word) or ((word[:-1] + "ies",) if word.endswith("y") else (word + "s",))


def _forms() -> dict[str, str]:
    made = {form: "" for word in ANY for form in (word, *plurals(word))}
    for kind, words in WORDS.items():
        made |= {form: kind for word in words for form in (word, *plurals(word))}
    return made


FORMS = _forms()
"""{word in the singular or the plural: the kind that it means, "" for any}."""
PATTERN = "(?:" + "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(FORMS, key=len, reverse=True)) + ")"


def kind_of(word: str) -> str | None:
    """The value of Document.Kind that a word means, "" for any; None where it means none."""
    return FORMS.get(" ".join(word.lower().split()))
