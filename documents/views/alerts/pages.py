"""/alerts/: one's alerts with their state, the notices they made, and of each notice its documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from documents.errors import Refused
from documents.models import AlertNotice, Document, SavedSearch, SearchAlert
from documents.services.alerts import mail, managing, notices, overview, webhook
from documents.services.alerts.errors import DeliveryError
from documents.views.alerts.forms import AlertForm

NOTICES_PER_PAGE = 50
RAIL = "search"


@login_required
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices.listed(request.user), NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"rail": RAIL, "alerts": overview.described(_visible(request)), "page": page}
    return render(request, "documents/alerts/list.html", context)


@login_required
@never_cache
def alert_of_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the alert of a saved search, or change it. A new webhook's secret is shown in the answer, and never again."""
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user).select_related("case"), pk=pk)
    alert = SearchAlert.objects.filter(search=search).first()
    form = AlertForm(request.POST or None, alert=alert)
    if form.is_valid():
        try:
            if alert is None:
                alert, secret = managing.make(search, request.user, **form.cleaned_data)
            else:
                alert, secret = managing.change(alert, request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if secret:
                return _show_secret(request, alert, secret)
            messages.success(request, _("The alert is set."))
            return redirect("documents:alerts")
    context = {"rail": RAIL, "search": search, "alert": alert, "form": form, "mail_off": not mail.is_on(), "hooks_off": not webhook.is_on()}
    return render(request, "documents/alerts/form.html", context, status=422 if form.is_bound else 200)


def _show_secret(request: HttpRequest, alert: SearchAlert, secret: str) -> HttpResponse:
    return render(request, "documents/alerts/secret.html", {"rail": RAIL, "alert": alert, "secret": secret})


@login_required
@never_cache
@require_POST
def alert_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """pause, resume, delete, test, renew."""
    alert = get_object_or_404(_visible(request), pk=pk)
    try:
        if action == "renew":
            return _show_secret(request, alert, managing.renew_secret(alert, request.user))
        messages.success(request, _acted(alert, request.user, action))
    except (Refused, DeliveryError) as error:
        messages.error(request, error.message)
    return redirect("documents:alerts")


def _acted(alert: SearchAlert, user: Any, action: str) -> str:
    if action in ("pause", "resume"):
        managing.change(alert, user, active=action == "resume")
        return _("The alert goes on.") if action == "resume" else _("The alert is paused. What comes meanwhile is not told of.")
    if action == "delete":
        managing.delete(alert, user)
        return _("The alert has been deleted, with its notices.")
    if action == "test":
        managing.try_webhook(alert, user)
        return _("The webhook took the message.")
    raise Http404


def _visible(request: HttpRequest) -> QuerySet[SearchAlert]:
    return SearchAlert.objects.visible_to(request.user).select_related("search__case", "search__user")


@login_required
@require_safe
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Exactly the documents of a notice that one sees now. Who has opened it has seen it."""
    rows = AlertNotice.objects.visible_to(request.user).select_related("alert__search__case")
    found = get_object_or_404(rows, pk=pk)
    asked = request.GET.get("page", "")
    answer = notices.page_of(found, request.user, int(asked) if asked.isdecimal() and len(asked) < 6 else 1)
    notices.mark_seen(request.user, found)
    context = {"rail": RAIL, "notice": found, "answer": answer, "kinds": dict(Document.Kind.choices)}
    return render(request, "documents/alerts/notice.html", context)


@login_required
@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    notices.mark_seen(request.user)
    return redirect("documents:alerts")
