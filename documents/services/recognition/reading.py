"""The pages of a reading that need it are recognised, several at a time; each is kept when it is done, so that a crash or a failure
costs at most the pages in hand, and their words keep their places."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from documents.models import Document, RecognisedPage
from documents.services.extraction.cleaning import clean
from documents.services.extraction.pdf.garbage import is_garbage
from documents.services.extraction.results import Extraction, Notice
from documents.services.extraction.stamps import latest
from documents.services.recognition.client import Engine, RecognitionFailed, engine, recogniser
from documents.services.recognition.results import Recognised, to_wire
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.search.text.language import language_of
from documents.services.search.text.words import words_in
from tasks.run import TaskRun

log = logging.getLogger(__name__)
AT_ONCE = os.cpu_count() or 1
POLL_S = 0.25
HARD = 0.75
"""Mean confidence below which a page was hard to read."""
ENOUGH_WORDS = 40
"""By which the language of a document is told."""
CODES = {
    "english": "eng", "german": "deu", "french": "fra", "spanish": "spa", "italian": "ita", "portuguese": "por", "dutch": "nld",
    "danish": "dan", "swedish": "swe", "norwegian": "nor", "finnish": "fin", "hungarian": "hun", "turkish": "tur", "russian": "rus",
    "greek": "ell", "armenian": "hye", "yiddish": "yid", "arabic": "ara", "hindi": "hin", "tamil": "tam",
}  # fmt: skip
"""PostgreSQL's names of languages as Tesseract calls them."""
LESS = 2
"""So many times fewer letters than the page's own are not believed."""
LEAST_LETTERS = 4
"""Of a line of a page's own layer that is worth keeping beside what was recognised."""
MOST_NAMED = 10


class _Stopped(Exception):
    """The task has been stopped while a page was being read."""


@dataclass(frozen=True)
class File:
    """Whose pages are read."""

    path: Path
    mime: str
    password: str = ""


Rows = dict[int, RecognisedPage]
Grown = Callable[[Extraction, Rows], None]
FIRST_PAGES, GROWTH = 8, 4
"""What has been read of a long document is handed out after so many pages, and each time it has grown so many times, so that all this costs
a third of the whole at most."""


def recognise(
    document: Document,
    reading: Extraction,
    path: Path,
    run: TaskRun,
    share: tuple[float, float],
    password: str = "",
    grown: Grown | None = None,
) -> Rows:
    """Read what needs it, and write it into the reading; gives the rows by page. `share` is [since, until) in percents of the task.
    `grown` is given the reading as it is so far, now and then, where there are many pages."""
    wanted = [page.number for page in reading.pages if page.needs_ocr]
    reader = engine()
    if not wanted or reader is None:
        return {}

    def told(rows: Rows) -> None:
        if grown is not None:
            so_far, written = replace(reading, pages=list(reading.pages), metadata=dict(reading.metadata), folder=None), dict(rows)
            _write_in(so_far, written)
            grown(so_far, written)

    if len(wanted) < len(reading.pages) and len(wanted) > FIRST_PAGES:
        told({})
    rows, failed = _recognised(document, File(path, reading.mime, password), wanted, reader, run, share, told)
    if rows:
        _write_in(reading, rows)
    for number in wanted:
        place = reading.pages[number - 1]
        if number not in failed and number not in rows:
            reading.pages[number - 1] = replace(place, needs_ocr=False)
    _tell(reading, rows, failed)
    return rows


def _recognised(
    document: Document,
    file: File,
    wanted: Sequence[int],
    reader: Engine,
    run: TaskRun,
    share: tuple[float, float],
    told: Callable[[Rows], None],
) -> tuple[dict[int, RecognisedPage], list[int]]:
    """Rows of the pages that could be read, and the numbers of those that could not."""
    languages = settings.OCR_LANGUAGES or _first_language(reader)
    if not settings.OCR_LANGUAGES and len(reader.languages) > 1:
        languages = _guessed(document, file, wanted, reader, languages, run)
    key = _key(reader, languages)
    rows = {row.number: row for row in RecognisedPage.objects.filter(document=document, key=key, number__in=wanted)}
    left = [number for number in wanted if number not in rows]
    failed: list[int] = []
    due = next(size for size in _sizes() if size > len(rows))
    for number, found in _side_by_side(file, left, reader, languages, run):
        if isinstance(found, Exception):
            log.warning("Page %s of document %s could not be recognised: %s", number, document.pk, found)
            failed.append(number)
        else:
            rows[number] = _keep(document, number, key, languages, *found, run)
        done = len(rows) + len(failed)
        message = _("page %(page)d of %(pages)d") % {"page": done, "pages": len(wanted)}
        run.progress(share[0] + (share[1] - share[0]) * done / len(wanted), "recognising", message)
        if due <= len(rows) < len(wanted) / 2:
            told(rows)
            due *= GROWTH
    return rows, sorted(failed)


def _sizes() -> Iterator[int]:
    return (FIRST_PAGES * GROWTH**step for step in count())


def _key(reader: Engine, languages: str) -> str:
    return " ".join(filter(None, [reader.name, languages, str(reader.dpi)]))


def _first_language(reader: Engine) -> str:
    return "eng" if "eng" in reader.languages else next(iter(reader.languages), "")


