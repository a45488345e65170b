"""The authorities of a case: everything that its documents cite, each once, and where.

A mention belongs to its ruling where the library has it, also by a parallel citation of the same place; a section to its key; else mentions
that share the first of parallel citations are one. What a person rejected counts nowhere. All in one statement: 20,000 mentions are counted
in the database, and nothing of them is loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F

from cases.models import Case
from cases.services.citations.keys import as_cited
from documents.models import Citation, CitationDecision, Tag

DOUBTFUL_BELOW = 0.75
POINTERS = ("id", "supra", "short")

# The words of a decision are those of the mention on one line (decisions.words_of).
_GROUPED = """
WITH found AS MATERIALIZED (
    SELECT c.id, c.kind, c.key, c.cluster, c.name, c.text, c.year, c.ruling_id, c.statute_id, c.confidence, c.page, c.start,
        d.id AS document_id, d.text_version_id AS reading, d.title,
        CASE WHEN %(decided)s AND c.confidence < {doubt} THEN (
            SELECT o.verdict FROM documents_citationdecision o WHERE o.document_id = d.id AND o.key = c.key
                AND o.text = left(btrim(regexp_replace(c.text, '\\s+', ' ', 'g')), 300)
        ) END AS verdict
    FROM documents_document d JOIN documents_citation c ON c.text_version_id = d.text_version_id
    WHERE d.case_id = %(case)s AND d.deleted_at IS NULL AND d.kind <> 'generated' AND c.role = 'authority' AND c.key <> ''
), m AS MATERIALIZED (
    SELECT * FROM found WHERE verdict IS DISTINCT FROM 'rejected'
), alias AS (
    SELECT key, min(cluster) AS cluster FROM m WHERE key <> cluster AND cluster <> '' GROUP BY key
), lead AS (
    SELECT cluster, coalesce(min(ruling_id::text) FILTER (WHERE key = cluster), min(ruling_id::text)) AS ruling
    FROM m WHERE ruling_id IS NOT NULL AND cluster <> '' GROUP BY cluster
), named AS MATERIALIZED (
    SELECT m.*, lpad(least(length(m.text), 999999)::text, 6, '0') || m.text COLLATE "C" AS ranked, CASE
            WHEN m.ruling_id IS NOT NULL THEN 'r:' || m.ruling_id
            WHEN m.statute_id IS NOT NULL THEN 'k:' || m.key
            WHEN lead.ruling IS NOT NULL THEN 'r:' || lead.ruling
            ELSE 'k:' || coalesce(alias.cluster, nullif(m.cluster, ''), m.key)
        END COLLATE "C" AS authority
    FROM m LEFT JOIN alias ON alias.key = m.key
    LEFT JOIN lead ON lead.cluster = coalesce(alias.cluster, nullif(m.cluster, ''), m.key)
)
""".replace("{doubt}", str(DOUBTFUL_BELOW))
_KIND = "coalesce(min(kind) FILTER (WHERE kind NOT IN ('id', 'supra', 'short')), min(kind))"
_COUNTED = (
    """
, counted AS (
    SELECT authority, count(*) AS mentions, count(DISTINCT reading) AS documents,
        {kind} AS kind,
        coalesce(mode() WITHIN GROUP (ORDER BY name COLLATE "C")
            FILTER (WHERE kind NOT IN ('id', 'supra', 'short') AND name <> ''), '') AS name,
        substr(coalesce(min(ranked) FILTER (WHERE kind NOT IN ('id', 'supra', 'short') AND key = cluster),
                        min(ranked) FILTER (WHERE kind NOT IN ('id', 'supra', 'short')), min(ranked)), 7) AS text,
        min(key) AS key, max(year) AS year, (array_agg(statute_id))[1] AS statute,
        count(*) FILTER (WHERE confidence < {doubt} AND verdict IS NULL) AS doubtful,
        bool_and(document_id = ANY(%(tagged)s::uuid[])) AS only_tagged
    FROM named WHERE {which} GROUP BY authority
)
SELECT n.authority, n.mentions, n.documents, n.kind, coalesce(r.name, n.name), n.text, n.key,
    coalesce(extract(year FROM r.date)::int, n.year),
    r.id, n.statute, n.doubtful, n.only_tagged, coalesce(s.citation, ''), coalesce(r.citations, '{{}}'::varchar[])
