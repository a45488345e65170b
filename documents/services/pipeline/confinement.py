"""Whether this machine holds parsers to what they may touch: for people, and for who insists on it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from documents.services.sandbox.confinement.kernel import offer

REQUIRED, BEST_EFFORT = "required", "best-effort"


def check() -> tuple[bool, str]:
    """(True, what holds and what does not, with the kernel's reason). Nothing that fails: work goes on without, unless it is required."""
    told = _lacking()
    if not told:
        return True, _("Parsers see no file but their own, reach no network and no other process.")
    return True, " ".join(told)


def require_settings() -> None:
    """Raises ImproperlyConfigured where confinement is required and this machine has none."""
    offered = offer()
    if settings.CONFINEMENT == REQUIRED and not (offered.files and offered.network):
        raise ImproperlyConfigured(
            f"CONFINEMENT=required, but this machine cannot confine parsers: {' '.join(_lacking())} "
            "Use a newer kernel or another container runtime, or set CONFINEMENT=best-effort."
        )


def _lacking() -> list[str]:
    offered, told = offer(), []
    if not offered.files:
        told.append(_("Parsers are not kept from other files (Landlock: %(reason)s).") % {"reason": offered.no_landlock})
    if not offered.network:
        told.append(_("Parsers are not kept from the network (seccomp: %(reason)s).") % {"reason": offered.no_seccomp})
    if not offered.signals:
        told.append(_("They are not kept from sending signals to other processes of their user (Linux before 6.12)."))
    return told
