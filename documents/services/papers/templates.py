"""Templates as they are given: rendered with a made-up paper in a confined child before they are kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.models import PaperFormat, PaperKind, PaperTemplate
from documents.services.papers import laying_out
from documents.services.papers.blocks import heading, leaders, para, quote, run, table
from documents.services.papers.layout.templates import FIELDS

MOST_BYTES = 5 * 1024 * 1024
MOST_CHARACTERS = 50_000


def require_usable(template: PaperTemplate) -> None:
    """Raises Refused with the sentence that says what is wrong: as `laying_out.lay_out`, and template_empty, template_both, too_large."""
    if bool(template.file) == bool(template.text.strip()):
        code = "template_both" if template.file else "template_empty"
        raise Refused(_("Give either a Word file or lines of text."), code)
    if len(template.file or b"") > MOST_BYTES or len(template.text) > MOST_CHARACTERS:
        raise Refused(too_large(), "too_large")
    for form in (PaperFormat.DOCX,) if template.file else (PaperFormat.DOCX, PaperFormat.PDF):
        folder = laying_out.pool.folder()
        try:
            laying_out.lay_out(form, sample(template.kind), template, folder, _unchecked, wall_seconds=laying_out.TEMPLATE_SECONDS)
        finally:
            folder.remove()


def too_large() -> str:
    most = {"mb": MOST_BYTES // 1024**2, "n": MOST_CHARACTERS}
    return _("A template may have at most %(mb)d MB, or %(n)d characters of text.") % most


def _unchecked() -> None:
    """Who waits for it is a person; the time is short."""


def sample(kind: str) -> dict[str, Any]:
    """A paper that is about nothing, with a block of each kind."""
    said = {name: f"[{name}]" for name in FIELDS if name not in ("body", "sections")}
    blocks = [
        heading("A heading"), para("A paragraph."), quote("A quotation."),
        leaders("Page(s)", [{"runs": [run("An authority")], "pages": [run("1")]}]), table(("A", "B"), (1, 1), [[[run("1")], [run("2")]]]),
    ]  # fmt: skip
    return {**said, "kind": kind or PaperKind.MEMO.value, "lang": "en", "blocks": blocks}
