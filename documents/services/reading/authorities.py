"""What a reading cites: its mentions gathered by authority, as a table of authorities shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.services.citations.keys import as_cited
from documents.models import Citation, TextVersion

# "Id.", "supra" and "Brand, 81 T.C. at 828" name an authority only together with the mention before them.
_POINTERS = frozenset({"id", "supra", "short"})
HEADINGS: dict[str, str | Promise] = {
    "case": _("Cases"),
    "constitution": _("Constitutions"),
    "statute": _("Statutes"),
    "regulation": _("Regulations"),
    "rule": _("Rules"),
    "other": _("Other authorities"),
}


@dataclass
class Place:
    """The mentions on one page; `first` is where a link leads."""

    page: int
    first: Citation
    count: int = 1


@dataclass
class Authority:
    """One authority: as first written, `name` and `year` where a full mention says them, and the pages that mention it."""

    text: str
    kind: str
    name: str = ""
    year: int | None = None
    parallel: list[str] = field(default_factory=list)
    pages: dict[int, Place] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        return list(self.pages.values())

    @property
    def first(self) -> Citation:
        """The mention whose card is the authority's: the first one."""
        return next(iter(self.pages.values())).first

    def add(self, mention: Citation) -> None:
        if mention.kind not in _POINTERS:
            if self.kind in _POINTERS:
                self.text, self.kind = as_cited(mention.text, mention.key), mention.kind
            elif (
                mention.key
                and mention.key != mention.cluster
                and (written := as_cited(mention.text, mention.key)) not in (self.text, *self.parallel)
            ):
                self.parallel.append(written)
            self.name = self.name or mention.name
            self.year = self.year or mention.year
        if mention.page in self.pages:
            self.pages[mention.page].count += 1
        else:
            self.pages[mention.page] = Place(mention.page, mention)


def authorities_in(version: TextVersion | None) -> list[Authority]:
    """In the order of their first mention, parallel citations as one. Mentions that point back to something unknown are left out."""
    found: dict[str, Authority] = {}
    for mention in version.citations.filter(role=Citation.Role.AUTHORITY).order_by("page", "start", "id") if version else ():
        if mention.key or mention.kind not in _POINTERS:
            key = mention.cluster or mention.key or _one_line(mention.text)
            found.setdefault(key, Authority(as_cited(mention.text, mention.key), mention.kind)).add(mention)
    return list(found.values())


def by_heading(authorities: list[Authority]) -> list[tuple[str | Promise, list[Authority]]]:
    """The authorities under the headings of a table of authorities, empty ones left out."""
    grouped: dict[str, list[Authority]] = {kind: [] for kind in HEADINGS}
    for authority in authorities:
        grouped[authority.kind if authority.kind in HEADINGS else "other"].append(authority)
    return [(HEADINGS[kind], group) for kind, group in grouped.items() if group]


def _one_line(text: str) -> str:
    return " ".join(text.split())
