"""The database after a test that committed, as Django's flush leaves it, at a fraction of its price.

A flush makes new files for every table and every index, and lets every app put its content types, permissions and schedules in again.
Here only what a test changed is undone: small tables are emptied by DELETE, large ones by TRUNCATE.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

LARGE = 1 << 20
"""Bytes of a table from which on its deleted rows would be in the way of later tests."""


class Emptying:
    """Puts back what the first flush of this database left."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            self.tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
            cursor.execute("SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'")
            self.references = cursor.fetchall()
            self.kept = {table: _rows(cursor, table) for table in self._filled(cursor)}
            self.times = {table: _columns_of_times(cursor, table) for table in self.kept}

    def run(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {_names(self.tables)} IN ACCESS EXCLUSIVE MODE")  # whoever still writes is waited for
            cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, as in a TRUNCATE
            changed = {table for table, rows in self.kept.items() if self.times[table] or _rows(cursor, table) != rows}
            filled = self._filled(cursor)
            emptied = (filled - self.kept.keys()) | changed
            truncated = self._with_referring({table for table in emptied if _size(cursor, table) > LARGE})
            if truncated:
                cursor.execute(f"TRUNCATE {_names(truncated)}")
            for table in sorted(emptied - truncated):
                cursor.execute(f'DELETE FROM "{table}"')
            for table in sorted(changed | (truncated & self.kept.keys())):
                self._put_back(cursor, table)

    def _filled(self, cursor: Any) -> set[str]:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (TABLE \"{table}\")" for table in self.tables))
        return {table for (table,) in cursor.fetchall()}

    def _with_referring(self, tables: set[str]) -> set[str]:
        """PostgreSQL truncates a table only together with those that refer to it."""
        while more := {table for table, referred in self.references if referred in tables} - tables:
            tables = tables | more
        return tables

    def _put_back(self, cursor: Any, table: str) -> None:
        """With the times of now, as if the apps had put the rows in again."""
        cursor.execute(f'INSERT INTO "{table}" SELECT (kept::"{table}").* FROM unnest(%s::text[]) AS kept', [self.kept[table]])
        for column in self.times[table]:
            cursor.execute(f'UPDATE "{table}" SET "{column}" = now() WHERE "{column}" IS NOT NULL')
        if table == ContentType._meta.db_table:
            ContentType.objects.clear_cache()


def _names(tables: Iterable[str]) -> str:
    return ", ".join(f'"{table}"' for table in sorted(tables))


def _rows(cursor: Any, table: str) -> list[str]:
    cursor.execute(f'SELECT kept::text FROM "{table}" AS kept ORDER BY 1')
    return [row for (row,) in cursor.fetchall()]


def _columns_of_times(cursor: Any, table: str) -> list[str]:
    cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND atttypid = 'timestamptz'::regtype", [table])
    return [name for (name,) in cursor.fetchall()]


def _size(cursor: Any, table: str) -> int:
    cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [table])
    return int(cursor.fetchone()[0])


def may_skip_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def instead_of_flush(patch: Any) -> None:
    """For tests that ask for nothing special of their flush."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    known: dict[str, Emptying] = {}

    def tear_down(self: Any) -> None:
        name = connection.settings_dict["NAME"]
        special = self.available_apps is not None or self.serialized_rollback or not may_skip_triggers()
        if name in known and not special:
            known[name].run()
            return
        flush(self)
        if not special:
            known[name] = Emptying()

    patch.setattr(TransactionTestCase, "_fixture_teardown", tear_down)
