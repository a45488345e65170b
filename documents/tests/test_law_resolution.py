"""Citations lead to the library: those that waited for an import, and those found after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Ruling, Statute
from documents.models import Citation
from documents.tests.law import bring, content, lines, ruling, section, uslm

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "See Roe v. Wade, 410 U.S. 113, 152 (1973), and 9 U.S.C. § 1. But see Smith v. Jones, 5 U.S. 9 (1801)."


def test_what_waited_is_resolved_by_the_import_and_a_new_document_when_it_is_read(tmp_path: Path, accept, work_off) -> None:
    accept(BRIEF)
    work_off()
    assert not Citation.objects.exclude(ruling=None, statute=None).exists()
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    (tmp_path / "usc09.xml").write_text(uslm(section("1", content("The law."))))
    bring("statutes", tmp_path / "usc09.xml")
    resolved = {
        mention.key: mention.ruling or mention.statute for mention in Citation.objects.filter(text_version__document__case__isnull=False)
    }
    assert resolved == {"us:410:113": Ruling.objects.get(), "usc:9:1": Statute.objects.get(), "us:5:9": None}
    second = accept(BRIEF + " Again.", name="second.txt")
    work_off()
    second.refresh_from_db()
    assert set(second.text_version.citations.exclude(ruling=None).values_list("key", flat=True)) == {"us:410:113"}


def test_of_two_rulings_on_a_page_name_and_year_tell_which_and_else_none_is_meant(tmp_path: Path, accept, work_off) -> None:
    accept(BRIEF + " Smith, 5 U.S. at 10.", name="brief.txt")
    accept("See 5 U.S. 9 (1801), and 5 U.S. 9 (1802). But In re Smyth, 5 U.S. 9.", name="numbers.txt")
    work_off()
    first = ruling("Smith v. Jones", citations=["5 U.S. 9"], date="1801-02-01")
    bring("rulings", lines(tmp_path / "r.jsonl", [first, ruling("Ex parte Smyth", citations=["5 U.S. 9"], date="1802-02-01")]))

    def led() -> list[str]:
        found = Citation.objects.filter(key="us:5:9").order_by("text_version__document__name", "start")
        return [mention.ruling.name if mention.ruling else "" for mention in found]

    assert led() == ["Smith v. Jones", "Smith v. Jones", "Smith v. Jones", "Ex parte Smyth", "Ex parte Smyth"]
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling("Doe v. Roe", citations=["5 U.S. 9"], date="1801-03-01")]))
    # The year alone no longer tells.
    assert led() == ["Smith v. Jones", "Smith v. Jones", "", "Ex parte Smyth", "Ex parte Smyth"]


def test_parallel_citations_lead_where_one_of_them_leads(tmp_path: Path, accept, work_off) -> None:
    accept("Roe v. Wade, 410 U.S. 113, 93 S. Ct. 705 (1973). 93 S. Ct. at 710.")
    work_off()
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    assert [mention.ruling == Ruling.objects.get() for mention in Citation.objects.order_by("start")] == [True] * 3
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling(citations=["410 U.S. 114"])]))
    assert not Citation.objects.exclude(ruling=None).exists()


def test_a_slip_opinion_leads_by_its_docket_number_and_one_without_a_place_by_court_year_and_name(tmp_path: Path, accept, work_off) -> None:
    slip = ruling("Able v. Baker", citations=[], court_id="ca1", date="2010-05-05", docket_number="09-2144")
    other = ruling("Carr v. Dunn", citations=["600 F.3d 1"], court_id="ca1", date="2010-06-06")
    bring("rulings", lines(tmp_path / "r.jsonl", [slip, other]))
    accept(
        "See Able v. Baker, ___ F.3d ___, ___ (1st Cir. 2010) [No. 09-2144, slip op. at 13]. Able v. Baker, 611 F.3d 7 (1st Cir. 2010)."
        " Carr v. Dunn, 999 F.3d 7 (1st Cir. 2010)."
    )
    work_off()
    found = list(Citation.objects.filter(kind="case", text_version__document__case__isnull=False).order_by("start"))
    assert [(mention.ruling and mention.ruling.name, mention.confidence < 0.75) for mention in found] == [
        ("Able v. Baker", False), ("Able v. Baker", True), (None, False),
    ]  # fmt: skip


def test_a_ruling_does_not_cite_itself(tmp_path: Path, work_off, api, viewer) -> None:
    text = "410 U.S. 113\n\nRoe v. Wade, 410 U.S. 113 (1973). See Doe v. Bolton, 410 U.S. 179 (1973). 410 U.S. 113 Id. at 180."
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(text=text), ruling("Doe v. Bolton", citations=["410 U.S. 179"])]))
    work_off()
    found = Citation.objects.filter(text_version__document__ruling__name="Roe v. Wade").order_by("start")
    assert [(mention.key, mention.role) for mention in found] == [
        ("us:410:113", "self"), ("us:410:113", "self"), ("us:410:179", "authority"), ("us:410:113", "self"), ("us:410:179", "authority"),
    ]  # fmt: skip
    roe = Ruling.objects.get(name="Roe v. Wade")
    assert [one["key"] for one in api(viewer).get(f"/api/rulings/{roe.pk}/cites/").json()["results"]] == ["us:410:179"] * 2
    assert api(viewer).get(f"/api/rulings/{roe.pk}/").json()["cited_by_count"] == 0


def test_a_ruling_that_loses_a_citation_is_no_longer_meant_by_it(tmp_path: Path, accept, work_off) -> None:
    accept(BRIEF)
    work_off()
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling(citations=["410 U.S. 114"])]))
    assert Citation.objects.get(key="us:410:113").ruling is None


def test_a_newer_version_of_a_section_takes_the_mentions_over(tmp_path: Path, accept, work_off) -> None:
    accept(BRIEF)
    work_off()
    for made in ("2013-07-26", "2020-01-01"):
        (tmp_path / f"{made}.xml").write_text(uslm(section("1", content("The law.")), made=made))
        bring("statutes", tmp_path / f"{made}.xml")
    assert Citation.objects.get(key="usc:9:1").statute.dated == "2020-01-01"


def test_counts_and_lists_know_only_what_one_may_see(tmp_path: Path, accept, work_off, api, viewer, stranger) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(), ruling("Doe v. Bolton", citations=["410 U.S. 179"], text=BRIEF)]))
    accept(BRIEF)
    work_off()
    roe = Ruling.objects.get(name="Roe v. Wade")
    assert api(viewer).get(f"/api/rulings/{roe.pk}/").json()["cited_by_count"] == 2
    assert api(stranger).get(f"/api/rulings/{roe.pk}/").json()["cited_by_count"] == 1
    titles = [mention["document_title"] for mention in api(stranger).get(f"/api/rulings/{roe.pk}/cited-by/").json()["results"]]
    assert titles == ["Doe v. Bolton (1973)"]
    assert api(viewer).get(f"/api/rulings/{roe.pk}/cited-by/").json()["count"] == 2
    doe = Ruling.objects.get(name="Doe v. Bolton")
    assert [mention["key"] for mention in api(viewer).get(f"/api/rulings/{doe.pk}/cites/").json()["results"]] == [
        "us:410:113",
        "usc:9:1",
        "us:5:9",
    ]
    assert api(viewer).get(f"/api/rulings/{doe.pk}/").json()["cites_count"] == 1


def test_the_api_finds_an_authority_however_it_is_typed(tmp_path: Path, api, viewer) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    for made in ("2013-07-26", "2020-01-01"):
        (tmp_path / f"{made}.xml").write_text(uslm(section("10", content("Ten.")), section("2", content("Two.")), made=made))
        bring("statutes", tmp_path / f"{made}.xml")
    client = api(viewer)
    for typed in ("410 us 113", "410 U. S. 113", "us:410:113"):
        (found,) = client.get("/api/rulings/", {"citation": typed}).json()["results"]
        assert found["name"] == "Roe v. Wade", typed
    assert client.get("/api/rulings/", {"citation": "no citation"}).status_code == 400
    assert client.get("/api/rulings/", {"court": "scotus", "q": "wade"}).json()["count"] == 1
    sections = client.get("/api/statutes/").json()["results"]
    assert [(one["section"], one["as_of"]) for one in sections] == [("2", "2020-01-01"), ("10", "2020-01-01")]
    (old,) = client.get("/api/statutes/", {"key": "9 USC 10", "as_of": "2015-01-01"}).json()["results"]
    assert old["as_of"] == "2013-07-26"
    assert [version["as_of"] for version in client.get(f"/api/statutes/{old['id']}/").json()["versions"]] == ["2020-01-01", "2013-07-26"]


@pytest.mark.parametrize("address", ["/api/rulings/", "/library/", "/api/statutes/", "/library/statutes/"])
def test_a_longer_list_takes_no_more_queries(tmp_path: Path, client, viewer, address: str) -> None:
    client.force_login(viewer)

    def queries(count: int) -> int:
        bring("rulings", lines(tmp_path / f"r{count}.jsonl", [ruling(f"A v. B{n}", citations=[f"{n} U.S. 1"]) for n in range(1, count)]))
        (tmp_path / f"{count}.xml").write_text(uslm(*(section(str(n), content("Words.")) for n in range(1, count))))
        bring("statutes", tmp_path / f"{count}.xml")
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    assert queries(3) == queries(20)
