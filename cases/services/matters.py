"""The verbs of a case: each checks who asks, changes in one transaction, and writes its AuditEvent inside it.

All of them raise Http404 for who may not see the case, PermissionDenied for who sees it but may not do this, and a `MatterError`
(cases/errors.py) for what nobody may do.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import AlreadyMember, BlankTitle, LastOwner, LongText, OnLegalHold, UnknownPerson
from cases.models import AuditEvent, Case, Membership, Role

Person = Any  # the project's User; its class lives above this app and is not imported here
EDITABLE = ("title", "docket_number", "court", "description", "status")


def create_case(title: str, *, user: Person, docket_number: str = "", court: str = "", description: str = "") -> Case:
    """Open a case; who opens it is its first owner."""
    if not user.is_authenticated:
        raise PermissionDenied(_("Sign in to open a case."))
    case = Case(title=title, docket_number=docket_number, court=court, description=description, created_by=user)
    _clean(case)
    with transaction.atomic():
        case.save()
        Membership.objects.create(case=case, user=user, role=Role.OWNER)
        AuditEvent.write("case.created", case=case, actor=user, target=case, title=case.title)
    return case


def update_case(case: Case, *, user: Person, **changes: Any) -> Case:
    """Change any of EDITABLE. What is the same as before is neither written nor recorded."""
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"update_case() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        case = _locked(case, user, Role.EDITOR)
        before = {field: getattr(case, field) for field in changes}
        for field, value in changes.items():
            setattr(case, field, value)
        _clean(case)
        changed = {field: [old, getattr(case, field)] for field, old in before.items() if getattr(case, field) != old}
        if changed:
            case.save(update_fields=[*changed, "updated"])
            AuditEvent.write("case.updated", case=case, actor=user, target=case, changes=changed)
    return case


def set_legal_hold(case: Case, held: bool, *, user: Person) -> Case:
    """Forbid (or allow again) every deletion in the case."""
    with transaction.atomic():
        case = _locked(case, user, Role.OWNER)
        if case.legal_hold != held:
            case.legal_hold = held
            case.save(update_fields=["legal_hold", "updated"])
            AuditEvent.write("case.held" if held else "case.released", case=case, actor=user, target=case)
    return case


def delete_case(case: Case, *, user: Person) -> None:
    """Take the case out of everyone's sight; its rows and files stay until they are purged. Raises OnLegalHold."""
    with transaction.atomic():
        case = _locked(case, user, Role.OWNER)
        if case.legal_hold:
            raise OnLegalHold
        case.deleted_at = timezone.now()
        case.save(update_fields=["deleted_at", "updated"])
        AuditEvent.write("case.deleted", case=case, actor=user, target=case, title=case.title)


def find_person(name: str) -> Person:
    """The active user of that name (as typed: spaces around and letter case do not matter). Raises UnknownPerson."""
    people = get_user_model().objects.filter(username__iexact=name.strip(), is_active=True)
    # Two names may differ in letter case only; then only the exact one counts.
    person = people.filter(username=name.strip()).first() or (people.first() if people.count() == 1 else None)
    if person is None:
        raise UnknownPerson(name=name.strip())
    return person


def add_member(case: Case, person: Person, role: str = Role.VIEWER, *, user: Person) -> Membership:
    """Let a person into the case. Raises AlreadyMember."""
    with transaction.atomic():
        case = _locked(case, user, Role.OWNER)
        membership, made = Membership.objects.get_or_create(case=case, user=person, defaults={"role": Role(role)})
        if not made:
            raise AlreadyMember(name=str(person))
        AuditEvent.write("member.added", case=case, actor=user, target=person, name=str(person), role=membership.role)
    return membership


def change_role(membership: Membership, role: str, *, user: Person) -> Membership:
    """Give a member another role. Raises LastOwner where the case would be left without one."""
    with transaction.atomic():
        case = _locked(membership.case, user, Role.OWNER)
        membership = _current(membership)
        old, membership.role = membership.role, Role(role)
        if old == membership.role:
            return membership
        if old == Role.OWNER:
            _keep_an_owner(case, membership)
        membership.save(update_fields=["role"])
        AuditEvent.write(
            "member.changed", case=case, actor=user, target=membership.user, name=str(membership.user), role=membership.role, before=old
        )
    return membership


def remove_member(membership: Membership, *, user: Person) -> None:
    """Take a member out; everyone may leave by himself. Raises LastOwner where the case would be left without an owner."""
    with transaction.atomic():
        own = membership.user_id == user.pk
        case = _locked(membership.case, user, Role.VIEWER if own else Role.OWNER)
        membership = _current(membership)
        if membership.role == Role.OWNER:
            _keep_an_owner(case, membership)
        AuditEvent.write("member.removed", case=case, actor=user, target=membership.user, name=str(membership.user), role=membership.role)
        membership.delete()


def sole_owned_by(person: Person) -> QuerySet[Case]:
    """The cases that would have no active owner without this person."""
    others = Membership.objects.filter(case=OuterRef("pk"), role=Role.OWNER, user__is_active=True).exclude(user=person)
    owned = Case.objects.filter(deleted_at=None, memberships__user=person, memberships__role=Role.OWNER)
    return owned.exclude(Exists(others)).order_by("title")


def hand_over(person: Person, successor: Person, *, user: Person) -> int:
    """Make the successor an owner of every case that would be left without one; for administrators, who need not be members.

    Returns how many cases there were. The person stays what he was.
    """
    if not user.is_superuser:
        raise PermissionDenied(_("Only an administrator can hand over the cases of another person."))
    if not successor.is_active or successor.pk == person.pk:
        raise UnknownPerson(name=str(successor))
    with transaction.atomic():
        cases = list(sole_owned_by(person).select_for_update(of=("self",)))
        for case in cases:
            Membership.objects.update_or_create(case=case, user=successor, defaults={"role": Role.OWNER})
            AuditEvent.write(
                "member.succeeded", case=case, actor=user, target=successor, name=str(successor), role=Role.OWNER, before=str(person)
            )
    return len(cases)


def _locked(case: Case, user: Person, role: str) -> Case:
    """The case as it is now, held until the transaction ends, so that two verbs about one case never cross."""
    fresh = Case.objects.select_for_update().filter(pk=case.pk).first()
    if fresh is None:
        raise Http404
    fresh.require(user, role)
    return fresh


def _current(membership: Membership) -> Membership:
    fresh = Membership.objects.select_related("user", "case").filter(pk=membership.pk).first()
    if fresh is None:
        raise Http404
    return fresh


def _keep_an_owner(case: Case, leaving: Membership) -> None:
    if not case.memberships.filter(role=Role.OWNER, user__is_active=True).exclude(pk=leaving.pk).exists():
        raise LastOwner(name=str(leaving.user))


def _clean(case: Case) -> None:
    """Trim what was typed. Raises BlankTitle and LongText."""
    for field in ("title", "docket_number", "court", "description"):
        value = getattr(case, field).replace("\x00", "").strip()
        limit = Case._meta.get_field(field).max_length  # type: ignore[union-attr]
        if limit is not None and len(value) > limit:
            raise LongText(field, limit)
        setattr(case, field, value)
    if not case.title:
        raise BlankTitle
    case.status = Case.Status(case.status)
