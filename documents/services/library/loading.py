"""The reading of an import's file, or of each file of an archive: batch after batch lands with its place.

A run that is killed leaves whole batches; the next one goes on behind the last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from django.db import connection
from django.utils.translation import gettext as _

from documents.models import LawImport
from documents.services.authorities import resolution
from documents.services.library import folders, formats, rulings, statutes
from documents.services.library.outcome import Outcome
from documents.services.library.reading import archives, source
from documents.services.library.reading.archives import Member
from documents.services.library.reading.source import Batch
from documents.services.storage import blobs
from tasks.errors import PermanentError

State, Kind = LawImport.State, LawImport.Kind
WRITE_LOCK = 7_150_441  # advisory: one batch of law is written at a time, so that two imports of one source do not meet
_DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)")
LOADED = 80.0
"""Percent at which the file has been read."""
WRITERS = {Kind.RULINGS: rulings.write, Kind.STATUTES: statutes.write}


class Runner(Protocol):
    """What a run needs of its surroundings (`tasks.run.TaskRun` has it)."""

    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    def publish(self) -> AbstractContextManager[None]: ...


class Superseded(PermanentError):
    """Another run has taken this import further; that one finishes it."""

    def __init__(self) -> None:
        super().__init__(_("Another process goes on with this import."), code="law_superseded")


def load(record: LawImport, runner: Runner) -> None:
    """Read what is left, and land it. Raises PermanentError for a file that can't be read; one of an archive is only left out."""
    with file_of(record) as path, ExitStack() as stack:
        if archives.is_archive(path):
            members = stack.enter_context(archives.unpacked(path, runner.check))
            size = sum(member.size for member in members)
            batches = _of_archive(record, members, runner.check)
        else:
            size = path.stat().st_size
            batches = _of_file(record, Member(record.name, path), record.position, runner.check)
        for batch in stack.enter_context(closing(batches)):
            runner.check()
            record = _land(record, batch, runner.publish)
            message = _("%(count)d records") % {"count": record.handled}
            runner.progress(min(LOADED, LOADED * batch.read / max(1, size)), "loading", message)


@contextmanager
def file_of(record: LawImport) -> Iterator[Path]:
    """Where the file lies, as long as the context lasts. Raises PermanentError where it is gone."""
    with ExitStack() as stack:
        try:
            path = Path(record.path) if record.path else stack.enter_context(blobs.as_file(record))
            if not path.is_file():
                raise FileNotFoundError(path)
        except FileNotFoundError as error:
            raise PermanentError(_("The file of this import is no longer there. Please give it again."), code="file_missing") from error
        yield path


def _of_file(record: LawImport, file: Member, position: dict[str, int], check: Callable[[], None]) -> Generator[Batch, None, None]:
    """The batches of a file behind this position."""
    if file.path is None:
        raise PermanentError(file.reason, code="law_unreadable")
    form = record.format if record.format != archives.FORMAT else ""
    if record.kind == Kind.RULINGS and form in ("", folders.FORMAT) and folders.is_ruling_file(file.path, file.name):
        yield Batch([], position, done=True, read=file.size, format=folders.FORMAT, file=file)
        return
    with source.opened(file.path, file.name, check) as opened:
        form = form or opened.recognise(record.kind)
        if not form:
            raise PermanentError(_unknown(Kind(record.kind)), code="law_unknown_format")
        for batch in opened.batches(form, position):
            yield replace(batch, items=_dated(batch.items, file.name, record.kind), format=form)


def _of_archive(record: LawImport, members: list[Member], check: Callable[[], None]) -> Generator[Batch, None, None]:
    """The batches of its files, one after the other; a position says which file, and where in it."""
    form = record.format or archives.FORMAT
    if not members:
        yield Batch([_skip(_("The archive holds no files."))], {}, done=True, read=0, format=form)
    first, before = record.position.get("member", 0), sum(member.size for member in members[: record.position.get("member", 0)])
    for number, member in enumerate(members[first:], first):
        inside = {name: at for name, at in record.position.items() if name != "member"} if number == first else {}
        for batch in _tolerated(_of_file(record, member, inside, check)):
            behind = {"member": number + 1} if batch.done else {"member": number, **batch.position}
            items = [{**item, "where": ", ".join(filter(None, (member.name, item.get("where", ""))))} for item in batch.items]
            last = batch.done and number + 1 == len(members)
            yield replace(batch, items=items, position=behind, done=last, read=before + batch.read, format=form)
        before += member.size


def _tolerated(batches: Generator[Batch, None, None]) -> Generator[Batch, None, None]:
    """A file of an archive that can't be read costs itself, and what of it has landed stays."""
    with closing(batches):
        try:
            yield from batches
        except PermanentError as reason:
            yield Batch([_skip(str(reason))], {}, done=True, read=0)


def _skip(reason: str) -> dict[str, Any]:
    return {"is": "skip", "where": "", "name": "", "reason": reason}


def _unknown(kind: LawImport.Kind) -> str:
    known = ", ".join(one.label for one in formats.formats() if one.kind == kind)
    return _("This is none of the formats that can be imported as %(kind)s: %(known)s.") % {"kind": kind.label.lower(), "known": known}


def _land(record: LawImport, batch: Batch, publish: Callable[[], AbstractContextManager[None]]) -> LawImport:
    """Write a batch with its counts, its report and its place, all or nothing. Raises Superseded where somebody else has gone on."""
    with publish():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
        kept = LawImport.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if kept.position != record.position:
            raise Superseded
        outcome = Outcome()
        WRITERS[Kind(kept.kind)](batch.items, outcome)
        if batch.file is not None and batch.file.path is not None:
            outcome.counts[folders.take(batch.file.path, batch.file.name, outcome)] += 1
        resolution.resolve_keys(outcome.keys)
        outcome.note_in(kept)
        kept.position, kept.format, kept.error = batch.position, batch.format, ""
        kept.state = State.INDEXING if batch.done else State.LOADING
        kept.save()
    return kept


def _dated(items: list[dict[str, Any]], name: str, kind: str) -> list[dict[str, Any]]:
    """Sections that do not say as of which day they are have the day in the file's name, as title-29-2024-05-01.xml."""
    found = _DATE_IN_NAME.search(name)
    if kind == Kind.STATUTES and found:
        return [item if item.get("as_of") else {**item, "as_of": found[1]} for item in items]
    return items
