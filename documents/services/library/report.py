"""The report of an import to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from documents.models import LawImport
from tasks.base.spreadsheets import cell


def as_csv(records: Sequence[LawImport]) -> bytes:
    """The lines that are kept, each with its file, its place in it, the record's name, the reason, and whether it was skipped (else it is a
    remark). With a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file", "where", "name", "reason", "skipped"])
    for record in records:
        for line in record.report:
            said = [cell(value) for value in (record.name, line["where"], line["name"], line["reason"])]
            writer.writerow([*said, "yes" if line["skipped"] else "no"])
    return out.getvalue().encode("utf-8-sig")
