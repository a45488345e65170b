"""A test database with real commits, which other processes see; no flush between tests, that would pull it from under them.

Import both names into a test module: `db` there replaces pytest-django's, so that fixtures which ask for it commit too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.db import connection

from tasks.scheduling import schedules


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        assert connection.settings_dict["NAME"].startswith("test_")
        _empty()
        yield
        _empty()
        connection.close()
        SyncToAsync.single_thread_executor.submit(lambda: connection.close()).result()  # where async tests had their queries done


@pytest.fixture(scope="module")
def committed(db: None) -> None:
    """The same under a name that says it."""


def _empty() -> None:
    """Leave nothing behind for the tests of other modules, which expect empty tables and every schedule."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
        kept = ("django_migrations", "django_content_type", "auth_permission")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith(kept)]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    schedules.create_missing()  # as after a migration: none that another test has disabled
