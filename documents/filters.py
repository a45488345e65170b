"""What a list of documents can be narrowed by: in the API, and in the address of a case's list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.models import Document, DocumentTag, Download, Note, RedactionFinding, TextSignature
from tasks.base.causes import by_code

Status = Document.Status
RUNNING = (Status.PENDING, Status.EXTRACTING, Status.EMBEDDING, Status.CITING)
STATES: dict[str, tuple[str | Promise, Q]] = {
    "running": (_("In progress"), Q(status__in=RUNNING)),
    "ready": (_("Ready"), Document.READ),
    "kept": (_("Not read"), Document.KEPT),
    "failed": (_("Failed"), Q(status=Status.FAILED)),
    "cancelled": (_("Cancelled"), Q(status=Status.CANCELLED)),
}
DELETED = "deleted"
ORDERS = {"added": "created", "title": "title", "kind": "kind", "pages": "page_count", "date": "date", "status": "status"}
USUAL_ORDER = "-added"
MOST_WORDS = MOST_TAGS = 10
LONGEST = 300


@dataclass(frozen=True)
class Further:
    """A word of the address of a case's list whose meaning a higher floor knows.

    `condition` takes all its values, `label` says one to people, `valid` gives a value as it is kept, "" for one that cannot be."""

    condition: Callable[[Sequence[str]], Q]
    label: Callable[[str], str]
    valid: Callable[[str], str] = lambda value: value
    most: int = 10


_further: dict[str, Further] = {}


def register_further(words: Mapping[str, Further]) -> None:
    _further.update(words)


@dataclass(frozen=True)
class FurtherChip:
    word: str
    value: str
    label: str


@dataclass(frozen=True)
class Narrowing:
    """What the address of a case's list asks for; "" and () ask for nothing. Only valid words are ever in it."""

    status: str = ""
    """One of STATES, or DELETED."""
    cause: str = ""
    """The code of a failure: all that failed for the same reason."""
    kind: str = ""
    q: str = ""
    tags: tuple[str, ...] = ()
    """Names; a document carries all of them."""
    order: str = USUAL_ORDER
    further: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Registered words with their values."""

    WORDS = ("status", "cause", "kind", "q", "tag", "order")

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Narrowing:
        """Of an address's parameters, or of {word: value} with `tag` as a list; what is unknown asks for nothing."""
        tags: Iterable[Any] = asked.getlist("tag") if hasattr(asked, "getlist") else asked.get("tag") or ()
        words = {word: str(asked.get(word) or "").replace("\x00", "").strip()[:LONGEST] for word in cls.WORDS if word != "tag"}
        state = words["status"] if words["status"] in (*STATES, DELETED) else ""
        return cls(
            status=state,
            cause=words["cause"] if state == Status.FAILED else "",
            kind=words["kind"] if words["kind"] in Document.Kind.values else "",
            q=words["q"],
            tags=_names([tags] if isinstance(tags, str) else tags),
            order=words["order"] if words["order"].removeprefix("-") in ORDERS else USUAL_ORDER,
            further=tuple((word, values) for word, one in _further.items() if (values := _values(asked, word, one))),
        )

    def words(self) -> dict[str, Any]:
        """What `of` made it of, without what asks for nothing."""
        order = self.order if self.order != USUAL_ORDER else ""
        told = {"status": self.status, "cause": self.cause, "kind": self.kind, "q": self.q, "tag": list(self.tags), "order": order}
        return {word: value for word, value in told.items() if value} | {word: list(values) for word, values in self.further}

    def chips(self) -> list[FurtherChip]:
        """What the registered words ask for, one by one, as a reader sees it."""
        return [FurtherChip(word, value, _further[word].label(value)) for word, values in self.further for value in values]

    def query(self) -> str:
        """As the end of an address, "?kind=email&tag=Exhibits"."""
        return "?" + urlencode(self.words(), doseq=True)

    def apply(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Those of the living (or, where it asks for them, the deleted) documents that fit, in its order."""
        deleted = self.status == DELETED
        documents = documents.filter(deleted_at__isnull=not deleted)
        if self.status and not deleted:
            documents = documents.filter(STATES[self.status][1])
        if self.cause:
            documents = documents.filter(failed_like(self.cause))
        if self.kind:
            documents = documents.filter(kind__in=Document.Kind.within(self.kind))
        for word, values in self.further:
            documents = documents.filter(_further[word].condition(values))
        return tagged(named(documents, self.q), self.tags).order_by(*ordering(self.order))


def _values(asked: Mapping[str, Any], word: str, one: Further) -> tuple[str, ...]:
    given = asked.getlist(word) if hasattr(asked, "getlist") else asked.get(word) or ()
    cleaned = (" ".join(str(value).replace("\x00", "").split())[:LONGEST] for value in ([given] if isinstance(given, str) else given))
    return tuple(dict.fromkeys(valid for value in cleaned if value and (valid := one.valid(value))))[: one.most]


def _names(tags: Iterable[Any]) -> tuple[str, ...]:
    cleaned = (" ".join(str(tag).replace("\x00", "").split())[:LONGEST] for tag in tags)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MOST_TAGS]


def ordering(asked: str) -> list[Any]:
    """What to order by for `title`, `-added` and so on."""
    key = asked.removeprefix("-")
    nulls_last = True if key == "date" else None
    if asked.startswith("-"):
        return [F(ORDERS[key]).desc(nulls_last=nulls_last), "-pk"]
    return [F(ORDERS[key]).asc(nulls_last=nulls_last), "pk"]


def failed_like(code: str) -> Q:
    """What failed for the same reason as people are told it: codes with one title are one reason, codes that have none are another."""
    cause = by_code.get(code)
    if cause is None:
        return ~Q(error_code__in=list(by_code))
    return Q(error_code__in=[other for other, known in by_code.items() if str(known.title) == str(cause.title)])


def named(documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
    """Every word must occur in the title or the file name."""
    for word in asked.replace("\x00", "").split()[:MOST_WORDS]:
        documents = documents.filter(Q(title__icontains=word) | Q(name__icontains=word))
    return documents


def tagged(documents: QuerySet[Document], names: Iterable[str]) -> QuerySet[Document]:
    """Those that carry all tags of these names; upper and lower case are one."""
    for name in names:
        documents = documents.filter(Exists(DocumentTag.objects.filter(document=OuterRef("pk"), tag__name__iexact=name)))
    return documents


class OfCase(django_filters.FilterSet):
    """By the id of a case; one that does not exist, or not for who asks, has nothing."""

    case = django_filters.UUIDFilter(field_name="case")


class SavedFilterFilter(OfCase):
    shared = django_filters.BooleanFilter()


class DownloadFilter(OfCase):
    status = django_filters.ChoiceFilter(choices=Download.Status.choices)


class DocumentFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="case")
    parent = django_filters.UUIDFilter(field_name="parent")
    status = django_filters.MultipleChoiceFilter(choices=Document.Status.choices)
    kind = django_filters.MultipleChoiceFilter(
        choices=Document.Kind.choices,
        method="of_kinds",
        label="a broad kind (filing, evidence, ruling, memo, other) finds its finer ones too",
    )
    error_code = django_filters.CharFilter(method="failed_for", label="why it could not be read; several codes separated by commas")
    kept = django_filters.BooleanFilter(method="lying_unread", label="kept, but not read")
    hidden = django_filters.BooleanFilter(method="with_hidden", label="whether text that is not shown can be read in the file")
    duplicates = django_filters.ChoiceFilter(
        choices=[("exact", "exact")],
        method="found_elsewhere",
        label="whether another document that you see has the same bytes or the same text",
    )
    q = django_filters.CharFilter(method="words_in_name", label="words in the title or the file name")
    tag = django_filters.CharFilter(method="with_tags", label="the name of a tag; where it is repeated, documents that carry all of them")

    class Meta:
        model = Document
        fields = ["case", "parent", "status", "kind", "error_code"]

    def of_kinds(self, documents: QuerySet[Document], name: str, value: list[str]) -> QuerySet[Document]:
        wanted = {one for kind in value for one in Document.Kind.within(kind)}
        return documents.filter(kind__in=wanted) if wanted else documents

    def failed_for(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return documents.filter(error_code__in=[code.strip() for code in value.split(",")])

    def lying_unread(self, documents: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        return documents.filter(Document.KEPT) if value else documents.exclude(Document.KEPT)

    def with_hidden(self, documents: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        found = Exists(RedactionFinding.objects.filter(document=Coalesce(OuterRef("duplicate_of"), OuterRef("pk"))))
        return documents.filter(found if value else ~found)

    def found_elsewhere(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        others = Document.objects.visible_to(self.request.user).exclude(pk=OuterRef("pk")).order_by()
        texts = TextSignature.objects.visible_to(self.request.user).exclude(document=OuterRef("pk"))
        same_bytes = ~Q(sha256="") & Exists(others.filter(sha256=OuterRef("sha256")))
        same_text = ~Q(signature__digest="") & Exists(texts.filter(digest=OuterRef("signature__digest")))
        return documents.filter(same_bytes | same_text)

    def words_in_name(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return named(documents, value)

    def with_tags(self, documents: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        given = self.data.getlist(name) if hasattr(self.data, "getlist") else [value]
        return tagged(documents, _names(given))


class NoteFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="document__case")
    document = django_filters.UUIDFilter(field_name="document")
    author = django_filters.CharFilter(field_name="author__username")

    class Meta:
        model = Note
        fields = ["case", "document", "author", "colour"]
