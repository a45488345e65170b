"""The verbs of sources: each checks who asks, changes in one transaction, and writes its AuditEvent inside it.

Owners set sources up; editors, who may add documents, may have them looked at. They raise Http404 for who may not see the case,
PermissionDenied for who sees it but may not do this, and Refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Source
from documents.services.organising.tags import cleaned
from documents.services.pipeline import passwords
from documents.services.sources import looking
from documents.services.sources.kind import Kind
from documents.services.sources.looking import title_of
from documents.services.sources.registry import kind_of
from tasks.manager import manager
from tasks.models import TaskRecord

MOST = 50
"""Sources that a case may have."""
LONGEST_PAUSE = 7 * 24 * 60


def add(case: Case, user: Any, kind: str, options: Mapping[str, Any], *, password: str = "", minutes: int = 5) -> Source:
    """Set a source up and have it looked at. Raises Refused for what the kind does not take."""
    case.require(user, Role.OWNER)
    known = _known(kind)
    if known.off():
        raise Refused(known.off(), "kind_is_off")
    source = Source(case=case, kind=kind, created_by=user)
    _set(source, known, options, password, minutes)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        if case.sources.count() >= MOST:
            raise Refused(_("A case has at most %(most)d sources.") % {"most": MOST}, "too_many_sources")
        _require_new(source, known)
        source.save()
        AuditEvent.write("source.added", case=case, actor=user, target=source, kind=kind, title=title_of(source))
        looking.submit(source)
    return source


def change(source: Source, user: Any, options: Mapping[str, Any], *, password: str = "", minutes: int | None = None) -> Source:
    """Set it up otherwise; without a password the old one stays, unless it is for another server or user. What was read before is read
    anew where the place is another; nothing comes twice."""
    with transaction.atomic():
        source = _locked(source, user, Role.OWNER)
        known = _known(source.kind)
        before = title_of(source)
        _set(source, known, options, password, source.minutes if minutes is None else minutes)
        _require_new(source, known)
        source.state, source.error, source.error_code, source.failures = {}, "", "", 0
        source.save()
        AuditEvent.write("source.changed", case=source.case, actor=user, target=source, title=title_of(source), before=before)
        if source.active:
            looking.submit(source)
    return source


def pause(source: Source, user: Any) -> None:
    """Look no more until it is resumed; a look that runs ends before its next group of files."""
    with transaction.atomic():
        source = _locked(source, user, Role.OWNER)
        if source.active:
            source.active, source.next_look = False, None
            source.save(update_fields=["active", "next_look", "updated"])
            AuditEvent.write("source.paused", case=source.case, actor=user, target=source, title=title_of(source))


def resume(source: Source, user: Any) -> None:
    """Look again. Where the person in whose name it brings documents may not add any more, the owner who resumes it takes that over."""
    with transaction.atomic():
        source = _locked(source, user, Role.OWNER)
        if source.active:
            return
        role = source.case.role_of(source.created_by) if source.created_by is not None and source.created_by.is_active else None
        if role is None or not role.includes(Role.EDITOR):
            source.created_by = user
        source.active, source.error, source.error_code, source.failures = True, "", "", 0
        source.save()
        AuditEvent.write("source.resumed", case=source.case, actor=user, target=source, title=title_of(source))
        looking.submit(source)


def remove(source: Source, user: Any) -> None:
    """Forget the source and what was noted of it; what it brought stays in the case."""
    with transaction.atomic():
        source = _locked(source, user, Role.OWNER)
        AuditEvent.write("source.removed", case=source.case, actor=user, target=source, title=title_of(source))
        if source.task_id is not None and (record := TaskRecord.objects.active().filter(pk=source.task_id).first()) is not None:
            manager.cancel(record.pk, by=user)
        source.delete()


def ask_for_look(source: Source, user: Any, *, again: bool = False) -> TaskRecord:
    """Look now; `again`: also at what was refused. Raises Refused where it is paused."""
    with transaction.atomic():
        source = _locked(source, user, Role.EDITOR)
        if source.kind == Source.COMMAND:
            raise Refused(_("What was put in by a command is not looked at; run the command again."), "not_looked_at")
        if not source.active:
            raise Refused(_("This source is paused. An owner can resume it."), "source_paused")
        AuditEvent.write("source.asked", case=source.case, actor=user, target=source, title=title_of(source))
        record = looking.submit(source, again=again)
        if again and not record.payload.get("again"):
            raise Refused(_("It is being looked at just now. Ask again when that has ended."), "busy")
        return record


def _known(kind: str) -> Kind:
    known = kind_of(kind)
    if known is None:
        raise Refused(_("There is no kind of source “%(kind)s”.") % {"kind": kind}, "unknown_kind")
    return known


def _set(source: Source, kind: Kind, options: Mapping[str, Any], password: str, minutes: int) -> None:
    if not 1 <= minutes <= LONGEST_PAUSE:
        raise Refused(_("Look every 1 to %(most)d minutes.") % {"most": LONGEST_PAUSE}, "minutes")
    common = {"tags": _tags(options.get("tags", ())), "folder_tags": bool(options.get("folder_tags", True))}
    wanted = kind.clean(options, source.case) | common
    if kind.secret is not None:
        kept = source.secret if kind.place(wanted) == kind.place(source.options) else ""
        source.secret = passwords.sealed(password[: passwords.LONGEST]) if password else kept
        if not source.secret:
            raise Refused(_("Give the password."), "no_password")
    source.options, source.minutes = wanted, minutes


def _tags(typed: str | Iterable[str]) -> list[str]:
    names = typed.split(",") if isinstance(typed, str) else typed
    return list(dict.fromkeys(cleaned(str(name)) for name in names if str(name).strip()))[:20]


def _require_new(source: Source, kind: Kind) -> None:
    others = source.case.sources.filter(kind=source.kind).exclude(pk=source.pk)
    if any(kind.place(other.options) == kind.place(source.options) for other in others):
        raise Refused(_("This case has a source of this place already: %(place)s.") % {"place": title_of(source)}, "source_exists")


def _locked(source: Source, user: Any, role: str) -> Source:
    fresh = Source.objects.select_for_update(of=("self",)).select_related("case", "created_by").filter(pk=source.pk).first()
    if fresh is None:
        raise Http404
    fresh.require(user, role)
    return fresh
