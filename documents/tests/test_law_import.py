"""Files of law come into the library as they are: what is new, what changed, what is wrong."""

from __future__ import annotations

import bz2
import csv
import datetime
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cases.models import AuditEvent, Opinion, Ruling, Statute
from cases.services.authorities import authorities_for
from documents.models import ChunkWords, Document, LawImport
from documents.services.library import starting
from documents.services.search import SearchRequest, search
from documents.tests.law import bring, content, lines, ruling, section, uslm
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ruling_is_found_by_its_words_and_by_every_way_to_write_its_citations(tmp_path: Path, viewer) -> None:
    record = bring("rulings", lines(tmp_path / "r.jsonl", [ruling(citations=["410 U.S. 113", "93 S. Ct. 705"])]))
    assert record.counts() == {"added": 1, "updated": 0, "unchanged": 0, "skipped": 0}
    known = Ruling.objects.get()
    assert (known.keys, known.court, known.court_id) == (["us:410:113", "sct:93:705"], "Supreme Court of the United States", "scotus")
    assert authorities_for(["sct:93:705", "us:1:1"]) == {"sct:93:705": [known]}
    hits = search(SearchRequest("harbour court", viewer, mode="text", library=True)).results
    assert [(hit.title, hit.case) for hit in hits] == [("Roe v. Wade (1973)", None)]


def test_a_second_import_changes_nothing_and_asks_for_no_work(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", [ruling(), ruling("Doe v. Bolton", citations=["410 U.S. 179"])])
    bring("rulings", path)
    tasks = TaskRecord.objects.count()
    documents = list(Document.objects.order_by("pk").values_list("pk", "updated", "text_version"))
    assert bring("rulings", path).counts() == {"added": 0, "updated": 0, "unchanged": 2, "skipped": 0}
    assert list(Document.objects.order_by("pk").values_list("pk", "updated", "text_version")) == documents
    assert TaskRecord.objects.count() == tasks


def test_a_changed_text_becomes_a_new_version_and_the_old_one_stays(tmp_path: Path, viewer) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling()]))
    record = bring("rulings", lines(tmp_path / "r2.jsonl", [ruling(text="The judgment is vacated by the lighthouse.")]))
    assert record.counts()["updated"] == 1
    document = Document.objects.get()
    assert [version.number for version in document.text_versions.order_by("number")] == [1, 2]
    assert "harbour" in document.text_versions.get(number=1).pages.get().text
    assert document.text_version == document.text_versions.get(number=2)
    assert not search(SearchRequest("harbour", viewer, mode="text")).results
    assert len(search(SearchRequest("lighthouse", viewer, mode="text")).results) == 1
    assert ChunkWords.objects.count() == 1


def test_an_empty_field_takes_nothing_away_that_was_known(tmp_path: Path) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(judges="Blackmun")]))
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling(citations=[], docket_number="70-18")]))
    known = Ruling.objects.get()
    assert (known.judges, known.docket_number, known.keys) == ("Blackmun", "70-18", ["us:410:113", "docket:scotus:70-18"])


def test_bad_lines_are_listed_with_their_reasons_and_the_good_ones_land(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    good = [json.dumps(ruling(f"A v. B{number}", citations=[f"{number} U.S. 1"])) for number in (1, 2, 3)]
    bad = ['{"name": "broken', "[1, 2]", '{"text": "without a name"}', json.dumps(ruling("C v. D", date="30 February 1999"))]
    path.write_bytes("\n".join([good[0], bad[0], good[1], *bad[1:]]).encode() + b"\n\xff\xfe{}\n" + good[2].encode() + b"\n")
    record = bring("rulings", path)
    assert record.counts() == {"added": 4, "updated": 0, "unchanged": 0, "skipped": 4}
    report = {line["where"]: (line["skipped"], line["reason"]) for line in record.report}
    assert report["line 2"][1].startswith("This is no JSON")
    assert report["line 4"][1] == "The record is no JSON object."
    assert "no name" in report["line 5"][1]
    assert report["line 7"] == (True, "The line is not UTF-8.")
    assert report["line 6"] == (False, "“30 February 1999” is no date; it was left out.")
    assert Ruling.objects.get(name="C v. D").date is None


def test_bad_rows_of_csv_are_listed_with_their_reasons(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "date", "citations", "text"])
        writer.writerow(["Roe v. Wade", "1973", "410 U.S. 113; 93 S. Ct. 705", "Two\nlines."])
        file.write("only,three,fields\r\n")
        file.write('"An "open" quote",1973,1 U.S. 1,text\r\n')
        writer.writerow(["Doe v. Bolton", "1973-01-22", "410 U.S. 179", ""])
    record = bring("rulings", path)
    assert record.counts() == {"added": 2, "updated": 0, "unchanged": 0, "skipped": 2}
    assert [line["where"] for line in record.report] == ["line 4", "line 5"]
    assert record.report[0]["reason"] == "The row has 3 fields, the header 4."
    assert Ruling.objects.get(name="Roe v. Wade").dated == "1973"
    assert not Document.objects.filter(ruling__name="Doe v. Bolton").exists()


