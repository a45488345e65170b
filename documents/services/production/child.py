"""What runs in the child process: make one copy of a PDF. No Django here."""

from __future__ import annotations

from typing import Any

from documents.services.sandbox.worker import Surroundings

MADE = "made.pdf"


def make(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """The entry of the children. A request is {what: "scrub", path} or {what: "stamp", path, labels}; the copy goes to the job's folder.

    Refusals: encrypted, unreadable, other_pages (not as many pages as labels), still_hidden.
    """
    if request["what"] == "scrub":
        from documents.services.production.scrubbing import scrub

        return {"pages_drawn": scrub(request["path"], surroundings.folder / MADE, surroundings.folder, surroundings.progress)}
    from documents.services.production.stamping import stamp

    return {"pages": stamp(request["path"], surroundings.folder / MADE, request["labels"], surroundings.progress)}