FROM counted n LEFT JOIN cases_ruling r ON n.authority = 'r:' || r.id::text LEFT JOIN cases_statute s ON s.id = n.statute
""".replace("{doubt}", str(DOUBTFUL_BELOW))
    .replace("{{}}", "{}")
    .replace("{kind}", _KIND)
)
_LIST = _GROUPED + _COUNTED.replace("{which}", "TRUE")
_NARROW = _GROUPED.replace("named AS MATERIALIZED", "named AS")  # what is not asked for is not made
_WEIGHTS = f"{_NARROW} SELECT authority, count(*), {_KIND} FROM named GROUP BY authority"  # noqa: S608 -- constants
_SOME = _NARROW + _COUNTED.replace("{which}", "authority = ANY(%(only)s)")
_PASSAGES = f"{_GROUPED} SELECT id, verdict FROM named WHERE authority = %(authority)s ORDER BY title, document_id, page, start, id"  # noqa: S608 -- a constant
_UNREAD = """
SELECT count(*) FROM documents_document d JOIN documents_citation c ON c.text_version_id = d.text_version_id
WHERE d.case_id = %s AND d.deleted_at IS NULL AND d.kind <> 'generated' AND c.role = 'authority' AND c.key = ''
"""


@dataclass(frozen=True, slots=True)
class CitedAuthority:
    """One authority with its weight in the case. `id` names it in addresses. `only_tagged`: all its mentions are in documents with the tag
    that was asked for."""

    id: str
    mentions: int
    documents: int
    kind: str
    name: str
    text: str
    key: str
    year: int | None
    ruling: UUID | None
    statute: UUID | None
    doubtful: int
    only_tagged: bool
    section: str
    citations: list[str]

    @property
    def in_library(self) -> bool:
        return self.ruling is not None or self.statute is not None

    @property
    def heading(self) -> str:
        return heading_of(self.kind)

    @property
    def citation(self) -> str:
        """As the library writes it, else as it is written first."""
        return (self.citations[0] if self.citations else self.section) or as_cited(self.text, self.key)

    @property
    def label(self) -> str:
        return f"{self.name}, {self.citation}" if self.name else self.citation


def authorities_of(case: Case, tag: Tag | None = None) -> list[CitedAuthority]:
    """All authorities of a case, in no order. The caller has asked the case's door."""
    tagged = list(tag.documents.filter(deleted_at=None).values_list("pk", flat=True)) if tag is not None else []
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"case": case.pk, "tagged": tagged, "decided": _decided(case)})
        return [CitedAuthority(*row) for row in cursor.fetchall()]


def weights_of(case: Case, most: int) -> tuple[Counter[str], int, list[CitedAuthority]]:
    """How many authorities of each heading there are, how many mentions in all, and the `most` cited with those that are cited as often as
    the last of them, in no order: much cheaper than `authorities_of`. The caller has asked the case's door."""
    values: dict[str, Any] = {"case": case.pk, "tagged": [], "decided": _decided(case)}
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHTS, values)
        found = cursor.fetchall()
        least = min(sorted((mentions for _name, mentions, _kind in found), reverse=True)[:most], default=0)
        cursor.execute(_SOME, {**values, "only": [name for name, mentions, _kind in found if mentions >= least]})
        cited = [CitedAuthority(*row) for row in cursor.fetchall()]
    headings = Counter(heading_of(kind) for _name, _mentions, kind in found)
    return headings, sum(mentions for _name, mentions, _kind in found), cited


def heading_of(kind: str) -> str:
    """The kind under which a table of authorities has it; what only references name may be anything."""
    return "other" if kind in POINTERS else kind


def _decided(case: Case) -> bool:
    """Whether anybody has decided anything in the case: else nothing is looked up."""
    return CitationDecision.objects.filter(document__case=case).exists()


def unread_count(case: Case) -> int:
    """Mentions of which it is not clear what they name."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [case.pk])
        return int(cursor.fetchone()[0])


def passages_of(case: Case, authority: str) -> list[tuple[int, str | None]]:
    """(id of the mention, verdict of a person) of each place where an authority is cited, in the order of the documents."""
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES, {"case": case.pk, "authority": authority, "decided": _decided(case)})
        return list(cursor.fetchall())


def mentions_by_key(case: Case, keys: Iterable[str]) -> Counter[str]:
    """How often the documents of a case cite these keys."""
    rows = Citation.objects.first_hand().filter(
        key__in=[key for key in keys if key], role=Citation.Role.AUTHORITY, text_version__document__case=case,
        text_version__document__deleted_at=None, text_version=F("text_version__document__text_version"),
    )  # fmt: skip
    return Counter(dict(rows.order_by().values_list("key").annotate(n=Count("pk"))))


@dataclass(frozen=True)
class Narrowed:
    """What of the list is asked for; a filter that is empty lets everything through."""

    q: str = ""
    kind: str = ""
    have: str = ""
    """yes: in the library; no: missing there."""
    doubtful: bool = False
    only: bool = False
    """Only what nobody cites but the documents with the tag."""
    order: str = "-mentions"

    def apply(self, found: Sequence[CitedAuthority]) -> list[CitedAuthority]:
        words = self.q.casefold().split()
        kept = [
            one for one in found
            if (not self.kind or one.heading == self.kind)
            and (not self.have or one.in_library == (self.have == "yes"))
            and (not self.doubtful or one.doubtful)
            and (not self.only or one.only_tagged)
            and all(word in f"{one.label} {' '.join(one.citations)}".casefold() for word in words)
        ]  # fmt: skip
        return sorted(kept, key=self._key)

    def _key(self, one: CitedAuthority) -> tuple[object, ...]:
        name = (one.label.casefold(), one.id)
        return {
            "-mentions": (-one.mentions, -one.documents, *name), "mentions": (one.mentions, *name),
            "-documents": (-one.documents, -one.mentions, *name), "documents": (one.documents, *name),
            "year": (one.year or 9999, *name), "-year": (-(one.year or 0), *name),
        }.get(self.order, name)  # fmt: skip
