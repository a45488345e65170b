"""What the hits are of, counted: values by which a search can be narrowed, each with the number of passages that would be left of them.

Only hits are counted, which have been through the door: a tag or an author that is on none of them is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.search.narrowing import courts
from documents.services.search.narrowing.values import LONGEST_VALUE, words_of
from documents.services.search.request import Facet
from documents.services.search.showing.passages import Permitted, Place
from tasks.base.connections import prepared

COUNTED = ("kind", "case", "court", "year", "author", "tag")
MOST_VALUES = 50

_ABOUT = """
SELECT document.id, coalesce(ruling.court_id, ''), coalesce(nullif(ruling.court, ''), fact_court.value #>> '{}', ''),
       coalesce(fact_author.value #>> '{}', opinion.author, ''),
       ARRAY(SELECT tag.name FROM documents_documenttag AS marked JOIN documents_tag AS tag ON tag.id = marked.tag_id
             WHERE marked.document_id = document.id AND tag.case_id = document.case_id)
FROM documents_document AS document LEFT JOIN cases_ruling AS ruling ON ruling.id = document.ruling_id
LEFT JOIN cases_opinion AS opinion ON opinion.id = document.opinion_id
LEFT JOIN documents_documentfact AS fact_court ON fact_court.document_id = document.id AND fact_court.field = 'court'
LEFT JOIN documents_documentfact AS fact_author ON fact_author.document_id = document.id AND fact_author.field = 'author'
WHERE document.id = ANY(%s::uuid[])
"""


class About(NamedTuple):
    """What of a document is counted beside its `Place`. Empty where it is not known."""

    court_id: str = ""
    court: str = ""
    author: str = ""
    tags: Sequence[str] = ()


class _Value(NamedTuple):
    """`key` tells whether two are one; `value` goes into the address."""

    key: str
    value: str
    label: str


def facets(found: Sequence[Permitted]) -> dict[str, list[Facet]]:
    """{field: values, most first}, for each of COUNTED; the library is the case with the value "". One query, however many they are."""
    about = {row[0]: About(*row[1:]) for row in prepared(_ABOUT, [list({passage.document for passage, _place in found})])} if found else {}
    counted: dict[str, Counter[str]] = {field: Counter() for field in COUNTED}
    values: dict[tuple[str, str], _Value] = {}
    for passage, place in found:
        for field, value in _values(place, about.get(passage.document, About())):
            counted[field][value.key] += 1
            values.setdefault((field, value.key), value)
    counted["kind"] = _with_finer_kinds(counted["kind"])
    counted["author"] = _with_fuller_names(counted["author"])
    return {field: [_facet(values[field, key], count) for key, count in _most(counted[field])] for field in COUNTED}


def _values(place: Place, about: About) -> Iterator[tuple[str, _Value]]:
    case = str(place.case or "")
    yield "kind", _Value(place.kind, place.kind, str(Document.Kind(place.kind).label))
    yield "case", _Value(case, case, place.case_title or _("Public library"))
    if place.date:
        yield "year", _Value(*[str(place.date.year)] * 3)
    if about.court_id or courts.letters(about.court):
        yield "court", _court(about.court_id, about.court)
    if words := words_of(about.author):
        yield "author", _Value(" ".join(words), _shortened(about.author), about.author)
    for tag in about.tags:
        yield "tag", _Value(tag.upper(), tag, tag)


def _court(court_id: str, name: str) -> _Value:
    """Under its id, so that a ruling of a court and a filing in it are counted together."""
    known = court_id or next(iter(courts.ids_of(name)), "")
    return _Value(known, known, courts.label_of(known, name)) if known else _Value(courts.letters(name), _shortened(name), name)


def _with_finer_kinds(kinds: Counter[str]) -> Counter[str]:
    """Counted as a filter finds them: among filings also motions."""
    return Counter({kind: sum(kinds[finer] for finer in Document.Kind.within(kind)) for kind in kinds})


def _with_fuller_names(authors: Counter[str]) -> Counter[str]:
    """Counted as a filter finds them: by "Roe" also what is by "Jane Roe"."""
    names = {key: frozenset(key.split()) for key in authors}
    return Counter({key: sum(count for other, count in authors.items() if names[key] <= names[other]) for key in authors})


def _most(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: -pair[1])[:MOST_VALUES]


def _facet(value: _Value, count: int) -> Facet:
    return Facet(value.value, value.label, count)


def _shortened(name: str) -> str:
    """As long as a filter may be, and whole words."""
    return name if len(name) <= LONGEST_VALUE else name[:LONGEST_VALUE].rpartition(" ")[0]
