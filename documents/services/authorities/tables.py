"""The authorities of a case as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from documents.services.authorities.of_case import CitedAuthority
from tasks.base.spreadsheets import cell


def rows_of(found: Iterable[CitedAuthority]) -> list[list[str | int]]:
    head: list[str | int] = [
        _("Authority"), _("Citation"), _("Kind"), _("Year"), _("Mentions"), _("Documents"), _("In the library"), _("Doubtful"), _("Key"),
    ]  # fmt: skip
    return [
        head,
        *(
            [
                cell(one.name or one.citation), cell(one.citation), one.heading, one.year or "", one.mentions, one.documents,
                _("yes") if one.in_library else _("no"), one.doubtful, cell(one.key),
            ]
            for one in found
        ),
    ]  # fmt: skip
