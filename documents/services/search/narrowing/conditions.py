"""The documents that a search is narrowed to, as a queryset. Every value is a parameter; one that nothing has finds nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, Exists, Expression, F, Func, OuterRef, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform

from cases.models import Case as Matter
from cases.models import Opinion, Ruling
from cases.services import dockets
from documents.models import Document, DocumentFact, DocumentTag
from documents.models.documents import DocumentQuerySet
from documents.services.search.narrowing import courts
from documents.services.search.narrowing.values import DOUBLE, SINGLE, SINGLE_PLAIN, clean, words_of
from documents.services.search.request import SearchRequest

NOTHING = Q(pk__in=[])
_TEXT: Any = TextField()
_WORDS: Any = ArrayField(TextField())
Fact = DocumentFact.Field


_FOLDED = f"translate(regexp_replace(normalize(lower(%(expressions)s), NFKD), '[\u0300-\u036f]+', '', 'g'), '{SINGLE}', '{SINGLE_PLAIN}')"
for _two, _plain in DOUBLE.items():
    _FOLDED = f"replace({_FOLDED}, '{_two}', '{_plain}')"


class Folded(Func):
    """A text in small letters and without accents, as `values.folded` has it."""

    template = _FOLDED
    output_field = TextField()


class IsAscii(Func):
    """Has a text nothing that could be folded? Folding takes twenty times as long as anything else that is asked of it."""

    template = "(%(expressions)s !~ '[^\\u0001-\\u007f]')"
    output_field = BooleanField()


class Words(Func):
    """The words of a text in small letters; of a folded one as `values.words_of` has them."""

    template = "array_remove(regexp_split_to_array(lower(%(expressions)s), '[^[:alnum:]]+'), '')"
    output_field = _WORDS


class Letters(Func):
    """The words of a text without what stands between them; of a folded one as `courts.letters` has them."""

    template = "regexp_replace(lower(%(expressions)s), '[^[:alnum:]]+', '', 'g')"
    output_field = TextField()


class Text(Func):
    """A JSON string as text."""

    template = "(%(expressions)s #>> '{}')"
    output_field = TextField()


def narrowed(documents: DocumentQuerySet, request: SearchRequest) -> DocumentQuerySet:
    """Those of the documents that lie where the request looks and that all its filters allow."""
    if request.library:
        documents = documents.filter(case=None)
    elif request.case is not None:
        documents = documents.filter(case=request.case)
    if request.kind:
        documents = documents.filter(kind__in=Document.Kind.within(request.kind))
    if request.hearings:
        documents = documents.filter(kind=Document.Kind.TRANSCRIPT)
    if request.date_from:
        documents = documents.filter(date__gte=request.date_from)
    if request.date_to:
        documents = documents.filter(date__lte=request.date_to)
    for one in request.filters:
        wanted = having(one.field, one.values)
        # NOT of what is unknown, as of the year of a document without a date, would be unknown too.
        documents = documents.filter(~_known(wanted) if one.excluded else wanted)
    return documents


def having(field: str, values: Iterable[str]) -> Q:
    """Documents of which one of `request.FIELDS` (or "kind") has any of the values."""
    return _CONDITIONS[field]([value for given in values if (value := clean(given))])


def is_narrowed(request: SearchRequest) -> bool:
    """By more than the case or the library, which the scope's own cases say already."""
    return bool(request.kind or request.hearings or request.date_from or request.date_to or request.filters)


def _known(condition: Q) -> Q:
    return Q(Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()))


def _kind(values: Sequence[str]) -> Q:
    return Q(kind__in=[kind for value in values for kind in Document.Kind.within(value.lower())])


def _court(values: Sequence[str]) -> Q:
    """A court that courts-db knows under the value, as its id, in full or abbreviated; of an unknown one the words."""
    ids = [court for value in values for court in courts.ids_of(value)]
    keys = courts.keys_of(ids)
    words = [value for value in values if not courts.ids_of(value)]
    ruling = Q(Q(court_id__in=ids) | Q(court_id="") & _letters(F("court"), keys) | _says(F("court"), words))
    fact = Q(_letters(Text(F("value")), keys) | _says(Text(F("value")), words))
    return _of_ruling(ruling) | _of_fact(Fact.COURT, fact)


def _judge(values: Sequence[str]) -> Q:
    return _of_ruling(_says(F("judges"), values))


