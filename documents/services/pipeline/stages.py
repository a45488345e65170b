"""What each stage does with the database: begin (is this still mine?), compute without holding locks, publish in one transaction."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from cases.services import citations as law
from documents.jobs import CitationExtractionJob, DocumentExtractionJob, EmbeddingGenerationJob
from documents.models import Chunk, ChunkEmbedding, Citation, Document, Page, RecognisedPage, RedactionFinding, TextVersion
from documents.services import embedding
from documents.services.chunking.chunker import ChunkSpec, chunk_pages
from documents.services.extraction import Extraction, detect, extract, registry
from documents.services.extraction.findings import Finding
from documents.services.extraction.reader import NoReader
from documents.services.extraction.results import GIVEN
from documents.services.pipeline import keeping, lifecycle, passwords
from documents.services.pipeline.lifecycle import Stage
from documents.services.recognition import reading as recognition
from documents.services.search import indexing
from documents.services.storage import blobs
from documents.services.storage.names import MAX_TITLE, title_of
from tasks import service_registry
from tasks.base import prepared_statements
from tasks.errors import Cancelled, PermanentError
from tasks.models import TaskRecord
from tasks.run import TaskRun

ROWS = 500
VECTORS = 256
READ, RECOGNISED = 30.0, 90.0
"""Percent of the first stage at which the file is read, and the pictures in it."""
KEPT = ("derived_from", "made_by", "bates_begin", "bates_end")
"""What is known of a copy from its making, not from its file."""
EXTRACTION, EMBEDDINGS, CITATIONS = lifecycle.STAGES
Result = dict[str, Any]
Job = TypeVar("Job")
Further = ParamSpec("Further")


class Attachments(Protocol):
    """Who takes in the files that were found inside a file (`documents.services.ingest.attachments`)."""

    def received(self, document: Document, reading: Extraction, check: Callable[[], None], /) -> AbstractContextManager[Any]:
        """Copies of them beside their places, in `groups()`, and `notices` about those that could not be taken; what was not admitted is
        gone afterwards."""

    def admit(self, document: Document, group: Any, record: TaskRecord, /) -> None:
        """Make documents of a group, in the caller's transaction; those that were made before are not made again."""


class Superseded(Exception):
    """The document has moved on without this task: an earlier attempt published, or a newer task took over."""


def quiet_when_superseded(
    stage: Callable[Concatenate[Job, TaskRun, Further], Result],
) -> Callable[Concatenate[Job, TaskRun, Further], Result]:
    """What was published already is not done twice; the task just ends well."""

    @wraps(stage)
    def run_stage(job: Job, run: TaskRun, *args: Further.args, **kwargs: Further.kwargs) -> Result:
        try:
            return stage(job, run, *args, **kwargs)
        except Superseded:
            return {"superseded": True}

    return run_stage


@contextmanager
def publishing(run: TaskRun, document_id: UUID, result: Result | None = None) -> Iterator[Document]:
    """One transaction in which this attempt holds its claim and the document is locked and still this task's to change.

    With a `result` the task ends in it, too: whoever hears that a document is ready finds all its tasks done.
    """
    with run.publish(result):
        document = _mine(run, document_id)
        if not document.processing:
            raise Cancelled
        yield document


def begin(run: TaskRun, document_id: UUID, stage: Stage) -> Document:
    """Set the stage's status and tell of it, unless the stage before has done both. A task that was tried again after its document had
    failed takes the document up again."""
    document = _mine(run, document_id, lock=False)
    if document.status == stage.status and run.attempt == 1:
        return document
    with run.publish():
        document = _mine(run, document_id)
        if document.status == Document.Status.READY:
            raise Superseded
        revived = not document.processing
        document.status, document.error, document.error_code = stage.status, "", ""
        document.save(update_fields=["status", "error", "error_code", "updated"])
        lifecycle.announce(document, percent=stage.share[0], attempt=run.attempt, restart=revived)
    return document


def _mine(run: TaskRun, document_id: UUID, *, lock: bool = True) -> Document:
    document = prepared_statements.first(Document, "r.id = %s", [document_id], lock=lock)
    if document is None or document.deleted_at is not None:
        raise Cancelled
    if document.task_id != run.record.pk:
        raise Superseded
    return document


def hand_over(document: Document, run: TaskRun, stage: Stage) -> None:
    """The last lines of every stage, inside its publishing transaction: the next task, or the end."""
    following = lifecycle.stage_after(stage)
    if following is None:
        lifecycle.settle(document, Document.Status.READY)
        return
    lifecycle.submit_stage(document, following, None, parent=run.record)
    document.status = following.status
    document.save()
    lifecycle.announce(document, percent=following.share[0])


