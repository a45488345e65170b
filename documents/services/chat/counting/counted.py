from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from cases.services.citations import keys_in
from documents.filters import Narrowing
from documents.models import Citation, Document, DocumentFact, Tag
from documents.services.chat.contracts import Listed, Listing, Question
from documents.services.chat.counting import telling
from documents.services.chat.counting.grammar import Asked, asked_in
from documents.services.chat.counting.periods import Period, period_of, span_of
from documents.services.chat.understanding.kinds import kind_of
from documents.services.search.narrowing import courts, listed
from documents.services.search.narrowing.values import words_of

ITEMS = 20
MOST_CHOSEN = 200
SORTED = (Document.Kind.RULING, Document.Kind.FILING)
"""Broad kinds whose documents may be of a finer one that nobody has noted."""
MOST_AUTHORITIES = 10
_SUBSECTION = re.compile(r"\d\s?\(\w{1,4}\)")
_NOT_ONLY_PAPER = ("hearing", "recording")
_PRONOUNS = frozenset(["it", "he", "she", "they", "this", "that", "these", "those", "them", "one", "each"])


def counted(question: Question) -> Listing | None:
    """None where it is no question for the database, or one that it can't answer exactly."""
    if question.parts or not question.answerable or len(question.documents) > MOST_CHOSEN:
        return None
    asked = asked_in(question.asked, lambda name: bool(courts.ids_of(name)))
    if asked is None:
        return None
    seen = _Seen(question)
    if asked.pages_of:
        return _pages(asked.pages_of, seen)
    counting = seen.counting(asked)
    listing = seen.listing(counting) if counting is not None else None
    if listing is not None and not listing.count and asked.noun.startswith(_NOT_ONLY_PAPER):
        return None  # a hearing may have been without a transcript of it
    return listing


@dataclass
class _Counting:
    """What is counted, as words of the list's address, and what is said of it."""

    asked: Asked
    words: dict[str, Any] = field(default_factory=dict)
    dated: Period | None = None
    added: Period | None = None
    authorities: tuple[str, ...] = ()


