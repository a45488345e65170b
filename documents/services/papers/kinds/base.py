"""What every kind of paper has, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import Case
from documents.errors import Refused
from documents.models import Document
from documents.services.papers.blocks import Block, Run, run


@dataclass(frozen=True)
class Making:
    """One making of a paper: for whom, from what. `site` is how the installation is reached, for links; `check` raises where it is to
    end."""

    case: Case
    user: Any
    inputs: Mapping[str, Any]
    site: str = ""
    check: Callable[[], None] = lambda: None

    def link(self, address: str) -> str:
        return f"{self.site.rstrip('/')}{address}" if self.site else ""

    def page_link(self, document_id: UUID, page: int | None = None) -> str:
        return self.link(reverse("documents:detail", args=[document_id]) + (f"?page={page}" if page else ""))

    def source(self, document_id: UUID, title: str, page: int | None = None, label: str = "") -> Run:
        """Where something stands, as a link: (Complaint, p. 3)."""
        where = f", {_('p.')} {label or page}" if page else ""
        return run(f"({title}{where})", href=self.page_link(document_id, page))

    def documents(self) -> QuerySet[Document]:
        """Those of the case that its maker may see, without papers that were made here."""
        return documents_of(self.case, self.user)


@dataclass
class Draft:
    """What a paper says: its title, what it is about, its blocks."""

    title: str
    subject: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """`understood(case, user, given)` gives the inputs of what was asked for, or raises Refused; `built` says the paper; `missing` what
    the case lacks for it."""

    key: str
    icon: str
    teaches: str | Promise
    understood: Callable[[Case, Any, Mapping[str, Any]], dict[str, Any]]
    built: Callable[[Making], Draft]
    missing: Callable[[Case, Any], str] = lambda case, user: ""


def documents_of(case: Case, user: Any) -> QuerySet[Document]:
    return Document.objects.visible_to(user).filter(case=case, paper=None)


def document_asked(case: Case, user: Any, given: Any, *, library: bool = False) -> Document:
    """The document of the case (or of the library) with this id. Raises Refused (no_document, no_such_document)."""
    if not given:
        raise Refused(_("Say of which document: give its id as “document”."), "no_document")
    where = Q(case=case) | Q(case=None) if library else Q(case=case)
    key = as_uuid(given)
    found = Document.objects.visible_to(user).filter(where, pk=key).first() if key else None
    if found is None:
        raise Refused(_("There is no such document in this case."), "no_such_document")
    return found


def as_uuid(given: Any) -> UUID | None:
    try:
        return given if isinstance(given, UUID) else UUID(str(given))
    except ValueError:
        return None
