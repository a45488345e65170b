"""The text that a person gives to be checked: typed, or the text of a file, which is read in the sandbox and kept nowhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.services.extraction import extract
from tasks.errors import PermanentError

LONGEST_TEXT = 1_000_000
"""Characters, some 400 pages, which are checked in a few seconds."""
LARGEST_FILE = 25 * 1024 * 1024


def require_text(text: str) -> str:
    """Raises Refused (no_text, too_large)."""
    if not text.strip():
        raise Refused(_("There is no text to check. Paste some, or choose a file."), "nothing_given")
    if len(text) > LONGEST_TEXT:
        raise Refused(
            _(
                "The text is longer than %(limit)s characters. Check it in parts, or add it to a case: the tab Authorities checks documents"
                " of any length."
            )
            % {"limit": f"{LONGEST_TEXT:,}"},
            "too_large",
        )
    return text


def text_of_file(file: Any, name: str, check: Callable[[], None] = lambda: None) -> str:
    """The text of an uploaded file, its pages one after the other. Raises Refused (empty, too_large, unreadable, no_text)."""
    if file.size > LARGEST_FILE:
        raise Refused(_("The file is larger than %(limit)d MB.") % {"limit": LARGEST_FILE // (1024 * 1024)}, "too_large")
    folder = Path(settings.SCRATCH_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="draft-", suffix=PurePosixPath(name).suffix[:12]) as kept:
        for piece in file.chunks():
            kept.write(piece)
        kept.flush()
        try:
            with extract(Path(kept.name), name=name, check=check, progress=lambda page, pages: None) as reading:
                text = "\n".join(page.text for page in reading.pages)
        except PermanentError as error:
            raise Refused(str(error), error.code or "unreadable") from error
    if not text.strip():
        raise Refused(
            _("No text was found in this file. If it is a scan, add it to a case, where its pages are recognised."), "nothing_given"
        )
    return require_text(text)