def _author(values: Sequence[str]) -> Q:
    opinion = Opinion.objects.filter(_says(F("author"), values), pk=OuterRef("opinion"))
    return _of_fact(Fact.AUTHOR, _says(Text(F("value")), values)) | Q(Exists(opinion))


def _sender(values: Sequence[str]) -> Q:
    return _says(KeyTextTransform("from", "metadata"), values)


def _recipient(values: Sequence[str]) -> Q:
    return _says(KeyTextTransform("to", "metadata"), values) | _says(KeyTextTransform("cc", "metadata"), values)


def _tag(values: Sequence[str]) -> Q:
    """Only tags of the document's own case are on it; a tag of another is none."""
    names = _any(Q(tag__name__iexact=" ".join(value.split())) for value in values)
    return Q(Exists(DocumentTag.objects.filter(names, document=OuterRef("pk"), tag__case=OuterRef("case"))))


def _docket(values: Sequence[str]) -> Q:
    """The number as the ruling, the document or its case has it, with more or less of its parts; words where it is none."""

    def among(text: Any) -> Q:
        found = [(value, list(dockets.dockets_in(value, alone=True))) for value in values]
        numbers = [(one.number, dockets.pattern(one)) for _value, several in found for one in several]
        others = [value for value, several in found if not several]
        numbers += [(number, rf"(?<!\d)0*{number}(?!\d)") for value in others if (number := _number(value))]
        written = _any(_holds(text, number) & Q(_TEXT.get_lookup("iregex")(text, pattern)) for number, pattern in numbers)
        return written | _says(text, [value for value in others if not _number(value)])

    of_case = Matter.objects.filter(among(F("docket_number")), pk=OuterRef("case"))
    return _of_ruling(among(F("docket_number"))) | _of_fact(Fact.DOCKET_NUMBER, among(Text(F("value")))) | Q(Exists(of_case))


def _number(value: str) -> str:
    """Of a docket number only the number, 417 of 00417, "" for anything else."""
    return value.lstrip("0") or "0" if value.isascii() and value.isdecimal() else ""


def _year(values: Sequence[str]) -> Q:
    years = [int(value) for value in values if value.isdecimal() and len(value) <= 4]
    return _any(Q(date__year=year) for year in years if year)


def _document(values: Sequence[str]) -> Q:
    """A duplicate is read as the document whose bytes it repeats."""
    ids = [asked for value in values if (asked := _uuid(value)) is not None]
    repeated = Document.objects.filter(pk__in=ids, deleted_at=None).exclude(duplicate_of=None).order_by()
    return Q(pk__in=ids) | Q(pk__in=repeated.values("duplicate_of")) if ids else NOTHING


_CONDITIONS: dict[str, Callable[[Sequence[str]], Q]] = {
    "kind": _kind, "court": _court, "judge": _judge, "author": _author, "sender": _sender, "recipient": _recipient, "tag": _tag,
    "docket": _docket, "year": _year, "document": _document,
}  # fmt: skip


def _of_ruling(condition: Q) -> Q:
    return Q(Exists(Ruling.objects.filter(condition, pk=OuterRef("ruling"))))


def _of_fact(field: DocumentFact.Field, condition: Q) -> Q:
    return Q(Exists(DocumentFact.objects.filter(condition, document=OuterRef("pk"), field=field)))


def _says(text: Expression | F, values: Sequence[str]) -> Q:
    """The text has all words of one of the values, in any order, with or without accents."""
    contains = _WORDS.get_lookup("contains")

    def has(words: Sequence[str]) -> Q:
        plain = Q(_holds(text, max(words, key=len)) & Q(contains(Words(text), words)))
        return plain | Q(~Q(IsAscii(text)) & Q(contains(Words(Folded(text)), words)))

    return _any(has(words) for value in values if (words := words_of(value)))


def _holds(text: Expression | F, part: str) -> Q:
    """Asked first of a text that is split or matched by a pattern then, for that takes twenty times as long."""
    return Q(_TEXT.get_lookup("icontains")(text, part))


def _letters(text: Expression | F, keys: Sequence[str]) -> Q:
    within = _TEXT.get_lookup("in")
    if not keys:
        return NOTHING
    return Q(within(Letters(text), list(keys))) | Q(~Q(IsAscii(text)) & Q(within(Letters(Folded(text)), list(keys))))


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOTHING)


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
