"""Who gets reports by e-mail: of the installation staff, of a case its members, each for herself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from analytics.models import ReportSubscription
from cases.models import Case, Role
from documents.errors import Refused
from documents.services.alerts import mail


def subscribe(user: Any, case: Case | None) -> tuple[ReportSubscription, bool]:
    """With whether it is new. Raises Http404, PermissionDenied, Refused (email_is_off, no_email)."""
    _check(user, case)
    if not mail.is_on():
        raise Refused(_("E-mail is not set up on this server, so reports cannot be sent."), "email_is_off")
    if not user.email:
        raise Refused(_("There is no e-mail address in your account."), "no_email")
    return ReportSubscription.objects.get_or_create(user=user, case=case)


def unsubscribe(user: Any, case: Case | None) -> None:
    """Raises Http404, PermissionDenied."""
    _check(user, case)
    ReportSubscription.objects.filter(user=user, case=case).delete()


def is_subscribed(user: Any, case: Case | None) -> bool:
    return ReportSubscription.objects.filter(user=user, case=case).exists()


def _check(user: Any, case: Case | None) -> None:
    if case is not None:
        case.require(user, Role.VIEWER)
    elif not user.is_staff:
        raise PermissionDenied(_("The report of the whole installation is for staff."))
