"""Who cites a ruling and what it cites, an authority or a text at a time: how often, on how many pages, and in which sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import CharField, Count, F, Max, Min, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import Cast, Coalesce, NullIf, RowNumber
from django.urls import reverse

from cases.models import Ruling, Statute
from documents.models import Citation, Document
from documents.services.authorities.graph.sentences import REACH, sentence_around

SENTENCES = 3
"""Shown of each text or authority; how many more there are is said."""
DOCUMENT = "text_version__document"
SIDE = REACH + 50
_WINDOWS = """
SELECT c.id, substr(p.text, greatest(c.start - %(side)s, 0) + 1, c."end" - c.start + 2 * %(side)s), greatest(c.start - %(side)s, 0)
FROM documents_citation c JOIN documents_page p ON p.text_version_id = c.text_version_id AND p.number = c.page
WHERE c.id = ANY(%(ids)s)
"""


class Sentence(NamedTuple):
    """The sentence around a mention: [start, end) in its page's text, and its words before, of and behind the citation."""

    start: int
    end: int
    before: str
    cited: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.cited + self.after


class Depth(NamedTuple):
    """How much a text has to do with an authority."""

    mentions: int
    pages: int


@dataclass
class Passage:
    """A sentence that cites, and where it stands."""

    sentence: Sentence
    page: int
    url: str


@dataclass
class Edge:
    """One end of a citation as a list shows it: a text that cites, or an authority that is cited (`known` where the library has it)."""

    key: str
    name: str
    url: str
    depth: Depth
    known: bool = True
    subtitle: str = ""
    dated: str = ""
    percentile: float | None = None
    passages: list[Passage] = field(default_factory=list)
    bar: int = 0
    """Mentions in percent of the most that the list has."""

    @property
    def more(self) -> int:
        return self.depth.mentions - len(self.passages)


def sentences_of(mentions: Iterable[Citation]) -> dict[int, Sentence]:
    """The sentence around each mention, by its id. One query, which takes no whole page."""
    wanted = {mention.pk: mention for mention in mentions}
    with connection.cursor() as cursor:
        cursor.execute(_WINDOWS, {"side": SIDE, "ids": list(wanted)})
        return {pk: _sentence(wanted[pk], window, low) for pk, window, low in cursor.fetchall()}


def _sentence(mention: Citation, window: str, low: int) -> Sentence:
    at, till = mention.start - low, mention.end - low
    start, end = sentence_around(window, at, till)
    start, end = min(start, at), max(end, till)
    return Sentence(low + start, low + end, _line(window[start:at]), _line(window[at:till]).strip(), _line(window[till:end]))


def _line(text: str) -> str:
    """On one line, with a space at an end where there was one."""
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if text[-1:].isspace() else ''}" if words else text[:1]


# -- cited by ----------------------------------------------------------------------------------------------------------------------

CITING_ORDERS: Mapping[str, Sequence[Any]] = {
    "depth": (F("mentions").desc(), "title", "document"),
    "date": (F("dated").desc(nulls_last=True), "title", "document"),
    "importance": (F("percentile").desc(nulls_last=True), F("mentions").desc(), "title", "document"),
    "name": ("title", "document"),
}


def citing(user: Any, ruling: Ruling) -> QuerySet[Citation]:
    """The mentions of a ruling in texts that the user may see, its own left out."""
    return Citation.objects.authorities().first_hand().visible_to(user).filter(ruling=ruling).exclude(text_version__document__ruling=ruling)


def citing_texts(user: Any, ruling: Ruling, *, of_cases: bool, order: str = "depth") -> QuerySet[Any]:
    """Rows {document, title, dated, percentile, mentions, pages} of the texts that cite a ruling, in the library or in the user's cases."""
    rows = citing(user, ruling).filter(text_version__document__case__isnull=not of_cases).order_by()
    grouped = rows.values(
        document=F("text_version__document"), title=F("text_version__document__title"),
        dated=Coalesce("text_version__document__ruling__date", "text_version__document__date"),
        percentile=F("text_version__document__ruling__importance__percentile"),
    )  # fmt: skip
    counted = grouped.annotate(mentions=Count("pk"), pages=Count("page", distinct=True))
    return counted.order_by(*CITING_ORDERS.get(order, CITING_ORDERS["depth"]))


