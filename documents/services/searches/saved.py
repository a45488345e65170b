"""Searches that somebody keeps by a name, for himself. To run one is to follow its address.

A search of a case that its owner may no longer see does not exist: `SavedSearch.objects.visible_to` is the door, for alerts too.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import AlertHit, SavedSearch, SearchAlert
from documents.services.search import SearchError
from documents.services.search.asked import of_address, words_of
from documents.services.search.query.parser import parse
from documents.services.search.request import FIELDS

MOST = 100
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What no column of the database takes: NUL, and halves of characters, which JSON can name."""


def save(user: Any, name: str, words: Mapping[str, Any], *, case: Case | None = None, replace: bool = False) -> SavedSearch:
    """Keep a search of a case, or of everything, by a name. With `replace` it takes the place of the one that has the name.

    `words` are those of the search's address, as {"q": "drift", "tag": ["Lab"]}; what is unknown asks for nothing.
    Raises Http404, Refused (search_without_name, search_exists, too_many_searches, bad_words, and the codes of SearchError).
    """
    if case is not None:
        case.require(user, Role.VIEWER)
    name, words = _named(name), valid(words, user, case.pk if case else None)
    own = SavedSearch.objects.visible_to(user)
    if replace and (there := own.filter(case=case, name__iexact=name).first()):
        return change(there, user, name=name, words=words)
    if own.count() >= MOST:
        raise Refused(_("You keep %(most)d searches. Please delete one first.") % {"most": MOST}, "too_many_searches")
    return _written(SavedSearch(user=user, case=case, name=name, words=words), "saved")


def change(saved: SavedSearch, user: Any, *, name: str | None = None, words: Mapping[str, Any] | None = None) -> SavedSearch:
    """Another name, other words; its place stays. Raises as `save`."""
    with transaction.atomic():
        saved = _locked(saved, user)
        if name is not None:
            saved.name = _named(name)
        before = saved.words
        if words is not None:
            saved.words = valid(words, user, saved.case_id)
        _written(saved, "changed")
        if saved.words != before:
            _look_anew(saved)
        return saved


def delete(saved: SavedSearch, user: Any) -> None:
    """Raises Http404."""
    with transaction.atomic():
        saved = _locked(saved, user)
        # Held before its rows are collected, so that a document which arrives at this moment finds it gone, or is deleted with it.
        SearchAlert.objects.select_for_update(of=("self",)).filter(search=saved).first()
        AuditEvent.write("search.deleted", case=None, actor=user, target=saved)
        saved.delete()


def same(user: Any, case: Case | None, words: Mapping[str, Any]) -> SavedSearch | None:
    """The one that the user keeps of just these words."""
    return SavedSearch.objects.visible_to(user).filter(case=case, words=words).first()


def valid(words: Mapping[str, Any], user: Any, case: uuid.UUID | None) -> dict[str, Any]:
    """The words of a search that can be run, and no others. Raises Refused (bad_words, and the codes of SearchError)."""
    try:
        request = of_address({word: _value(word, value) for word, value in words.items()}, user, case)
        parse(request.q)
    except SearchError as error:
        raise Refused(error.message, error.code) from error
    return words_of(request)


def of_query(query: str) -> dict[str, list[str]]:
    """The words of the end of an address, "?q=drift&tag=Lab"."""
    return {word: list(values) for word, values in QueryDict(query.lstrip("?")).lists()}


def _value(word: str, value: Any) -> str | list[str]:
    """As an address has it: of a word that may have several values a list, of the others the last one."""
    values = [_text(one) for one in (value if isinstance(value, list | tuple) else [value])]
    return values if word in FIELDS else (values or [""])[-1]


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    if not isinstance(value, str | int):
        raise Refused(_("The words of a search are texts or lists of texts."), "bad_words")
    return NO_TEXT.sub(" ", str(value))


def _named(name: str) -> str:
    name = " ".join(_text(name).split())[: SavedSearch.LONGEST].strip()
    if not name:
        raise Refused(_("A search needs a name to be kept by."), "search_without_name")
    return name


def _written(saved: SavedSearch, verb: str) -> SavedSearch:
    """What is one's own is nobody else's business: its event stands in no case's activity, and says neither name nor words."""
    try:
        with transaction.atomic():
            saved.save()
            AuditEvent.write(f"search.{verb}", case=None, actor=saved.user, target=saved)
    except IntegrityError as error:
        if "one_search_of_a_name_per_person" not in str(error):
            raise
        raise Refused(_("You keep a search “%(name)s” there already.") % {"name": saved.name}, "search_exists") from error
    return saved


def _look_anew(saved: SavedSearch) -> None:
    """Other words have failed nowhere yet, and what the old ones found and nobody was told of is looked at with them."""
    SearchAlert.objects.filter(search=saved).update(next_try=None, failures=0, last_error="")
    AlertHit.objects.filter(alert__search=saved, notice=None).update(found=None)


def _locked(saved: SavedSearch, user: Any) -> SavedSearch:
    found = SavedSearch.objects.visible_to(user).select_for_update(of=("self",)).filter(pk=saved.pk).first()
    if found is None:
        raise Http404
    return found
