"""What runs in the child process: parse and clean one file, hand back plain JSON values. No Django here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from documents.services.extraction.cleaning import Cleaned, clean
from documents.services.extraction.containers.locks import unlocked
from documents.services.extraction.parsers.base import Job, Parsed, RawPage
from documents.services.extraction.registry import from_module
from documents.services.extraction.stamps import latest
from documents.services.sandbox.worker import Surroundings


def read(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """The entry of the extraction's children. A request is {path, name, mime, module, look}, perhaps with a password; attachments go to the
    job's folder, and where `begin` is asked for the first pages of a long file are said before the last are read."""
    folder, password = surroundings.folder, request.get("password", "")
    job = Job(
        unlocked(Path(request["path"]), request["mime"], password, folder), request["name"], request["mime"], folder, surroundings.progress,
        password=password, look=request["look"],
        begun=partial(_hand_out, surroundings.part) if request.get("begin") else None,
    )  # fmt: skip
    parsed = from_module(request["module"], job.mime).parse(job)
    raws = [page.text for page in parsed.pages]
    cleaning = clean(raws) if parsed.printed else None
    if cleaning and (stamp := latest(cleaning.stamps)):
        parsed.metadata["docket_number"] = stamp.docket
        if stamp.entry:
            parsed.metadata["docket_entry"] = stamp.entry
        if stamp.filed:
            parsed.metadata["filed"] = stamp.filed.isoformat()
            parsed.date = parsed.date or stamp.filed
    cleaned = cleaning.pages if cleaning else [Cleaned(raw, None) for raw in raws]
    return _result(parsed, cleaned)


def _hand_out(part: Callable[[dict[str, Any]], None], pages: list[RawPage]) -> None:
    """The first pages, as those of a result."""
    cleaned = clean([page.text for page in pages]).pages
    part({"pages": [_page(number, raw, text) for number, (raw, text) in enumerate(zip(pages, cleaned, strict=True), 1)]})


def _result(parsed: Parsed, cleaned: list[Cleaned]) -> dict[str, Any]:
    scans = sum(page.needs_ocr for page in parsed.pages)
    if scans:
        parsed.notice("needs_ocr", pages=scans, total=len(parsed.pages))
    elif not any(page.text.strip() for page in cleaned):
        parsed.notice("no_text")
    parsed.metadata.pop("attachment_bytes", None)
    return {
        "pages": [_page(number, raw, text) for number, (raw, text) in enumerate(zip(parsed.pages, cleaned, strict=True), 1)],
        "engine": parsed.engine,
        "source": parsed.source,
        "title": parsed.title,
        "date": parsed.date.isoformat() if isinstance(parsed.date, date) else None,
        "metadata": parsed.metadata,
        "notices": parsed.notices,
        "attachments": parsed.attachments,
        "findings": parsed.findings,
        "traces": parsed.traces,
        "page_index": base64.b64encode(parsed.page_index).decode("ascii"),
    }


def _page(number: int, raw: RawPage, cleaned: Cleaned) -> dict[str, Any]:
    changed = cleaned.text != raw.text
    return {
        "number": number,
        "text": cleaned.text,
        "raw": raw.text if changed else "",
        "offset_map": cleaned.offset_map if changed else None,
        "label": raw.label[:40],
        "needs_ocr": raw.needs_ocr,
        "width": raw.width,
        "height": raw.height,
        "times": raw.times,
    }
