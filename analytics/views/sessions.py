"""The analysis of a recording."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from analytics.services.sessions import analysing, paper, showing, words
from analytics.services.sessions.contracts import Analysis
from audio.models import AudioSession
from audio.services.hearing import listening_page
from cases.views import case_page
from documents.errors import Refused
from documents.models import PaperFormat


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_analysis(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST has it made anew (editors)."""
    seen = AudioSession.objects.visible_to(request.user).select_related("case", "duplicate_of", "noise_model")
    session = get_object_or_404(seen, pk=pk)
    if request.method == "POST":
        try:
            analysing.ask(session, request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("analytics:session-analysis", pk=pk)
    found = analysing.look(session)
    listening_page.attach_live([found.heard])
    told = _told(found, session) if found.analysis else {}
    return case_page(
        request, session.case, "hearings", "analytics/session.html", session=session, look=found, heard=found.heard,
        analysis=found.analysis, formats=PaperFormat.choices, **told,
    )  # fmt: skip


def _told(found: analysing.Look, session: AudioSession) -> dict[str, Any]:
    analysis, address = found.analysis, session.get_absolute_url()
    if not isinstance(analysis, Analysis):
        return {}
    listed = analysis.stretches[: showing.MOST_STRETCHES]
    return {
        "facts": paper.facts_of(analysis),
        "models": paper.models_of(analysis),
        "strips": showing.strips_of(analysis, address),
        "charts": showing.charts_of(analysis, address),
        "stretches": [(one, showing.moment(address, one.start_s), words.why(one)) for one in listed],
        "steps": [(step, words.step(step.name)) for step in analysis.steps],
        "more": len(analysis.stretches) - len(listed),
        "compared": [
            (words.COMPARED[one.key][0], words.shown(one.value, words.COMPARED[one.key][1]),
             words.shown(one.median, words.COMPARED[one.key][1]), words.verdict(one), one.others)
            for one in found.compared() if one.others
        ],
    }  # fmt: skip
