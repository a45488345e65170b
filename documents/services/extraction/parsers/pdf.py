"""PDF: PDFium reads; what it can't open, qpdf rebuilds for it, and pypdf reads where that fails too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.findings import Finding
from documents.services.extraction.formats import LIKELY, NO, PDF, Format, Sample
from documents.services.extraction.limits import MAX_PAGES
from documents.services.extraction.parsers.base import LOOKING, Job, Parsed, RawPage, bounded, storable
from documents.services.extraction.pdf.attached import Attached, of_the_file, pinned_to
from documents.services.extraction.pdf.drawing import Watch
from documents.services.extraction.pdf.layers import needs_recognition
from documents.services.extraction.pdf.notes import with_notes
from documents.services.extraction.pdf.page_index import page_index
from documents.services.extraction.pdf.redactions import hidden_on
from documents.services.extraction.pdf.revisions import lost_since
from documents.services.extraction.pdf.text import page_text
from documents.services.extraction.pdf.traces import FileFacts, file_facts, told_beside

TAIL = 2048
MAX_FINDINGS = 2000
_PDF_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_NAMED_BY_PRINTER = re.compile(r"^(?:microsoft word|microsoft powerpoint|wordperfect(?: office)?)\s*-\s*", re.IGNORECASE)
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|wpd|rtf|odt|indd|tif+|tmp|dot)$", re.IGNORECASE)
_TABLE_AT = re.compile(rb"startxref\s+(\d{1,12})")
_TABLE = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")


class PdfParser:
    def parse(self, job: Job) -> Parsed:
        try:
            parsed = self._with_pdfium(job, job.path, file_facts(job.path))
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower():
                raise Unreadable("encrypted") from error
            return self._repaired(job)
        if not _is_sound(job.path):
            parsed.notice("repaired")
        return parsed

    def _repaired(self, job: Job) -> Parsed:
        from documents.services.extraction.pdf.repair import repaired_copy

        if (copy := repaired_copy(job.path, job.folder, job.password)) is not None:
            try:
                parsed = self._with_pdfium(job, copy, file_facts(copy))
                parsed.notice("repaired")
                return parsed
            except pdfium.PdfiumError:
                pass  # pypdf may still make something of it
            finally:
                copy.unlink()
        from documents.services.extraction.pdf.fallback import parse_with_pypdf

        parsed = parse_with_pypdf(job)
        parsed.notice("hidden_unchecked", pages=len(parsed.pages))
        return parsed

    def _with_pdfium(self, job: Job, path: Path, facts: FileFacts) -> Parsed:
        """Raises PdfiumError where PDFium can't open the file or load a single page of it."""
        with closing(pdfium.PdfDocument(path, password=job.password or None)) as document:
            if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
                document.init_forms()
            return self._read(job, document, path, facts)

    def _read(self, job: Job, document: pdfium.PdfDocument, path: Path, facts: FileFacts) -> Parsed:
        total = _checked_count(len(document))
        parsed = Parsed([], f"pdfium {pdfium.PDFIUM_INFO.build}", printed=True)
        missing: list[int] = []
        size = 0
        look = _Look(parsed.findings, Watch(job.folder / LOOKING), facts.layers_off, job.look)
        keep = partial(_attach, parsed, job=job)
        for number, page in enumerate(_pages(document, total, look, keep), 1):
            if page is None:
                missing.append(number)
            parsed.pages.append(page or RawPage(""))
            size = bounded(size + len(parsed.pages[-1].text))
            job.tell(parsed.pages, total)
        _note_missing(parsed, missing)
        _describe(parsed, document.get_metadata_dict())
        _attach(parsed, of_the_file(document), job)
        if document.get_formtype() == pdfium_c.FORMTYPE_XFA_FULL:
            parsed.notice("dynamic_form")
        if look.watch.unchecked or not job.look:
            parsed.notice("hidden_unchecked", pages=look.watch.unchecked or total)
        texts = [page.text for page in parsed.pages]
        parsed.findings += lost_since(path, texts, facts.ends, lambda: job.tick(0, total))
        parsed.findings += told_beside(facts.texts, texts, parsed.findings)
        parsed.traces = facts.traces
        parsed.page_index = page_index(path, total) if path == job.path else b""
        return parsed


