"""One conversation: its questions and answers, and what may be done with it. Answers are fragments that the page asks for as they grow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages as told
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.views import case_page
from documents.errors import Refused
from documents.models import Conversation, Document, Message
from documents.services.chat import asking, conversations, llm, observers
from documents.services.chat.registering import TAB
from documents.views.chat.answers import answers

SHOWN_AT_ONCE = 50
OFFERED = 30
BY_SCRIPT = "chat"
"""X-Requested-With of requests that want a fragment instead of a page."""


@login_required
@require_GET
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _visible(request, pk))


@login_required
def messages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: those after number `after`, as fragments. POST: ask `question`."""
    one = _visible(request, pk)
    if request.method != "POST":
        after = request.GET.get("after", "")
        later = _messages(one).filter(number__gt=int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0)
        return render(request, "documents/chat/messages.html", {"answers": answers(later[:SHOWN_AT_ONCE], request.user)})
    try:
        asked = asking.ask(one, request.user, request.POST.get("question", ""))
    except Refused as refusal:
        if _by_script(request):
            return HttpResponse(refusal.message, status=refusal.status, content_type="text/plain; charset=utf-8")
        return _page(request, one, refused=refusal.message, typed=request.POST.get("question", ""), status=422)
    return _fragment(request, asked, status=201) if _by_script(request) else redirect(f"{one.get_absolute_url()}#message-{asked.pk}")


@login_required
@require_GET
def message(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    return _fragment(request, get_object_or_404(_messages(_visible(request, pk)), pk=message_pk))


@login_required
@require_POST
def message_stop(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    one = get_object_or_404(_messages(_visible(request, pk)), pk=message_pk)
    try:
        asking.stop(one, request.user)
    except Refused as refusal:
        if not _by_script(request):
            told.error(request, refusal.message)
    one.refresh_from_db()
    return _fragment(request, one) if _by_script(request) else redirect(f"{one.conversation.get_absolute_url()}#message-{one.pk}")


@login_required
@require_POST
def conversation_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """rename, share, unshare, limit, delete: its owner's alone."""
    one = _visible(request, pk)
    act = _ACTS.get(action)
    if act is None:
        raise Http404
    try:
        told.success(request, act(one, request))
    except Refused as refusal:
        told.error(request, refusal.message)
    return redirect("documents:case-chat", one.case_id) if action == "delete" else redirect(one)


def _renamed(one: Conversation, request: HttpRequest) -> str:
    conversations.change(one, request.user, title=request.POST.get("title", ""))
    return _("Renamed.")


def _shared(one: Conversation, request: HttpRequest) -> str:
    conversations.change(one, request.user, shared=True)
    return _("Everybody in this case can read this conversation and ask in it now.")


def _unshared(one: Conversation, request: HttpRequest) -> str:
    conversations.change(one, request.user, shared=False)
    return _("Only you can see this conversation now.")


def _limited(one: Conversation, request: HttpRequest) -> str:
    wanted = set(request.POST.getlist("document"))
    offered = Document.objects.visible_to(request.user).filter(case=one.case_id)
    conversations.change(one, request.user, documents=[pk for pk in offered.values_list("pk", flat=True) if str(pk) in wanted])
    return _("The next questions look at these documents only.") if wanted else _("The next questions look at all documents of the case.")


def _deleted(one: Conversation, request: HttpRequest) -> str:
    conversations.remove(one, request.user)
    return _("The conversation has been deleted.")


_ACTS: dict[str, Callable[[Conversation, HttpRequest], str]] = {
    "rename": _renamed, "share": _shared, "unshare": _unshared, "limit": _limited, "delete": _deleted,
}  # fmt: skip


def _visible(request: HttpRequest, pk: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.visible_to(request.user).select_related("case", "owner"), pk=pk)


def _messages(one: Conversation) -> Any:
    return one.messages.select_related("asked_by", "conversation")


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == BY_SCRIPT


def _fragment(request: HttpRequest, one: Message, status: int = 200) -> HttpResponse:
    found = answers([one], request.user)
    if not found:
        raise Http404
    return render(request, "documents/chat/answer.html", {"answer": found[0]}, status=status)


def _page(request: HttpRequest, one: Conversation, *, status: int = 200, **context: Any) -> HttpResponse:
    before = request.GET.get("before", "")
    found = _messages(one).order_by("-number")
    if before.isascii() and before.isdecimal() and len(before) < 9:
        found = found.filter(number__lt=int(before))
    newest = list(found[: SHOWN_AT_ONCE + 1])
    listed = answers(reversed(newest[:SHOWN_AT_ONCE]), request.user)
    observers.tell(observers.Read(request.user, [shown.message.pk for shown in listed if shown.message.state == Message.State.ANSWERED]))
    first = one.messages.order_by("number").values_list("question", flat=True).first()
    find = request.GET.get("find", "")[:200].replace("\x00", "").strip()
    chosen = list(Document.objects.visible_to(request.user).filter(case=one.case_id, pk__in=one.documents.values("pk")).order_by("title"))
    mine = one.owner_id == request.user.pk
    return case_page(
        request, one.case, TAB, "documents/chat/conversation.html", status=status,
        conversation=one, answers=listed, earlier=listed[0].message.number if len(newest) > SHOWN_AT_ONCE else None,
        mine=mine, title=one.title or first or _("New conversation"), chosen=chosen, find=find, limiting="find" in request.GET,
        offered=_offered(request, one, find, chosen) if mine else [], people=one.case.memberships.count(),
        leaves_to=llm.leaves_to(), **context,
    )  # fmt: skip


def _offered(request: HttpRequest, one: Conversation, find: str, chosen: list[Document]) -> list[Document]:
    """Documents that it may be limited to, besides those it is: the newest, or those that have these words in their title."""
    documents = Document.objects.visible_to(request.user).filter(case=one.case_id, duplicate_of=None)
    documents = documents.exclude(pk__in=[document.pk for document in chosen])
    for word in find.split()[:10]:
        documents = documents.filter(Q(title__icontains=word) | Q(name__icontains=word))
    return list(documents.order_by("-created", "-pk")[:OFFERED])
