"""Figures of a small day that was counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.management.commands.figures import table
from analytics.services.figures import Stretch, day_of, defined, figure, nothing, values_of, values_of_cases
from analytics.tests import known_day
from analytics.tests.known_day import DAY, INSTALLATION, ONE, OTHER
from cases.models import AuditEvent
from cases.services import matters


def approximately(values):
    return {key: value if value is None else pytest.approx(value) for key, value in values.items()}


@pytest.fixture
def other(case, stranger):
    return matters.create_case("Doe v. Bolton", user=stranger)


def test_each_figure_of_the_known_day_is_what_was_counted_by_hand(case, other, owner, editor):
    known_day.build(case, other, owner, editor)
    assert set(INSTALLATION) - {key for key in INSTALLATION if ":" in key} == {one.key for one in defined()}
    assert values_of(day_of(DAY)) == approximately(INSTALLATION)
    assert values_of(day_of(DAY, case.pk)) == approximately(ONE)
    assert values_of(day_of(DAY, other.pk)) == approximately(OTHER)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        together = values_of_cases(day_of(DAY))
    assert together == {None: approximately(INSTALLATION), case.pk: approximately(ONE), other.pk: approximately(OTHER)}
    third = matters.create_case("A third", user=owner)
    AuditEvent.objects.filter(case=third).update(created=known_day.BEFORE)
    known_day.document(third, known_day.NOON)
    with CaptureQueriesContext(connection) as more:
        assert values_of_cases(day_of(DAY))[third.pk] == {**nothing(third.pk), "documents_in": 1, "documents_in:email": 1}
    assert len(more) == len(queries) <= 20


def test_a_stretch_takes_the_days_that_begin_in_it(db):
    day = day_of(DAY)
    assert (day.first, day.after) == (DAY, DAY + timedelta(days=1))
    late = Stretch(day.since + timedelta(hours=1), day.until + timedelta(hours=1))
    assert (late.first, late.after) == (DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert values_of(day) == nothing(None)


def test_a_day_has_24_hours_where_the_clock_is_put_forward(case):
    """New York, 2026-03-08: the local day has 23 hours and begins at 05:00 UTC; the report's day is UTC all the same."""
    day = date(2026, 3, 8)
    begins, ends = datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    for moment in (begins - timedelta(milliseconds=1), begins, ends - timedelta(milliseconds=1), ends):
        known_day.document(case, moment)
    with timezone.override("America/New_York"):
        assert day_of(day) == Stretch(begins, ends)
        assert values_of(day_of(day, case.pk))["documents_in"] == 2


def test_each_part_has_words_and_a_case_hears_nothing_of_the_installation():
    for key in INSTALLATION:
        whole, colon, part = key.partition(":")
        assert not colon or figure(whole).part_label(part) not in ("", part) or part == "unexpected"
    assert "library_in" in nothing(None)
    assert not {one.key for one in defined() if one.staff_only} & (set(ONE) | set(OTHER))


def test_the_documentation_defines_every_figure():
    """`python3 manage.py figures` prints the table to put there."""
    assert table() in (settings.BASE_DIR / "docs" / "ANALYTICS.md").read_text()