def test_an_unclosed_record_of_json_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    one, two, three = (json.dumps(ruling(f"A v. B{number}", citations=[f"{number} U.S. 1"])) for number in (1, 2, 3))
    path.write_text(f"[\n{one},\n{two[:-1]},\n{three}\n]")
    record = bring("rulings", path)
    assert record.counts() == {"added": 2, "updated": 0, "unchanged": 0, "skipped": 1}
    assert record.report[0]["where"] == "line 3"


def test_a_ruling_without_text_is_an_authority_without_a_document(tmp_path: Path, viewer, client) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(text="")]))
    assert (Ruling.objects.count(), Document.objects.count()) == (1, 0)
    client.force_login(viewer)
    assert "no text of it" in client.get(Ruling.objects.get().get_absolute_url()).content.decode()


def test_two_rulings_on_one_page_and_one_ruling_under_two_names(tmp_path: Path) -> None:
    both = [ruling("Smith v. Jones", citations=["5 U.S. 9"]), ruling("In re Smith", citations=["5 U.S. 9"])]
    bring("rulings", lines(tmp_path / "r.jsonl", both))
    assert {found.name for found in authorities_for(["us:5:9"])["us:5:9"]} == {"Smith v. Jones", "In re Smith"}
    bring("rulings", lines(tmp_path / "r2.jsonl", [ruling("Smith v. Jones Co.", source_id="In re Smith", citations=["5 U.S. 9"])]))
    assert sorted(Ruling.objects.values_list("name", flat=True)) == ["Smith v. Jones", "Smith v. Jones Co."]
    assert Document.objects.filter(title="Smith v. Jones Co. (1973)").exists()


def test_opinions_of_a_cluster_are_texts_of_one_ruling(tmp_path: Path) -> None:
    texts = [
        {"id": 2, "type": "040dissent", "author_str": "White", "plain_text": "I dissent."},
        {"id": 1, "type": "020lead", "author_str": "Blackmun", "plain_text": "We hold."},
    ]
    cluster = {
        "id": 108713, "case_name": "Roe v. Wade", "date_filed": "1973-01-22", "precedential_status": "Published",
        "docket": {"court_id": "scotus"}, "citations": [{"volume": 410, "reporter": "U.S.", "page": "113", "type": 1}],
        "sub_opinions": texts,
    }  # fmt: skip
    path = tmp_path / "clusters.json"
    path.write_text(json.dumps({"count": 1, "next": None, "previous": None, "results": [cluster]}))
    record = bring("rulings", path)
    assert (record.format, record.added) == ("courtlistener-api", 1)
    assert [(opinion.kind, opinion.author, opinion.document.title) for opinion in Opinion.objects.order_by("position")] == [
        ("lead", "Blackmun", "Roe v. Wade (1973)"),
        ("dissent", "White", "Roe v. Wade (1973), Dissent (White)"),
    ]


