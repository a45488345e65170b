"""What a case takes on the disk: counted once for each file, shown on its page, in the API and to administrators."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audio.models import AudioSession
from cases.models import Case
from documents.models import Document
from documents.services.storage import space
from lexintel.monitoring import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filled(case: Case) -> None:
    space.forget()
    name = f"{case.pk}/{'a' * 64}"
    first = Document.objects.create(case=case, title="One", stored_as=name, size=1_000_000, sha256="a" * 64)
    Document.objects.create(case=case, title="Again", stored_as=name, size=1_000_000, sha256="a" * 64, duplicate_of=first)
    Document.objects.create(case=case, title="Written by a person")
    AudioSession.objects.create(case=case, title="Hearing", stored_as=f"{case.pk}/{'b' * 64}", size=2_000_000, sha256="b" * 64)


def test_each_file_counts_once_documents_and_recordings_alike(api: Any, case: Case, viewer: Any) -> None:
    found = api(viewer).get(f"/api/cases/{case.pk}/").json()
    assert found["space"] == {"files": 2, "bytes": 3_000_000}
    assert "stored_files" not in found["counts"]
    assert api(viewer).get("/api/cases/").json()["results"][0]["space"] == {"files": 2, "bytes": 3_000_000}


def test_a_case_without_files_takes_nothing(api: Any, owner: Any) -> None:
    made = api(owner).post("/api/cases/", {"title": "Empty"}, format="json").json()
    assert made["space"] == {"files": 0, "bytes": 0}


def test_many_cases_are_asked_in_one_query(owner: Any, django_assert_num_queries: Any) -> None:
    ids = [Case.objects.create(title=f"Case {number}").pk for number in range(5)]
    with django_assert_num_queries(1):
        space.of_cases(ids)


def test_the_page_of_the_case_says_it(client: Client, case: Case, viewer: Any) -> None:
    client.force_login(viewer)
    assert "2 files, 2.9" in client.get(f"/cases/{case.pk}/").text


def test_administrators_see_it_and_readiness_tells_the_whole(admin_client: Client, case: Case) -> None:
    assert "2 files, 2.9" in admin_client.get(f"/admin/cases/case/{case.pk}/change/").text
    part = next(part for part in health.examine() if part.name == "storage")
    assert part.reason.endswith("GB free; 2 files of 0.0 GB")
