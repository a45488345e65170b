"""One ruling from two sources is one authority; what is doubtful stays two, and the report says so."""

from __future__ import annotations

import bz2
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import AuditEvent, Opinion, Ruling, RulingSource
from documents.models import ChunkWords, Citation, Document, LawImport
from documents.services.library.merging.sameness import same_name
from documents.services.search import SearchRequest, search
from documents.tests.law import bring, lines, ruling

pytestmark = pytest.mark.django_db(transaction=True)


def given(source: str, *records: dict[str, Any], folder: Path) -> LawImport:
    name = f"{source}{len(list(folder.iterdir()))}.jsonl"
    return bring("rulings", lines(folder / name, [{**record, "source": source} for record in records]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Roe v. Wade", "ROE et al. v. WADE, District Attorney of Dallas County"),
        ("Brown v. Board of Education", "Brown v. Bd. of Educ."),
        ("United States of America v. Nixon", "Nixon v. U.S."),
        ("In re Gault", "Application of Gault"),
        ("Int'l Shoe Co. v. Washington", "International Shoe Company v. State of Washington"),
        ("People v. Smith", "The People of the State of New York v. Smith"),
    ],
)
def test_names_are_compared_as_lawyers_do(one: str, other: str) -> None:
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(("one", "other"), [("Smith v. Jones", "In re Smith"), ("Smith v. Jones", "Smith v. Johnson"), ("A v. B", "")])
def test_other_names_are_others(one: str, other: str) -> None:
    assert not same_name(one, other)


def test_a_ruling_of_two_sources_is_one_with_one_text_and_the_facts_of_both(tmp_path: Path, accept, work_off) -> None:
    accept("Roe v. Wade, 93 S. Ct. 705 (1973).")
    work_off()
    first = ruling(docket_number="70-18", source_id="c1")
    second = ruling(
        "ROE et al. v. WADE", citations=["410 US 113", "93 S. Ct. 705"], judges="Blackmun", docket_number="70-40", text="Other print."
    )
    assert given("cap", first, folder=tmp_path).added == 1
    report = given("site", second, folder=tmp_path)
    assert report.counts() == {"added": 0, "updated": 1, "unchanged": 0, "skipped": 0}
    assert [line["reason"] for line in report.report] == ["docket number: “70-18” is kept; site says “70-40”."]
    known, document = Ruling.objects.get(), Document.objects.get(case=None)
    assert (known.name, known.judges, known.keys) == ("Roe v. Wade", "Blackmun", ["us:410:113", "sct:93:705", "docket:scotus:70-18"])
    assert known.citations == ["410 U.S. 113", "93 S. Ct. 705"]
    assert "harbour" in document.text_version.pages.get().text
    assert Citation.objects.get(key="sct:93:705").ruling == known
    assert [(row.source, row.ruling) for row in RulingSource.objects.all()] == [("site", known)]
    for source, record in (("cap", first), ("site", second)):
        assert given(source, record, folder=tmp_path).counts() == {"added": 0, "updated": 0, "unchanged": 1, "skipped": 0}
    assert document.text_versions.count() == 1


def test_two_sources_in_one_file_are_one_ruling_too(tmp_path: Path) -> None:
    records = [ruling(source="cap"), ruling("Roe et al. v. Wade", source="site", judges="Blackmun")]
    assert bring("rulings", lines(tmp_path / "both.jsonl", records)).counts()["added"] == 1
    assert (Ruling.objects.get().judges, Document.objects.count(), RulingSource.objects.count()) == ("Blackmun", 1, 1)


def test_the_text_is_of_the_source_that_had_one_first_and_its_changes_are_versions(tmp_path: Path) -> None:
    given("cap", ruling(text=""), folder=tmp_path)
    assert given("site", ruling(source_id="s"), folder=tmp_path).updated_count == 1
    document = Document.objects.get()
    given("cap", ruling(text="The print of the first."), folder=tmp_path)
    assert Document.objects.get().text_versions.count() == 1
    given("site", ruling(source_id="s", text="The site has corrected it."), folder=tmp_path)
    document.refresh_from_db()
    assert "corrected" in document.text_version.pages.get().text
    assert Opinion.objects.get().source == "site"


def test_an_own_source_that_says_its_citations_anew_takes_none_of_the_others_away(tmp_path: Path) -> None:
    given("cap", ruling(), folder=tmp_path)
    given("site", ruling(citations=["410 U.S. 113", "93 S. Ct. 705"]), folder=tmp_path)
    given("cap", ruling(citations=["410 U.S. 113", "35 L. Ed. 2d 147"]), folder=tmp_path)
    assert set(Ruling.objects.get().keys) == {"us:410:113", "led2d:35:147", "sct:93:705"}


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        ({"date": "1973-02-26"}, True),
        ({"court_id": "ca1"}, True),
        ({"name": "In re Jane Roe"}, True),
        ({"name": "Doe v. Bolton", "date": "1973-02-26"}, False),
        ({"court_id": "", "date": ""}, True),
    ],
)
def test_what_does_not_agree_stays_two_and_what_is_doubtful_is_listed(tmp_path: Path, fields: dict[str, str], listed: bool) -> None:
    given("cap", ruling(), folder=tmp_path)
    report = given("site", {**ruling(), "source_id": "2", **fields}, folder=tmp_path)
    assert (report.added, Ruling.objects.count()) == (1, 2)
    said = [line["reason"] for line in report.report]
    assert said == (["It may be the same as “Roe v. Wade” (1973-01-22, cap); they stay two."] if listed else [])


