"""A draft is checked: every citation and every quotation, against a library of fictional law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from cases.models import Ruling
from documents.services.authorities.checking import draft
from documents.tests import checked_drafts as drafts
from documents.tests.law import bring, lines, ruling

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_good_five_misquoted_and_five_invented_citations_are_judged_rightly_every_one(tmp_path: Path) -> None:
    drafts.library(tmp_path)
    text = drafts.draft()
    report = draft.check(text)
    told = [(result.group, result.verdict.codes(), [(q.status, q.quotation.text) for q in result.quotes]) for result in report.results]
    assert len(report.results) == 20, told
    assert all(text[one.mention.start : one.mention.end] == one.mention.text for one in report.results)
    good, misquoted, invented = report.results[:10], report.results[10:15], report.results[15:]
    for result in good:
        assert result.group == "fine", (result.mention.text, result.sentences, [q.as_json() for q in result.quotes])
        assert [quote.status for quote in result.quotes] == ["exact"], result.mention.text
    for result, (_text, word) in zip(misquoted, drafts.MISQUOTED, strict=True):
        assert (result.group, result.verdict.status) == ("look", "found")
        (quote,) = result.quotes
        assert quote.status == ("altered" if word else "not_found"), quote.as_json()
        assert quote.comparison is not None
        if word:
            shown = [one.text for one in quote.comparison.segments if one.kind in ("dropped", "left_out")]
            assert word in shown, quote.as_json()
    for result, (_text, code) in zip(invented, drafts.INVENTED, strict=True):
        assert (result.group, code in result.verdict.codes()) == ("look", True), (result.mention.text, result.verdict)
        assert not any(word in sentence.lower() for sentence in result.sentences for word in ("invent", "fake", "hallucin"))
    assert report.totals() == {
        "citations": 20, "look": 10, "doubtful": 0, "fine": 10, "not_in_library": 0, "not_checkable": 0, "not_understood": 0,
    }  # fmt: skip


def test_a_pin_far_behind_a_text_without_pages_is_said_and_one_near_it_is_not(tmp_path: Path) -> None:
    drafts.library(tmp_path)
    far, near = draft.check(
        "See Lamp v. Keeper, 801 F.3d 40, 940 (1st Cir. 2014). See Lamp v. Keeper, 801 F.3d 40, 48 (1st Cir. 2014)."
    ).results
    assert (far.group, far.verdict.codes()) == ("look", ["pin_outside"])
    assert "Page 940 is far behind page 40" in far.sentences[0]
    assert near.group == "fine"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("See Lamp v. Keeper, 801 F.3d 40 (1st Cir. 1999).", "year_mismatch", "2014"),
        ("See Lamp v. Keeper, 801 F.3d 40 (9th Cir. 2014).", "court_mismatch", "First Circuit"),
        ("See Harbour Board v. Crane Co., 560 U.S. 200, 131 S. Ct. 77 (2010).", "parallel_differs", "130 S. Ct. 2000"),
        ("See 803 F.3d 900.", "ambiguous", "Sail v. Mast"),
        ("See Tide v. Moon Ferry Co., 571 U.S. 310, 335 (2013).", "pin_outside", "Buoy v. United States"),
        ("See Lamp v. Keeper, 801 F.3d 14 (1st Cir. 2014).", "parallel_differs", "stands at 801 F.3d 40, not at 801 F.3d 14"),
        ("See Harbour Bd. v. Crane Co., 506 U.S. 200, 130 S. Ct. 2000 (2010).", "parallel_differs", "stands at 560 U.S. 200"),
        ("See Tide v. Moon Ferry Co., 134 S. Ct. 600 (2013).", "doubtful", "by court, year and name"),
        ("See Lamp v. Keeper, 777 F.3d 1 (1st Cir. 2014).", "doubtful", "801 F.3d 40"),
        ("See Gull v. Heron Shipping, 1203 F.3d 55 (9th Cir. 2000).", "impossible", "volumes 1 to 999"),
        ("See Gull v. Heron, 55 A.3d 12 (Cal. 2012).", "impossible", "Connecticut"),
        ("See Gull v. Heron, 120 F. Supp. 2d 5 (9th Cir. 2000).", "impossible", "courts of appeals"),
    ],
)
def test_what_does_not_belong_together_is_said_as_a_fact(tmp_path: Path, text: str, code: str, said: str) -> None:
    drafts.library(tmp_path)
    results = draft.check(text).results
    assert code in [one for result in results for one in result.verdict.codes()], results
    assert said in " ".join(sentence for result in results for sentence in result.sentences)


def test_a_volume_of_its_years_is_possible_and_pages_behind_the_headnotes_are_the_reporters_own(tmp_path: Path) -> None:
    marked = "<p>Oar v. Wake</p><p>[100 A.3d 1117] An oar is a tool.</p><p>[100 A.3d 1118] Affirmed.</p>"
    bring("rulings", lines(tmp_path / "oar.jsonl", [ruling("Oar v. Wake", citations=["440 Md. 128", "100 A.3d 1112"], court_id="md",
                                                           date="2014-08-27", text="", html=marked)]))  # fmt: skip
    cited = "Hull v. Keel, 12 Ohio St. 3d 9 (1984). Oar v. Wake, 440 Md. 128, 100 A.3d 1112, 1118 (2014). Wake, 100 A.3d at 1140."
    told = [result.verdict.codes() for result in draft.check(cited).results]
    assert told == [[], [], [], ["pin_outside"]]


@pytest.mark.parametrize(
    "cited",
    [
        "Tide v. Moon Ferry Co., 134 S. Ct. 900, 905 (2013)",
        "Moon Ferry v. Tide, 134 S. Ct. 900, 905 (2013)",
        "Tide v. Moon Ferry Co., 571 U. S. ___, ___ (2013) (slip op., at 5)",
        "Tide v. Moon Ferry Co., No. 12-88, slip op. at 5 (U.S. Nov. 4, 2013)",
    ],
)
def test_what_the_library_has_without_the_number_is_told_by_name_court_and_year(tmp_path: Path, cited: str) -> None:
    drafts.library(tmp_path)
    ruling = Ruling.objects.get(name="Tide v. Moon Ferry Co.")
    Ruling.objects.filter(pk=ruling.pk).update(citations=[], keys=["docket:scotus:12-88"], docket_number="12-88")
    exact, altered = draft.check(f"“The statute does not reach ferries that never leave the river.” {cited}. “Ferries leave.” Id.").results
    assert exact.verdict.ruling == altered.verdict.ruling == ruling
    assert exact.group == ("fine" if "No." in cited else "doubtful")
    assert [quote.status for result in (exact, altered) for quote in result.quotes] == ["exact", "not_found"]


def test_what_one_name_tells_of_a_number_is_not_held_against_another_name(tmp_path: Path) -> None:
    drafts.library(tmp_path)
    cited = ["Tide v. Moon Ferry Co., 134 S. Ct. 900 (2013)", "Gull v. Heron, 134 S. Ct. 900 (2013)", "Gull v. Heron, 810 F.3d 40 (2014)",
             "Lamp v. Keeper, 810 F.3d 40 (1st Cir. 2014)"]  # fmt: skip
    told, other, third, _moved = draft.check(" ".join(f"See {one}." for one in cited)).results
    assert (told.group, told.verdict.name_found) == ("doubtful", "Tide v. Moon Ferry Co.")
    assert [(one.group, one.verdict.ruling, one.verdict.codes()) for one in (other, third)] == [("not_in_library", None, [])] * 2


def test_other_parties_another_court_or_year_tell_nothing(tmp_path: Path) -> None:
    drafts.library(tmp_path)
    cited = ["Tide v. Star Ferry Co., 134 S. Ct. 900 (2013)", "Tide v. Moon Ferry Co., 134 S. Ct. 900 (2010)",
             "Tide v. Moon Ferry Co., 700 F.3d 1 (2d Cir. 2013)", "In re Tide, 134 S. Ct. 900 (2013)"]  # fmt: skip
    for one in cited:
        result = draft.check(f"See {one}.").results[0]
        assert (result.verdict.ruling, result.group) == (None, "not_in_library"), one


def test_two_rulings_on_a_page_are_told_apart_by_name(tmp_path: Path) -> None:
    drafts.library(tmp_path)
    (one,) = draft.check("See Sail v. Mast, 803 F.3d 900 (1st Cir. 2015).").results
    assert (one.group, one.verdict.ruling.name) == ("fine", "Sail v. Mast")


def test_a_draft_is_given_as_a_file_or_as_text_through_the_api(tmp_path: Path, api, viewer, stranger, case) -> None:
    drafts.library(tmp_path)
    word = docx.Document()
    for paragraph in drafts.draft().split("\n\n"):
        word.add_paragraph(paragraph)
    word.save(tmp_path / "draft.docx")
    client = api(viewer)

    def checked(path: Path) -> Any:
        with path.open("rb") as file:
            return client.post("/api/citations/check/", {"file": file}, format="multipart")

    answer = checked(tmp_path / "draft.docx")
    assert (answer.status_code, answer.json()["totals"]["citations"], answer.json()["totals"]["look"]) == (200, 20, 10)
    for name, content, wrong in (("bad.pdf", b"%PDF-1.4 rubbish", "unreadable"), ("empty.txt", b"", "empty_file")):
        (tmp_path / name).write_bytes(content)
        answer = checked(tmp_path / name)
        assert (answer.status_code, answer.json()["code"]) == (400, wrong)
    text = "“The harbour master shall close the basin.” Harbour Bd. v. Crane Co., 560 U.S. 200 (2010)."
    asked = {"text": text, "case": str(case.pk)}
    (result,) = client.post("/api/citations/check/", asked, format="json").json()["results"]
    assert (text[result["start"] : result["end"]], result["status"], result["name_found"]) == (
        "560 U.S. 200", "found", "Harbour Board v. Crane Company",
    )  # fmt: skip
    assert [(quote["text"], quote["status"]) for quote in result["quotes"]] == [("The harbour master shall close the basin.", "altered")]
    assert api(stranger).post("/api/citations/check/", asked, format="json").status_code == 404
    assert client.post("/api/citations/check/", {"text": "x" * 1_000_001}, format="json").json()["code"] == "too_large"
