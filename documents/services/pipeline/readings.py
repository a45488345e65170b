"""The rows of a reading: pages, passages, and what a file holds beside what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from documents.models import Chunk, Document, Page, PageIndex, RecognisedPage, RedactionFinding, TextVersion
from documents.services.annotations import following
from documents.services.chunking.chunker import ChunkSpec
from documents.services.extraction import Extraction
from documents.services.extraction.findings import Finding
from documents.services.extraction.results import GIVEN
from documents.services.search import indexing

ROWS = 500
KEPT = ("derived_from", "made_by", "bates_begin", "bates_end", "paper", "paper_kind")
"""What is known of a copy from its making, not from its file."""


def publish(document: Document, reading: Extraction, specs: Sequence[ChunkSpec], recognised: Mapping[int, RecognisedPage]) -> TextVersion:
    """Write the reading and let it replace the published one, in search too."""
    version = make_version(document, reading, specs, recognised)
    document.metadata = {**reading.metadata, **{key: value for key, value in document.metadata.items() if key in (*KEPT, *GIVEN)}}
    if document.case_id is None:
        document.date = document.date or reading.date
    if version.source in (TextVersion.Source.EXTRACTION, TextVersion.Source.OCR):
        _keep_findings(document, reading)
    return version


def make_version(
    document: Document,
    reading: Extraction,
    specs: Sequence[ChunkSpec],
    recognised: Mapping[int, RecognisedPage],
    *,
    complete: bool = True,
) -> TextVersion:
    """The rows of a reading, which becomes the one that is shown and whose words are searched. The caller saves the document."""
    last = document.text_versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = TextVersion.objects.create(
        document=document,
        number=last + 1,
        source=reading.source,
        engine=reading.engine[:60],
        characters=reading.characters,
        complete=complete,
    )
    Page.objects.bulk_create(_pages(version, reading, recognised), batch_size=ROWS)
    Chunk.objects.bulk_create(_chunks(version, specs), batch_size=ROWS)
    if document.text_version_id is not None:
        indexing.unindex(document)
    document.text_version = version
    document.page_count = len(reading.pages)
    document.mime = reading.mime
    indexing.index_words(version)
    following.follow(document, version)
    return version


def _keep_findings(document: Document, reading: Extraction) -> None:
    """What the file holds beside what it shows, in place of what an earlier reading found."""
    document.traces = [trace._asdict() for trace in reading.traces]
    document.redaction_findings.all().delete()
    RedactionFinding.objects.bulk_create((_finding(document, found) for found in reading.findings), batch_size=ROWS)
    PageIndex.objects.filter(document=document).delete()
    if reading.page_index:
        PageIndex.objects.create(document=document, tail=reading.page_index)


def _finding(document: Document, found: Finding) -> RedactionFinding:
    left, bottom, right, top = found.box or (None, None, None, None)
    return RedactionFinding(
        document=document, page=found.page, left=left, bottom=bottom, right=right, top=top, kind=found.kind, text=found.text
    )


def _pages(version: TextVersion, reading: Extraction, recognised: Mapping[int, RecognisedPage]) -> Iterator[Page]:
    for page in reading.pages:
        yield Page(
            text_version=version,
            number=page.number,
            text=page.text,
            raw=page.raw,
            offset_map=page.offset_map,
            label=page.label[:40],
            needs_ocr=page.needs_ocr,
            width=page.width,
            height=page.height,
            times=page.times,
            recognised=recognised.get(page.number),
        )


def _chunks(version: TextVersion, specs: Sequence[ChunkSpec]) -> Iterator[Chunk]:
    for spec in specs:
        yield Chunk(
            text_version=version,
            index=spec.index,
            text=spec.text,
            context=spec.context[:500],
            page_from=spec.page_from,
            page_to=spec.page_to,
            start=spec.start,
            end=spec.end,
            tokens=spec.tokens,
        )
