"""CSV and TSV: tables of plain text, each cell with its address. What begins like a formula stays the text that it is."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO

from documents.services.extraction.charsets import decode, name_of
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import NO, POSSIBLE, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.office.tables import TablePages
from documents.services.extraction.parsers.base import Job, Parsed, bounded, storable

CSV, TSV = "text/csv", "text/tab-separated-values"
_DELIMITERS = ",;\t|"
_ROWS_ASKED = 50
_SAMPLE = 65_536


class CsvParser:
    def parse(self, job: Job) -> Parsed:
        text, encoding, guessed = decode(job.path.read_bytes())
        bounded(len(text))
        tables = TablePages()
        parsed = Parsed(tables.pages, "csv (LexIntel)", metadata={"encoding": encoding})
        tables.begin("")
        text, delimiter = _told(storable(text))
        delimiter = delimiter or delimiter_of(text, usual="\t" if job.mime == TSV else ",")
        csv.field_size_limit(MAX_CHARACTERS)
        try:
            for number, row in enumerate(job.alive(csv.reader(StringIO(text, newline=""), delimiter=delimiter)), 1):
                tables.add(number, enumerate(row, 1))
                if tables.full:
                    parsed.notice("cells_left_out", name=job.name[:100], count=number)
                    break
        except csv.Error as error:
            raise Unreadable("unreadable", kind="CSV") from error
        tables.end()
        if guessed:
            parsed.notice("encoding_guessed", name=name_of(encoding))
        job.tick(1, 1)
        return parsed


def _told(text: str) -> tuple[str, str]:
    """Excel writes its delimiter in a line before the table ("sep=;"). That line is no row of it."""
    first, end, rest = text.partition("\n")
    if len(first) == 5 and first.lower().startswith("sep=") and first[4] not in '"\r\n ':
        return rest if end else "", first[4]
    return text, ""


def delimiter_of(text: str, usual: str) -> str:
    """What separates the cells: what gives the most rows of one and the same width, of equals the widest, then the usual one."""
    sample = text[:_SAMPLE]

    def order(delimiter: str) -> tuple[int, int, bool]:
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(csv.reader(StringIO(sample, newline=""), delimiter=delimiter), range(_ROWS_ASKED), strict=False):
                widths[len(row)] += len(row) > 1
        except csv.Error:
            return 0, 0, False
        width, rows = max(widths.items(), key=lambda entry: (entry[1], entry[0]), default=(0, 0))
        return rows, width, delimiter == usual

    return max(_DELIMITERS, key=order) if any(order(delimiter)[0] for delimiter in _DELIMITERS) else usual


def _csv(sample: Sample) -> int:
    return POSSIBLE + 20 if sample.is_text and sample.suffix == ".csv" else NO


def _tsv(sample: Sample) -> int:
    return POSSIBLE + 20 if sample.is_text and sample.suffix in TSV_SUFFIXES else NO


TSV_SUFFIXES = (".tsv", ".tab")
LIMITS = FormatLimits(bytes=4 * MAX_CHARACTERS)
FORMATS = (
    Format(
        mime=CSV,
        label=gettext_noop("Table (CSV)"),
        listed="CSV",
        parse=CsvParser().parse,
        suffixes=(".csv",),
        recognised_by="text whose name ends so",
        order=26,
        sniff=_csv,
        limits=LIMITS,
        also_named=(".txt",),
    ),
    Format(
        mime=TSV,
        label=gettext_noop("Table (TSV)"),
        listed="TSV",
        parse=CsvParser().parse,
        suffixes=TSV_SUFFIXES,
        recognised_by="text whose name ends so",
        order=27,
        sniff=_tsv,
        limits=LIMITS,
        also_named=(".txt",),
    ),
)
