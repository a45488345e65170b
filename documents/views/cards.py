"""The card of a citation, as a fragment that the page puts beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from cases.models import Case
from cases.services.citations import keys_in
from documents.services.authorities import cards

LONGEST_KEY = 200


@login_required
def of_mention(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a mention. 404 where the reader may not see the document that it stands in."""
    card = cards.of_mention(request.user, pk)
    if card is None:
        raise Http404
    return _shown(request, card)


@login_required
def of_key(request: HttpRequest) -> HttpResponse:
    """The card of what `key` names, a canonical key or a citation typed in any way, as it is cited in `case` or in all that one may see."""
    typed = " ".join(request.GET.get("key", "").replace("\x00", "").split())[:LONGEST_KEY]
    keys = [typed] if ":" in typed and " " not in typed else keys_in(typed)
    if not keys:
        raise Http404
    return _shown(request, cards.of_key(request.user, keys[0], "" if keys[0] == typed else typed, _case(request)))


def _case(request: HttpRequest) -> Case | None:
    asked = request.GET.get("case", "")
    if not asked:
        return None
    try:
        pk = UUID(asked)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Case.objects.visible_to(request.user), pk=pk)


def _shown(request: HttpRequest, card: cards.Card) -> HttpResponse:
    context: dict[str, Any] = {"card": card, "is_staff": request.user.is_staff}
    return render(request, "library/card.html", context)
