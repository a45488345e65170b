"""What people do with papers: ask for one, have it made again, see those of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import AuditEvent, Case, Role
from cases.tabs import register_tab
from documents.errors import Refused
from documents.jobs import PaperGenerationJob
from documents.models import Document, Paper, PaperFormat, PaperKind, PaperTemplate
from documents.services.bulk.moving import register_ties
from documents.services.ingest import acceptance
from documents.services.papers.kinds import KINDS
from tasks.manager import manager
from tasks.models import TopicState
from tasks.progress.live import live_of

TASK = "documents.generate_paper"


def ask(
    case: Case,
    user: Any,
    kind: str,
    form: str,
    given: Mapping[str, Any],
    *,
    site: str = "",
    template: Any = None,
    previous: Paper | None = None,
) -> Paper:
    """Have a paper made, as an editor. `given` is what the kind is made from; `site` how the installation is reached, for the links in it.

    Raises Http404, PermissionDenied, and Refused (unknown_kind, unknown_format, no_such_template, and those of the kind).
    """
    case.require(user, Role.EDITOR)
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Refused(_("There is no paper “%(name)s”. Known are: %(known)s.") % {"name": kind[:60], "known": known}, "unknown_kind")
    if form not in PaperFormat.values:
        raise Refused(_("A paper is made as docx or pdf, not as “%(name)s”.") % {"name": form[:60]}, "unknown_format")
    inputs = KINDS[kind].understood(case, user, given)
    chosen = _template(kind, form, template)
    with transaction.atomic():
        paper = Paper(
            case=case, kind=kind, format=form, title=str(PaperKind(kind).label), inputs={**inputs, "site": site[:200]}, template=chosen,
            previous=previous, created_by=user,
        )  # fmt: skip
        paper.save(force_insert=True)
        paper.task_id = manager.submit(TASK, PaperGenerationJob(paper_id=paper.pk), scope=case.pk, user=user).pk
        paper.save(update_fields=["task_id"])
        AuditEvent.write("paper.asked_for", case=case, actor=user, target=paper, kind=kind, format=form)
    return paper


def accepted_draft(case: Case, user: Any, file: Any) -> Document:
    """An uploaded draft as a document of the case, a duplicate where these very bytes are there. Raises as `acceptance.accept`."""
    with transaction.atomic():
        accepted = acceptance.accept(file, case=case, user=user, name=file.name or "draft", kind=Document.Kind.BRIEF, source="draft")
        if not isinstance(accepted.item, Document):
            raise Refused(_("A recording is no draft. Please give a text: Word, PDF or plain text."), "no_draft")
        return accepted.item


def _template(kind: str, form: str, asked: Any) -> PaperTemplate | None:
    """The one asked for by its id; else the newest active one for this very kind, a Word file before a text for a Word paper; "none"
    for the layout that is built in."""
    active = PaperTemplate.objects.filter(active=True)
    if asked == "none":
        return None
    if asked:
        found = active.filter(pk=int(asked)).first() if str(asked).isdecimal() and len(str(asked)) < 19 else None
        if found is None or not found.serves(kind, form):
            raise Refused(_("There is no such template for this paper and format."), "no_such_template")
        return found
    own = [one for one in active.filter(kind=kind).order_by("-updated") if one.serves(kind, form)]
    return next((one for one in own if one.file is not None), own[0] if own else None)


def again(paper: Paper, user: Any, *, site: str = "") -> Paper:
    """Make a paper anew from the same inputs, with what the case holds now. Raises as `ask`."""
    paper.require(user, Role.EDITOR)
    given = {name: value for name, value in paper.inputs.items() if name != "site"}
    template = paper.template_id if paper.template is not None and paper.template.active else "none"
    return ask(paper.case, user, paper.kind, paper.format, given, site=site, template=template, previous=paper)


def cancel(paper: Paper, user: Any) -> None:
    """Stop one that is being made. Raises Http404, PermissionDenied, Refused (not_running)."""
    paper.require(user, Role.EDITOR)
    if paper.over or paper.task_id is None:
        raise Refused(_("This paper is not being made any more."), "not_running")
    manager.cancel(paper.task_id, by=user)


def of_case(case: Case, user: Any) -> list[Paper]:
    """The case's papers, newest first, each with `live` as its last event told it; the right to see the case has been checked."""
    return with_live(Paper.objects.visible_to(user).filter(case=case).select_related("document", "created_by", "previous")[:200])


def with_live(papers: Iterable[Paper]) -> list[Paper]:
    found = list(papers)
    topics = [paper.topic for paper in found if not paper.over]
    states = TopicState.objects.in_bulk(topics) if topics else {}
    for paper in found:
        paper.live = live_of(states.get(paper.topic), _("Waiting"))
    return found


def held_by_papers(documents: Iterable[UUID]) -> dict[UUID, str]:
    """Papers stay in the case that they are about."""
    made = Paper.objects.filter(document__in=list(documents)).values_list("document", flat=True)
    return {pk: _("It is a paper about this case, and stays in it.") for pk in made if pk is not None}


def register() -> None:
    register_tab("papers", gettext_lazy("Papers"), "documents:case-papers", 60)
    register_ties(held_by_papers)