class _Seen:
    """The documents that who asks may see now, of the case or those of it that were chosen."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.chosen = {"document": [str(pk) for pk in question.documents]} if question.documents else {}
        self.visible = Document.objects.visible_to(question.user).filter(case=question.case)

    def fitting(self, words: dict[str, Any]) -> QuerySet[Document]:
        return Narrowing.of(words | self.chosen).apply(self.visible)

    def address(self, words: dict[str, Any]) -> str:
        return reverse("documents:case-documents", args=[self.question.case]) + Narrowing.of(words | self.chosen).query()

    def counting(self, asked: Asked) -> _Counting | None:
        """None for what turns out to be none: a name that nobody has, a date that there is not, words that nothing can be found by."""
        made = _Counting(asked, {"exhibit": ["1"]} if asked.exhibit else {"kind": asked.kind} if asked.kind else {})
        if not (self._with_people(made) and self._with_periods(made) and self._with_words(made)):
            return None
        if asked.tag:
            if not Tag.objects.filter(case=self.question.case, name__iexact=asked.tag).exists():
                return None
            made.words["tag"] = [asked.tag]
        if asked.court:
            made.words["court"] = [asked.court]
        if asked.reading:
            made.words["reading"] = [asked.reading]
        if asked.undated:
            made.words["undated"] = ["1"]
        return made

    def _with_people(self, made: _Counting) -> bool:
        asked = made.asked
        for word, names in (("by", asked.by), ("to", asked.to), ("between", list(asked.between or ()))):
            if names:
                made.words[word] = names
                if not self._known(names):
                    return False
        return True

    def _known(self, names: Iterable[str]) -> bool:
        """Whether each is the name of somebody who wrote or got something here."""
        return all(self.visible.filter(listed.by([name]) | listed.having("recipient", [name])).exists() for name in names)

    def _with_periods(self, made: _Counting) -> bool:
        today = timezone.localdate()
        for how, first, second, adding in made.asked.periods:
            anchor = today if adding else self.fitting({word: made.words[word] for word in ("kind", "exhibit") if word in made.words})
            if isinstance(anchor, QuerySet):
                anchor = anchor.order_by().aggregate(last=Max("date"))["last"] or today
            one, other = span_of(first, today), span_of(second, today) if second else None
            period = period_of(how, one, other, anchor) if one is not None and (other is not None) == bool(second) else None
            if period is None:
                return False
            names = ("added_since", "added_until") if adding else ("since", "until")
            before = made.added if adding else made.dated
            if before is not None:
                period = Period(period.first or before.first, period.last or before.last)
            made.words |= {name: [day.isoformat()] for name, day in zip(names, (period.first, period.last), strict=True) if day is not None}
            if adding:
                made.added = period
            else:
                made.dated = period
        return True

    def _with_words(self, made: _Counting) -> bool:
        asked = made.asked
        if asked.says:
            if not all(listed.stands_for(words) for words in asked.says):
                return False
            made.words["says"] = asked.says
        if asked.cites:
            keys, made.authorities = self._authorities(asked.cites)
            if keys is None:
                return False
            made.words["cites"] = keys
        return True

    def _authorities(self, said: str) -> tuple[list[str] | None, tuple[str, ...]]:
        """The canonical keys of what is meant, and what they are called; (None, ()) where it can't be told or is several things."""
        if keys := keys_in(said):
            apart = "(" in said and not any("(" in key for key in keys)  # subsections have no keys of their own
            return (None, ()) if apart and _SUBSECTION.search(said) else (keys, (said,))
        wanted = set(words_of(said))
        if not wanted or any(word.isdigit() for word in wanted):
            return None, ()
        readings = self.visible.exclude(text_version=None).order_by().values("text_version")
        mentions = Citation.objects.authorities().filter(text_version__in=readings, name__icontains=max(wanted, key=len)).exclude(key="")
        found: dict[str, str] = {}
        keys = []
        for key, cluster, name in mentions.order_by("pk").values_list("key", "cluster", "name").distinct():
            if wanted <= set(words_of(name)):
                found.setdefault(cluster or key, name)
                keys += [key, *([cluster] if cluster else [])]
        if len(found) > MOST_AUTHORITIES or (not found and (len(wanted) > 1 or self.fitting({"says": [said]}).exists())):
            return None, ()
        return list(dict.fromkeys(keys)) or [f"name:{said}"[:100]], tuple(dict.fromkeys(found.values())) or (said,)

    def listing(self, made: _Counting) -> Listing:
        made = self._extreme(made) if made.asked.extreme else made
        words = made.words | ({"order": "-date"} if made.asked.extreme in telling.LATEST or made.dated else {})
        found = self.fitting(words)
        count = found.count()
        first = [
            Listed(pk, title, date, reverse("documents:detail", args=[pk]))
            for pk, title, date in found.values_list("pk", "title", "date")[: min(count, ITEMS)]
        ]
        told = telling.Told(
            count,
            copies=found.order_by().exclude(duplicate_of=None).count(),
            **self._beside(made),
            **self._unsorted(made),
        )
        sentence = telling.sentence(made.asked, told, made.dated, made.added, made.authorities, first, chosen=bool(self.chosen))
        return Listing(count, self.address(words), sentence, tuple(first))

    def _extreme(self, made: _Counting) -> _Counting:
        """Narrowed to the day of the latest or the earliest."""
        latest = made.asked.extreme in telling.LATEST
        day = self.fitting(made.words).order_by().aggregate(day=(Max if latest else Min)("date"))["day"]
        if day is None:
            return made
        return replace(made, words=made.words | {"since": [day.isoformat()], "until": [day.isoformat()]})

    def _beside(self, made: _Counting) -> dict[str, Any]:
        """How many more could belong to it, were more known of them."""
        words, asked = made.words, made.asked
        beside = dict.fromkeys(("undated", "unread", "waiting", "unknown_by", "unknown_to"), 0)
        if made.dated is not None or asked.extreme:
            beside["undated"] = self._else(words, ("since", "until"), undated=["1"])
        if asked.says or asked.cites:
            beside["unread"] = self._else(words, ("says", "cites"), reading=["none"])
            beside["waiting"] = self._else(words, ("says", "cites"), reading=["waiting"])
        if asked.by or asked.between:
            rest = self.fitting({word: value for word, value in words.items() if word not in ("by", "between")})
            known = DocumentFact.objects.filter(field=DocumentFact.Field.AUTHOR).exclude(listed.GUESSED).order_by().values("document")
            nobody = rest.filter(metadata__from__isnull=True, ruling=None, opinion=None).exclude(pk__in=known)
            beside["unknown_by"] = nobody.count()
        if asked.to or asked.between:
            rest = self.fitting({word: value for word, value in words.items() if word not in ("to", "between")})
            beside["unknown_to"] = rest.filter(metadata__to__isnull=True).count()
        return beside

    def _unsorted(self, made: _Counting) -> dict[str, Any]:
        """How many of the broad kind it is not known of whether they are of the finer one."""
        kind = made.words.get("kind")
        broad = Document.Kind(kind).broad if kind else None
        if broad not in SORTED or broad == kind:
            return {}
        rest = self.fitting({word: value for word, value in made.words.items() if word != "kind"})
        return {"unsorted": rest.filter(kind=broad).count(), "broad": str(broad.label).lower()}

    def _else(self, words: dict[str, Any], without: Iterable[str], **instead: Any) -> int:
        return self.fitting({word: value for word, value in words.items() if word not in without} | instead).count()


def _pages(of: str, seen: _Seen) -> Listing | None:
    """Of the one document that is meant."""
    named = set(words_of(of))
    if not named or named & _PRONOUNS:
        return None
    titled = {one.pk: one for one in seen.fitting({"q": of.strip('"“” ')}) if named <= set(words_of(one.title))}
    meant = asked_in(f"which {of}", lambda _name: False)
    if meant is not None and meant.kind and kind_of(of) == meant.kind:
        titled |= {one.pk: one for one in seen.fitting({"exhibit": ["1"]} if meant.exhibit else {"kind": meant.kind})}
    found = [one for one in titled.values() if one.duplicate_of_id is None]
    if len(found) != 1 or not found[0].page_count:
        return None
    (one,) = found
    item = Listed(one.pk, one.title, one.date, reverse("documents:detail", args=[one.pk]))
    return Listing(one.page_count, item.url, telling.pages(one.title, one.page_count), (item,))
