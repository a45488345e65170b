"""Caselaw Access Project: a case as static.case.law has it, or a list or lines of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from documents.services.extraction.parsers.html import html_to_text
from documents.services.library.formats.base import RULINGS, Item, LawFormat, opinion, words
from documents.services.library.formats.objects import json_records
from documents.services.library.formats.starred import starred_pages

KINDS = {
    "majority": "lead", "concurrence": "concurrence", "dissent": "dissent", "plurality": "plurality", "per curiam": "per_curiam",
    "concurring-in-part-and-dissenting-in-part": "in_part", "on-the-merits": "on_the_merits", "rehearing": "rehearing",
    "remittitur": "remittitur", "unanimous": "combined",
}  # fmt: skip


def case_item(record: dict[str, Any], where: str) -> Item:
    court, body = record.get("court") or {}, record.get("casebody") or {}
    body = body.get("data", body)
    texts = body.get("opinions") or [] if isinstance(body, dict) else [{"text": html_to_text(body)[0], "type": "majority"}]
    return {
        "is": "ruling", "where": where, "source": "cap", "source_id": words(record["id"]),
        "name": words(record.get("name_abbreviation") or record.get("name")), "full_name": words(record.get("name")),
        "court": words(court.get("name") or court.get("name_abbreviation")), "court_id": "", "date": words(record.get("decision_date")),
        "docket_number": words(record.get("docket_number")),
        "judges": ", ".join(words(judge) for judge in (body.get("judges") or [] if isinstance(body, dict) else [])), "status": "",
        "citations": [words(cite["cite"]) for cite in record.get("citations") or () if cite.get("cite")], "url": words(record.get("url")),
        "opinions": [_opinion(one, place) for place, one in enumerate(texts)],
    }  # fmt: skip


def _opinion(record: dict[str, Any], place: int) -> Item:
    kind = words(record.get("type")).lower()
    return opinion(
        f"{kind or 'opinion'}-{place}", KINDS.get(kind, "other"), starred_pages(record.get("text") or ""),
        author=words(record.get("author")), position=place,
    )  # fmt: skip


def _knows(head: bytes, name: str) -> bool:
    start = head.lstrip()[:1]
    return start in (b"{", b"[") and (b'"casebody"' in head or (b'"name_abbreviation"' in head and b'"decision_date"' in head))


FORMATS = (LawFormat("cap", "Caselaw Access Project (JSON)", RULINGS, _knows, partial(json_records, to_item=case_item), rank=20),)
