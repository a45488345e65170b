"""The library as people look through it: rulings and sections narrowed by what was typed, with the text of each and who cites it."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import BigIntegerField, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from cases.models import Ruling, Statute
from cases.services.citations import keys_in
from documents.models import Citation, Document
from documents.models.citations import CitationQuerySet

LONGEST_QUERY = 200


def rulings_for(user: Any) -> QuerySet[Ruling]:
    """All rulings, each with `text` (the document of its first opinion or None), `cites_count` (authorities of the library that its texts
    cite, itself not counted) and `cited_by_count` (other documents that the user may see and that cite it)."""
    own = Document.objects.filter(ruling=OuterRef("pk"), deleted_at=None).order_by("opinion__position", "created", "pk")
    cites = (
        Citation.objects.authorities().filter(text_version__document__ruling=OuterRef("pk")).visible_to(user).exclude(ruling=OuterRef("pk"))
    )
    return Ruling.objects.annotate(
        text=Subquery(own.values("pk")[:1]),
        cites_count=_counted(cites, Count("ruling", distinct=True) + Count("statute", distinct=True)),
        cited_by_count=_counted(
            Citation.objects.authorities()
            .first_hand()
            .filter(ruling=OuterRef("pk"))
            .visible_to(user)
            .exclude(text_version__document__ruling=OuterRef("pk")),
            Count("text_version__document", distinct=True),
        ),
    )


def statutes_for(user: Any) -> QuerySet[Statute]:
    """All versions of all sections, each with `text` (its document or None) and `cited_by_count` (documents that the user may see and
    that cite the section, whichever version)."""
    own = Document.objects.filter(statute=OuterRef("pk"), deleted_at=None).order_by("pk")
    citing = (
        Citation.objects.authorities()
        .first_hand()
        .filter(key=OuterRef("key"))
        .visible_to(user)
        .exclude(text_version__document__statute=OuterRef("pk"))
    )
    return Statute.objects.annotate(
        text=Subquery(own.values("pk")[:1]), cited_by_count=_counted(citing, Count("text_version__document", distinct=True))
    )


def _counted(rows: QuerySet[Citation], count: Any) -> Coalesce:
    """A count over rows that belong together, as a value of the outer query's row."""
    grouped = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=count).values("n")
    return Coalesce(Subquery(grouped), 0)


def with_words(rulings: QuerySet[Ruling], typed: str) -> QuerySet[Ruling]:
    """Rulings whose name, court or docket number has every word, or that are cited as typed."""
    typed = typed.replace("\x00", "")[:LONGEST_QUERY].strip()
    if keys := keys_in(typed):
        return rulings.filter(keys__overlap=keys)
    for word in typed.split():
        rulings = rulings.filter(
            Q(name__icontains=word) | Q(full_name__icontains=word) | Q(docket_number__icontains=word) | Q(court__icontains=word)
        )
    return rulings


def of_court(rulings: QuerySet[Ruling], court: str) -> QuerySet[Ruling]:
    """By the id of courts-db, or by words of the name."""
    return rulings.filter(Q(court_id=court) | Q(court__icontains=court))


def of_year(rulings: QuerySet[Ruling], year: int) -> QuerySet[Ruling]:
    """None for what is no year of the calendar."""
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        return rulings.none()
    return rulings.filter(date__range=(datetime.date(year, 1, 1), datetime.date(year, 12, 31)))


def sections_with_words(statutes: QuerySet[Statute], typed: str) -> QuerySet[Statute]:
    """Sections whose heading or citation has every word, or that are cited as typed."""
    typed = typed.replace("\x00", "")[:LONGEST_QUERY].strip()
    if keys := keys_in(typed):
        return statutes.filter(key__in=keys)
    for word in typed.split():
        statutes = statutes.filter(Q(heading__icontains=word) | Q(citation__icontains=word))
    return statutes


def versions_on(statutes: QuerySet[Statute], as_of: datetime.date | None = None) -> QuerySet[Statute]:
    """Of each section one version: the newest, or the one that stood on that day."""
    stood = Statute.objects.all() if as_of is None else Statute.objects.filter(as_of__lte=as_of)
    newest = stood.order_by("key", "occurrence", F("as_of").desc(nulls_last=True)).distinct("key", "occurrence")
    return statutes.filter(pk__in=newest.values("pk"))


def in_order(statutes: QuerySet[Statute]) -> QuerySet[Statute]:
    """As the code counts: § 2 before § 10, and § 10 before § 10a."""
    return statutes.order_by(
        "code", _number("title"), "title", _number("section"), "section", F("as_of").desc(nulls_last=True), "occurrence"
    )


def _number(name: str) -> Any:
    digits = Func(F(name), Value(r"^(\d{1,15})"), function="substring")
    return Cast(digits, BigIntegerField()).asc(nulls_last=True)


def mentions_of(user: Any) -> CitationQuerySet:
    """Mentions of authorities in published readings of documents that the user may see, with what a list shows of them."""
    return (
        Citation.objects.authorities()
        .visible_to(user)
        .select_related("text_version__document__case", "target")
        .order_by("text_version__document__title", "text_version__document", "page", "start", "id")
    )


def cites(user: Any, ruling: Ruling) -> QuerySet[Citation]:
    """What a ruling's texts cite, itself left out; what the library does not have too."""
    return mentions_of(user).filter(text_version__document__ruling=ruling).exclude(key="").exclude(ruling=ruling)


def cited_by(user: Any, ruling: Ruling) -> QuerySet[Citation]:
    """Where a ruling is cited, its own texts left out."""
    return mentions_of(user).first_hand().filter(ruling=ruling).exclude(text_version__document__ruling=ruling)


def section_cited_by(user: Any, statute: Statute) -> QuerySet[Citation]:
    """Where a section is cited, in whichever version."""
    return mentions_of(user).first_hand().filter(key=statute.key).exclude(text_version__document__statute=statute)
