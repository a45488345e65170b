"""Our own plain formats: one record for each line of JSON, or each row of CSV, with the names of columns that docs/LAW.md lists."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from documents.services.extraction.parsers.html import html_to_text
from documents.services.library.formats.base import RULINGS, STATUTES, Item, LawFormat, listed, opinion, pages_of, words
from documents.services.library.formats.courtlistener import KINDS, id_of
from documents.services.library.formats.lines import csv_rows
from documents.services.library.formats.objects import json_records
from documents.services.library.formats.starred import starred_pages
from documents.services.library.formats.status import status_of

_CLUSTER = re.compile(r"/clusters/(\d+)")


def ruling_item(record: dict[str, Any], where: str) -> Item:
    name = words(record.get("name") or record.get("case_name"))
    if not name:
        raise ValueError("it has no name")
    cluster = id_of(record.get("cluster_id")) or (found[1] if (found := _CLUSTER.search(str(record.get("cluster_uri") or ""))) else "")
    derived = [words(cite).partition("|")[0] for cite in record.get("citations_derived") or ()]
    citations = listed(record.get("citations"))
    return {
        "is": "ruling", "where": where, "source": "courtlistener" if cluster else words(record.get("source"))[:40] or "own",
        "source_id": words(record.get("source_id")) or cluster or name_of(record, name), "name": name,
        "full_name": words(record.get("full_name") or record.get("case_name_full")), "court_id": words(record.get("court_id")),
        "court": words(record.get("court")), "date": words(record.get("date") or record.get("date_filed")),
        "docket_number": ", ".join(listed(record.get("docket_number") or record.get("docket_numbers"))),
        "judges": ", ".join(listed(record.get("judges"))), "status": words(record.get("status") or record.get("precedential_status")),
        "citations": [*citations, *derived], "inferred": derived, "url": words(record.get("url") or record.get("absolute_url")),
        "opinions": _opinions(record),
    }  # fmt: skip


def name_of(record: dict[str, Any], name: str) -> str:
    """By what a record without an id is known again: its first citation, else its court, docket number and name."""
    cites = listed(record.get("citations"))
    return cites[0] if cites else "|".join([words(record.get("court_id")), words(record.get("docket_number")), name])[:200]


def _opinions(record: dict[str, Any]) -> list[Item]:
    given = record.get("opinions")
    texts = given if isinstance(given, list) else [record]
    return [made for place, one in enumerate(texts) if isinstance(one, dict) and (made := _opinion(one, place)) is not None]


def _opinion(record: dict[str, Any], place: int) -> Item | None:
    text, html = (record.get(name) for name in ("text", "html"))
    text = text or record.get("plain_text")
    if text and isinstance(text, str) and text.strip():
        pages = pages_of(text)
    elif html and isinstance(html, str) and html.strip():
        pages = starred_pages(html_to_text(html)[0], html)
    else:
        return None
    code = words(record.get("kind") or record.get("type")).lower()
    kind = KINDS.get(code, code) if code in {*KINDS, *KINDS.values(), "per_curiam"} else "combined"
    identity = (
        words(record.get("opinion_id") or (record.get("source_id") if "opinions" not in record and place else "")) or f"{kind}-{place}"
    )
    return opinion(identity, kind, pages, author=words(record.get("author")), position=place)


def statute_item(record: dict[str, Any], where: str) -> Item:
    labels = record.get("hierarchy")
    if not isinstance(labels, list):
        chapter = " ".join(filter(None, (words(record.get("chapter")), words(record.get("chapter_heading")))))
        labels = listed(labels) or ([chapter] if chapter else [])
    heading, text = words(record.get("heading")), record.get("text") or ""
    if not isinstance(text, str):
        raise ValueError("its text is no text")
    return {
        "is": "statute", "where": where, "code": words(record.get("code")).lower(), "title": words(record.get("title")),
        "section": words(record.get("section")), "citation": words(record.get("citation")), "heading": heading,
        "hierarchy": [words(label) for label in labels], "as_of": words(record.get("as_of")),
        "status": words(record.get("status")) or status_of(heading), "source_credit": words(record.get("source_credit")),
        "currency": words(record.get("currency") or record.get("edition")), "source": words(record.get("source"))[:40] or "own",
        "url": words(record.get("url")), "occurrence": int(record.get("occurrence") or 1), "text": text,
    }  # fmt: skip


def _first_line(head: bytes) -> bytes:
    return head.lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]


def _knows_json(marks: tuple[bytes, ...], head: bytes, name: str) -> bool:
    return head.lstrip()[:1] in (b"{", b"[") and all(mark in head for mark in marks)


def _knows_csv(columns: frozenset[str], head: bytes, name: str) -> bool:
    found = {column.strip().lower() for column in _first_line(head).decode("utf-8", "replace").replace('"', "").split(",")}
    return bool(columns & found) and len(found) > 1 and head.lstrip()[:1] not in (b"{", b"[", b"<")


_read_rulings, _read_statutes = partial(json_records, to_item=ruling_item), partial(json_records, to_item=statute_item)
_ruling_rows, _statute_rows = partial(csv_rows, to_item=ruling_item), partial(csv_rows, to_item=statute_item)
FORMATS = (
    LawFormat("rulings-json", "Rulings as JSON lines", RULINGS, partial(_knows_json, (b'name"',)), _read_rulings, 80),
    LawFormat("rulings-csv", "Rulings as CSV", RULINGS, partial(_knows_csv, frozenset(["name", "case_name"])), _ruling_rows, 80),
    LawFormat("statutes-json", "Sections as JSON lines", STATUTES, partial(_knows_json, (b'"section"', b'"code"')), _read_statutes, 80),
    LawFormat("statutes-csv", "Sections as CSV", STATUTES, partial(_knows_csv, frozenset(["section"])), _statute_rows, 80),
)
