"""Filters of a case's list of documents that somebody keeps by a name, for himself or for everybody in the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.filters import Narrowing
from documents.models import SavedFilter

MOST = 100


def save(case: Case, user: Any, name: str, words: Mapping[str, Any], *, shared: bool = False) -> SavedFilter:
    """Keep a filter. Who may read the case may keep filters; editors may share them.

    Raises Http404, PermissionDenied, Refused (filter_without_name, filter_empty, filter_exists, too_many_filters).
    """
    case.require(user, Role.EDITOR if shared else Role.VIEWER)
    if SavedFilter.objects.filter(case=case, user=user).count() >= MOST:
        raise Refused(_("You have %(most)d filters in this case. Please delete one first.") % {"most": MOST}, "too_many_filters")
    return _written(SavedFilter(case=case, user=user, name=_named(name), words=_valid(words), shared=shared), user, "saved")


def change(saved: SavedFilter, user: Any, **changes: Any) -> SavedFilter:
    """Another `name`, other `words`, `shared` or not: one's own; editors may change what is shared. Raises as `save`."""
    with transaction.atomic():
        saved = _locked(saved, user)
        if changes.get("shared"):
            saved.case.require(user, Role.EDITOR)
        if "name" in changes:
            saved.name = _named(changes["name"])
        if "words" in changes:
            saved.words = _valid(changes["words"])
        was_shared, saved.shared = saved.shared, changes.get("shared", saved.shared)
        return _written(saved, user, "changed", told=was_shared or saved.shared)


def delete(saved: SavedFilter, user: Any) -> None:
    """Raises Http404, PermissionDenied."""
    with transaction.atomic():
        saved = _locked(saved, user)
        _tell(saved, user, "deleted", saved.shared)
        saved.delete()


def _written(saved: SavedFilter, user: Any, verb: str, *, told: bool | None = None) -> SavedFilter:
    try:
        with transaction.atomic():
            saved.save()
            _tell(saved, user, verb, saved.shared if told is None else told)
    except IntegrityError as error:
        if "one_filter_of_a_name_per_person" not in str(error):
            raise
        raise Refused(_("You have a filter “%(name)s” in this case already.") % {"name": saved.name}, "filter_exists") from error
    return saved


def _tell(saved: SavedFilter, user: Any, verb: str, told: bool) -> None:
    """What is one's own is nobody else's business: its event stands in no case's activity."""
    name = {"name": saved.name} if told else {}
    AuditEvent.write(f"filter.{verb}", case=saved.case if told else None, actor=user, target=saved, **name)


def _locked(saved: SavedFilter, user: Any) -> SavedFilter:
    visible = SavedFilter.objects.visible_to(user).filter(pk=saved.pk)
    found = SavedFilter.objects.select_for_update(of=("self",)).select_related("case").filter(pk__in=visible.values("pk")).first()
    if found is None:
        raise Http404
    found.case.require(user, Role.VIEWER if found.user_id == user.pk else Role.EDITOR)
    if found.user_id != user.pk and not found.shared:
        raise PermissionDenied
    return found


def _named(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())[: SavedFilter.LONGEST]
    if not name:
        raise Refused(_("A filter needs a name."), "filter_without_name")
    return name


def _valid(words: Mapping[str, Any]) -> dict[str, Any]:
    """Only the words of the list's address, with values that they can have."""
    kept = Narrowing.of(words).words()
    if not kept:
        raise Refused(_("This filter asks for nothing. Narrow the list first."), "filter_empty")
    return kept
