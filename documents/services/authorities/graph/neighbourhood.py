"""What stands next to a ruling: what it cites and who cites it, as numbered nodes and the citations between them.

The nodes with most mentions are shown, the earlier name first among equals; their numbers are their order. Documents of cases are nodes
for who may see them; for others they do not exist, neither in the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from cases.models import Importance, Ruling
from documents.models import Document
from documents.services.authorities.graph.edges import cited_authorities, citing, library_links

MOST = 40
CENTRE, RULING, MISSING, DOCUMENT = "centre", "ruling", "unresolved", "document"


@dataclass
class Node:
    """`kind`: centre, ruling, unresolved (cited, and not in the library) or document (of one of the user's cases).
    `cites` and `cited`: how often it cites the centre, and is cited by it."""

    key: str
    kind: str
    name: str
    url: str
    citation: str = ""
    dated: str = ""
    """As far as it is known: 2010-06-02, 2010; "" where it is not."""
    percentile: float | None = None
    cites: int = 0
    cited: int = 0
    number: int = 0

    @property
    def mentions(self) -> int:
        return self.cites + self.cited

    @property
    def year(self) -> int | None:
        return int(self.dated[:4]) if self.dated[:4].isdecimal() else None


@dataclass(frozen=True)
class Link:
    """`source` cites `target` (numbers of nodes; the centre is 0)."""

    source: int
    target: int
    mentions: int


@dataclass
class Neighbourhood:
    centre: Node
    nodes: list[Node]
    links: list[Link]
    total: int
    """Neighbours there are; the nodes are those of them with most mentions."""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def truncated(self) -> bool:
        return self.total > len(self.nodes)


def around(user: Any, ruling: Ruling, most: int = MOST) -> Neighbourhood:
    """The neighbourhood of a ruling as this user may see it."""
    found = _neighbours(user, ruling)
    nodes = sorted(found.values(), key=lambda node: (-node.mentions, node.name.casefold(), node.key))[:most]
    for number, node in enumerate(nodes, 1):
        node.number = number
    centre = _centre(ruling)
    counts = {kind: sum(node.kind == kind for node in found.values()) for kind in (RULING, MISSING, DOCUMENT)}
    return Neighbourhood(centre, nodes, list(_links(centre, nodes)), len(found), counts)


def _centre(ruling: Ruling) -> Node:
    node = _of_ruling(ruling, Importance.objects.filter(ruling=ruling).values_list("percentile", flat=True).first())
    node.kind = CENTRE
    return node


def _of_ruling(ruling: Ruling, percentile: float | None) -> Node:
    cite = ruling.citations[0] if ruling.citations else ""
    return Node(str(ruling.pk), RULING, ruling.name, ruling.get_absolute_url(), cite, ruling.dated, percentile)


def _neighbours(user: Any, ruling: Ruling) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in (*_cited(user, ruling), *_citing_rulings(user, ruling), *_citing_documents(user, ruling)):
        same = found.setdefault(node.key, node)
        if same is not node:
            same.cites, same.cited = same.cites + node.cites, same.cited + node.cited
    return found


def _cited(user: Any, ruling: Ruling) -> Iterator[Node]:
    """Decisions that it cites; sections are no nodes."""
    rows = list(cited_authorities(user, ruling).filter(Q(ruling__isnull=False) | Q(statute=None, is_case=True)))
    known = _rulings(row["ruling"] for row in rows)
    for row in rows:
        if row["ruling"] in known:
            node = _of_ruling(known[row["ruling"]], row["percentile"])
        else:
            written = " ".join((row["written"] or "").split())
            url = f"{reverse('documents:library')}?{urlencode({'q': written or row['authority']})}"
            node = Node(row["authority"], MISSING, row["label"], url, written, str(row["year"] or ""))
        node.cited = row["mentions"]
        yield node


def _citing_rulings(user: Any, ruling: Ruling) -> Iterator[Node]:
    rows = citing(user, ruling).filter(text_version__document__case=None).exclude(text_version__document__ruling=None)
    counted = rows.order_by().values_list("text_version__document__ruling", "text_version__document__ruling__importance__percentile")
    counts = list(counted.annotate(n=Count("pk")))
    known = _rulings(pk for pk, _, _ in counts)
    for pk, percentile, mentions in counts:
        node = _of_ruling(known[pk], percentile)
        node.cites = mentions
        yield node


def _citing_documents(user: Any, ruling: Ruling) -> Iterator[Node]:
    rows = citing(user, ruling).exclude(text_version__document__case=None).order_by()
    counts = list(rows.values_list("text_version__document").annotate(n=Count("pk")))
    documents = Document.objects.visible_to(user).select_related("case").in_bulk([pk for pk, _ in counts])
    for pk, mentions in counts:
        if (document := documents.get(pk)) is not None:
            dated = document.date.isoformat() if document.date else ""
            case = document.case.title if document.case else ""
            yield Node(str(pk), DOCUMENT, document.title, document.get_absolute_url(), case, dated, cites=mentions)


def _rulings(ids: Iterable[Any]) -> dict[Any, Ruling]:
    return Ruling.objects.in_bulk([pk for pk in ids if pk])


def _links(centre: Node, nodes: list[Node]) -> Iterator[Link]:
    for node in nodes:
        if node.cited:
            yield Link(0, node.number, node.cited)
        if node.cites:
            yield Link(node.number, 0, node.cites)
    numbers = {node.key: node.number for node in nodes if node.kind == RULING}
    for source, target, mentions in library_links(numbers):
        yield Link(numbers[str(source)], numbers[str(target)], mentions)
