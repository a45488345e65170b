"""What came in and what was read of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from analytics.services.figures import Figure, Source, Stretch, Unit, Values, define, links
from analytics.services.figures.counting import Counted, together
from documents.models import Document
from tasks.base.causes import by_code

ADDED = "d.created >= %(since)s AND d.created < %(until)s AND d.case_id IS NOT NULL"
BROAD = "CASE d.kind {} ELSE d.kind END".format(
    " ".join(f"WHEN '{kind.value}' THEN '{kind.broad.value}'" for kind in Document.Kind if kind.broad != kind)
)
UNEXPECTED = "unexpected"
"""The part of all codes that nothing is registered for."""

_came = Counted(
    rows="documents_document d",
    when=ADDED,
    case="d.case_id",
    wholes={"documents_in": "count(*)", "documents_bytes": "coalesce(sum(d.size), 0)"},
    part=BROAD,
    parts={"documents_in": "count(*)"},
)
_failed = Counted(
    rows="documents_document d",
    when=f"{ADDED} AND d.status = 'failed'",
    case="d.case_id",
    wholes={"documents_failed": "count(*)"},
    part="d.error_code",
    parts={"documents_failed": "count(*)"},
)
_law = Counted(
    rows="documents_document d",
    when="d.created >= %(since)s AND d.created < %(until)s AND d.case_id IS NULL",
    wholes={"library_in": "count(*)"},
)
READING = "documents_textversion t JOIN documents_document d ON d.id = t.document_id"
READ = "t.created >= %(since)s AND t.created < %(until)s AND t.complete AND d.case_id IS NOT NULL"
_pages = Counted(
    rows=f"{READING} JOIN documents_page p ON p.text_version_id = t.id",
    when=f"{READ} AND t.source IN ('extraction', 'ocr')",
    case="d.case_id",
    wholes={"pages_read": "count(*)"},
)
_recognised = Counted(
    rows="documents_recognisedpage r JOIN documents_document d ON d.id = r.document_id",
    when="r.created >= %(since)s AND r.created < %(until)s AND d.case_id IS NOT NULL",
    case="d.case_id",
    wholes={"pages_recognised": "count(*)"},
)
_citations = Counted(
    rows=f"{READING} JOIN documents_citation c ON c.text_version_id = t.id",
    when=f"{READ} AND c.role = 'authority' AND d.kind <> 'generated'",
    case="d.case_id",
    wholes={"citations_found": "count(*)"},
)


def cause_of(code: str) -> str:
    """The first of the codes with the same reason for people, as lists of documents put them together."""
    cause = by_code.get(code)
    if cause is None:
        return UNEXPECTED
    return next(other for other, known in by_code.items() if str(known.title) == str(cause.title))


def cause_label(code: str) -> str:
    cause = by_code.get(code)
    return str(cause.title) if cause is not None else _now("Another reason")


def by_cause(source: Source, key: str) -> Source:
    """The same with the parts of `key`, which are codes of errors, put together by their causes."""

    def put_together(stretch: Stretch) -> Mapping[UUID | None, Values]:
        return {case: _by_cause(values, key) for case, values in source(stretch).items()}

    return put_together


def _by_cause(values: Values, key: str) -> Values:
    found: dict[str, float | int | None] = {}
    for name, value in values.items():
        whole, colon, code = name.partition(":")
        told = f"{key}:{cause_of(code)}" if colon and whole == key else name
        found[told] = (found.get(told) or 0) + (value or 0)
    return found


def kind_label(kind: str) -> str:
    return str(Document.Kind(kind).label) if kind in Document.Kind.values else kind


def register() -> None:
    define(
        [
            Figure(
                "documents_in", _("Documents in"), Unit.COUNT,
                _("Documents of cases by the moment they were added, with attachments, duplicates, papers made here and those that were "
                  "deleted since and are not purged; the public library is not counted. By broad kind."),
                "documents", per="kind", link=links.documents("kind"), part_label=kind_label,
            ),
            Figure(
                "documents_bytes", _("Size of documents in"), Unit.BYTES,
                _("The sizes of the files of the same documents, a file that came twice counted twice."), "documents",
            ),
            Figure(
                "documents_failed", _("Documents failed"), Unit.COUNT,
                _("Of the documents added in the time, those whose reading had failed when this was counted, by cause; one that was read "
                  "at a later try is not counted any more."),
                "documents", per="cause", link=links.documents("cause", status="failed"), part_label=cause_label, more_is_worse=True,
            ),
            Figure(
                "pages_read", _("Pages read"), Unit.COUNT,
                _("Pages of the whole readings of documents of cases that were published in the time, also when a document was read again; "
                  "pages of transcripts and of corrected texts are not counted."), "documents",
            ),
            Figure(
                "pages_recognised", _("Pages recognised (OCR)"), Unit.COUNT,
                _("Pages of documents of cases whose text was recognised from their picture in the time."), "documents",
            ),
            Figure(
                "citations_found", _("Citations found"), Unit.COUNT,
                _("Mentions of authorities in the whole readings that were published in the time; mentions of the record, of a document's "
                  "own citation and in papers made here are not counted."), "documents",
            ),
            Figure(
                "library_in", _("Texts of law in"), Unit.COUNT, _("Texts of the public library by the moment they were added."),
                "documents", staff_only=True,
            ),
        ],
        _source,
    )  # fmt: skip


_source = together(_came, by_cause(_failed, "documents_failed"), _law, _pages, _recognised, _citations)