@quiet_when_superseded
def extract_text(job: DocumentExtractionJob, run: TaskRun, attachments: Attachments) -> Result:
    """File -> pages, passages and their words, published as the document's reading; attachments become documents."""
    document = begin(run, job.document_id, EXTRACTION)
    try:
        extraction = _read(document, run)
    except NoReader as reason:
        return _keep(document, run, reason)
    with extraction as reading:
        password = passwords.unsealed(document.password)
        recognised = recognition.recognise(document, reading, blobs.path_of(document), run, READ, RECOGNISED, password)
        title = _better_title(document, reading)
        run.progress(92, "extracting", _("dividing into passages"))
        specs = chunk_pages(reading.pages, title=title, tokenizer=service_registry.get("embedding").tokenizer)
        result: Result = {"pages": len(reading.pages), "chunks": len(specs), "characters": reading.characters}
        run.check()
        with attachments.received(document, reading, run.check) as found:
            *groups, last = found.groups()
            for done, group in enumerate(groups, 1):
                with publishing(run, document.pk) as document:
                    attachments.admit(document, group, run.record)
                run.progress(92 + 7 * done / len(groups), "extracting", _("files inside become documents"))
            with publishing(run, document.pk, result) as document:
                document.title = _better_title(document, reading)
                _publish_reading(document, reading, specs, recognised)
                attachments.admit(document, last, run.record)
                document.notices = _notices(reading) + found.notices
                hand_over(document, run, EXTRACTION)
    return result


def _keep(document: Document, run: TaskRun, reason: NoReader) -> Result:
    """Nothing reads this kind of file: it is ready as it lies. One that was read before keeps its text and fails."""
    if document.text_version_id is not None:
        raise reason
    mime = detect(blobs.path_of(document), document.name)
    result: Result = {"kept": mime}
    with publishing(run, document.pk, result) as document:
        document.mime = mime
        keeping.settle(document, reason.code, str(reason))
    return result


def _read(document: Document, run: TaskRun) -> Extraction:
    def progress(page: int, pages: int) -> None:
        run.progress(READ * page / max(pages, 1), "extracting", _("page %(page)d of %(pages)d") % {"page": page, "pages": pages})

    try:
        path = blobs.path_of(document)
        return extract(path, name=document.name, check=run.check, progress=progress, password=passwords.unsealed(document.password))
    except FileNotFoundError as error:
        raise PermanentError(
            _("The stored file is missing on the server. Please upload it again, and tell your administrator."), code="file_missing"
        ) from error


def _better_title(document: Document, reading: Extraction) -> str:
    """An e-mail's subject or a page's title says more than its file name; a title that a person gave stays."""
    given = document.title != title_of(document.name)
    form = registry.by_mime(reading.mime)
    if given or form is None or not form.titled or not reading.title.strip():
        return document.title
    return " ".join(reading.title.split())[:MAX_TITLE]


def _publish_reading(document: Document, reading: Extraction, specs: Sequence[ChunkSpec], recognised: Mapping[int, RecognisedPage]) -> None:
    """Write the reading and let it replace the published one, in search too."""
    last = document.text_versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = TextVersion.objects.create(
        document=document, number=last + 1, source=reading.source, engine=reading.engine[:60], characters=reading.characters
    )
    Page.objects.bulk_create(_pages(version, reading, recognised), batch_size=ROWS)
    Chunk.objects.bulk_create(_chunks(version, specs), batch_size=ROWS)
    if document.text_version_id is not None:
        indexing.unindex(document)
    document.text_version = version
    document.page_count = len(reading.pages)
    document.mime = reading.mime
    document.metadata = {**reading.metadata, **{key: value for key, value in document.metadata.items() if key in (*KEPT, *GIVEN)}}
    document.date = document.date or reading.date
    if version.source in (TextVersion.Source.EXTRACTION, TextVersion.Source.OCR):
        _keep_findings(document, reading)
    indexing.index_words(version)


def _keep_findings(document: Document, reading: Extraction) -> None:
    """What the file holds beside what it shows, in place of what an earlier reading found."""
    document.traces = [trace._asdict() for trace in reading.traces]
    document.redaction_findings.all().delete()
    RedactionFinding.objects.bulk_create((_finding(document, found) for found in reading.findings), batch_size=ROWS)


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


def _notices(reading: Extraction) -> list[dict[str, str]]:
    """What the reader noticed (again what the upload did about the name), and that there is no text where there is none."""
    notices = {notice.code: notice.text for notice in reading.notices}
    if not notices.keys() & {"needs_ocr", "no_words", "pages_not_recognised"} and not any(page.text.strip() for page in reading.pages):
        notices["needs_ocr"] = _(
            "No text was found; it may be a scan. It is kept and can be opened, but not searched until text recognition (OCR) is available."
        )
    return [{"code": code, "text": str(text)} for code, text in notices.items()]


