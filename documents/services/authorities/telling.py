"""What a mention means where its key alone does not tell.

Of two rulings that begin on one page it means the one of its name, else of its year; a mention without either (Id., short forms) what the
full mentions of its key in the same reading mean, if they agree. Of parallel citations those that the library does not know mean what the
others mean. And a decision that is cited before it was printed, or whose printed place the library does not know, is told by court, year
and name together: then the mention says that it is doubtful.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cases.services.citations.names import likeness, parties_agree

_SHARED = """
WITH asked AS MATERIALIZED (
    SELECT c.id, c.key, c.text_version_id, c.name, c.year, c.ruling_id FROM documents_citation c WHERE {which}
), shared AS MATERIALIZED (
    SELECT k.key, array_agg(r.id ORDER BY r.id) AS ids, array_agg(r.name::text ORDER BY r.id) AS names,
        array_agg(r.full_name::text ORDER BY r.id) AS full_names, array_agg(extract(year FROM r.date)::int ORDER BY r.id) AS years
    FROM (SELECT DISTINCT key FROM asked) k JOIN cases_ruling r ON r.keys @> ARRAY[k.key]::varchar(120)[]
    GROUP BY k.key HAVING count(*) > 1
)
SELECT a.id, a.key, a.text_version_id, a.name, a.year, a.ruling_id, s.ids, s.names, s.full_names, s.years
FROM asked a JOIN shared s USING (key)
"""
_LEAD = "UPDATE documents_citation c SET ruling_id = m.ruling FROM unnest(%s::bigint[], %s::uuid[]) AS m(id, ruling) WHERE c.id = m.id"

_CLUSTERS = """
WITH groups AS MATERIALIZED (
    SELECT c.text_version_id, c.cluster FROM documents_citation c
    WHERE (c.text_version_id, c.cluster) IN (
        SELECT c.text_version_id, c.cluster FROM documents_citation c WHERE {which} AND c.cluster <> ''
    )
    GROUP BY 1, 2 HAVING count(DISTINCT c.key) > 1
), members AS MATERIALIZED (
    SELECT c.id, c.key, c.ruling_id, c.text_version_id, c.cluster,
        EXISTS (SELECT FROM cases_ruling r WHERE r.keys @> ARRAY[c.key]::varchar(120)[]) AS known
    FROM documents_citation c JOIN groups USING (text_version_id, cluster) WHERE c.key <> ''
), leads AS (
    SELECT text_version_id, cluster, CASE WHEN count(DISTINCT ruling_id) = 1 THEN (array_agg(ruling_id))[1] END AS ruling
    FROM members WHERE known AND ruling_id IS NOT NULL GROUP BY 1, 2
)
UPDATE documents_citation c SET ruling_id = l.ruling FROM members m LEFT JOIN leads l USING (text_version_id, cluster)
WHERE c.id = m.id AND NOT m.known AND c.ruling_id IS DISTINCT FROM l.ruling
"""
_UNKNOWN = """
SELECT c.id, c.key, c.cluster, c.name, c.court, c.year FROM documents_citation c
WHERE c.text_version_id = %s AND c.ruling_id IS NULL AND c.role = 'authority' AND c.kind = 'case' AND c.name <> '' AND c.court <> ''
    AND c.year IS NOT NULL
