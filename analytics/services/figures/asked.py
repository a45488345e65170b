"""What people searched for and asked, what they were answered and what that cost; who was there, and what was due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.models.impressions import Kind
from analytics.services.figures import Figure, Unit, define, links
from analytics.services.figures.counting import Counted, together
from documents.models import Message

_searches = Counted(
    rows="analytics_impressionday i",
    when="i.day >= %(first)s AND i.day < %(after)s AND i.kind IN ('search', 'empty_search')",
    case="i.case_id",
    wholes={
        "searches": f"coalesce(sum(i.views) FILTER (WHERE i.kind = '{Kind.SEARCH.value}'), 0)",
        "searches_empty": f"coalesce(sum(i.views) FILTER (WHERE i.kind = '{Kind.EMPTY_SEARCH.value}'), 0)",
    },
)
UNSUPPORTED = (
    "EXISTS (SELECT FROM documents_messagesentence s WHERE s.message_id = m.id AND NOT s.supported AND NOT s.aside)"  # of one answer
)
ANSWERED = "m.state = 'answered'"
WRITTEN = "m.usage ? 'model'"
_answers = Counted(
    rows="documents_message m JOIN documents_conversation c ON c.id = m.conversation_id",
    when="m.ended >= %(since)s AND m.ended < %(until)s",
    case="c.case_id",
    wholes={
        "answers": f"count(*) FILTER (WHERE {ANSWERED})",
        "answers_refused": f"count(*) FILTER (WHERE {ANSWERED} AND m.refused)",
        "answers_unsupported": f"count(*) FILTER (WHERE {ANSWERED} AND {UNSUPPORTED})",
        "answers_failed": "count(*) FILTER (WHERE m.state = 'failed')",
        "answer_seconds_median": f"percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.ended - m.created)) "
        f"FILTER (WHERE {ANSWERED})",
        "llm_calls": f"count(*) FILTER (WHERE {WRITTEN})",
        "llm_tokens": f"coalesce(sum((m.usage->>'prompt_tokens')::bigint + (m.usage->>'completion_tokens')::bigint) "
        f"FILTER (WHERE {WRITTEN}), 0)",
        "llm_cost": f"sum((m.usage->>'cost')::numeric) FILTER (WHERE {WRITTEN})",
    },
)
_methods = Counted(
    rows=_answers.rows,
    when=f"{_answers.when} AND {ANSWERED} AND m.method <> ''",
    case="c.case_id",
    part="m.method",
    parts={"answers": "count(*)"},
)
_deadlines = Counted(
    rows="cases_event e",
    when="e.date >= %(first)s AND e.date < %(after)s AND e.kind = 'deadline' AND e.state <> 'hidden'",
    case="e.case_id",
    wholes={"deadlines_due": "count(*)", "deadlines_open": "count(*) FILTER (WHERE NOT e.done)"},
)


def _method_label(method: str) -> str:
    return str(Message.Method(method).label)


def register() -> None:
    define(
        [
            Figure(
                "searches", _("Searches"), Unit.COUNT,
                _("Searches that people and programs made, by the UTC day; those over all cases are of the installation only. Turning a "
                  "page of results is no new search."), "searches",
            ),
            Figure(
                "searches_empty", _("Searches without result"), Unit.COUNT, _("Those of the searches that found nothing."), "searches",
                more_is_worse=True,
            ),
        ],
        _searches,
    )  # fmt: skip
    define(
        [
            Figure(
                "answers", _("Answers"), Unit.COUNT,
                _("Questions of the chat whose answer ended in the time, refusals too, by how they were answered; in private and in "
                  "deleted conversations too."), "answers", per="method", part_label=_method_label,
            ),
            Figure(
                "answers_refused", _("Answers refused"), Unit.COUNT,
                _("Those of the answers that say that the documents hold none."), "answers", more_is_worse=True,
            ),
            Figure(
                "answers_unsupported", _("Answers with unsupported sentences"), Unit.COUNT,
                _("Those of the answers with a sentence that is marked as not supported by its sources."), "answers", more_is_worse=True,
            ),
            Figure(
                "answers_failed", _("Questions that failed"), Unit.COUNT,
                _("Questions of the chat that ended in the time with an error instead of an answer."), "answers", more_is_worse=True,
            ),
            Figure(
                "answer_seconds_median", _("Time to an answer, median"), Unit.SECONDS,
                _("From the question to the end of its answer, of the same answers."), "answers", empty=None, more_is_worse=True,
            ),
            Figure(
                "llm_calls", _("Answers by a language model"), Unit.COUNT,
                _("Questions that ended in the time for which a language model was called, whatever became of the answer."), "answers",
            ),
            Figure(
                "llm_tokens", _("Tokens of the language model"), Unit.COUNT,
                _("Tokens of these calls, sent and received, as the model's server counts them or as estimated here."), "answers",
            ),
            Figure(
                "llm_cost", _("Cost of the language model"), Unit.MONEY,
                _("What these calls cost at the prices that the settings name, in their currency; nothing where none are named."),
                "answers", empty=None, more_is_worse=True,
            ),
        ],
        together(_answers, _methods),
    )  # fmt: skip
    define(
        [
            Figure(
                "deadlines_due", _("Deadlines due"), Unit.COUNT,
                _("Deadlines of the timeline by their date, without hidden ones."), "matters", link=links.deadlines,
            ),
            Figure(
                "deadlines_open", _("Deadlines not done"), Unit.COUNT,
                _("Those of the deadlines due that nobody had marked as done when this was counted."), "matters", more_is_worse=True,
            ),
        ],
        _deadlines,
    )  # fmt: skip
