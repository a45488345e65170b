"""CourtListener: what its API answers (clusters, opinions, results of a search), and the tables of its bulk data.

Field names are those of the Free Law Project's API, versions 3 and 4, and of the CSV files of its bulk data (made by PostgreSQL's COPY
with ESCAPE '\\'). An opinion is joined to its cluster, a citation to its cluster and a docket to its clusters by their ids there.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from documents.services.extraction.parsers.html import html_to_text
from documents.services.library.formats.base import (
    RULINGS,
    Item,
    LawFormat,
    listed,
    opinion,
    pages_of,
    words,
)
from documents.services.library.formats.lines import csv_rows
from documents.services.library.formats.objects import json_records
from documents.services.library.formats.starred import starred_pages

SOURCE = "courtlistener"
SITE = "https://www.courtlistener.com"
_LAST_NUMBER = re.compile(r"(\d+)/?$")
_SLUG = re.compile(r"/opinion/\d+/([a-z0-9-]+)/?$")
# The API's codes for what an opinion is; the number orders them within a cluster.
KINDS = {
    "010combined": "combined", "015unamimous": "combined", "015unanimous": "combined", "020lead": "lead", "025plurality": "plurality",
    "030concurrence": "concurrence", "035concurrenceinpart": "in_part", "040dissent": "dissent", "050addendum": "addendum",
    "060remittitur": "remittitur", "070rehearing": "rehearing", "080onthemerits": "on_the_merits", "090onmotiontostrike": "on_motion",
    "100trialcourt": "other",
}  # fmt: skip
# Best first: what keeps the pages of the reporter, then the plain text of the court's own PDF, then other prints.
TEXTS = ("xml_harvard", "plain_text", "html_columbia", "html_lawbox", "html_anon_2020", "html", "html_with_citations")


def id_of(value: Any) -> str:
    """The number of what is given as a number, as the address of an API or as an object with an id."""
    if isinstance(value, dict):
        value = value.get("id")
    found = _LAST_NUMBER.search(str(value)) if value not in (None, "") else None
    return found[1] if found else ""


def text_of(record: dict[str, Any]) -> list[Item]:
    """The pages of the best text that the record has; none where it has none."""
    for field in TEXTS:
        if (text := record.get(field)) and isinstance(text, str) and text.strip():
            if field == "plain_text":
                return pages_of(text)
            return starred_pages(html_to_text(text)[0], text)
    return []


def opinion_of(record: dict[str, Any]) -> Item:
    code = re.sub(r"[^0-9a-z]", "", str(record.get("type") or "010combined").lower())
    kind = "per_curiam" if record.get("per_curiam") in (True, "t", "true") else KINDS.get(code, "other")
    rank = int(code[:3]) if code[:3].isdigit() else 999
    return opinion(
        record.get("id") or record.get("opinion_id") or code, kind, text_of(record),
        author=words(record.get("author_str") or ""), position=rank,
    )  # fmt: skip


def citations_of(record: dict[str, Any]) -> list[str]:
    found = record.get("citations", record.get("citation"))
    if isinstance(found, list):
        return [words(f"{one['volume']} {one['reporter']} {one['page']}") if isinstance(one, dict) else words(one) for one in found if one]
    older = ("federal_cite_one", "federal_cite_two", "federal_cite_three", "state_cite_one", "state_cite_two", "state_cite_three",
             "state_cite_regional", "specialty_cite_one", "scotus_early_cite", "lexis_cite", "westlaw_cite", "neutral_cite")  # fmt: skip
    return [cite for name in older if (cite := words(record.get(name)))]


def cluster_item(record: dict[str, Any], where: str) -> Item:
    given = record.get("docket")
    docket: dict[str, Any] = given if isinstance(given, dict) else {}
    court = record.get("court") or docket.get("court") or ""
    court_id = record.get("court_id") or docket.get("court_id") or (court.rstrip("/").rpartition("/")[2] if "/" in str(court) else "")
    texts = [one for one in record.get("sub_opinions") or () if isinstance(one, dict)]
    name = record.get("case_name") or record.get("case_name_short") or record.get("case_name_full") or ""
    return {
        "is": "ruling", "where": where, "source": SOURCE, "source_id": id_of(record.get("id") or record.get("resource_uri")),
        "name": words(name), "full_name": words(record.get("case_name_full")), "court_id": words(court_id),
        "court": "" if "/" in str(court) or str(court) == str(court_id) else words(court), "date": words(record.get("date_filed")),
        "docket_number": words(record.get("docket_number") or docket.get("docket_number")), "judges": words(record.get("judges")),
        "status": words(record.get("precedential_status")), "citations": citations_of(record), "url": _address(record.get("absolute_url")),
        "source_docket": id_of(record.get("docket_id") or record.get("docket")), "opinions": [opinion_of(one) for one in texts],
    }  # fmt: skip


def search_item(record: dict[str, Any], where: str) -> Item:
    """A result of the search API, of type "o"."""
    return {
        "is": "ruling", "where": where, "source": SOURCE, "source_id": id_of(record["cluster_id"]), "name": words(record["caseName"]),
        "full_name": words(record.get("caseNameFull")), "court_id": words(record.get("court_id")), "court": words(record.get("court")),
        "date": words(record.get("dateFiled"))[:10], "docket_number": words(record.get("docketNumber")),
        "judges": words(record.get("judge")),
        "status": words(record.get("status")), "citations": listed(record.get("citation")), "url": _address(record.get("absolute_url")),
        "source_docket": id_of(record.get("docket_id")), "opinions": [],
    }  # fmt: skip


def opinion_item(record: dict[str, Any], where: str) -> Item:
    """A text whose facts are its cluster's. Until that comes the address gives a name."""
    slug = _SLUG.search(str(record.get("absolute_url") or ""))
    return {
        "is": "opinion", "where": where, "source": SOURCE, "source_id": id_of(record.get("cluster_id") or record.get("cluster")),
        "name": slug[1].replace("-v-", " v. ").replace("-", " ").title().replace(" V. ", " v. ") if slug else "",
        "url": _address(record.get("absolute_url")), "opinions": [opinion_of(record)],
    }  # fmt: skip


