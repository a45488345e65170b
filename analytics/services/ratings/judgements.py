"""Votes on hits and answers as a list for evaluation: what was asked, what was shown, and what somebody thought of it.

For the owner of a case: of documents of the case, and of answers in conversations that she sees herself. Who voted is told to nobody.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, overload
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from analytics.models import HitVote, Rating
from analytics.models.ratings import TargetType
from cases.models import Case, Role
from documents.models import Document, Message
from documents.services.search.evaluation.labels import DEVELOPMENT, HELD_OUT, Answer, LabelledSearch

HIT, ANSWER = "hit", "answer"
AT_ONCE = 500
STYLE = "voted"
Judgement = dict[str, Any]
"""kind ("hit", "answer"), asked, words (of the search), document, title, page, answer (id of the message), useful, value, when."""


def judgements(case: Case, user: Any) -> Iterator[Judgement]:
    """All of them, the newest first, in constant memory. Raises Http404, and PermissionDenied for who is not the owner."""
    case.require(user, Role.OWNER)
    streams = _told(_hits(case, user), _told_hits), _told(_answers(case, user), _told_answers)
    return heapq.merge(*streams, key=itemgetter("when"), reverse=True)


class JudgementList(Sequence[Judgement]):
    """The same to be paged through. Raises as `judgements`."""

    def __init__(self, case: Case, user: Any) -> None:
        case.require(user, Role.OWNER)
        self._hits, self._answers = _hits(case, user), _answers(case, user)
        self._keys = _named(self._hits, HIT).union(_named(self._answers, ANSWER), all=True).order_by("-updated", "kind", "-key")

    def __len__(self) -> int:
        return self._hits.count() + self._answers.count()

    @overload
    def __getitem__(self, at: int) -> Judgement: ...
    @overload
    def __getitem__(self, at: slice) -> list[Judgement]: ...
    def __getitem__(self, at: int | slice) -> Judgement | list[Judgement]:
        if isinstance(at, int):
            return self[at : at + 1][0]
        keys = [(kind, key) for kind, key, _updated in self._keys[at]]
        hits = self._hits.filter(pk__in=[key for kind, key in keys if kind == HIT])
        answers = self._answers.filter(pk__in=[key for kind, key in keys if kind == ANSWER])
        told = {(HIT, str(row.pk)): one for row, one in zip(hits, _told_hits(hits), strict=True)}
        told |= {(ANSWER, str(row.pk)): one for row, one in zip(answers, _told_answers(answers), strict=True)}
        return [told[key] for key in keys if key in told]


def labelled_searches(case: Case, user: Any) -> list[LabelledSearch]:
    """What votes say of searches, as `services.search.evaluation` asks them: for each text that was searched for without filters, the
    documents (on a page, where one is known) that more people found useful than not. Raises as `judgements`."""
    case.require(user, Role.OWNER)
    sums: defaultdict[str, defaultdict[tuple[UUID, int | None], int]] = defaultdict(lambda: defaultdict(int))
    for words, document, page, useful in _hits(case, user).values_list("words", "document", "page", "useful").iterator():
        if not set(words) - {"q", "mode"}:
            sums[words["q"]][document, page] += 1 if useful else -1
    return [
        _labelled(case, q, found) for q, places in sorted(sums.items()) if (found := [place for place, sum_ in places.items() if sum_ > 0])
    ]


def _labelled(case: Case, q: str, places: Iterable[tuple[UUID, int | None]]) -> LabelledSearch:
    pages: defaultdict[UUID, set[int]] = defaultdict(set)
    whole: set[UUID] = set()
    for document, page in places:
        pages[document] |= {page} if page else set()
        whole |= set() if page else {document}
    answers = (
        Answer(frozenset([document]), None if document in whole else frozenset(found))
        for document, found in sorted(pages.items(), key=lambda one: str(one[0]))
    )
    key = hashlib.sha256(q.encode()).hexdigest()[:16]
    return LabelledSearch(key, STYLE, HELD_OUT if int(key, 16) % 2 else DEVELOPMENT, q, tuple(answers), case=case.pk)


def _hits(case: Case, user: Any) -> QuerySet[HitVote]:
    documents = Document.objects.visible_to(user).filter(case=case).values("pk")
    return HitVote.objects.filter(case=case, document__in=documents).order_by("-updated", "-pk")


def _answers(case: Case, user: Any) -> QuerySet[Rating]:
    messages = Message.objects.visible_to(user).filter(conversation__case=case).values("pk")
    found = Rating.objects.filter(case=case, target_type=TargetType.MESSAGE, target_id__in=messages)
    return found.order_by("-updated", "-pk")


def _named(rows: QuerySet[Any], kind: str) -> QuerySet[Any, tuple[str, str, Any]]:
    told = rows.order_by().annotate(kind=Value(kind, CharField()), key=Cast(F("pk"), CharField()))
    return told.values_list("kind", "key", "updated")


def _told(rows: QuerySet[Any], tell: Any) -> Iterator[Judgement]:
    some: list[Any] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        some.append(row)
        if len(some) == AT_ONCE:
            yield from tell(some)
            some = []
    yield from tell(some)


def _told_hits(rows: Iterable[HitVote]) -> Iterator[Judgement]:
    rows = list(rows)
    titles = dict(Document.objects.filter(pk__in={row.document for row in rows}).values_list("pk", "title"))
    for row in rows:
        place = {"document": row.document, "title": titles.get(row.document, ""), "page": row.page}
        yield _judgement(HIT, row.words.get("q", ""), row.updated, words=row.words, useful=row.useful, **place)


def _told_answers(rows: Iterable[Rating]) -> Iterator[Judgement]:
    rows = list(rows)
    questions = dict(Message.objects.filter(pk__in={row.target_id for row in rows}).values_list("pk", "question"))
    for row in rows:
        yield _judgement(ANSWER, questions.get(row.target_id, ""), row.updated, answer=row.target_id, value=row.value)


def _judgement(kind: str, asked: str, when: Any, **further: Any) -> Judgement:
    empty: Judgement = {"words": {}, "document": None, "title": "", "page": None, "answer": None, "useful": None, "value": None}
    return {"kind": kind, "asked": asked, **empty, **further, "when": when}
