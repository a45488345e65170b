"""What a case's list of documents can be narrowed by beside its own words (`documents.filters`): the same conditions as a search has, but
of whole documents, so that the list shows all of them. A duplicate has the text of the document that it repeats."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import and_

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from documents.filters import Further, register_further
from documents.models import ChunkWords, Citation, Document, DocumentFact
from documents.services.search.errors import SearchError
from documents.services.search.narrowing.conditions import NOTHING, having
from documents.services.search.query.lexer import QUOTES
from documents.services.search.query.matching import Lexemes, beginning_of_parts, matching
from documents.services.search.query.parser import parse
from documents.services.search.query.syntax import Node, Some, Term
from documents.services.search.text.language import languages_in_use

GUESSED = Q(field=DocumentFact.Field.AUTHOR, state=DocumentFact.State.PROPOSED, confidence__lt=0.6)
"""Authors that only the properties of a file name, or the like."""
EXHIBIT = "record:ex:"
BEGINNING = 3
NO_TEXT = Q(text_version=None) & (Q(duplicate_of=None) | Q(duplicate_of__text_version=None))
STATES = {
    "none": NO_TEXT & Q(status__in=Document.TERMINAL),
    "waiting": NO_TEXT & ~Q(status__in=Document.TERMINAL),
    "read": ~NO_TEXT,
}


class Matches(Func):
    """tsvector @@ tsquery."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class Body(Func):
    """The words of a passage's text, without those of its title and headings."""

    template = "ts_filter(%(expressions)s, '{d}')"
    output_field = SearchVectorField()


def says(values: Sequence[str]) -> Q:
    """The text has every one of the values, each in one place, its words side by side in any of their forms."""
    return reduce(and_, (NOTHING if (passages := _passages(value)) is None else _of_text(passages) for value in values))


def stands_for(value: str) -> bool:
    """Whether something can be looked for: not only very common words."""
    return _passages(value) is not None


def _passages(value: str) -> QuerySet[ChunkWords] | None:
    try:
        query = parse('"' + "".join(" " if char in QUOTES else char for char in value).rstrip("*~ ") + '"')
        wanted = matching(query.root)
    except SearchError:
        return None
    if wanted is None or query.root is None:
        return None
    # The first is answered by the index.
    wanted_here = Matches(F("tsv"), Value(wanted.match)), Matches(Body(F("tsv")), Value(wanted.match))
    passages = ChunkWords.objects.filter(*wanted_here).order_by()
    pattern = _with_common_words(query.root)
    return passages.filter(chunk__text__iregex=pattern) if pattern else passages


def _with_common_words(root: Node) -> str:
    """What a phrase with very common words, which no index has, must be like: breach of contract is no breach and contract."""
    leaves = root.parts if isinstance(root, Some) else (root,)
    words = next((leaf.words for leaf in leaves if isinstance(leaf, Term)), ())
    lexemes = Lexemes(languages_in_use(), set(words))
    known = [bool(lexemes.of(word)) for word in words]
    if all(known) or not all(word.isascii() for word in words):
        return ""
    parts = [f"{word[:BEGINNING]}[[:alnum:]]*" if counts else word for word, counts in zip(words, known, strict=True)]
    return r"\m" + "[^[:alnum:]]+".join(parts) + r"\M"


def _of_text(passages: QuerySet[ChunkWords]) -> Q:
    return Q(Exists(passages.filter(document=Coalesce(OuterRef("duplicate_of"), OuterRef("pk")))))


def cites(values: Sequence[str]) -> Q:
    """The text cites one of the authorities, by their canonical keys or those of their parallel citations."""
    keyed = Q(key__in=values) | Q(cluster__in=values)
    for beginning in filter(None, map(beginning_of_parts, values)):
        keyed |= Q(key__startswith=beginning)
    readings = Citation.objects.authorities().filter(keyed).order_by().values("text_version")
    return Q(text_version__in=readings) | Q(duplicate_of__text_version__in=readings)