def _guessed(document: Document, file: File, wanted: Sequence[int], reader: Engine, first: str, run: TaskRun) -> str:
    """The language of the document, by a page in its middle that is read as if it were in the usual one (and kept, where it is)."""
    middle, key = wanted[len(wanted) // 2], _key(reader, first)
    row = RecognisedPage.objects.filter(document=document, key=key, number=middle).first()
    for _number, found in _side_by_side(file, [] if row else [middle], reader, first, run):
        if not isinstance(found, Exception):
            row = _keep(document, middle, key, first, *found, run)
    words = [word.folded for word in words_in(row.text)] if row else []
    code = CODES.get(language_of(words), first) if len(words) >= ENOUGH_WORDS else first
    return code if code in reader.languages else first


Found = tuple[Recognised, str] | Exception


def _side_by_side(file: File, numbers: Sequence[int], reader: Engine, languages: str, run: TaskRun) -> Iterator[tuple[int, Found]]:
    """(page, what was found on it, or why nothing was) in the order in which they are done. Stops with the task."""
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise _Stopped

    def read(number: int) -> Found:
        try:
            return recogniser().read(file.path, file.mime, number, reader, languages, check, file.password)
        except (RecognitionFailed, JobRefused, JobFailed) as error:
            return error

    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="recognition") as threads:
        waiting = iter(numbers)
        running: dict[Future[Found], int] = {}
        try:
            while True:
                while len(running) < AT_ONCE and (number := next(waiting, None)) is not None:
                    running[threads.submit(read, number)] = number
                if not running:
                    return
                done, _others = wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED)
                run.check()
                for future in sorted(done, key=lambda each: running[each]):
                    yield running.pop(future), future.result()
        finally:
            stopped.set()


def _keep(document: Document, number: int, key: str, language: str, page: Recognised, label: str, run: TaskRun) -> RecognisedPage:
    told = to_wire(page)
    row = RecognisedPage(
        document=document, number=number, key=key, engine=label[:60], language=language[:60],
        text=told["text"].replace("\x00", ""), words=told["words"], turn=page.turn, skew=page.skew, confidence=page.confidence,
    )  # fmt: skip
    with run.publish():
        RecognisedPage.objects.filter(document=document, number=number, key=key).delete()
        row.save()
    return row


def _write_in(reading: Extraction, rows: dict[int, RecognisedPage]) -> None:
    """What was recognised takes the place of what little the layer said; then the whole is cleaned as one, as paper is."""
    raws = [page.raw or page.text for page in reading.pages]
    for place, page in enumerate(reading.pages):
        row = rows.get(page.number)
        if row is None:
            continue
        if len(_bare(row.text)) * LESS < len(_bare(raws[place])) and not is_garbage(raws[place]):
            del rows[page.number]  # the page's own words say more
        else:
            raws[place] = _joined(row.text, raws[place])
    if not rows:
        return
    cleaning = clean(raws)
    for place, (page, cleaned) in enumerate(zip(reading.pages, cleaning.pages, strict=True)):
        if page.number in rows:
            changed = cleaned.text != raws[place]
            reading.pages[place] = replace(
                page, text=cleaned.text, raw=raws[place] if changed else "", offset_map=cleaned.offset_map if changed else None,
                needs_ocr=False,
            )  # fmt: skip
    if (stamp := latest(cleaning.stamps)) and "docket_number" not in reading.metadata:
        reading.metadata["docket_number"] = stamp.docket
        if stamp.filed:
            reading.metadata["filed"] = stamp.filed.isoformat()
            reading.date = reading.date or stamp.filed
    reading.source = "ocr"
    reading.engine = Counter(row.engine for row in rows.values()).most_common(1)[0][0]


def _joined(recognised: str, layer: str) -> str:
    """With the lines of the page's own layer that were not recognised: a court's stamp over a scan, what people noted, which no picture
    shows. They follow, so that words keep their places."""
    seen = _bare(recognised)
    missed = (
        [] if is_garbage(layer) else [line for line in layer.split("\n") if len(_bare(line)) >= LEAST_LETTERS and _bare(line) not in seen]
    )
    return "\n".join([recognised, *missed])


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _tell(reading: Extraction, rows: dict[int, RecognisedPage], failed: list[int]) -> None:
    reading.notices = [notice for notice in reading.notices if notice.code not in ("needs_ocr", "no_text")]
    total = len(reading.pages)
    if failed:
        text = _("Pages that text recognition could not read: %(pages)s. They can be seen, but not searched.")
        reading.notices.append(Notice("pages_not_recognised", text % {"pages": _listed(failed)}))
    if rows:
        engines = sorted({row.engine for row in rows.values()})
        text = _("Read by text recognition (%(engine)s). Single letters may be wrong.")
        if len(rows) < total:
            text = _("Read by text recognition (%(engine)s): %(pages)s of %(total)s pages. Single letters may be wrong there.")
        reading.notices.append(Notice("recognised", text % {"engine": ", ".join(engines), "pages": len(rows), "total": total}))
    hard = sorted(number for number, row in rows.items() if row.text.strip() and row.confidence < HARD)
    if hard:
        reading.notices.append(Notice("hard_to_read", _("Pages that were hard to read: %(pages)s.") % {"pages": _listed(hard)}))
    if rows and not any(page.text.strip() for page in reading.pages):
        reading.notices.append(
            Notice("no_words", _("Text recognition found no words in this file. It can be seen, and found by its name."))
        )


def _listed(numbers: Sequence[int]) -> str:
    """ "3, 7, 12 and 4 more" """
    named = ", ".join(str(number) for number in numbers[:MOST_NAMED])
    more = len(numbers) - MOST_NAMED
    return _("%(named)s and %(count)d more") % {"named": named, "count": more} if more > 0 else named
