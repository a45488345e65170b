"""When a schedule runs, in words."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

ANY = "*"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def when_in_words(row: PeriodicTask) -> str:
    """Gives "Saturday 04:00 UTC", "daily 03:00 UTC", "every 5 minutes"; other patterns as cron's own description."""
    if row.interval is not None:
        return _interval(row.interval)
    if row.crontab is not None:
        return _crontab(row.crontab)
    if row.solar is not None:
        place = {"event": row.solar.get_event_display(), "latitude": row.solar.latitude, "longitude": row.solar.longitude}
        return _("%(event)s at %(latitude)s, %(longitude)s") % place
    if row.clocked is not None:
        return _("once, %(time)s UTC") % {"time": date_format(row.clocked.clocked_time, "N j, Y, H:i")}
    return _("never: it has no times")


def _interval(interval: IntervalSchedule) -> str:
    every, period = interval.every, interval.period
    for seconds, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if period == IntervalSchedule.SECONDS and every % seconds == 0:
            every, period = every // seconds, unit
    words = {
        "days": ngettext("every day", "every %(n)d days", every),
        "hours": ngettext("every hour", "every %(n)d hours", every),
        "minutes": ngettext("every minute", "every %(n)d minutes", every),
        "seconds": ngettext("every second", "every %(n)d seconds", every),
        "microseconds": ngettext("every microsecond", "every %(n)d microseconds", every),
    }
    return words[period] % {"n": every}


def _crontab(cron: CrontabSchedule) -> str:
    fixed = cron.minute.isdigit() and (cron.day_of_month, cron.month_of_year) == (ANY, ANY)
    zone = str(cron.timezone)
    if fixed and cron.hour == ANY and cron.day_of_week == ANY:
        return _("hourly at minute %(minute)s") % {"minute": cron.minute}
    if not (fixed and cron.hour.isdigit()):
        return str(cron.human_readable)
    words = {"time": f"{int(cron.hour):02}:{int(cron.minute):02}", "zone": zone}
    if cron.day_of_week == ANY:
        return _("daily %(time)s %(zone)s") % words
    day = _weekday(cron.day_of_week)
    return str(cron.human_readable) if day is None else _("%(day)s %(time)s %(zone)s") % {**words, "day": day}


def _weekday(name: str) -> str | None:
    """Of cron's "6" or "sat" (0 and 7 are Sunday); None where there are several."""
    if name.isdigit():
        return str(WEEKDAYS[(int(name) - 1) % 7])
    return str(WEEKDAYS[DAYS.index(name[:3].lower())]) if name[:3].lower() in DAYS and name.isalpha() else None