def test_the_tables_of_bulk_data_are_joined_by_their_ids(tmp_path: Path) -> None:
    def table(name: str, text: str) -> Path:
        (tmp_path / name).write_bytes(bz2.compress(text.encode()))
        return tmp_path / name

    clusters = table(
        "clusters.csv.bz2",
        '"id","docket_id","case_name","date_filed","precedential_status","judges"\n'
        '"7","70","The \\"Peggy\\" v. X","1801-12-21","Published",""\n',
    )
    opinions = table(
        "opinions.csv.bz2",
        '"id","cluster_id","type","plain_text"\n'
        '"1","7","010combined","First page.\f\nSecond page."\n"2","8","010combined","Its cluster comes later."\n',
    )
    citations = table(
        "citations.csv.bz2", '"id","volume","reporter","page","cluster_id"\n"1","5","U.S.","103","7"\n"2","9","U.S.","1","99"\n'
    )
    dockets = table("dockets.csv.bz2", '"id","court_id","docket_number","pacer_case_id"\n"70","scotus","No. 12",""\n"71","ca1","13",""\n')
    assert [bring("rulings", path).added for path in (clusters, opinions)] == [1, 1]
    assert bring("rulings", citations).counts() == {"added": 0, "updated": 1, "unchanged": 0, "skipped": 1}
    assert bring("rulings", dockets).counts() == {"added": 0, "updated": 1, "unchanged": 0, "skipped": 1}
    peggy = Ruling.objects.get(source_id="7")
    assert (peggy.name, peggy.keys, peggy.court_id, peggy.docket_number) == ('The "Peggy" v. X', ["us:5:103"], "scotus", "No. 12")
    assert [page.number for page in Document.objects.get(ruling=peggy).text_version.pages.all()] == [1, 2]
    for path in (clusters, opinions, citations, dockets):
        counts = bring("rulings", path).counts()
        assert (counts["added"], counts["updated"]) == (0, 0), path.name


def test_a_section_keeps_labels_and_closing_lines_in_their_order(tmp_path: Path) -> None:
    words = (
        "<chapeau>Whoever\u2014</chapeau><paragraph><num>(1)</num><content> takes a crane; or</content></paragraph>"
        "<paragraph><num>(2)</num><heading>Ships</heading><chapeau> sinks</chapeau>"
        "<subparagraph><num>(A)</num><content>a ship,</content></subparagraph></paragraph>"
        "<continuation>shall be fined.</continuation><notes><note><p>A note is no law.</p></note></notes>"
    )
    (tmp_path / "usc09.xml").write_text(
        uslm(section("1", words), section("14", "", "Repealed. Pub. L. 1, \u00a7 2", attributes=' status="repealed"'))
    )
    record = bring("statutes", tmp_path / "usc09.xml")
    assert (record.format, record.added) == ("uslm", 2)
    first, gone = Statute.objects.order_by("section")
    text = Document.objects.get(statute=first).text_version.pages.get().text
    assert text == "Whoever\u2014\n(1) takes a crane; or\n(2) Ships. sinks\n(A) a ship,\nshall be fined."
    assert (first.key, first.hierarchy, first.dated) == (
        "usc:9:1",
        ["Title 9\u2014ARBITRATION", "CHAPTER 1\u2014GENERAL PROVISIONS"],
        "2013-07-26",
    )
    assert first.source_credit.startswith("(July 30, 1947")
    assert (gone.status, first.status) == ("repealed", "in_force")


def test_a_later_edition_is_a_version_and_the_newest_is_what_citations_mean(tmp_path: Path) -> None:
    for made, words in (("2020-01-01", "The new law."), ("2013-07-26", "The old law.")):
        (tmp_path / f"{made}.xml").write_text(uslm(section("1", content(words)), made=made))
        assert bring("statutes", tmp_path / f"{made}.xml").added == 1
    newest, oldest = authorities_for(["usc:9:1"])["usc:9:1"]
    assert (newest.dated, oldest.dated) == ("2020-01-01", "2013-07-26")
    assert authorities_for(["usc:9:1"], datetime.date(2015, 1, 1)) == {"usc:9:1": [oldest]}
    assert authorities_for(["usc:9:1"], datetime.date(2000, 1, 1)) == {}
    (tmp_path / "corrected.xml").write_text(uslm(section("1", content("The old law, corrected.")), made="2013-07-26"))
    assert bring("statutes", tmp_path / "corrected.xml").counts()["updated"] == 1
    assert Document.objects.get(statute=oldest).text_versions.count() == 2
    assert Document.objects.get(statute=newest).text_versions.count() == 1


