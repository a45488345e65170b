"""Administrators add people with a link that works once, close accounts, and see what would be left without an owner."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import AuditEvent, Membership, Role
from cases.services import matters
from lexintel.accounts import people
from lexintel.models import ApiToken, User

pytestmark = pytest.mark.django_db
NEW = "quite-another-77"


@pytest.fixture
def chief(db) -> User:
    return User.objects.create_superuser("chief", password="pass-word-123")


@pytest.fixture
def office(chief) -> Client:
    client = Client()
    client.force_login(chief)
    return client


def link_in(answer) -> str:
    assert answer["Cache-Control"] == "no-store"
    return re.search(r'value="http://testserver(/welcome/[^"]+)"', answer.text)[1]


def choose(link: str, password: str = NEW) -> Client:
    """A person follows the link and chooses a password."""
    client = Client()
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    client.answer = client.post(address, {"new_password1": password, "new_password2": password}, follow=True)
    return client


def test_a_person_comes_in_with_a_link_that_works_once(office):
    added = office.post("/people/", {"username": "grace", "first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org"})
    link = link_in(added)
    assert "Grace Hopper" in added.text
    assert Client().post("/login/", {"username": "grace", "password": ""}).status_code == 200
    client = choose(link)
    assert "Welcome. Your password has been set." in client.answer.text
    assert client.get("/account/").status_code == 200
    assert "used already" in Client().get(link, follow=True).text
    assert Client().post("/login/", {"username": "grace", "password": NEW}).status_code == 302
    assert not User.objects.get(username="grace").is_staff


def test_the_page_behind_the_link_does_not_carry_it(office):
    link = link_in(office.post("/people/", {"username": "grace"}))
    answer = Client().get(link)
    assert answer.status_code == 302
    assert link.split("/")[-2] not in answer["Location"]


def test_a_weak_password_is_refused_and_the_link_goes_on(office):
    link = link_in(office.post("/people/", {"username": "grace"}))
    assert "too common" in choose(link, "password").answer.text
    assert "Welcome" in choose(link).answer.text


def test_a_newer_link_voids_the_one_before(office):
    first = link_in(office.post("/people/", {"username": "grace"}))
    person = User.objects.get(username="grace")
    second = link_in(office.post(f"/people/{person.pk}/link/"))
    assert "Ask your administrator" in Client().get(first, follow=True).text
    assert "Welcome" in choose(second).answer.text


@pytest.mark.parametrize("change", ["closed", "old", "tampered"])
def test_a_link_that_is_not_valid_says_so(office, chief, settings, change):
    link = link_in(office.post("/people/", {"username": "grace"}))
    person = User.objects.get(username="grace")
    if change == "closed":
        people.set_active(person, False, by=chief)
    elif change == "old":
        settings.PASSWORD_RESET_TIMEOUT = -1
    else:
        link = link[:-3] + "xy/"
    answer = choose(link).answer
    assert "Ask your administrator for another." in answer.text
    assert not User.objects.get(username="grace").has_usable_password()


def test_a_forgotten_password_is_replaced_and_old_sessions_end(office, owner):
    elsewhere = Client()
    elsewhere.force_login(owner)
    choose(link_in(office.post(f"/people/{owner.pk}/link/")))
    assert elsewhere.get("/account/").status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": "OWNER"}, "already a person with this user name"),
        ({"username": "has space"}, "Enter a valid username"),
        ({"username": ""}, "This field is required"),
        ({"username": "new", "email": "nonsense"}, "valid email"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said(office, owner, typed, sentence):
    answer = office.post("/people/", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert User.objects.count() == 2


def test_closing_an_account_ends_all_and_deletes_nothing(office, owner, case):
    session, (_token, key) = Client(), ApiToken.issue(owner, "Scanner")
    session.force_login(owner)
    assert "is closed" in office.post(f"/people/{owner.pk}/close/", follow=True).text
    assert session.get("/cases/").status_code == 302
    assert Client(headers={"authorization": f"Token {key}"}).get("/api/cases/").status_code == 401
    assert Client().post("/login/", {"username": "owner", "password": "pass-word-123"}).status_code == 200
    assert "is open again" in office.post(f"/people/{owner.pk}/open/", follow=True).text
    assert Client().post("/login/", {"username": "owner", "password": "pass-word-123"}).status_code == 302
    assert Membership.objects.filter(case=case, user=owner).exists()


def test_nobody_closes_himself_and_one_administrator_stays(office, chief, owner):
    assert "cannot close your own account" in office.post(f"/people/{chief.pk}/close/", follow=True).text
    assert "only administrator" in office.post(f"/people/{chief.pk}/demote/", follow=True).text
    office.post(f"/people/{owner.pk}/promote/")
    owner.refresh_from_db()
    assert owner.is_superuser
    assert owner.is_staff
    assert "not an administrator any more" in Client.post(office, f"/people/{owner.pk}/demote/", follow=True).text
    chief.refresh_from_db()
    assert chief.is_superuser


def test_cases_that_would_have_no_owner_are_shown_and_handed_over(office, owner, editor, case, chief):
    other = matters.create_case("With two owners", user=owner)
    Membership.objects.create(case=other, user=editor, role=Role.OWNER)
    page = office.get(f"/people/{owner.pk}/").text
    assert "1 case has no other owner" in page
    assert case.title in page
    assert "With two owners" not in page
    office.post(f"/people/{owner.pk}/close/")
    answer = office.post(f"/people/{owner.pk}/hand-over/", {"successor": str(editor.pk)}, follow=True)
    assert "editor is now an owner of 1 case." in answer.text
    assert Membership.objects.get(case=case, user=editor).role == Role.OWNER
    event = AuditEvent.objects.filter(case=case).first()
    assert (event.verb, event.actor) == ("member.succeeded", chief)
    assert "no other owner" not in office.get(f"/people/{owner.pk}/").text
    assert Client().get(case.get_absolute_url()).status_code == 302
    assert office.get(case.get_absolute_url()).status_code == 404, "an administrator sees no content by that"


def test_cases_are_not_handed_to_nobody_or_by_anybody(office, owner, viewer, case):
    assert "Choose who becomes the owner" in office.post(f"/people/{owner.pk}/hand-over/", {"successor": str(owner.pk)}, follow=True).text
    with pytest.raises(people.PermissionDenied):
        matters.hand_over(owner, viewer, user=viewer)


def test_staff_who_are_no_administrators_cannot_make_themselves_ones(owner):
    owner.is_staff = True
    owner.save()
    client = Client()
    client.force_login(owner)
    assert client.get("/people/").status_code == 404
    assert client.post(f"/people/{owner.pk}/promote/").status_code == 404
    with pytest.raises(people.PermissionDenied):
        people.set_administrator(owner, True, by=owner)


def test_the_list_asks_as_much_for_forty_people_as_for_four(office, django_assert_max_num_queries):
    User.objects.bulk_create(User(username=f"person{n}", last_login=timezone.now() - timedelta(days=n)) for n in range(40))
    with django_assert_max_num_queries(5):
        page = office.get("/people/").text
    assert page.count('class="row-link"') == 41
    assert office.get("/people/?q=PERSON3").text.count('class="row-link"') == 11


def test_what_was_done_is_recorded(office, owner, chief):
    office.post("/people/", {"username": "grace"})
    office.post(f"/people/{owner.pk}/close/")
    verbs = list(AuditEvent.objects.filter(actor=chief).order_by("id").values_list("verb", flat=True))
    assert verbs == ["person.added", "person.link_made", "person.closed"]


def test_the_operator_makes_the_first_administrator_and_is_told_of_a_slip(owner):
    link = people.first_administrator("grace")
    assert "Welcome" in choose(link).answer.text
    assert User.objects.get(username="grace").is_superuser
    assert people.first_administrator("grace") is None, "a password has been chosen"
    assert people.first_administrator("owner") is None
    owner.refresh_from_db()
    assert owner.is_superuser
    for name, sentence in (("GRACE", "did you mean grace"), ("two words", "valid username")):
        with pytest.raises(people.AccountError, match=sentence):
            people.first_administrator(name)
