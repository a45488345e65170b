"""Audit events in words. Apps above register the words of their own verbs, and what their targets are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import AuditEvent, Role

_words: dict[str, str | Promise] = {
    "case.created": gettext_lazy("opened the case"),
    "case.updated": gettext_lazy("changed %(changes)s of the case"),
    "case.held": gettext_lazy("put the case under legal hold"),
    "case.released": gettext_lazy("lifted the legal hold"),
    "case.deleted": gettext_lazy("deleted the case"),
    "member.added": gettext_lazy("let %(name)s in as %(role)s"),
    "member.changed": gettext_lazy("made %(name)s %(role)s"),
    "member.succeeded": gettext_lazy("made %(name)s owner in place of %(before)s"),
    "member.removed": gettext_lazy("took %(name)s out"),
}
Targets = Callable[[Sequence[str], Collection[Any]], dict[str, tuple[str, str]]]
_targets: dict[str, Targets] = {}


@dataclass(frozen=True)
class Happening:
    """One line of the activity: one event, or several alike in a row. `target` and `url` are empty where the words say it all."""

    actor: str
    words: str
    target: str
    url: str
    more: str
    created: datetime


def register_words(verb: str, words: str | Promise) -> None:
    """`words` follow the actor's name and may use %(detail)s keys of the event."""
    _words[verb] = words


def register_targets(target_type: str, targets: Targets) -> None:
    """`targets(ids, cases)` gives (title, address) of many targets at once, of these cases only: what went to another case is not told of
    any more. The address is empty for what is gone."""
    _targets[target_type] = targets


def happenings(events: Iterable[AuditEvent]) -> list[Happening]:
    """Events (newest first, with their actors) in words; what one person did to several documents in a row is one line."""
    listed = list(events)
    known = _known(listed)
    return [_happening(list(group), known) for _key, group in groupby(listed, key=_alike)]


def _alike(event: AuditEvent) -> tuple[Any, ...]:
    return (event.actor_id, event.verb, "" if event.target_type in _targets else event.pk)


def _known(events: list[AuditEvent]) -> dict[tuple[str, str], tuple[str, str]]:
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for target_type, targets in _targets.items():
        ids = [event.target_id for event in events if event.target_type == target_type]
        cases = {event.case_id for event in events if event.target_type == target_type}
        known |= {(target_type, pk): found for pk, found in targets(ids, cases).items()} if ids else {}
    return known


def _happening(group: list[AuditEvent], known: dict[tuple[str, str], tuple[str, str]]) -> Happening:
    newest = group[0]
    fallback = str(newest.detail.get("title") or newest.detail.get("name") or "") if newest.target_type in _targets else ""
    target, url = known.get((newest.target_type, newest.target_id), (fallback, ""))
    others = len({event.target_id for event in group}) - 1
    more = ngettext("and %(n)d more", "and %(n)d more", others) % {"n": others} if others else ""
    return Happening(str(newest.actor or "LexIntel"), sentence(newest), target, url, more, newest.created)


class _Detail(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(event: AuditEvent) -> str:
    """The words that follow the actor's name."""
    words = _words.get(event.verb)
    if words is None:
        return _("did “%(verb)s”") % {"verb": event.verb.replace(".", " ").replace("_", " ")}
    return str(words) % _Detail(_readable(event.detail))


def _readable(detail: dict[str, Any]) -> dict[str, Any]:
    shown = dict(detail)
    if shown.get("role") in Role.values:
        shown["role"] = Role(shown["role"]).label.lower()
    if isinstance(shown.get("changes"), dict):
        shown["changes"] = ", ".join(str(field).replace("_", " ") for field in shown["changes"])
    return shown