def by(values: Sequence[str]) -> Q:
    """Who sent it, wrote it, or decided it as a judge; not who is only guessed to have written it."""
    guessed = Exists(DocumentFact.objects.filter(GUESSED, document=OuterRef("pk")))
    return having("sender", values) | Q(having("author", values) & ~guessed) | having("judge", values)


def between(values: Sequence[str]) -> Q:
    """Sent by the one to the other."""
    if len(values) != 2:
        return NOTHING
    one, other = values
    return Q(by([one]) & having("recipient", [other])) | Q(by([other]) & having("recipient", [one]))


def _exhibit(_values: Sequence[str]) -> Q:
    keys = Func(F("record_keys"), Value("|"), function="array_to_string", output_field=TextField())
    known = Document.objects.filter(Q(kind=Document.Kind.EXHIBIT) | Q(record_keys__isnull=False)).alias(keys=keys)
    return Q(pk__in=known.filter(Q(kind=Document.Kind.EXHIBIT) | Q(keys__contains=EXHIBIT)).order_by().values("pk"))


def _documents(values: Sequence[str]) -> Q:
    return Q(pk__in=values)


def _added(values: Sequence[str], *, until: bool) -> Q:
    if not _day(values[0]):
        return Q(created__gte=datetime.datetime.fromisoformat(values[0]))
    day = datetime.date.fromisoformat(values[0]) + datetime.timedelta(days=1 if until else 0)
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    return Q(created__lt=moment) if until else Q(created__gte=moment)


def _day(value: str) -> str:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return ""
    return day.isoformat() if 1 < day.year < 9999 else ""


def _moment(value: str) -> str:
    """A point in time, in UTC."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo and 1 < moment.year < 9999 else ""
    except (ValueError, OverflowError):
        return ""


def _day_or_moment(value: str) -> str:
    return _day(value) or _moment(value)


def _id(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""


def _one_of(allowed: Iterable[str]) -> Callable[[str], str]:
    known = set(allowed)
    return lambda value: value if value in known else ""


def _written(value: str) -> str:
    if _day(value):
        return date_format(datetime.date.fromisoformat(value))
    moment = datetime.datetime.fromisoformat(value)
    return _("%(day)s, %(time)s UTC") % {"day": date_format(moment.date()), "time": moment.strftime("%H:%M")}


def _state(value: str) -> str:
    return {"none": _("could not be read"), "waiting": _("being read"), "read": _("read")}[value]


WORDS = {
    "since": Further(lambda values: Q(date__gte=values[0]), lambda value: _("from %(day)s") % {"day": _written(value)}, _day, 1),
    "until": Further(lambda values: Q(date__lte=values[0]), lambda value: _("to %(day)s") % {"day": _written(value)}, _day, 1),
    "undated": Further(lambda _values: Q(date=None), lambda _value: _("without a date"), _one_of("1"), 1),
    "added_since": Further(
        lambda values: _added(values, until=False), lambda value: _("added from %(day)s") % {"day": _written(value)}, _day_or_moment, 1
    ),
    "added_before": Further(
        lambda values: Q(created__lt=datetime.datetime.fromisoformat(values[0])),
        lambda value: _("added before %(moment)s") % {"moment": _written(value)},
        _moment,
        1,
    ),
    "added_until": Further(
        lambda values: _added(values, until=True), lambda value: _("added to %(day)s") % {"day": _written(value)}, _day, 1
    ),
    "by": Further(by, lambda value: _("from or by %(name)s") % {"name": value}),
    "to": Further(lambda values: having("recipient", values), lambda value: _("to %(name)s") % {"name": value}),
    "between": Further(between, lambda value: _("between %(name)s and the other") % {"name": value}, most=2),
    "court": Further(lambda values: having("court", values), lambda value: value),
    "says": Further(says, lambda value: _("says “%(words)s”") % {"words": value}),
    "cites": Further(cites, lambda value: _("cites %(authority)s") % {"authority": value}),
    "exhibit": Further(_exhibit, lambda _value: _("exhibits"), _one_of("1"), 1),
    "reading": Further(lambda values: STATES[values[0]], _state, _one_of(STATES), 1),
    "document": Further(_documents, lambda _value: _("chosen document"), _id, 200),
}


def register() -> None:
    register_further(WORDS)
