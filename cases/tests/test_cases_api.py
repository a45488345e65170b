import pytest

from cases.models import Case, Membership, Role
from cases.services import matters, summaries


@pytest.fixture
def numbers(monkeypatch):
    """A provider of numbers as documents registers one."""
    monkeypatch.setattr(summaries, "_providers", [])
    summaries.register_summary(lambda ids: {case_id: {"documents": 4, "failed": 1} for case_id in ids})


def url(case, tail=""):
    return f"/api/cases/{case.pk}/{tail}"


def test_a_case_needs_only_a_title(api, owner):
    answer = api(owner).post("/api/cases/", {"title": "In re Smith"}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["title"], body["role"], body["members"], body["status"], body["legal_hold"]) == ("In re Smith", "owner", 1, "open", False)


def test_a_case_without_a_title_is_refused_with_a_sentence(api, owner):
    assert list(api(owner).post("/api/cases/", {}, format="json").json()) == ["title"]
    assert api(owner).post("/api/cases/", {"title": "x" * 301}, format="json").status_code == 400


def test_the_list_shows_own_cases_with_role_members_and_numbers(api, case, editor, stranger, numbers):
    matters.create_case("Another's matter", user=stranger)
    body = api(editor).get("/api/cases/").json()
    assert set(body) == {"count", "next", "previous", "results"}
    (listed,) = body["results"]
    assert (listed["id"], listed["role"], listed["members"]) == (str(case.pk), "editor", 3)
    assert listed["counts"] == {"documents": 4, "failed": 1}


def test_listing_costs_the_same_number_of_queries_for_one_case_and_for_many(api, case, owner, numbers, django_assert_num_queries):
    client = api(owner)
    with django_assert_num_queries(2):
        client.get("/api/cases/")
    for number in range(12):
        matters.create_case(f"Matter {number}", user=owner)
    with django_assert_num_queries(2):
        assert client.get("/api/cases/").json()["count"] == 13


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=roe", 1),
        ("q=wade 00123", 1),
        ("q=wade nothing", 0),
        ("status=closed", 0),
        ("role=viewer", 1),
        ("role=owner", 0),
    ],
)
def test_the_list_is_searched_and_filtered(api, case, viewer, query, found):
    answer = api(viewer).get(f"/api/cases/?{query}")
    assert answer.status_code == 200
    assert answer.json()["count"] == found


def test_the_list_is_ordered(api, owner):
    for title in ("B", "A", "C"):
        matters.create_case(title, user=owner)
    titles = [row["title"] for row in api(owner).get("/api/cases/?ordering=-title").json()["results"]]
    assert titles == ["C", "B", "A"]


def test_an_editor_changes_a_case_a_viewer_may_not_and_a_stranger_finds_nothing(api, case, editor, viewer, stranger):
    assert api(editor).patch(url(case), {"title": "New"}, format="json").json()["title"] == "New"
    refused = api(viewer).patch(url(case), {"title": "Newer"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "Viewer" in refused.json()["detail"]
    assert api(stranger).patch(url(case), {"title": "Newer"}, format="json").status_code == 404
    assert api().get(url(case)).status_code == 401


def test_sending_a_whole_case_back_as_an_editor_works(api, case, editor):
    body = api(editor).get(url(case)).json()
    assert api(editor).patch(url(case), {**body, "court": "5th Cir."}, format="json").status_code == 200


def test_legal_hold_is_set_by_owners_and_blocks_deletion(api, case, owner, editor):
    refused = api(editor).patch(url(case), {"legal_hold": True, "title": "Half"}, format="json")
    assert refused.status_code == 403
    assert Case.objects.get(pk=case.pk).title == "Roe v. Wade", "a refused change leaves nothing half done"
    assert api(owner).patch(url(case), {"legal_hold": True}, format="json").json()["legal_hold"] is True
    refused = api(owner).delete(url(case))
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")


def test_a_deleted_case_does_not_exist_any_more(api, case, owner, editor):
    assert api(editor).delete(url(case)).status_code == 403
    assert api(owner).delete(url(case)).status_code == 204
    assert api(owner).get(url(case)).status_code == 404


def test_members_are_listed_for_everyone_in_the_case(api, case, viewer, stranger):
    body = api(viewer).get(url(case, "members/")).json()
    assert [(row["username"], row["role"]) for row in body["results"]] == [("owner", "owner"), ("editor", "editor"), ("viewer", "viewer")]
    assert api(stranger).get(url(case, "members/")).status_code == 404


def test_listing_members_costs_a_constant_number_of_queries(api, case, owner, django_user_model, django_assert_num_queries):
    client = api(owner)
    with django_assert_num_queries(3):
        client.get(url(case, "members/"))
    for number in range(10):
        Membership.objects.create(case=case, user=django_user_model.objects.create(username=f"m{number}"))
    with django_assert_num_queries(3):
        assert client.get(url(case, "members/")).json()["count"] == 13


@pytest.mark.parametrize("field", ["username", "user"])
def test_an_owner_adds_a_person_by_name_or_id(api, case, owner, stranger, field):
    person = stranger.username if field == "username" else str(stranger.pk)
    answer = api(owner).post(url(case, "members/"), {field: person, "role": "editor"}, format="json")
    assert (answer.status_code, answer.json()["user"], answer.json()["role"]) == (201, str(stranger.pk), "editor")
    assert case.role_of(stranger) == Role.EDITOR


def test_adding_nobody_two_or_a_member_is_refused_in_a_sentence(api, case, owner, viewer, stranger):
    client = api(owner)
    for body in ({}, {"username": "stranger", "user": str(stranger.pk)}, {"username": "nobody-here"}, {"username": "viewer"}):
        answer = client.post(url(case, "members/"), body, format="json")
        assert answer.status_code == 400
        assert answer.json()["username"][0].endswith(".")


def test_who_may_not_add_members_does_not_learn_who_exists(api, case, editor):
    answer = api(editor).post(url(case, "members/"), {"username": "nobody-here"}, format="json")
    assert answer.status_code == 403


def test_an_owner_changes_roles_and_removes_members(api, case, owner, viewer):
    member = url(case, f"members/{viewer.pk}/")
    assert api(owner).patch(member, {"role": "editor"}, format="json").json()["role"] == "editor"
    assert api(owner).patch(member, {"role": "king"}, format="json").status_code == 400
    assert api(owner).delete(member).status_code == 204
    assert api(viewer).get(url(case)).status_code == 404


def test_a_viewer_leaves_but_removes_nobody_else(api, case, editor, viewer):
    assert api(viewer).delete(url(case, f"members/{editor.pk}/")).status_code == 403
    assert api(viewer).delete(url(case, f"members/{viewer.pk}/")).status_code == 204


def test_the_last_owner_is_told_why_he_cannot_go(api, case, owner):
    answer = api(owner).delete(url(case, f"members/{owner.pk}/"))
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert "only owner" in answer.json()["detail"]


def test_someone_who_is_no_member_is_not_found_among_members(api, case, owner, stranger):
    assert api(owner).delete(url(case, f"members/{stranger.pk}/")).status_code == 404
