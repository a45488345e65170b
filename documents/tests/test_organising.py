"""Tags of a case and filters kept by a name: who may, what follows, and lists in a constant number of queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import AuditEvent
from documents.models import Document, DocumentTag, SavedFilter, Tag
from documents.services.organising import tags

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(case):
    return Document.objects.bulk_create(Document(case=case, title=f"Paper {n}", status="ready") for n in range(3))


def test_tags_are_put_on_and_taken_off_one_document(api, editor, documents):
    url = f"/api/documents/{documents[0].pk}/tags/"
    assert api(editor).post(url, {"add": ["Hot", " For  trial "]}, format="json").json()["tags"] == ["For trial", "Hot"]
    assert api(editor).post(url, {"add": ["HOT"], "remove": ["for trial"]}, format="json").json()["tags"] == ["Hot"]


def test_lists_are_narrowed_by_all_tags_named(api, viewer, editor, case, documents):
    tags.put_on(case, [one.pk for one in documents], ["Hot"], editor)
    tags.put_on(case, [documents[1].pk], ["Cold"], editor)
    listed = api(viewer).get("/api/documents/?tag=hot&tag=cold").json()
    assert [one["title"] for one in listed["results"]] == ["Paper 1"]


def test_a_tag_counts_what_lives_and_shows_its_case_only(api, viewer, stranger, editor, case, documents):
    tags.put_on(case, [one.pk for one in documents], ["Hot"], editor)
    Document.objects.filter(pk=documents[0].pk).update(deleted_at="2026-01-01T00:00Z")
    assert api(viewer).get("/api/tags/").json()["results"][0]["count"] == 2
    assert api(stranger).get("/api/tags/").json()["count"] == 0


def test_renaming_merging_and_deleting_take_saved_filters_along(api, editor, case, documents):
    tags.put_on(case, [one.pk for one in documents[:2]], ["Hot"], editor)
    tags.put_on(case, [one.pk for one in documents[1:]], ["Warm"], editor)
    saved = SavedFilter.objects.create(case=case, user=editor, name="Mine", words={"tag": ["Hot"]})
    hot, warm = Tag.objects.order_by("name")
    client = api(editor)
    assert client.patch(f"/api/tags/{hot.pk}/", {"name": "WARM"}, format="json").json()["code"] == "tag_exists"
    assert client.patch(f"/api/tags/{hot.pk}/", {"name": "Burning"}, format="json").json()["count"] == 2
    saved.refresh_from_db()
    assert saved.words == {"tag": ["Burning"]}
    assert client.post(f"/api/tags/{hot.pk}/merge/", {"into": warm.pk}, format="json").json()["count"] == 3
    saved.refresh_from_db()
    assert saved.words == {"tag": ["Warm"]}
    assert DocumentTag.objects.count() == 3
    assert client.delete(f"/api/tags/{warm.pk}/").status_code == 204
    assert set(AuditEvent.objects.filter(verb__startswith="tag.").values_list("verb", flat=True)) == {
        "tag.renamed", "tag.merged", "tag.deleted",
    }  # fmt: skip


def test_a_filter_is_ones_own_until_an_editor_shares_it(api, editor, viewer, owner, case):
    asked = {"case": str(case.pk), "name": "Letters", "filter": {"q": "letter", "kind": "email"}}
    made = api(viewer).post("/api/filters/", asked, format="json").json()
    assert made["query"] == "?kind=email&q=letter"
    assert api(owner).get("/api/filters/").json()["count"] == 0
    assert api(viewer).patch(f"/api/filters/{made['id']}/", {"shared": True}, format="json").status_code == 403
    shared = api(editor).post("/api/filters/", {**asked, "shared": True}, format="json").json()
    assert api(owner).get("/api/filters/").json()["count"] == 1
    assert api(viewer).delete(f"/api/filters/{shared['id']}/").status_code == 403
    assert api(owner).delete(f"/api/filters/{shared['id']}/").status_code == 204
    assert api(viewer).post("/api/filters/", asked, format="json").json()["code"] == "filter_exists"
    assert api(viewer).post("/api/filters/", {**asked, "name": "x", "filter": {"nonsense": 1}}, format="json").status_code == 400
    assert api(viewer).post("/api/filters/", {**asked, "name": "x", "filter": {}}, format="json").json()["code"] == "filter_empty"


def test_the_list_asks_as_often_for_two_thousand_tagged_documents_as_for_three(client, editor, case, documents):
    client.force_login(editor)
    url = f"/cases/{case.pk}/documents/"
    client.get(url)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    tags.put_on(case, [one.pk for one in documents], ["Hot"], editor)
    few = asked()
    many = Document.objects.bulk_create(Document(case=case, title=f"Other {n}", status="ready") for n in range(2000))
    tags.put_on(case, [one.pk for one in many], ["Hot", "Cold", "Warm"], editor)
    assert asked() == few
