"""Bates numbers of a case: handed out once, in rising order, in the transaction of whoever takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from documents.errors import Refused
from documents.models import BatesNumbering

PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,19}|")
MIN_DIGITS, MAX_DIGITS = 3, 12


@dataclass(frozen=True)
class Numbers:
    """`count` numbers from `first` on, as "ABC000001"."""

    prefix: str
    digits: int
    first: int
    count: int

    def labels(self) -> list[str]:
        return [self.label(number) for number in range(self.first, self.first + self.count)]

    def label(self, number: int) -> str:
        return f"{self.prefix}{number:0{self.digits}d}"

    @property
    def begin(self) -> str:
        return self.label(self.first)

    @property
    def end(self) -> str:
        return self.label(self.first + self.count - 1)


def next_number(case: Case, prefix: str) -> int:
    """Where the numbering under this prefix goes on."""
    return BatesNumbering.objects.filter(case=case, prefix=prefix).values_list("next_number", flat=True).first() or 1


def take(case: Case, prefix: str, digits: int, count: int, start: int | None = None) -> Numbers:
    """Take the next `count` numbers, from `start` on where one is given. Numbers of work that fails later are not handed out again.

    Raises Refused: bad_prefix, bad_digits, numbers_taken (start lies before the next free one), too_few_digits.
    """
    if not PREFIX.fullmatch(prefix):
        raise Refused(_("A prefix has up to 20 letters, digits, spaces, points, hyphens or underscores."), "bad_prefix")
    if not MIN_DIGITS <= digits <= MAX_DIGITS:
        raise Refused(_("A number has %(min)d to %(max)d digits.") % {"min": MIN_DIGITS, "max": MAX_DIGITS}, "bad_digits")
    with transaction.atomic():
        BatesNumbering.objects.bulk_create([BatesNumbering(case=case, prefix=prefix)], ignore_conflicts=True)
        row = BatesNumbering.objects.select_for_update().get(case=case, prefix=prefix)
        first = row.next_number if start is None else start
        if first < row.next_number:
            taken = {"next": Numbers(prefix, digits, row.next_number, 1).begin}
            raise Refused(_("Numbers before %(next)s are taken in this case. Please begin there or later.") % taken, "numbers_taken")
        if first + count - 1 >= 10**digits:
            raise Refused(_("These pages need more digits. Please choose more."), "too_few_digits")
        row.next_number = first + count
        row.save(update_fields=["next_number", "updated"])
    return Numbers(prefix, digits, first, count)
