"""What one has looked at: /recent/, shown to nobody else."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analytics.services.impressions import habits, showing


@login_required
@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    context = {"rail": "recent", "viewed": showing.recent(request.user), "most": showing.MOST, "kept": habits.is_kept(request.user)}
    return render(request, "analytics/recent.html", context)


@login_required
@require_POST
def recent_forget(request: HttpRequest) -> HttpResponse:
    habits.forget_all(request.user)
    messages.success(request, _("What you looked at has been forgotten."))
    return redirect("analytics:recent")


@login_required
@require_POST
def recent_keep(request: HttpRequest) -> HttpResponse:
    """keep=1 turns it on, keep=0 off."""
    wanted = request.POST.get("keep")
    if wanted not in ("0", "1"):
        raise Http404
    habits.keep(request.user, wanted == "1")
    said = (
        _("What you look at is noted for you from now on.")
        if wanted == "1"
        else _("What you looked at has been forgotten, and nothing is noted.")
    )
    messages.success(request, said)
    return redirect("analytics:recent")
