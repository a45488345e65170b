"""The law that the demonstration matter cites: facts of real authorities without their texts, and a short ruling that we made up.

What the library has already, from whatever source, is left as it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.models import Ruling, Statute
from cases.services.authorities import keys_of_citations
from documents.services.authorities import resolution
from documents.services.library import rulings, starting, statutes
from documents.services.library.formats.own import ruling_item, statute_item
from documents.services.library.outcome import Outcome
from tasks.manager import manager

SOURCES = Path(__file__).with_name("sources")
SOURCE = "demo"
Record = dict[str, Any]


def bring() -> None:
    """Put into the library what is not there; the text is divided and indexed in the background, as after any import."""
    facts = json.loads((SOURCES / "law.json").read_text("utf-8"))
    cases = [*facts["rulings"], _fictional(facts["fictional"])]
    with transaction.atomic():
        outcome = Outcome()
        rulings.write([ruling_item({**one, "source": SOURCE}, one["name"]) for one in _missing_rulings(cases)], outcome)
        statutes.write([statute_item({**one, "source": SOURCE}, one["citation"]) for one in _missing_sections(facts["statutes"])], outcome)
        resolution.resolve_keys(outcome.keys)
        if outcome.keys:
            manager.submit(starting.INDEX, unique=True)


def _fictional(facts: Record) -> Record:
    opinions = [
        {"opinion_id": "order", "kind": "lead", "html": (SOURCES / "harrow.html").read_text("utf-8")},
        {"opinion_id": "reconsidered", "kind": "on_motion", "html": (SOURCES / "harrow_reconsidered.html").read_text("utf-8")},
    ]
    return {**facts, "opinions": [{**one, "author": facts["judges"]} for one in opinions]}


def _missing_rulings(records: list[Record]) -> list[Record]:
    keys = {record["name"]: keys_of_citations(record["citations"][:1]) for record in records}
    wanted = [key for found in keys.values() for key in found]
    there = {key for row in Ruling.objects.filter(keys__overlap=wanted).values_list("keys", flat=True) for key in row}
    return [record for record in records if not there & set(keys[record["name"]])]


def _missing_sections(records: list[Record]) -> list[Record]:
    there = set(Statute.objects.filter(code="usc").filter(title__in={one["title"] for one in records}).values_list("title", "section"))
    return [record for record in records if (record["title"], record["section"]) not in there]