def test_two_sections_of_one_number_are_both_kept_and_a_second_import_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "usc09.xml").write_text(uslm(section("5", content("One.")), section("5", content("The other."))))
    assert bring("statutes", tmp_path / "usc09.xml").added == 2
    assert bring("statutes", tmp_path / "usc09.xml").counts() == {"added": 0, "updated": 0, "unchanged": 2, "skipped": 0}


def test_a_broken_section_in_the_middle_costs_itself(tmp_path: Path) -> None:
    broken = section("2", content("An <i>open tag.").replace("</p>", ""))
    next_chapter = (
        '</chapter><chapter identifier="/us/usc/t9/ch2"><num value="2">CHAPTER 2\u2014</num><heading>SHIPS &amp; CRANES</heading>'
    )
    sections = [section("1", content("One.")), broken, section("3", content("Three.")), next_chapter, section("201", content("Later."))]
    (tmp_path / "usc09.xml").write_text(uslm(*sections))
    record = bring("statutes", tmp_path / "usc09.xml")
    assert record.counts() == {"added": 3, "updated": 0, "unchanged": 0, "skipped": 1}
    (line,) = record.report
    assert line["where"] == "line 7"
    assert "well-formed" in line["reason"]
    title, first, second = "Title 9\u2014ARBITRATION", "CHAPTER 1\u2014GENERAL PROVISIONS", "CHAPTER 2\u2014SHIPS & CRANES"
    assert dict(Statute.objects.values_list("section", "hierarchy")) == {"1": [title, first], "3": [title, first], "201": [title, second]}


LAUGHS = '<!DOCTYPE uscDoc [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE uscDoc SYSTEM "file:///etc/passwd" >'


def test_entities_are_refused_and_external_declarations_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "laughs.xml").write_text(uslm(section("1", content("&c;")), before=LAUGHS))
    with pytest.raises(PermanentError, match="entities"):
        bring("statutes", tmp_path / "laughs.xml")
    (tmp_path / "outside.xml").write_text(uslm(section("1", content("Plain words.")), before=OUTSIDE))
    assert bring("statutes", tmp_path / "outside.xml").added == 1
    assert Document.objects.get().text_version.pages.get().text == "Plain words."