def api_item(record: dict[str, Any], where: str) -> Item:
    if "caseName" in record:
        return search_item(record, where)
    if "cluster" in record or ("cluster_id" in record and "case_name" not in record):
        return opinion_item(record, where)
    return cluster_item(record, where)


def _address(path: Any) -> str:
    given = words(path)
    return SITE + given if given.startswith("/") else given


def _knows_api(head: bytes, name: str) -> bool:
    start = head.lstrip()[:1]
    if start not in (b"{", b"["):
        return False
    marks = (b'"sub_opinions"', b'"caseName"', b'"cluster"', b'"precedential_status"', b'"html_with_citations"', b'"resource_uri"')
    return any(mark in head for mark in marks) and b'"casebody"' not in head


# The tables of the bulk data.


def citation_row(row: dict[str, Any], where: str) -> Item:
    cite = words(f"{row['volume']} {row['reporter']} {row['page']}")
    return {"is": "citation", "where": where, "source": SOURCE, "source_id": id_of(row["cluster_id"]), "citations": [cite]}


def docket_row(row: dict[str, Any], where: str) -> Item:
    return {
        "is": "docket", "where": where, "source": SOURCE, "source_docket": id_of(row["id"]), "court_id": words(row["court_id"]),
        "docket_number": words(row.get("docket_number")),
    }  # fmt: skip


def _knows_table(columns: frozenset[str], head: bytes, name: str) -> bool:
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace").replace('"', "")
    return columns <= {column.strip().lower() for column in first.split(",")}


def _table(name: str, label: str, columns: str, to_item: Any) -> LawFormat:
    return LawFormat(
        f"courtlistener-{name}", label, RULINGS, partial(_knows_table, frozenset(columns.split())),
        partial(csv_rows, to_item=to_item, escape="\\"), rank=20,
    )  # fmt: skip


FORMATS = (
    _table("clusters", "CourtListener bulk data, clusters (CSV)", "id docket_id case_name date_filed precedential_status", cluster_item),
    _table("opinions", "CourtListener bulk data, opinions (CSV)", "id cluster_id type plain_text", opinion_item),
    _table("citations", "CourtListener bulk data, citations (CSV)", "cluster_id volume reporter page", citation_row),
    _table("dockets", "CourtListener bulk data, dockets (CSV)", "id court_id docket_number pacer_case_id", docket_row),
    LawFormat("courtlistener-api", "CourtListener API (JSON)", RULINGS, _knows_api, partial(json_records, to_item=api_item), rank=30),
)
