"""The card of a citation: what it tells of the authority, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Ruling
from cases.services import matters
from documents.models import Citation, Document
from documents.tests.law import bring, lines, ruling, section, uslm
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = (
    "See Roe v. Wade, 410 U.S. 113, 120 (1973), and Roe v. Wade, 410 U.S. 113 (1973). See 9 U.S.C. § 1(b). "
    "But see Smith v. Jones, 5 U.S. 9 (1801)."
)
MARK = '<span class="star-pagination">*{}</span>'
STARRED = f"<p>Syllabus.</p>{MARK.format(114)} The court begins. {MARK.format(120)} A crane is a vessel."


@pytest.fixture
def card(client: Client) -> Callable[..., str]:
    """The card of the first mention of a key, as a reader gets it."""

    def get(user: User, key: str, status: int = 200) -> str:
        client.force_login(user)
        mention = Citation.objects.filter(key=key).order_by("pk").first()
        assert mention is not None, list(Citation.objects.values_list("key", flat=True))
        answer = client.get(f"/citations/{mention.pk}/card/")
        assert answer.status_code == status
        return " ".join(answer.content.decode().split())

    return get


@pytest.fixture
def brief(accept: Callable[..., Document], work_off: Callable[[], int]) -> Document:
    document = accept(BRIEF)
    work_off()
    document.refresh_from_db()
    return document


def test_it_names_the_authority_counts_it_and_shows_the_words_at_the_pin(
    tmp_path: Path, brief: Document, card: Callable[..., str], viewer: User
) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(text=None, html=STARRED)]))
    shown = card(viewer, "us:410:113")
    assert "Roe v. Wade</h2>" in shown
    assert "Supreme Court of the United States" in shown
    assert "1973-01-22" in shown
    assert "A crane is a vessel." in shown
    assert "The court begins" not in shown
    assert "Roe v. Wade, 410 U.S. 113, 120 (1973)" in shown
    assert "Cited 2 times in this case, in 1 document." in shown
    assert "?page=3" in shown


def test_where_the_text_does_not_tell_pages_it_says_so(tmp_path: Path, brief: Document, card: Callable[..., str], viewer: User) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    assert "does not tell where page 120 is" in card(viewer, "us:410:113")


def test_a_section_is_shown_from_its_subsection_with_its_date(
    tmp_path: Path, brief: Document, card: Callable[..., str], viewer: User
) -> None:
    part = "<subsection><num>({})</num><content>{}</content></subsection>"
    words = part.format("a", "First.") + part.format("b", "Second of two.")
    (tmp_path / "usc09.xml").write_text(uslm(section("1", words)))
    bring("statutes", tmp_path / "usc09.xml")
    shown = card(viewer, "usc:9:1")
    assert "as of 2013-07-26" in shown
    assert "Second of two." in shown
    assert "First." not in shown
    assert "9 U.S.C. § 1(b) (2013)" in shown


def test_what_the_library_lacks_can_be_imported_by_staff_and_asked_for_by_others(
    brief: Document, card: Callable[..., str], viewer: User, editor: User
) -> None:
    shown = card(viewer, "us:5:9")
    assert "Not in the library" in shown
    assert "An administrator" in shown
    assert "/library/imports/" not in shown
    User.objects.filter(pk=editor.pk).update(is_staff=True)
    assert "/library/imports/?for=Smith%20v.%20Jones%2C%205%20U.S.%209%20%281801%29" in card(editor, "us:5:9")


def test_two_rulings_with_one_citation_are_both_shown(tmp_path: Path, brief: Document, card: Callable[..., str], viewer: User) -> None:
    records = [
        ruling("Smith v. Jones", citations=["5 U.S. 9"], date="1801-02-01"),
        ruling("In re Hull", citations=["5 U.S. 9"], date="1802"),
    ]
    bring("rulings", lines(tmp_path / "r.jsonl", records))
    shown = card(viewer, "us:5:9")
    assert "belongs to 2 authorities; what is meant here comes first" in shown
    assert shown.index("Smith v. Jones</h2>") < shown.index("In re Hull</h3>")
    same = ruling("Smith v. Jones", citations=["5 U.S. 9"], date="1801-05-03", source_id="another")
    bring("rulings", lines(tmp_path / "r2.jsonl", [same]))
    assert "nothing tells which is meant" in card(viewer, "us:5:9")


def test_what_is_no_authority_says_what_it_is(
    brief: Document, accept: Callable[..., Document], card: Callable[..., str], viewer: User
) -> None:
    exhibit = accept("The lease.", name="lease.txt")
    made = {"text_version": brief.text_version, "page": 1, "start": 0, "end": 3, "text": "Ex. 4"}
    record = Citation.objects.create(**made, key="record:4", kind="record", role="record", target=exhibit)
    shown = card(viewer, "record:4")
    assert f"/documents/{exhibit.pk}/" in shown
    assert "lease" in shown
    assert "Not in the library" not in shown
    Document.objects.filter(pk=exhibit.pk).update(case=matters.create_case("Another", user=User.objects.create_user("other")))
    assert str(exhibit.pk) not in card(viewer, record.key)
    Citation.objects.create(**made, key="us:1:1", kind="case", role="history")
    assert "not counted as an authority" in card(viewer, "us:1:1")
    Citation.objects.create(**made, key="us:2:1", kind="id", method="us/id", confidence=0.6)
    assert "joined to an earlier citation" in card(viewer, "us:2:1")


def test_who_may_not_see_the_document_gets_no_card_and_no_count(
    brief: Document, card: Callable[..., str], client: Client, case: Case, stranger: User
) -> None:
    card(stranger, "us:410:113", status=404)
    assert "Not cited as an authority in what you may see" in client.get("/citations/card/?key=410 us 113").content.decode()
    assert client.get("/citations/card/", {"key": "us:410:113", "case": str(case.pk)}).status_code == 404


@pytest.mark.parametrize("query", [{}, {"key": "no citation"}, {"key": "us:410:113", "case": "x"}, {"key": "\x00"}])
def test_a_card_of_nothing_is_not_found(client: Client, viewer: User, query: dict[str, str]) -> None:
    client.force_login(viewer)
    assert client.get("/citations/card/", query).status_code == 404


def test_a_key_is_understood_however_it_is_typed(brief: Document, client: Client, case: Case, viewer: User) -> None:
    client.force_login(viewer)
    for typed in ("us:410:113", "410 us 113", "410 U. S. 113"):
        assert "Cited 2 times in this case" in client.get("/citations/card/", {"key": typed, "case": str(case.pk)}).content.decode()


def test_the_number_of_queries_does_not_depend_on_what_is_cited(
    tmp_path: Path, brief: Document, card: Callable[..., str], client: Client, viewer: User
) -> None:
    def queries() -> int:
        card(viewer, "us:5:9")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/citations/{Citation.objects.get(key='us:5:9').pk}/card/").status_code == 200
        return len(captured) - 1

    one = [ruling("Smith v. Jones", citations=["5 U.S. 9"], date="1801-02-01")]
    bring("rulings", lines(tmp_path / "r.jsonl", one))
    before = queries()
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling(f"In re Hull {n}", citations=["5 U.S. 9"], date="1802") for n in range(3)]))
    assert Ruling.objects.filter(keys__contains=["us:5:9"]).count() == 4
    assert queries() == before
    assert before <= 9


def test_the_api_lists_mentions_by_key_document_case_role_and_authority(
    tmp_path: Path, brief: Document, api: Any, viewer: User, stranger: User, case: Case
) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    client, roe = api(viewer), Ruling.objects.get()

    def count(**asked: Any) -> int:
        return int(client.get("/api/citations/", asked).json()["count"])

    assert count(document=brief.pk) == 4
    assert count(case=case.pk, key="410 us 113") == count(ruling=roe.pk) == 2
    assert count(document=brief.pk, role="history") == 0
    (first, _second) = client.get("/api/citations/", {"key": "us:410:113"}).json()["results"]
    asked = ("document", "page", "text", "key", "pin_page", "kind", "role", "ruling", "statute", "target")
    assert {name: first[name] for name in asked} == {
        "document": str(brief.pk), "page": 1, "text": "410 U.S. 113", "key": "us:410:113", "pin_page": "120", "kind": "case",
        "role": "authority", "ruling": str(roe.pk), "statute": None, "target": None,
    }  # fmt: skip
    assert client.get("/api/citations/", {"key": "no citation"}).status_code == 400
    assert client.get("/api/citations/", {"role": "friend"}).status_code == 400
    assert api(stranger).get("/api/citations/", {"key": "us:410:113"}).json()["count"] == 0
