"""A table as a file: what its cells say, each with a link to where it stands, and a second sheet with the quotations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents import sheets
from documents.models import ReviewQuestion, ReviewTable
from documents.services.review import showing
from documents.services.review.showing import Asked, ShownCell, ShownRow
from documents.services.storage.names import clean_name
from tasks.base.spreadsheets import cell

WIDE, NARROW = 40, 8
Absolute = Callable[[str], str]


def export(table: ReviewTable, user: Any, asked: Asked, form: str, absolute: Absolute) -> tuple[str, str, bytes]:
    """(name, type, bytes) of the rows that the address asks for, all pages of them; `form` is one of sheets.TYPES, `absolute` makes an
    address of a path. The right to see the table has been checked."""
    questions = list(table.questions.all())
    rows = showing.shown(showing.ordered(table, asked), questions)
    made = _csv(rows, questions, absolute) if form == "csv" else _xlsx(table, rows, questions, absolute)
    AuditEvent.write("review.exported", case=table.case, actor=user, count=len(rows))
    return clean_name(f"{table.title.replace('/', '-')}.{form}"), sheets.TYPES[form], made


def _xlsx(table: ReviewTable, rows: Sequence[ShownRow], questions: Sequence[ReviewQuestion], absolute: Absolute) -> bytes:
    answers: list[list[sheets.Value]] = [[_("Document"), *(cell(one.text) for one in questions)]]
    quotes: list[list[sheets.Value]] = [
        [_("Document"), _("Question"), _("Answer"), _("Quotation"), _("Page"), _("Corrected by"), _("State")]
    ]
    asked = {one.pk: one.text for one in questions}
    for row in rows:
        title = sheets.Linked(cell(row.document.title), absolute(row.document.get_absolute_url()))
        answers.append([title, *(_linked(one, absolute) for one in row.cells)])
        for one in row.cells:
            found = one.cell
            page = sheets.Linked(str(found.page), absolute(one.url)) if one.url else ""
            said = [cell(one.text), cell(found.quote), page, cell(_by(one)), cell(_state(one))]
            quotes.append([cell(row.document.title), cell(asked[found.question_id]), *said])
    widths = (WIDE, *[WIDE] * len(questions))
    return sheets.book([(_("Answers"), answers, widths), (_("Quotations"), quotes, (WIDE, WIDE, WIDE, 60, NARROW, 16, 24))])


def _linked(one: ShownCell, absolute: Absolute) -> sheets.Value:
    text = cell(one.text)
    return sheets.Linked(text, absolute(one.url)) if one.url and text else text


def _csv(rows: Sequence[ShownRow], questions: Sequence[ReviewQuestion], absolute: Absolute) -> bytes:
    """Three columns for each question: what is said, on which page, its address."""
    head: list[sheets.Value] = [_("Document"), _("Address")]
    for question in questions:
        head += [cell(question.text), _("Page"), _("Address")]
    lines = [head]
    for row in rows:
        line: list[sheets.Value] = [cell(row.document.title), absolute(row.document.get_absolute_url())]
        for one in row.cells:
            line += [cell(one.text), one.cell.page or "", absolute(one.url) if one.url else ""]
        lines.append(line)
    return sheets.made(lines, "csv", "")


def _by(one: ShownCell) -> str:
    return str(one.cell.corrected_by or _("somebody who is gone")) if one.corrected else ""


def _state(one: ShownCell) -> str:
    state = one.cell.error if one.cell.state == showing.State.FAILED and one.cell.error else one.cell.get_state_display()
    return _("%(state)s; read anew since") % {"state": state} if one.stale else str(state)
