"""What became of the records of a batch, and what its import's report says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from pydantic import ValidationError

from documents.models import LawImport
from documents.services.library.records import Record, with_date

Shape = TypeVar("Shape", bound=Record)

ADDED, UPDATED, UNCHANGED, SKIPPED = "added", "updated", "unchanged", "skipped"


@dataclass
class Outcome:
    """Counts of records, lines of the report, and the keys of authorities that came or changed."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def skip(self, where: str, reason: str, name: str = "") -> None:
        self.counts[SKIPPED] += 1
        self.lines.append({"where": where, "name": name[:200], "reason": reason[:300], "skipped": True})

    def remark(self, where: str, reason: str, name: str = "") -> None:
        """Something that a reader of the report should know of a record that landed."""
        self.lines.append({"where": where, "name": name[:200], "reason": reason[:300], "skipped": False})

    def shaped(self, items: Iterable[dict[str, Any]], shape: type[Shape], dated: str) -> Iterator[Shape]:
        """The items that are records of this shape, `dated` naming their field with a date; the others are noted here."""
        for item in items:
            if item.get("is") == "skip":
                self.skip(str(item.get("where", "")), str(item.get("reason", "")), str(item.get("name", "")))
                continue
            try:
                record = shape.model_validate(with_date(item, dated))
            except ValidationError as error:
                self.refuse(item, error)
                continue
            yield record

    def refuse(self, item: dict[str, Any], error: ValidationError) -> None:
        first = error.errors()[0]
        field_name = ".".join(str(part) for part in first["loc"])
        name = item.get("name") or item.get("citation") or ""
        self.skip(str(item.get("where", "")), _("%(field)s: %(problem)s") % {"field": field_name, "problem": first["msg"]}, str(name))

    def note_in(self, record: LawImport) -> None:
        """Add it to the import, whose row the caller has locked and saves."""
        record.added += self.counts[ADDED]
        record.updated_count += self.counts[UPDATED]
        record.unchanged += self.counts[UNCHANGED]
        record.skipped += self.counts[SKIPPED]
        record.remarks += len(self.lines)
        room = LawImport.LONGEST_REPORT - len(record.report)
        record.report = [*record.report, *self.lines[: max(0, room)]]


def count_each(outcome: Outcome, fates: Iterable[str]) -> None:
    outcome.counts.update(fates)
