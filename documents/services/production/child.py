"""What runs in the child process: make one copy of a PDF. No Django here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

MADE = "made.pdf"


def make(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """The entry of the children. A request is {what: "scrub", path}, {what: "stamp", path, labels} or {what: "annotate", path, mime, notes,
    pages} (`annotating`), perhaps with a password; the copy goes to the job's folder, and has none.

    Refusals: encrypted, unreadable, other_pages (not as many pages as labels), still_hidden.
    """
    if password := request.get("password"):
        request = {**request, "path": _opened(request["path"], password, surroundings.folder)}
    if request["what"] == "scrub":
        from documents.services.production.scrubbing import scrub

        return {"pages_drawn": scrub(request["path"], surroundings.folder / MADE, surroundings.folder, surroundings.progress)}
    if request["what"] == "annotate":
        from documents.services.production.annotating import annotate

        return {"placed": annotate(request, surroundings.folder, surroundings.folder / MADE, surroundings.progress)}
    from documents.services.production.stamping import stamp

    return {"pages": stamp(request["path"], surroundings.folder / MADE, request["labels"], surroundings.progress)}


def _opened(path: str, password: str, folder: Path) -> str:
    """The file without its password, in the job's folder."""
    import pikepdf

    opened = folder / "opened.pdf"
    try:
        with pikepdf.open(path, password=password, suppress_warnings=True) as document:
            document.save(opened, encryption=False)
    except pikepdf.PasswordError as error:
        raise JobRefused("encrypted") from error
    except pikepdf.PdfError as error:
        raise JobRefused("unreadable", kind="PDF") from error
    return str(opened)
