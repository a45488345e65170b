"""Papers laid out by a child: a warm one for each job, confined, and stopped where a template runs too long or grows too large."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.models import PaperTemplate
from documents.services.papers.layout.child import MADE
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.confinement.needs import FONTS, Needs
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in

logger = logging.getLogger(__name__)
LIMITS = Limits(memory_bytes=2 * 1024**3, file_bytes=256 * 1024**2, cpu_seconds=240, wall_seconds=300.0, silent_seconds=300.0)
TEMPLATE_SECONDS = 10.0
"""How long a template may take with a paper of some lines; what takes longer runs in circles."""

pool = Pool(
    "documents.services.papers.layout.child:make",
    scratch=lambda: settings.SCRATCH_FOLDER,
    limits=LIMITS,
    needs=lambda: Needs(reads=FONTS),
)


def lay_out(
    form: str,
    paper: dict[str, Any],
    template: PaperTemplate | None,
    folder: Folder,
    check: Callable[[], None],
    wall_seconds: float | None = None,
) -> Path:
    """The file, in the folder. Raises Refused: what a template does wrong, with the sentence that says it, or that it could not be done."""
    request: dict[str, Any] = {"format": form, "paper": paper}
    if template is not None:
        request["template"] = _given(template, folder)
    try:
        pool.run(request, check=check, progress=lambda done, total: check(), folder=folder, wall_seconds=wall_seconds)
        return made_in(folder.path, MADE[form])
    except JobRefused as refusal:
        raise Refused(sentence(refusal.code, refusal.details), refusal.code) from refusal
    except JobFailed as death:
        logger.error("A paper could not be laid out (%s).\n%s", death, death.traceback)
        raise Refused(_failed(death.code, template), f"layout_{death.code}") from death


def _given(template: PaperTemplate, folder: Folder) -> dict[str, Any]:
    if template.file is None:
        return {"text": template.text}
    path = folder.path / "template.docx"
    path.write_bytes(bytes(template.file))
    return {"path": path}


def _failed(code: str, template: PaperTemplate | None) -> str:
    if template is not None and code in ("timeout", "memory"):
        return _("The template “%(name)s” runs too long or grows too large, so it was stopped. Does it repeat something without end?") % {
            "name": template.name
        }
    return {
        "timeout": _("The paper took too long to lay out, so it was stopped."),
        "memory": _("The paper is too large to be laid out."),
    }.get(code, _("The paper could not be laid out. Please tell your administrator; the log says why."))


def sentence(code: str, details: dict[str, Any]) -> str:
    told = {"reason": details.get("reason", ""), "places": details.get("places", 0)}
    said = {
        "template_code": _("The template may not do that: %(reason)s. A template names fields, repeats and chooses; it runs nothing."),
        "template_field": _("The template names a field that there is not: %(reason)s."),
        "template_syntax": _("The template is not written right: %(reason)s."),
        "template_other": _("The template cannot be filled in: %(reason)s."),
        "template_body": _(
            "The template must say once where the paper stands: {{ body }}, in a paragraph of its own and in no table (it says so"
            " %(places)s times)."
        ),
        "template_unreadable": _("The template is no Word file (DOCX) that can be read."),
    }.get(code, _("The paper could not be laid out."))
    return said % told
