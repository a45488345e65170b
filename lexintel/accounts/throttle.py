"""One rule for every door that takes a password: how many wrong ones, for a name and from an address, until one has to wait.

The counts are rows of the database, so all processes share them and a restart forgets nothing. Three things are counted:

- wrong passwords for a name from an address: whoever guesses there waits, at that address only;
- wrong passwords from an address, for whatever names: whoever tries one password for many people waits;
- wrong passwords for a name from everywhere: then addresses from which that person has never signed in wait. Those where he has go on, so
  that a stranger can lock nobody out (the idea of OWASP's device cookies, with the address in place of the cookie).

Names and addresses are kept as digests; an IPv6 address counts by its /64, which one household has to itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from cases.models import AuditEvent
from lexintel.models import SignInTally
from tasks.base import counters

log = logging.getLogger(__name__)
WINDOW = timedelta(minutes=5)
REMEMBERED = timedelta(days=180)
"""How long an address from which somebody has signed in stays known as his."""
PER_NAME_AND_ADDRESS = 10
PER_ADDRESS = 60
PER_NAME = 60

_COUNT = """
INSERT INTO lexintel_signintally AS kept (key, number, until) VALUES (%(key)s, 1, now() + make_interval(secs => %(window)s))
ON CONFLICT (key) DO UPDATE SET number = CASE WHEN kept.until < now() THEN 1 ELSE kept.number + 1 END,
    until = CASE WHEN kept.until < now() THEN excluded.until ELSE kept.until END
RETURNING number
"""


class Try:
    """One attempt to sign in with a password."""

    def __init__(self, request: HttpRequest, name: str) -> None:
        self.name, self.address = name.strip(), _network(request.META.get("REMOTE_ADDR", ""))
        folded = self.name.casefold()
        self._known = _key("known", folded, self.address)
        self._limits = {
            _key("name and address", folded, self.address): PER_NAME_AND_ADDRESS,
            _key("address", self.address): PER_ADDRESS,
            _key("name", folded): PER_NAME,
        }

    def seconds_to_wait(self) -> int:
        """0 where this attempt may be made."""
        tallies = {tally.key: tally for tally in SignInTally.objects.filter(key__in=[*self._limits, self._known], until__gt=timezone.now())}
        limits = dict(self._limits)
        if self._known in tallies:
            limits.pop(_key("name", self.name.casefold()))
        waits = [tally.until - timezone.now() for key, tally in tallies.items() if key in limits and tally.number >= limits[key]]
        return max((int(wait.total_seconds()) + 1 for wait in waits), default=0)

    def failed(self) -> None:
        """Count it, and record where a limit was reached with it."""
        counters.add(counters.SIGN_INS, 1, {"outcome": "wrong"})
        reached = False
        for key, limit in self._limits.items():
            with connection.cursor() as cursor:
                cursor.execute(_COUNT, {"key": key, "window": WINDOW.total_seconds()})
                reached |= cursor.fetchone()[0] == limit
        if reached:
            log.warning("Too many wrong passwords for %s from %s", self.name[:150], self.address)
            AuditEvent.write("sign_in.throttled", case=None, actor=None, name=self.name[:150], address=self.address)
            SignInTally.objects.filter(until__lt=timezone.now()).delete()

    def refused(self) -> None:
        counters.add(counters.SIGN_INS, 1, {"outcome": "refused"})

    def succeeded(self) -> None:
        """Forget what was typed wrong at this address for this name, and remember the address as his."""
        counters.add(counters.SIGN_INS, 1, {"outcome": "signed_in"})
        SignInTally.objects.filter(key=_key("name and address", self.name.casefold(), self.address)).delete()
        until = timezone.now() + REMEMBERED
        SignInTally.objects.update_or_create(key=self._known, defaults={"number": 0, "until": until})


def sentence(seconds: int) -> str:
    """What whoever has to wait is told, at every door."""
    minutes = max(1, round(seconds / 60))
    return ngettext(
        "There were too many wrong passwords. Please wait %(minutes)d minute and try again.",
        "There were too many wrong passwords. Please wait %(minutes)d minutes and try again.",
        minutes,
    ) % {"minutes": minutes}


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)


def _key(*parts: str) -> str:
    """Not to be turned back into a name or an address without the installation's secret."""
    return hashlib.sha256("\x00".join((settings.SECRET_KEY, *parts)).encode()).hexdigest()
