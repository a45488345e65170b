"""Known edges of a collection (this ruling cites that one) against what the library has found: which are there, and why another is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cases.models import Ruling
from cases.services.citations.names import likeness, parties_agree
from documents.models import Citation


class Missing(NamedTuple):
    citing: str
    cited: str
    why: str


def missing(edges: Iterable[tuple[str, str]], source: str = "courtlistener") -> list[Missing]:
    """Of edges between ids of a source those that are not found, each with the reason."""
    wanted = list(edges)
    ids = {one for edge in wanted for one in edge}
    rulings = {ruling.source_id: ruling for ruling in Ruling.objects.filter(source=source, source_id__in=ids)}
    found = set(
        Citation.objects.authorities()
        .filter(text_version__document__ruling__in=rulings.values(), ruling__in=rulings.values())
        .values_list("text_version__document__ruling__source_id", "ruling__source_id")
    )
    return [Missing(*edge, _why(rulings.get(edge[0]), rulings.get(edge[1]))) for edge in wanted if edge not in found]


def _why(citing: Ruling | None, cited: Ruling | None) -> str:
    if citing is None or cited is None:
        return "not in the library"
    mentions = Citation.objects.authorities().filter(text_version__document__ruling=citing, kind="case").exclude(name="")
    names = set(mentions.values_list("name", flat=True))
    if any(parties_agree(name, cited.name) for name in names):
        return "cited by name, but court, year or place in print do not tell that it is this one"
    near = max(names, key=lambda name: likeness(cited.name, name), default="")
    if near and likeness(cited.name, near) >= 0.5:
        return f"no citation has its name; the nearest is {near}"
    return "its name does not stand before a citation in the text"
