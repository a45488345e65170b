"""What an importer believes of a record: the facts it names, cleaned and checked. What a child hands over is data of strangers."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cases.models import Opinion, Statute
from cases.services.authorities import court_named, keys_of_ruling, statute_key

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")
_WRITTEN = ("%B %d, %Y", "%b. %d, %Y", "%b %d, %Y", "%m/%d/%Y", "%d %B %Y", "%Y%m%d")
_KINDS, _STATUSES = frozenset(Opinion.Kind.values), frozenset(Statute.Status.values)
EMPTY_DATE: tuple[datetime.date | None, str] = (None, "day")


def dated(written: str) -> tuple[datetime.date | None, str]:
    """A date and how much of it is known. Raises ValueError for what is no date, as 30 February."""
    if not written:
        return EMPTY_DATE
    if iso := _ISO.fullmatch(written):
        year, month, day = (int(part) if part else 0 for part in iso.groups())
        # Some sources write the first month and day of a year as zeros.
        precision = "day" if month and day else "month" if month else "year"
        return datetime.date(year, month or 1, day or 1), precision
    for form in _WRITTEN:
        try:
            return datetime.datetime.strptime(written, form).date(), "day"
        except ValueError:
            continue
    raise ValueError("no date")


def digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "replace")).hexdigest()


class Record(BaseModel):
    """Fields that the database would not take are cut where that loses nothing of the law."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)
    where: str = ""
    remark: str = ""


class PageRecord(BaseModel):
    text: str
    raw: str = ""
    offset_map: list[list[int]] | None = None
    label: str = ""


class OpinionRecord(BaseModel):
    source_id: str = Field(max_length=200)
    kind: str = "combined"
    author: str = ""
    position: int = Field(0, ge=0, le=32_000)
    pages: list[PageRecord] = []

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        return kind if kind in _KINDS else Opinion.Kind.OTHER

    @field_validator("author")
    @classmethod
    def _short(cls, author: str) -> str:
        return author[:200]

    @cached_property
    def fingerprint(self) -> str:
        return digest(self.kind, self.author, [(page.raw or page.text, page.label) for page in self.pages])


class RulingRecord(Record):
    """`is_` tells a ruling with all its facts from the parts of one that come alone."""

    is_: str = Field(alias="is")
    source: str = Field("", max_length=40)
    source_id: str = Field("", max_length=200)
    source_docket: str = ""
    name: str = ""
    full_name: str = ""
    court: str = ""
    court_id: str = ""
    date: datetime.date | None = None
    date_precision: str = "day"
    docket_number: str = ""
    judges: str = ""
    status: str = ""
    citations: list[str] = []
    inferred: list[str] = []
    url: str = ""
    opinions: list[OpinionRecord] = []

    def facts(self) -> dict[str, Any]:
        """The values of the columns of `Ruling`, the keys left out."""
        court_id, court = court_named(self.court_id, self.court)
        citations = list(dict.fromkeys(cite[:200] for cite in self.citations if cite))
        return {
            "name": self.name[:500], "full_name": self.full_name[:20_000], "court": court[:200], "court_id": court_id[:40],
            "date": self.date, "date_precision": self.date_precision, "docket_number": self.docket_number[:300],
            "judges": self.judges[:1000],
            "status": self.status[:40], "citations": citations, "inferred": [cite[:200] for cite in self.inferred],
            "source_docket": self.source_docket[:40], "source_url": self.url[:500] if self.url.startswith("http") else "",
        }  # fmt: skip

    def keys(self) -> list[str]:
        return keys_of_ruling(self.citations, court_named(self.court_id, self.court)[0][:40], self.docket_number[:300])


class StatuteRecord(Record):
    code: str = Field(min_length=1, max_length=50)
    title: str = Field("", max_length=50)
    section: str = Field(min_length=1, max_length=80)
    citation: str = Field("", max_length=200)
    heading: str = ""
    hierarchy: list[str] = []
    as_of: datetime.date | None = None
    as_of_precision: str = "day"
    occurrence: int = Field(1, ge=1, le=1000)
    status: str = "in_force"
    source_credit: str = ""
    currency: str = ""
    source: str = Field("", max_length=40)
    url: str = ""
    text: str = ""

    @field_validator("status")
    @classmethod
    def _known(cls, status: str) -> str:
        return status if status in _STATUSES else Statute.Status.IN_FORCE

    @cached_property
    def key(self) -> str:
        return statute_key(self.code, self.title, self.section, self.citation)

    def facts(self) -> dict[str, Any]:
        """The values of the columns of `Statute` that a new import may change."""
        return {
            "code": self.code, "title": self.title, "section": self.section, "citation": self.citation, "heading": self.heading,
            "hierarchy": self.hierarchy, "as_of_precision": self.as_of_precision, "status": self.status,
            "source_credit": self.source_credit, "currency": self.currency[:300], "source": self.source,
            "source_url": self.url[:500] if self.url.startswith("http") else "",
        }  # fmt: skip


def with_date(item: dict[str, Any], field: str) -> dict[str, Any]:
    """The item with its written date as a date; one that is none is left out, which is remarked."""
    written = str(item.get(field) or "").strip()
    try:
        date, precision = dated(written)
    except ValueError:
        return {**item, field: None, "remark": f"“{written[:60]}” is no date; it was left out."}
    return {**item, field: date, f"{field}_precision": precision}
