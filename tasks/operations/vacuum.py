"""VACUUM ANALYZE of every table, and what it won."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

FEW_DEAD = 0.05
"""Share of dead rows under which cleaning an HNSW index costs more than it frees."""
NAMED = 10

# The size is that of a table with its indexes and its TOAST table, in bytes.
TABLES = """
SELECT c.relname,
       EXISTS (SELECT 1 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam
               WHERE i.indrelid = c.oid AND a.amname = 'hnsw'),
       COALESCE(s.n_live_tup, 0), COALESCE(s.n_dead_tup, 0), COALESCE(pg_total_relation_size(c.oid), 0)
FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY COALESCE(s.n_dead_tup, 0) DESC, c.relname
"""


@dataclass(frozen=True)
class Table:
    """A table as PostgreSQL's statistics know it; its rows are estimates."""

    name: str
    has_hnsw: bool
    live: int
    dead: int
    size: int

    @property
    def has_few_dead(self) -> bool:
        return self.dead < FEW_DEAD * max(1, self.live + self.dead)


def vacuum(on_table: Callable[[int, int, str], None]) -> dict[str, Any]:
    """VACUUM ANALYZE every table; says in bytes and rows what that won. `on_table(done, count, name)` before each.

    {"tables", "bytes_before", "bytes_after", "bytes_won", "dead_rows", "seconds", "most": [{"table", "bytes_before", "bytes_after",
    "bytes_won", "dead_rows"}]}: `most` names the ten tables that won most. A plain VACUUM gives back only the free end of a file; the
    room of other dead rows is used again. So `bytes_won` adds up what tables shrank by, and the sizes of the whole database
    (`bytes_before`, `bytes_after`) may grow meanwhile by what others write.

    The tables with most dead rows come first, for the case that time runs out. HNSW indexes are slow to clean, so a table with
    one is cleaned in them only where enough rows are dead.
    """
    began, size, before = time.monotonic(), _size(), _tables()
    for done, table in enumerate(before):
        on_table(done, len(before), table.name)
        cleanup = "OFF" if table.has_hnsw and table.has_few_dead else "AUTO"
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP {cleanup}) {connection.ops.quote_name(table.name)}")
    after = {table.name: table for table in _tables()}
    won = [_won(table, after[table.name]) for table in before if table.name in after]
    won.sort(key=lambda one: (-one["bytes_won"], -one["dead_rows"]))
    return {
        "tables": len(before),
        "bytes_before": size,
        "bytes_after": _size(),
        "bytes_won": sum(one["bytes_won"] for one in won),
        "dead_rows": sum(one["dead_rows"] for one in won),
        "seconds": round(time.monotonic() - began, 1),
        "most": [one for one in won if one["bytes_won"] or one["dead_rows"]][:NAMED],
    }


def in_words(result: dict[str, Any]) -> str:
    """What a vacuum won, in one sentence."""
    dead, seconds = int(result.get("dead_rows", 0)), result.get("seconds", 0)
    won = filesizeformat(result.get("bytes_won", max(0, result["bytes_before"] - result["bytes_after"])))
    rows = ngettext("%(dead)s dead row removed", "%(dead)s dead rows removed", dead) % {"dead": f"{dead:,}"}
    words = {"won": won, "rows": rows, "tables": result["tables"], "seconds": seconds}
    return _("Won %(won)s; %(rows)s from %(tables)d tables in %(seconds)s s.") % words


def _won(before: Table, after: Table) -> dict[str, Any]:
    return {
        "table": before.name,
        "bytes_before": before.size,
        "bytes_after": after.size,
        "bytes_won": max(0, before.size - after.size),
        "dead_rows": max(0, before.dead - after.dead),
    }


def _tables() -> list[Table]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [Table(*row) for row in cursor.fetchall()]


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