@quiet_when_superseded
def generate_embeddings(job: EmbeddingGenerationJob, run: TaskRun) -> Result:
    """Passages -> vectors. Each group is published as it is done, so an interrupted long document goes on where it stopped."""
    document = begin(run, job.document_id, EMBEDDINGS)
    total, missing = _without_vectors(document, job.chunk_ids)
    result: Result = {"chunks": total, "embedded": len(missing)}
    groups = [missing[first : first + VECTORS] for first in range(0, len(missing), VECTORS)] or [[]]
    done = total - len(missing)
    for group in groups:
        chunks, vectors = _embedded(run, group, done, total)
        done += len(group)
        with publishing(run, document.pk, result if group is groups[-1] else None) as document:
            indexing.index_vectors(chunks, vectors)
            if group is groups[-1]:
                hand_over(document, run, EMBEDDINGS)
    return result


def _without_vectors(document: Document, chunk_ids: Sequence[int] | None) -> tuple[int, list[int]]:
    """How many passages are wanted, and the ids of those that the active model has not seen."""
    wanted = Q(text_version=document.text_version_id) & (Q(pk__in=chunk_ids) if chunk_ids is not None else Q())
    known = Exists(ChunkEmbedding.objects.filter(chunk=OuterRef("pk"), model=embedding.active_model()))
    rows = list(Chunk.objects.filter(wanted).order_by("index").values_list("pk", known))
    return len(rows), [pk for pk, has_vector in rows if not has_vector]


def _embedded(run: TaskRun, ids: Sequence[int], before: int, total: int) -> tuple[list[Chunk], np.ndarray]:
    """The passages and float32 (passages, 384), their vectors in the same order."""

    def on_batch(done: int) -> None:
        run.check()
        message = _("passage %(done)d of %(total)d") % {"done": before + done, "total": total}
        run.progress(100 * (before + done) / total, "embedding", message)

    chunks = list(Chunk.objects.filter(pk__in=ids).order_by("index"))
    return chunks, service_registry.get("embedding").embed(
        [f"{chunk.context}\n{chunk.text}".strip() for chunk in chunks], on_batch=on_batch
    )


@quiet_when_superseded
def extract_citations(job: CitationExtractionJob, run: TaskRun) -> Result:
    """Pages -> mentions of authorities, and their keys at the passages they stand in. Then the document is ready."""
    document = begin(run, job.document_id, CITATIONS)
    version = document.text_version
    if version is None:
        raise PermanentError(_("This document has no text yet. Please process it again."), code="no_text_version")
    mentions = _mentions(version, run)
    result: Result = {"citations": len(mentions)}
    with publishing(run, document.pk, result) as document:
        version.citations.all().delete()
        Citation.objects.bulk_create(mentions, batch_size=ROWS)
        indexing.index_citations(version, _keys_by_chunk(mentions))
        hand_over(document, run, CITATIONS)
    return result


def _mentions(version: TextVersion, run: TaskRun) -> list[Citation]:
    pages = list(version.pages.order_by("number").values_list("number", "text"))
    places = Places(version)
    # The document is read as one text, piece by piece; how many pieces came says how far it is.
    pieces, done = 1 + sum(len(text) for _number, text in pages) // law.PIECE, 0

    def check() -> None:
        nonlocal done
        done += 1
        message = _("part %(done)d of %(all)d") % {"done": min(done, pieces), "all": pieces} if pieces > 1 else ""
        run.progress(min(95, 100 * done / pieces), "citing", message)

    return [_citation(version, found.page, found.mention, places) for found in law.extract_pages(pages, check)]


def _citation(version: TextVersion, page: int, mention: law.Mention, places: Places) -> Citation:
    return Citation(
        text_version=version,
        chunk_id=places.chunk_at(page, mention.start),
        page=page,
        start=mention.start,
        end=mention.end,
        text=mention.text,
        key=mention.key[:120],
        pin=mention.pin[:60],
        kind=mention.kind,
        method=mention.method[:40],
        confidence=mention.confidence,
        name=mention.name[:500],
        year=mention.year,
    )


class Places:
    """Which passage of a reading holds a position of a page."""

    def __init__(self, version: TextVersion) -> None:
        rows = version.chunks.order_by("page_from", "start").values_list("page_from", "start", "page_to", "end", "pk")
        self._starts = [(row[0], row[1]) for row in rows]
        self._ends = [(row[2], row[3], row[4]) for row in rows]

    def chunk_at(self, page: int, offset: int) -> int | None:
        index = bisect_right(self._starts, (page, offset)) - 1
        if index < 0:
            return None
        last_page, end, pk = self._ends[index]
        return pk if (page, offset) < (last_page, end) else None


def _keys_by_chunk(mentions: Sequence[Citation]) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = defaultdict(list)
    for mention in mentions:
        if mention.key and mention.chunk_id and mention.key not in keys[mention.chunk_id]:
            keys[mention.chunk_id].append(mention.key)
    return dict(keys)
