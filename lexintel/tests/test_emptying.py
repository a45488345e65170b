"""What stands in for Django's flush between tests leaves what a flush leaves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import PeriodicTask

from lexintel.models import User
from lexintel.tests import emptying

pytestmark = pytest.mark.django_db(transaction=True)


def _contents() -> dict[str, int]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def _flush() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, allow_cascade=False, inhibit_post_migrate=False)


@pytest.mark.parametrize("large", [emptying.LARGE, 0])
def test_changed_tables_are_as_after_a_flush(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "LARGE", large)
    _flush()
    fresh, tasks = _contents(), set(PeriodicTask.objects.values_list("task", "enabled", "crontab__hour"))
    known = emptying.Emptying()
    User.objects.create_user("somebody").user_permissions.add(Permission.objects.last())
    Permission.objects.first().delete()
    PeriodicTask.objects.update(enabled=False)
    PeriodicTask.objects.first().delete()
    known.run()
    assert _contents() == fresh
    assert set(PeriodicTask.objects.values_list("task", "enabled", "crontab__hour")) == tasks