def as_citing(user: Any, ruling: Ruling, rows: Sequence[Mapping[str, Any]]) -> list[Edge]:
    """The rows of a page of `citing_texts` with their first sentences. Three queries."""
    ids = [row["document"] for row in rows]
    documents = Document.objects.visible_to(user).select_related("case", "ruling").in_bulk(ids)
    passages = _first_passages(citing(user, ruling).filter(text_version__document__in=ids), DOCUMENT)
    most = max((row["mentions"] for row in rows), default=1)
    return [
        Edge(
            key=str(row["document"]), name=row["title"], url=documents[row["document"]].get_absolute_url(),
            depth=Depth(row["mentions"], row["pages"]), subtitle=_about(documents[row["document"]]),
            dated=row["dated"].isoformat() if row["dated"] else "", percentile=row["percentile"],
            passages=passages.get(str(row["document"]), []), bar=round(100 * row["mentions"] / most),
        )
        for row in rows if row["document"] in documents
    ]  # fmt: skip


def _about(document: Document) -> str:
    if document.case is not None:
        return document.case.title
    return document.ruling.court if document.ruling is not None else ""


# -- cites -------------------------------------------------------------------------------------------------------------------------

CITED_ORDERS: Mapping[str, Sequence[Any]] = {
    "depth": (F("mentions").desc(), "label", "authority"),
    "date": (F("dated").desc(nulls_last=True), "label", "authority"),
    "importance": (F("percentile").desc(nulls_last=True), F("mentions").desc(), "label", "authority"),
    "name": ("label", "authority"),
}
AUTHORITY = Coalesce(
    Cast("ruling", CharField()), Cast("statute", CharField()), NullIf("cluster", Value("")), "key", output_field=CharField()
)
"""What makes mentions those of one authority: the ruling or section that the library has, else the key that parallel citations share."""

WRITTEN = Min("text", filter=Q(kind__in=["case", "statute", "regulation", "rule", "constitution", "other"]))
"""The authority as a full mention of it writes it."""


def cited(user: Any, ruling: Ruling) -> QuerySet[Any]:
    """The mentions in a ruling's texts, with the `authority` that each means; itself left out."""
    own = (
        Citation.objects.authorities().visible_to(user).filter(text_version__document__ruling=ruling).exclude(key="").exclude(ruling=ruling)
    )
    return own.annotate(authority=AUTHORITY)


def cited_authorities(user: Any, ruling: Ruling, *, order: str = "depth") -> QuerySet[Any]:
    """Rows {authority, ruling, statute, label, written, year, dated, percentile, mentions, pages} of what a ruling cites."""
    rows = cited(user, ruling).order_by().values("authority", "ruling", "statute", percentile=F("ruling__importance__percentile"))
    counted = rows.annotate(
        mentions=Count("pk"), pages=Count("page", distinct=True), dated=Max("ruling__date"), year=Max("year"),
        label=Coalesce(
            Max("ruling__name"), Max("statute__citation"), NullIf(Max("name"), Value("")), WRITTEN, Max("key"), output_field=TextField()
        ),
        is_case=BoolOr(Q(kind="case")), written=WRITTEN,
    )  # fmt: skip
    return counted.order_by(*CITED_ORDERS.get(order, CITED_ORDERS["depth"]))


