"""Numbers as people read them, with their units."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from analytics.services.figures import Unit

NOTHING = "–"


def written(unit: Unit, value: float | int | None) -> str:
    if value is None:
        return NOTHING
    match unit:
        case Unit.BYTES:
            return filesizeformat(value).replace("\xa0", " ")
        case Unit.SECONDS:
            return _seconds(value)
        case Unit.MILLISECONDS:
            return _("%(n)s ms") % {"n": _number(value, 0 if value >= 10 else 1)}
        case Unit.HOURS:
            return _("%(n)s h") % {"n": _number(value, 1 if value >= 1 or not value else 2)}
        case Unit.PERCENT:
            return _("%(n)s %%") % {"n": _number(value, 1)}
        case Unit.MONEY:
            return _number(value, 2 if value >= 1 or not value else 4)
        case Unit.COUNT:
            return _number(value, 0)


def _seconds(value: float) -> str:
    if value >= 90 * 60:
        return _("%(n)s h") % {"n": _number(value / 3600, 1)}
    if value >= 90:
        return _("%(n)s min") % {"n": _number(value / 60, 1)}
    return _("%(n)s s") % {"n": _number(value, 0 if value >= 10 else 2)}


def _number(value: float, decimals: int) -> str:
    return number_format(round(value, decimals), decimals, force_grouping=True)