"""
_OF_COURTS = """
SELECT r.id, r.court_id, extract(year FROM r.date)::int, r.name, r.keys FROM cases_ruling r
WHERE (r.court_id, extract(year FROM r.date)::int) IN (SELECT * FROM unnest(%s::varchar[], %s::int[])) AND r.name <> ''
"""
_LEAD_BY_NAME = """
UPDATE documents_citation c SET ruling_id = m.ruling, confidence = least(c.confidence, %s), method = left(c.method || '/name', 40)
FROM unnest(%s::bigint[], %s::uuid[]) AS m(id, ruling) WHERE c.id = m.id
"""
BY_NAME = 0.7
"""The most that can be believed of a mention that court, year and name led."""
MOST_OF_A_COURT = 2_000
"""Rulings of one court and year that are compared; where there are more, a name alone tells too little."""


class Ruling(NamedTuple):
    id: Any
    name: str
    full_name: str
    year: int | None


class Asked(NamedTuple):
    """A citation whose place in print the library does not know."""

    key: str
    name: str
    court: str
    year: int


class Named(NamedTuple):
    id: Any
    name: str
    keys: list[str]

    def keys_in(self, key: str) -> list[str]:
        """Its own keys in the reporter of a key."""
        return [own for own in self.keys if key and own.partition(":")[0] == key.partition(":")[0]]


def resolve_shared(cursor: Any, which: str, asked: Any) -> int:
    """Of the mentions that `which` chooses those whose key several rulings have; how many now lead elsewhere. In its transaction."""
    cursor.execute(_SHARED.format(which=which), [asked])
    rows = cursor.fetchall()
    meant: dict[int, Any] = {}
    of_reading: dict[tuple[int, str], set[Any]] = defaultdict(set)
    for pk, key, version, name, year, _before, ids, names, full_names, years in rows:
        meant[pk] = which_of([Ruling(*facts) for facts in zip(ids, names, full_names, years, strict=True)], name, year)
        if name or year:
            of_reading[version, key].add(meant[pk])
    for pk, key, version, name, year, *_ in rows:
        agreed = of_reading.get((version, key), set())
        if not name and not year and len(agreed) == 1:
            (meant[pk],) = agreed
    changed = {pk: meant[pk] for pk, _key, _version, _name, _year, before, *_ in rows if meant[pk] != before}
    if changed:
        cursor.execute(_LEAD, [list(changed), list(changed.values())])
    return len(changed)


def resolve_parallel(cursor: Any, which: str, asked: Any) -> int:
    """Parallel citations that the library does not know lead where those that it knows lead."""
    cursor.execute(_CLUSTERS.format(which=which), [asked])
    changed: int = cursor.rowcount
    return changed


def resolve_by_name(cursor: Any, version: int) -> int:
    """Full mentions of a reading whose place in print the library does not know lead to the one ruling of their court and year with their
    name, unless that stands elsewhere in the same reporter. Both parties have to be named by both."""
    cursor.execute(_UNKNOWN, [version])
    unknown = cursor.fetchall()
    if not unknown:
        return 0
    asked = [Asked(key, name, court, year) for _pk, key, _cluster, name, court, year in unknown]
    led = {
        row[0]: named[0].id for row, named in zip(unknown, rulings_named(cursor, asked), strict=True)
        if len(named) == 1 and not named[0].keys_in(row[1])
    }  # fmt: skip
    if led:
        cursor.execute(_LEAD_BY_NAME, [BY_NAME, list(led), list(led.values())])
    return len(led)


def rulings_named(cursor: Any, asked: Sequence[Asked], agree: Callable[[str, str], bool] = parties_agree) -> list[list[Named]]:
    """Of each citation the rulings of its court and year whose name is its own, as `agree` tells of two names; those that stand elsewhere
    in its reporter only where no other has the name."""
    pairs = sorted({(one.court, one.year) for one in asked})
    cursor.execute(_OF_COURTS, [[court for court, _year in pairs], [year for _court, year in pairs]])
    rulings = defaultdict(list)
    for pk, court, year, name, keys in cursor.fetchall():
        rulings[court, year].append(Named(pk, name, keys))
    found = []
    for one in asked:
        there = rulings[one.court, one.year]
        named = [ruling for ruling in there if agree(one.name, ruling.name)] if len(there) <= MOST_OF_A_COURT else []
        found.append([ruling for ruling in named if not ruling.keys_in(one.key)] or named)
    return found


def which_of(rulings: Sequence[Ruling], name: str, year: int | None) -> Any:
    """The id of the one that has the name, else of the one that has the year; None where neither tells."""
    if name:
        like = [max(likeness(name, ruling.name), likeness(name, ruling.full_name)) for ruling in rulings]
        best = max(like)
        named = [ruling for ruling, much in zip(rulings, like, strict=True) if much == best and best > 0.5]
        if len(named) == 1:
            return named[0].id
        rulings = named or rulings
    dated = [ruling for ruling in rulings if year is not None and ruling.year == year]
    return dated[0].id if len(dated) == 1 else None