def test_what_is_no_law_is_refused_with_what_would_be(tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("Shall I compare thee to a summer's day?")
    with pytest.raises(PermanentError, match="USLM"):
        bring("statutes", tmp_path / "poem.txt")
    assert LawImport.objects.get().handled == 0


ECFR = """<?xml version="1.0"?><DLPSTEXTCLASS><HEADER><AMDDATE>Nov. 30, 2020</AMDDATE></HEADER><ECFR>
<DIV1 N="1" TYPE="TITLE"><HEAD>Title 29&#8212;Labor</HEAD><DIV5 N="1910" TYPE="PART"><HEAD>PART 1910&#8212;SAFETY</HEAD>
<DIV8 N="&#167; 1910.1200" TYPE="SECTION"><HEAD>&#167; 1910.1200   Hazard communication.</HEAD><P>(a) <I>Purpose.</I> Words.</P>
<P>(b) More.</P><CITA>[59 FR 6170]</CITA></DIV8>
<DIV8 N="&#167; 1910.1201" TYPE="SECTION"><HEAD>&#167; 1910.1201   [Reserved]</HEAD></DIV8></DIV5></DIV1></ECFR></DLPSTEXTCLASS>"""


def test_regulations_come_with_their_place_and_their_day(tmp_path: Path) -> None:
    (tmp_path / "title29.xml").write_text(ECFR)
    assert bring("statutes", tmp_path / "title29.xml").format == "ecfr"
    first, reserved = Statute.objects.order_by("section")
    assert (first.key, first.heading, first.dated, reserved.status) == (
        "cfr:29:1910.1200",
        "Hazard communication",
        "2020-11-30",
        "reserved",
    )
    assert Document.objects.get(statute=first).text_version.pages.get().text == "(a) Purpose. Words.\n(b) More."


def test_pages_of_a_reporter_are_pages_with_their_numbers(tmp_path: Path) -> None:
    html = "<p>[100 A.3d 1117] One.</p><p>[100 A.3d 1118] Two.</p>"
    cite = "<Citation><Volume>100</Volume><Reporter>A.3d</Reporter><Page>1112</Page></Citation>"
    facts = f"<ShortName>A v. B</ShortName><Citations>{cite}</Citations><DecisionDate>2014-08-27</DecisionDate>"
    case = f"<Case>{facts}<CaseHtml>{html.replace('<', '&lt;')}</CaseHtml></Case>"
    (tmp_path / "a3d.xml").write_text(case)
    assert bring("rulings", tmp_path / "a3d.xml").format == "fastcase"
    assert list(Document.objects.get().text_version.pages.values_list("label", flat=True)) == ["1117", "1118"]


JUDGMENT = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><judgment><meta><identification>
<FRBRWork><FRBRthis value="/uk/uksc/2010/1"/><FRBRname value="Smith v Jones"/></FRBRWork>
<FRBRExpression><FRBRdate date="2010-01-27"/></FRBRExpression>
</identification></meta><header><p><neutralCitation>[2010] UKSC 1</neutralCitation> <judge>Lady Hale</judge></p></header>
<judgmentBody><decision><p>The appeal is allowed.</p></decision></judgmentBody></judgment></akomaNtoso>"""


def test_a_judgment_in_akoma_ntoso_is_a_ruling(tmp_path: Path) -> None:
    (tmp_path / "judgment.xml").write_text(JUDGMENT)
    assert bring("rulings", tmp_path / "judgment.xml").format == "akoma-judgment"
    known = Ruling.objects.get()
    assert (known.name, known.keys, known.judges, known.dated) == ("Smith v Jones", ["uksc:2010:1"], "Lady Hale", "2010-01-27")
    assert Document.objects.get().text_version.pages.get().text == "The appeal is allowed."


def test_a_folder_of_files_is_read_by_the_pipeline(tmp_path: Path, work_off) -> None:
    (tmp_path / "410 U.S. 113.html").write_text("<html><body><h1>Roe v. Wade</h1><p>Affirmed in part.</p></body></html>")
    out = StringIO()
    call_command("import_rulings", str(tmp_path), stdout=out)
    assert "1 of 1 files: 1 added" in out.getvalue()
    work_off()
    document = Document.objects.get()
    assert (document.status, document.case, document.ruling.keys) == ("ready", None, ["us:410:113"])
    assert "Affirmed in part." in document.text_version.pages.get().text
    out = StringIO()
    call_command("import_rulings", str(tmp_path), stdout=out)
    assert "1 unchanged" in out.getvalue()


def test_an_upload_is_for_staff_and_is_recorded(api, viewer, tmp_path: Path) -> None:
    file = SimpleUploadedFile("r.jsonl", json.dumps(ruling()).encode())
    assert api(viewer).post("/api/rulings/import/", {"file": file}, format="multipart").status_code == 403
    viewer.is_staff = True
    viewer.save()
    file.seek(0)
    answer = api(viewer).post("/api/rulings/import/", {"file": file}, format="multipart")
    assert answer.status_code == 202
    assert TaskRecord.objects.get(pk=answer.json()["task_id"]).name == "documents.import_rulings"
    assert AuditEvent.objects.filter(verb="law.import_begun", actor=viewer).exists()
    assert api(viewer).post("/api/statutes/import/", {"file": file, "format": "poem"}, format="multipart").status_code in (400, 409, 415)


def test_a_cancelled_import_goes_on_behind_what_landed(tmp_path: Path, viewer, work_off, settings) -> None:
    viewer.is_staff = True
    viewer.save()
    settings.TASK_EXECUTOR = "background"
    content = "\n".join(json.dumps(ruling(f"A v. B{number}", citations=[f"{number} U.S. 1"])) for number in range(1, 4))
    record = starting.import_upload("rulings", SimpleUploadedFile("r.jsonl", content.encode()), "r.jsonl", viewer)
    manager.cancel(record.task_id, viewer)
    record.refresh_from_db()
    assert record.state == "cancelled"
    starting.go_on(record, viewer)
    work_off()
    record.refresh_from_db()
    assert (record.state, record.counts()["added"], Document.objects.filter(status="ready").count()) == ("finished", 3, 3)
