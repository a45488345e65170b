"""What runs in the child process: lay out one paper, as a file in the job's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from documents.services.sandbox.worker import Surroundings

MADE = {"docx": "paper.docx", "pdf": "paper.pdf"}


def make(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """The entry of the children. A request is {format: docx | pdf, paper, template?: {path} or {text}}.

    Refusals: those of `templates` for a template that cannot be used.
    """
    form, paper, template = request["format"], request["paper"], request.get("template") or {}
    place = surroundings.folder / MADE[form]
    surroundings.progress(0, 1)
    if form == "pdf":
        _pdf(paper, place, template)
    else:
        _word(paper, place, template)
    return {"name": MADE[form], "size": place.stat().st_size}


def _pdf(paper: dict[str, Any], place: Path, template: dict[str, Any]) -> None:
    from documents.services.papers.layout import typeset

    frame = None
    if "text" in template:
        from documents.services.papers.layout import templates

        frame = templates.frame_of(template["text"], paper)
    typeset.written(paper, place, frame)


def _word(paper: dict[str, Any], place: Path, template: dict[str, Any]) -> None:
    from documents.services.papers.layout import word

    if not template:
        word.written(paper, place)
        return
    from documents.services.papers.layout import templates

    if "path" in template:
        templates.fill(template["path"], paper, place)
    else:
        word.framed(paper, templates.frame_of(template["text"], paper), place)
