import pytest
from django.urls import reverse

from cases.models import AuditEvent, Case, Membership, Role, Ruling, Statute
from lexintel.models import ApiToken, User


@pytest.fixture
def admin(db, client):
    person = User.objects.create_superuser("root", password="pass-word-123")
    client.force_login(person)
    return client


@pytest.mark.parametrize("model", [Case, Membership, AuditEvent, Ruling, Statute, User, ApiToken])
def test_every_model_has_a_list_and_a_search(admin, case, model):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert admin.get(address, {"q": "roe"}).status_code == 200


def test_a_case_shows_metadata_and_no_content_to_administrators(admin, case):
    Case.objects.filter(pk=case.pk).update(description="strategy of the defence")
    page = admin.get(reverse("admin:cases_case_change", args=[case.pk]))
    assert page.status_code == 200
    assert "Roe v. Wade" in page.content.decode()
    assert "strategy of the defence" not in page.content.decode()


def test_a_case_is_neither_changed_nor_deleted_by_administrators(admin, case):
    assert admin.post(reverse("admin:cases_case_change", args=[case.pk]), {"title": "x"}).status_code == 403
    assert admin.post(reverse("admin:cases_case_delete", args=[case.pk]), {"post": "yes"}).status_code == 403


def test_access_given_by_an_administrator_is_recorded_in_the_case(admin, case, stranger):
    admin.post(reverse("admin:cases_membership_add"), {"case": case.pk, "user": stranger.pk, "role": "viewer"})
    assert case.role_of(stranger) == Role.VIEWER
    event = case.audit_events.first()
    assert (event.verb, event.actor.username, event.detail["by"]) == ("member.added", "root", "administrator")


def test_access_given_on_a_persons_page_is_recorded_too(admin, case, stranger):
    address = reverse("admin:lexintel_user_change", args=[stranger.pk])
    page = admin.get(address)
    form = {key: value for key, value in page.context["adminform"].form.initial.items() if value not in (None, False)}
    form |= {
        "date_joined_0": stranger.date_joined.strftime("%Y-%m-%d"),
        "date_joined_1": stranger.date_joined.strftime("%H:%M:%S"),
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-case": str(case.pk),
        "memberships-0-role": "editor",
    }
    answer = admin.post(address, form)
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    assert case.role_of(stranger) == Role.EDITOR
    assert case.audit_events.first().detail["by"] == "administrator"


def test_the_audit_trail_cannot_be_changed(admin, case):
    event = case.audit_events.first()
    assert admin.post(reverse("admin:cases_auditevent_change", args=[event.pk]), {"verb": "x"}).status_code == 403
    assert admin.post(reverse("admin:cases_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    assert admin.get(reverse("admin:cases_auditevent_add")).status_code == 403


def test_the_key_of_a_new_token_is_shown_once_and_works(admin, owner):
    answer = admin.post(reverse("admin:lexintel_apitoken_add"), {"user": owner.pk, "name": "scanner"}, follow=True)
    (message,) = [str(message) for message in answer.context["messages"] if "lex_" in str(message)]
    key = "lex_" + message.partition("lex_")[2].split("<")[0].strip()
    assert ApiToken.holder(key) == owner
    token = ApiToken.objects.get()
    page = admin.get(reverse("admin:lexintel_apitoken_change", args=[token.pk])).content.decode()
    assert key not in page
    assert token.digest not in page
