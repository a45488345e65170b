"""Where conversations begin and are found again: in their case, and those of all one's cases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.views import case_page, visible_case
from documents.errors import Refused
from documents.models import Conversation, Document, Message
from documents.services.chat import asking, conversations, llm
from documents.services.chat.registering import TAB

PER_PAGE = 50
EXAMPLES = (_("Who are the parties?"), _("When is the hearing?"), _("How many e-mails are there?"))


@login_required
def case_chat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The conversations of a case under a field for a question, which begins one; `?document=` narrows it."""
    case = visible_case(request, pk)
    chosen = _chosen(request, case)
    refused = ""
    if request.method == "POST":
        try:
            return redirect(_begun(request, case, chosen))
        except Refused as refusal:
            refused = refusal.message
    return case_page(
        request, case, TAB, "documents/chat/case_chat.html", page=_listed(request, case), chosen=chosen, refused=refused,
        typed=request.POST.get("question", ""), examples=EXAMPLES, leaves_to=llm.leaves_to(), status=422 if refused else 200,
    )  # fmt: skip


@login_required
def all_conversations(request: HttpRequest) -> HttpResponse:
    return render(request, "documents/chat/conversations.html", {"page": _listed(request), "rail": "chat"})


def _begun(request: HttpRequest, case: Case, chosen: list[Document]) -> Conversation:
    """Raises Refused; then nothing has begun."""
    with transaction.atomic():
        begun = conversations.begin(case, request.user, documents=[document.pk for document in chosen])
        asking.ask(begun, request.user, request.POST.get("example") or request.POST.get("question", ""))
    return begun


def _chosen(request: HttpRequest, case: Case) -> list[Document]:
    given = request.POST if request.method == "POST" else request.GET
    wanted = [pk for pk in map(_uuid, given.getlist("document")) if pk]
    return list(Document.objects.visible_to(request.user).filter(case=case, pk__in=wanted).order_by("title")) if wanted else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _listed(request: HttpRequest, case: Case | None = None) -> Page[Conversation]:
    """With `first` (its first question) and `asked` (how many there are)."""
    first = Message.objects.filter(conversation=OuterRef("pk")).order_by("number").values("question")[:1]
    found: Any = Conversation.objects.visible_to(request.user).select_related("owner", "case")
    if case is not None:
        found = found.filter(case=case)
    found = found.annotate(first=Subquery(first), asked=Count("messages")).order_by("-last", "-pk")
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
