import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from cases.errors import AlreadyMember, BlankTitle, LastOwner, LongText, OnLegalHold, UnknownPerson
from cases.models import AuditEvent, Case, Membership, Role
from cases.services import matters


def membership(case, user):
    return case.memberships.get(user=user)


def verbs(case):
    return list(case.audit_events.values_list("verb", flat=True))


def test_who_opens_a_case_owns_it_and_it_is_recorded(owner):
    case = matters.create_case("  Doe v. Bolton ", user=owner, docket_number="70-40")
    assert (case.title, case.docket_number) == ("Doe v. Bolton", "70-40")
    assert case.role_of(owner) == Role.OWNER
    event = case.audit_events.get()
    assert (event.verb, event.actor, event.target_id) == ("case.created", owner, str(case.pk))


@pytest.mark.parametrize("title", ["", "   ", "\x00"])
def test_a_case_needs_a_title(owner, title):
    with pytest.raises(BlankTitle, match="needs a title"):
        matters.create_case(title, user=owner)
    assert not Case.objects.exists()


def test_a_title_that_is_too_long_is_refused_with_its_limit(owner):
    with pytest.raises(LongText, match="at most 300"):
        matters.create_case("x" * 301, user=owner)


def test_an_editor_changes_a_case_and_only_what_changed_is_recorded(case, editor):
    matters.update_case(case, user=editor, title="Roe v. Wade II", court=case.court)
    case.refresh_from_db()
    assert case.title == "Roe v. Wade II"
    assert case.audit_events.first().detail == {"changes": {"title": ["Roe v. Wade", "Roe v. Wade II"]}}


def test_a_change_that_changes_nothing_is_not_recorded(case, editor):
    matters.update_case(case, user=editor, title=case.title)
    assert verbs(case) == ["case.created"]


def test_a_viewer_sees_but_does_not_change_and_a_stranger_finds_nothing(case, viewer, stranger):
    with pytest.raises(PermissionDenied, match="Viewer"):
        matters.update_case(case, user=viewer, title="x")
    with pytest.raises(Http404):
        matters.update_case(case, user=stranger, title="x")


def test_a_superuser_who_is_no_member_finds_nothing(case, stranger):
    stranger.is_superuser = stranger.is_staff = True
    stranger.save()
    assert not Case.objects.visible_to(stranger).exists()
    with pytest.raises(Http404):
        case.require(stranger, Role.VIEWER)


def test_members_are_added_changed_and_removed_by_owners(case, owner, stranger):
    made = matters.add_member(case, stranger, Role.VIEWER, user=owner)
    matters.change_role(made, Role.EDITOR, user=owner)
    assert case.role_of(stranger) == Role.EDITOR
    matters.remove_member(membership(case, stranger), user=owner)
    assert case.role_of(stranger) is None
    assert verbs(case)[:3] == ["member.removed", "member.changed", "member.added"]


def test_a_member_is_not_added_twice(case, owner, viewer):
    with pytest.raises(AlreadyMember, match="viewer is a member"):
        matters.add_member(case, viewer, user=owner)


def test_only_owners_decide_about_members(case, editor, stranger):
    with pytest.raises(PermissionDenied):
        matters.add_member(case, stranger, user=editor)
    with pytest.raises(PermissionDenied):
        matters.change_role(membership(case, editor), Role.OWNER, user=editor)


def test_a_member_may_leave_by_himself(case, viewer):
    matters.remove_member(membership(case, viewer), user=viewer)
    assert case.role_of(viewer) is None


def test_the_last_owner_neither_leaves_nor_steps_down(case, owner):
    with pytest.raises(LastOwner, match="only owner"):
        matters.remove_member(membership(case, owner), user=owner)
    with pytest.raises(LastOwner):
        matters.change_role(membership(case, owner), Role.VIEWER, user=owner)
    assert case.role_of(owner) == Role.OWNER


def test_an_owner_leaves_once_there_is_another(case, owner, editor):
    matters.change_role(membership(case, editor), Role.OWNER, user=owner)
    matters.remove_member(membership(case, owner), user=owner)
    assert case.role_of(owner) is None


def test_an_inactive_owner_does_not_count_as_one(case, owner, editor):
    Membership.objects.filter(case=case, user=editor).update(role=Role.OWNER)
    editor.is_active = False
    editor.save()
    with pytest.raises(LastOwner):
        matters.remove_member(membership(case, owner), user=owner)


def test_a_case_under_legal_hold_is_not_deleted(case, owner):
    matters.set_legal_hold(case, True, user=owner)
    with pytest.raises(OnLegalHold, match="legal hold"):
        matters.delete_case(case, user=owner)
    matters.set_legal_hold(case, False, user=owner)
    matters.delete_case(case, user=owner)
    assert not Case.objects.visible_to(owner).exists()
    assert verbs(case)[:3] == ["case.deleted", "case.released", "case.held"]


def test_a_deleted_case_is_gone_for_its_owner_but_its_row_stays(case, owner):
    matters.delete_case(case, user=owner)
    with pytest.raises(Http404):
        matters.update_case(case, user=owner, title="x")
    assert Case.objects.get(pk=case.pk).deleted_at is not None
    assert AuditEvent.objects.filter(case=case, verb="case.deleted").exists()


def test_people_are_found_as_typed(owner):
    assert matters.find_person(" Owner ") == owner
    with pytest.raises(UnknownPerson, match="nobody-here"):
        matters.find_person("nobody-here")


def test_an_inactive_person_cannot_be_found(stranger):
    stranger.is_active = False
    stranger.save()
    with pytest.raises(UnknownPerson):
        matters.find_person("stranger")
