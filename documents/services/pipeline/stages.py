"""What each stage does with the database: begin (is this still mine?), compute without holding locks, publish in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from documents.jobs import CitationExtractionJob, DocumentExtractionJob, EmbeddingGenerationJob
from documents.models import (
    Chunk,
    ChunkEmbedding,
    Document,
    RecognisedPage,
)
from documents.services import embedding
from documents.services.chunking.chunker import chunk_pages
from documents.services.extraction import Extraction, detect, extract
from documents.services.extraction.reader import NoReader
from documents.services.facts import proposing
from documents.services.pipeline import citing, keeping, lifecycle, passwords, readings
from documents.services.pipeline.lifecycle import Stage
from documents.services.recognition import reading as recognition
from documents.services.search import indexing
from documents.services.similarity import signatures
from documents.services.storage import blobs, checks
from documents.services.timeline import filings
from tasks import service_registry
from tasks.base import prepared_statements
from tasks.errors import Cancelled, PermanentError
from tasks.models import TaskRecord
from tasks.run import TaskRun

ROWS = 500
VECTORS = 256
READ, RECOGNISED = 30.0, 90.0
"""Percent of the first stage at which the file is read, and the pictures in it."""
BEGUN = "partly_read"
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
    with _stored(document) as path:
        return _extract_text(document, path, run, attachments)


@contextmanager
def _stored(document: Document) -> Iterator[Path]:
    with ExitStack() as stack:
        try:
            path = stack.enter_context(blobs.as_file(document))
        except FileNotFoundError as error:
            raise _missing() from error
        yield path


def _missing() -> PermanentError:
    text = _("The stored file is missing on the server. Please upload it again, and tell your administrator.")
    return PermanentError(text, code="file_missing")


def _extract_text(document: Document, path: Path, run: TaskRun, attachments: Attachments) -> Result:
    grown = partial(_show_beginning, document, run) if _is_first(document) else None
    try:
        extraction = _read(document, path, run, grown)
    except NoReader as reason:
        return _keep(document, path, run, reason)
    with extraction as reading:
        password = passwords.unsealed(document.password)
        recognised = recognition.recognise(document, reading, path, run, (READ, RECOGNISED), password, grown)
        look = proposing.look_at(document, reading)
        title = proposing.title_for(document, look)
        run.progress(92, "extracting", _("dividing into passages"))
        specs = chunk_pages(reading.pages, title=title, tokenizer=service_registry.get("embedding").tokenizer)
        signature = signatures.signature_of(page.text for page in reading.pages)
        result: Result = {"pages": len(reading.pages), "chunks": len(specs), "characters": reading.characters}
        run.check()
        with attachments.received(document, reading, run.check) as found:
            *groups, last = found.groups()
            for done, group in enumerate(groups, 1):
                with publishing(run, document.pk) as document:
                    attachments.admit(document, group, run.record)
                run.progress(92 + 7 * done / len(groups), "extracting", _("files inside become documents"))
            with publishing(run, document.pk, result) as document:
                document.title = proposing.title_for(document, look)
                was_read = document.was_read()
                signatures.keep(signature, readings.publish(document, reading, specs, recognised))
                proposing.propose(document, look, read_before=was_read)
                attachments.admit(document, last, run.record)
                document.notices = _notices(reading) + found.notices + checks.kept_notices(document.notices)
                hand_over(document, run, EXTRACTION)
    return result


def _keep(document: Document, path: Path, run: TaskRun, reason: NoReader) -> Result:
    """Nothing reads this kind of file: it is ready as it lies. One that was read before keeps its text and fails."""
    if document.text_version_id is not None:
        raise reason
    mime = detect(path, document.name)
    result: Result = {"kept": mime}
    with publishing(run, document.pk, result) as document:
        document.mime = mime
        keeping.settle(document, reason.code, str(reason))
    return result


def _is_first(document: Document) -> bool:
    """Whether there is nothing yet that a part of a reading would take the place of."""
    return not document.was_read()


def _show_beginning(document: Document, run: TaskRun, reading: Extraction, recognised: Mapping[int, RecognisedPage] | None = None) -> None:
    """What has been read of a long file so far can be read and found by its words before the rest; the whole takes its place."""
    specs = chunk_pages(reading.pages, title=document.title, tokenizer=service_registry.get("embedding").tokenizer)
    with publishing(run, document.pk) as document:
        known = document.text_version
        if document.was_read() or not specs or (known is not None and reading.characters <= known.characters):
            return
        readings.make_version(document, reading, specs, recognised or {}, complete=False)
        document.notices = [notice for notice in document.notices if notice["code"] != BEGUN]
        document.notices.append(
            {"code": BEGUN, "text": _("Only a part of its pages has been read so far; these can be read and found by their words.")}
        )
        document.save(update_fields=["text_version", "page_count", "mime", "notices", "updated"])


def _read(document: Document, path: Path, run: TaskRun, begun: Callable[[Extraction], None] | None) -> Extraction:
    def progress(page: int, pages: int) -> None:
        run.progress(READ * page / max(pages, 1), "extracting", _("page %(page)d of %(pages)d") % {"page": page, "pages": pages})

    try:
        password = passwords.unsealed(document.password)
        return extract(path, name=document.name, check=run.check, progress=progress, password=password, begun=begun)
    except FileNotFoundError as error:
        raise _missing() from error


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
    """Pages -> mentions of authorities and their keys at the passages they stand in, and events. Then the document is ready."""
    document = begin(run, job.document_id, CITATIONS)
    version = document.text_version
    if version is None:
        raise PermanentError(_("This document has no text yet. Please process it again."), code="no_text_version")
    pieces, done = citing.pieces_of(version), 0

    def check() -> None:
        nonlocal done
        done += 1
        message = _("part %(done)d of %(all)d") % {"done": min(done, pieces), "all": pieces} if pieces > 1 else ""
        run.progress(min(95, 100 * done / pieces), "citing", message)

    found = citing.look(document, version, check)
    result: Result = {"citations": found.authorities}
    with publishing(run, document.pk, result) as document:
        citing.keep(document, version, found)
        filings.follow([document])
        hand_over(document, run, CITATIONS)
    return result