def _is_sound(path: Path) -> bool:
    """Does the file end as PDFs do, and lead to its table of objects? PDFium mends one that does not without a word."""
    with open(path, "rb") as file:
        head = max(0, file.read(TAIL).find(b"%PDF-"))
        file.seek(max(0, file.seek(0, 2) - TAIL))
        tail = file.read()
        starts = _TABLE_AT.findall(tail)
        if b"%%EOF" not in tail or not starts:
            return False
        return any(_is_table(file, start) for start in {int(starts[-1]), int(starts[-1]) + head})


def _is_table(file: BinaryIO, start: int) -> bool:
    """A table, or the object whose stream holds it; linearized files and some writers begin a few bytes before it."""
    file.seek(start)
    return bool(_TABLE.match(file.read(64)))


def _checked_count(pages: int) -> int:
    if pages > MAX_PAGES:
        raise Unreadable("too_many_pages", pages=pages, limit=MAX_PAGES)
    return pages


class _Look(NamedTuple):
    """What looks for hidden text as the pages are read."""

    findings: list[Finding]
    watch: Watch
    layers: bool
    wanted: bool

    def at(self, page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, number: int) -> None:
        if self.wanted and len(self.findings) < MAX_FINDINGS:
            self.findings.extend(hidden_on(page, textpage, number, self.watch, layers=self.layers))


def _pages(document: pdfium.PdfDocument, total: int, look: _Look, keep: Callable[[Iterable[Attached]], None]) -> Iterator[RawPage | None]:
    """Each page, None for one that PDFium can't load (a broken reference in the page tree); what is hidden on it goes to the findings,
    files pinned to it to `keep`."""
    for index in range(total):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            yield None
            continue
        with closing(page):
            with closing(page.get_textpage()) as textpage:
                text = page_text(page, textpage)
                look.at(page, textpage, index + 1)
            keep(pinned_to(page))
            yield _page(page, text, document.get_page_label(index))


def _page(page: pdfium.PdfPage, text: str, label: str) -> RawPage:
    width, height = page.get_size()
    needs_ocr = needs_recognition(page, text, width * height)
    return RawPage(with_notes(page, text), storable(label), needs_ocr, width, height)


def _note_missing(parsed: Parsed, missing: list[int]) -> None:
    """Say how many pages can't be read. Those at the end are dropped: a broken page tree may claim thousands that never were."""
    if len(missing) == len(parsed.pages):
        raise pdfium.PdfiumError("no page can be loaded")
    if missing:
        parsed.notice("pages_unreadable", pages=len(missing))
    while missing and missing[-1] == len(parsed.pages):
        missing.pop()
        parsed.pages.pop()


def _describe(parsed: Parsed, info: dict[str, str]) -> None:
    """Title and properties, the ones that say something."""
    parsed.title = title_of(info.get("Title", ""))
    for key in ("Author", "Subject", "Keywords", "Creator", "Producer"):
        if value := storable(info.get(key, "")).strip():
            parsed.metadata[key.lower()] = value[:500]
    for key, name in (("CreationDate", "created"), ("ModDate", "modified")):
        if day := pdf_date(info.get(key, "")):
            parsed.metadata[name] = day.isoformat()


def title_of(raw: str) -> str:
    """A document's own title, "" where a printer driver, a file name or a single word stands in its place."""
    title = " ".join(storable(raw).split())
    if _NAMED_BY_PRINTER.match(title) or _FILE_NAME.search(title) or title.lower() in ("untitled", "document1", "title"):
        return ""
    return title[:300] if " " in title and any(character.isalpha() for character in title) else ""


def pdf_date(raw: str) -> date | None:
    found = _PDF_DATE.match(raw)
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def _attach(parsed: Parsed, files: Iterable[Attached], job: Job) -> None:
    """Files inside the PDF. One that can't be read is named in a notice."""
    for name, content in files:
        if content is None:
            parsed.notice("attachment_unreadable", name=name)
        else:
            parsed.attach(name, content, job.folder)


_HEADER = re.compile(rb"%PDF-[12]\.\d")


def _sniff(sample: Sample) -> int:
    """Readers accept the header within the first 1,024 bytes. An e-mail or a web page that mentions it is surer of itself."""
    return LIKELY if _HEADER.search(sample.head[:1024]) else NO


FORMATS = (
    Format(
        mime=PDF,
        label="PDF",
        parse=PdfParser().parse,
        suffixes=(".pdf",),
        recognised_by="`%PDF-` at its beginning, or within its first 1,024 bytes",
        order=10,
        magic=(b"%PDF-",),
        sniff=_sniff,
        binary=True,
        shown=True,
    ),
)