def as_cited(user: Any, ruling: Ruling, rows: Sequence[Mapping[str, Any]]) -> list[Edge]:
    """The rows of a page of `cited_authorities` with their first sentences. Four queries."""
    rulings = Ruling.objects.in_bulk([row["ruling"] for row in rows if row["ruling"]])
    statutes = Statute.objects.in_bulk([row["statute"] for row in rows if row["statute"]])
    keys = [row["authority"] for row in rows]
    passages = _first_passages(cited(user, ruling).filter(authority__in=keys), "authority")
    most = max((row["mentions"] for row in rows), default=1)
    return [_cited(row, rulings, statutes, passages.get(row["authority"], []), most) for row in rows]


def _cited(
    row: Mapping[str, Any], rulings: Mapping[Any, Ruling], statutes: Mapping[Any, Statute], passages: list[Passage], most: int
) -> Edge:
    depth, bar, key = Depth(row["mentions"], row["pages"]), round(100 * row["mentions"] / most), row["authority"]
    if (found := rulings.get(row["ruling"])) is not None:
        subtitle = "; ".join([*found.citations[:3], *filter(None, [found.court])])
        return Edge(
            row["authority"], found.name, found.get_absolute_url(), depth, True, subtitle, found.dated, row["percentile"], passages, bar
        )
    if (section := statutes.get(row["statute"])) is not None:
        return Edge(
            row["authority"], str(section), section.get_absolute_url(), depth, True, section.heading, section.dated, None, passages, bar
        )
    written = " ".join((row["written"] or "").split())
    subtitle = written if written != row["label"] else ""
    return Edge(key, row["label"], "", depth, False, subtitle, str(row["year"] or ""), None, passages, bar)


def _first_passages(mentions: QuerySet[Citation], by: str) -> dict[str, list[Passage]]:
    """Of each group the first sentences, every sentence once."""
    place = Window(RowNumber(), partition_by=F(by), order_by=["text_version", "page", "start", "id"])
    first = list(mentions.annotate(group=F(by), place=place).filter(place__lte=2 * SENTENCES).select_related(DOCUMENT).order_by("place"))
    sentences = sentences_of(first)
    passages: dict[str, dict[tuple[Any, ...], Passage]] = defaultdict(dict)
    for mention in first:
        if (sentence := sentences.get(mention.pk)) is not None:
            group = passages[str(mention.group)]
            group.setdefault((mention.text_version_id, mention.page, sentence.start), Passage(sentence, mention.page, address_of(mention)))
    return {key: list(group.values())[:SENTENCES] for key, group in passages.items()}


def address_of(mention: Citation) -> str:
    """The page that a mention stands on, with it marked."""
    return f"{reverse('documents:detail', args=[mention.text_version.document_id])}?page={mention.page}&citation={mention.pk}"


def group_of(mention: Citation, by: str) -> str:
    """The `authority` of a mention (as `cited` annotates it), or its DOCUMENT."""
    return str(getattr(mention, by) if by == "authority" else mention.text_version.document_id)


def depths(mentions: Iterable[Citation], of: QuerySet[Citation], *, by: str) -> dict[str, Depth]:
    """The depth of each group (`group_of`) that the mentions belong to, over all of `of`."""
    wanted = {group_of(mention, by) for mention in mentions}
    rows = (
        of.filter(**{f"{by}__in": wanted}).order_by().values(group=F(by)).annotate(mentions=Count("pk"), pages=Count("page", distinct=True))
    )
    return {str(row["group"]): Depth(row["mentions"], row["pages"]) for row in rows}


def library_links(rulings: Iterable[Any]) -> list[tuple[Any, Any, int]]:
    """(citing, cited, mentions) among these rulings, by texts of the library."""
    ids = list(rulings)
    rows = (
        Citation.objects.filter(
            role=Citation.Role.AUTHORITY, ruling__in=ids, text_version__document__ruling__in=ids, text_version__document__case=None,
            text_version__document__deleted_at=None, text_version=F("text_version__document__text_version"),
        )
        .exclude(ruling=F("text_version__document__ruling"))
        .order_by().values_list("text_version__document__ruling", "ruling").annotate(n=Count("pk"))
    )  # fmt: skip
    return sorted(rows, key=lambda row: (str(row[0]), str(row[1])))