def test_a_source_that_gives_two_is_believed(tmp_path: Path) -> None:
    report = given("cap", ruling(source_id="1"), ruling(source_id="2"), folder=tmp_path)
    assert (report.added, report.remarks) == (2, 1)
    report = given("site", ruling(), folder=tmp_path)
    assert (report.added, report.remarks, Ruling.objects.count()) == (1, 2, 3)


def test_a_citation_that_comes_later_makes_one_of_two(tmp_path: Path, accept, work_off, client, viewer) -> None:
    accept("Roe v. Wade, 410 U.S. 113 (1973). Again, Roe v. Wade, 93 S. Ct. 705 (1973).")
    work_off()
    only_us = ruling(source_id="1")
    only_sct = ruling(source_id="2", citations=["93 S. Ct. 705"], text="The judgment of the lighthouse court is affirmed.")
    given("cap", only_us, folder=tmp_path)
    given("reporter", only_sct, folder=tmp_path)
    former = Ruling.objects.get(source="reporter")
    assert set(Citation.objects.values_list("ruling__source", flat=True)) == {"cap", "reporter"}
    both = ruling(source_id="3", citations=["410 U.S. 113", "93 S. Ct. 705"], text="")
    assert given("site", both, folder=tmp_path).counts()["updated"] == 1
    known = Ruling.objects.get()
    assert (known.source, set(known.keys)) == ("cap", {"us:410:113", "sct:93:705"})
    assert set(Citation.objects.values_list("ruling", flat=True)) == {known.pk}
    assert sorted(known.further_sources.values_list("source", flat=True)) == ["reporter", "site"]
    shown = Document.objects.get(case=None, deleted_at=None)
    assert "harbour" in shown.text_version.pages.get().text
    assert not search(SearchRequest("lighthouse", viewer, mode="text", library=True)).results
    assert not ChunkWords.objects.exclude(document__in=Document.objects.filter(deleted_at=None)).exists()
    assert AuditEvent.objects.get(verb="ruling.merged").detail["former"] == str(former.pk)
    client.force_login(viewer)
    assert client.get(f"/library/rulings/{former.pk}/").headers["location"] == known.get_absolute_url()
    for source, record in (("cap", only_us), ("reporter", only_sct), ("site", both)):
        assert given(source, record, folder=tmp_path).counts()["unchanged"] == 1
    assert (Ruling.objects.count(), Document.objects.filter(case=None, deleted_at=None).count()) == (1, 1)


def test_the_table_of_citations_of_bulk_data_finds_what_another_source_has(tmp_path: Path) -> None:
    given("cap", ruling(judges="Blackmun"), folder=tmp_path)
    tables = {
        "clusters": '"id","docket_id","case_name","date_filed","precedential_status"\n"7","70","Roe v. Wade","1973-01-22","Published"\n',
        "opinions": '"id","cluster_id","type","plain_text"\n"1","7","010combined","The words of the other print."\n',
        "citations": '"id","volume","reporter","page","cluster_id"\n"1","410","U.S.","113","7"\n"2","93","S. Ct.","705","7"\n',
        "dockets": '"id","court_id","docket_number","pacer_case_id"\n"70","scotus","70-18",""\n',
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv.bz2").write_bytes(bz2.compress(text.encode()))
    for _again in range(2):
        for name in tables:
            bring("rulings", tmp_path / f"{name}.csv.bz2")
        known = Ruling.objects.get()
        assert (known.source, known.judges, known.docket_number) == ("cap", "Blackmun", "70-18")
        assert set(known.keys) == {"us:410:113", "sct:93:705", "docket:scotus:70-18"}
        assert known.further_sources.get().source_id == "7"
        assert "harbour" in Document.objects.get(deleted_at=None).text_version.pages.get().text
    assert [bring("rulings", tmp_path / f"{name}.csv.bz2").updated_count for name in tables] == [0, 0, 0, 0]


def test_a_batch_takes_as_many_statements_however_many_records_it_has(tmp_path: Path) -> None:
    def statements(source: str, first: int, count: int) -> int:
        pages = range(first, first + count)
        records = [ruling(f"Roe v. Wade{n}", citations=[f"{n} U.S. 113"], source=source, text=f"The text {n}.") for n in pages]
        path = lines(tmp_path / f"{source}{first}.jsonl", records)
        with CaptureQueriesContext(connection) as queries:
            assert bring("rulings", path).handled == count
        return len(queries)

    for source in ("one", "two", "three"):  # new ones; a second source; a third
        assert statements(source, 100, 80) <= statements(source, 1, 5) + 3
    assert (Ruling.objects.count(), RulingSource.objects.count()) == (85, 170)
