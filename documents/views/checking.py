"""Check a draft: a text or a file is given, and what the library says of its citations and quotations is shown. Nothing is stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.errors import Refused
from documents.services.authorities import of_case
from documents.services.authorities.checking import draft
from documents.services.authorities.checking.given import LARGEST_FILE, LONGEST_TEXT, require_text, text_of_file
from documents.services.authorities.checking.marked import pieces

HEADINGS = {
    "look": _("To look at first"),
    "doubtful": _("Doubtful"),
    "not_understood": _("Not understood"),
    "not_in_library": _("Not in the library"),
    "not_checkable": _("Can't be checked here"),
    "fine": _("Nothing to remark"),
}


@login_required
def draft_check(request: HttpRequest) -> HttpResponse:
    case = _case(request)
    context: dict[str, Any] = {
        "rail": "library", "tab": "check", "is_staff": request.user.is_staff, "of_case": case,
        "longest": f"{LONGEST_TEXT:,}", "largest": LARGEST_FILE // (1024 * 1024), "given": "",
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "library/check.html", context)
    file = request.FILES.get("file")
    # A browser sends line ends as \r\n, which are one character in what was typed.
    given = request.POST.get("text", "").replace("\x00", "").replace("\r\n", "\n")
    try:
        text = text_of_file(file, file.name or "") if file is not None else require_text(given)
    except Refused as refusal:
        return render(request, "library/check.html", {**context, "refused": refusal.message, "given": given}, status=422)
    report = draft.check(text)
    numbered = list(enumerate(report.results, 1))
    counts = of_case.mentions_by_key(case, {one.mention.key for one in report.results}) if case else {}
    groups = [
        {
            "key": key,
            "label": label,
            "results": [
                {"number": number, "one": one, "times": counts.get(one.mention.key, 0), "quotes": [quote.as_json() for quote in one.quotes]}
                for number, one in numbered
                if one.group == key
            ],
        }
        for key, label in HEADINGS.items()
    ]
    context |= {
        "report": report, "groups": [group for group in groups if group["results"]], "pieces": list(pieces(report)),
        "totals": report.totals(), "quotes": report.quote_totals(), "name": file.name if file is not None else "",
    }  # fmt: skip
    return render(request, "library/check.html", context)


def _case(request: HttpRequest) -> Case | None:
    """The case from whose page one came; 404 for one that one may not see."""
    asked = request.POST.get("case") or request.GET.get("case") or ""
    if not asked:
        return None
    try:
        case = Case.objects.visible_to(request.user).filter(pk=UUID(asked)).first()
    except ValueError:
        case = None
    if case is None:
        raise Http404
    return case
