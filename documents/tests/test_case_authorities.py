"""The authorities of a case: each once, with its weight, where it is cited, what the check found, and what people decide."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from cases.models import AuditEvent, Ruling
from documents.models import AuthorityCheck, Citation, CitationDecision, Document, Tag
from documents.services.authorities import case_checks, of_case
from documents.services.pipeline import lifecycle
from documents.tests import checked_drafts as drafts
from documents.tests.law import bring, lines

pytestmark = pytest.mark.django_db(transaction=True)
OURS = (
    "See Harbour Bd. v. Crane Co., 560 U.S. 200, 130 S. Ct. 2000 (2010). Id. at 201. As 9 U.S.C. § 2 says, and see "
    "Harbour Bd., 560 U.S. at 202."
)
THEIRS = "But see Harbour Bd. v. Crane Co., 130 S. Ct. 2000 (2010), and Nobody v. Noone, 99 F.3d 100, 104 (9th Cir. 1996)."


@pytest.fixture
def papers(accept: Any, work_off: Any) -> tuple[Document, Document]:
    """A paper of ours and one of theirs, read."""
    found = accept(OURS, name="ours.txt"), accept(THEIRS, name="theirs.txt")
    work_off()
    return found


def listed(client: Any, case: Any, **asked: str) -> dict[str, dict[str, object]]:
    answer = client.get(f"/api/cases/{case.pk}/authorities/", asked).json()
    return {one["name"] or one["citation"]: one for one in answer["results"]}


def test_each_authority_stands_once_with_and_without_the_library(tmp_path: Path, case: Any, papers: Any, api: Any, viewer: Any) -> None:
    client = api(viewer)
    before = listed(client, case)
    assert {name: (one["mentions"], one["documents"], one["in_library"]) for name, one in before.items()} == {
        "Harbour Bd. v. Crane Co.": (5, 2, False), "9 U.S.C. § 2": (1, 1, False), "Nobody v. Noone": (1, 1, False),
    }  # fmt: skip
    drafts.library(tmp_path)
    after = listed(client, case)
    assert {name: (one["mentions"], one["documents"], one["in_library"]) for name, one in after.items()} == {
        "Harbour Board v. Crane Company": (5, 2, True), "9 U.S.C. § 2": (1, 1, True), "Nobody v. Noone": (1, 1, False),
    }  # fmt: skip
    assert list(listed(client, case, in_library="false")) == ["Nobody v. Noone"]
    assert list(listed(client, case, kind="statute")) == ["9 U.S.C. § 2"]
    assert list(listed(client, case, q="crane 560")) == ["Harbour Board v. Crane Company"]
    places = client.get(f"/api/cases/{case.pk}/authorities/passages/", {"authority": after["Harbour Board v. Crane Company"]["id"]}).json()
    assert [(one["document_title"], one["text"]) for one in places["results"]] == [
        ("ours", "560 U.S. 200"), ("ours", "130 S. Ct. 2000"), ("ours", "Id. at 201"), ("ours", "560 U.S. at 202"),
        ("theirs", "130 S. Ct. 2000"),
    ]  # fmt: skip


def test_what_only_the_other_side_cites(case: Any, papers: Any, api: Any, viewer: Any) -> None:
    tag = Tag.objects.create(case=case, name="Other side")
    tag.documents.add(papers[1], through_defaults={})
    assert list(listed(api(viewer), case, only=str(tag.pk))) == ["Nobody v. Noone"]
    assert api(viewer).get(f"/api/cases/{case.pk}/authorities/", {"only": "999999"}).status_code == 404


def test_findings_follow_the_library_and_the_reading(tmp_path: Path, case: Any, accept: Any, work_off: Any, api: Any, viewer: Any) -> None:
    accept("They say “the harbour master shall close the basin.” Gull v. Heron, 560 U.S. 200 (2010).", name="brief.txt")
    work_off()
    client = api(viewer)
    assert client.get(f"/api/cases/{case.pk}/authorities/findings/").json()["findings"] == []
    bring("rulings", lines(tmp_path / "r.jsonl", drafts.rulings()[:1]))
    (found,) = client.get(f"/api/cases/{case.pk}/authorities/findings/").json()["findings"]
    assert found["status"] == "name_mismatch"
    assert found["sentences"] == [
        "560 U.S. 200 is another case in this library: Harbour Board v. Crane Company. The text names Gull v. Heron."
    ]
    made = AuthorityCheck.objects.get().created
    client.get(f"/api/cases/{case.pk}/authorities/findings/")
    assert AuthorityCheck.objects.get().created == made, "what holds is not checked again"
    Ruling.objects.filter(name="Harbour Board v. Crane Company").update(name="Gull v. Heron", updated=timezone.now())
    (found,) = client.get(f"/api/cases/{case.pk}/authorities/findings/").json()["findings"]
    assert found["status"] == "found"
    assert [quote["status"] for quote in found["quotes"]] == ["altered"]


def test_much_is_checked_by_a_task(case: Any, papers: Any, work_off: Any, api: Any, viewer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(case_checks, "AT_ONCE", 1)
    client = api(viewer)
    assert client.get(f"/api/cases/{case.pk}/authorities/findings/").json()["waiting"] == 2
    assert client.get(f"/api/cases/{case.pk}/authorities/findings/").json()["waiting"] == 2
    assert work_off() == 1, "asked twice, done once"
    answer = client.get(f"/api/cases/{case.pk}/authorities/findings/").json()
    assert (answer["waiting"], answer["checked"], answer["totals"]["citations"]) == (0, 2, 7)


def test_a_decision_outlives_a_new_reading_and_counts(case: Any, accept: Any, work_off: Any, api: Any, viewer: Any, editor: Any) -> None:
    document = accept(OURS, name="ours.txt")
    work_off()
    doubtful = Citation.objects.get(kind="id")
    Citation.objects.filter(pk=doubtful.pk).update(confidence=0.6)
    name = "Harbour Bd. v. Crane Co."
    assert listed(api(viewer), case)[name]["doubtful"] == 1
    decide = f"/api/cases/{case.pk}/authorities/decide/"
    assert api(viewer).post(decide, {"citation": doubtful.pk, "verdict": "confirmed"}, format="json").status_code == 403
    assert api(editor).post(decide, {"citation": doubtful.pk, "verdict": "perhaps"}, format="json").status_code == 400
    assert api(editor).post(decide, {"citation": doubtful.pk, "verdict": "confirmed"}, format="json").status_code == 200
    assert (listed(api(viewer), case)[name]["doubtful"], listed(api(viewer), case)[name]["mentions"]) == (0, 4)
    assert api(editor).post(decide, {"citation": doubtful.pk, "verdict": "rejected"}, format="json").status_code == 200
    document.refresh_from_db()
    lifecycle.reprocess(document, editor)
    work_off()
    document.refresh_from_db()
    Citation.objects.filter(kind="id").update(confidence=0.6)
    assert listed(api(viewer), case)[name]["mentions"] == 3
    assert CitationDecision.objects.count() == 1
    assert list(AuditEvent.objects.filter(verb__startswith="citation.").order_by("id").values_list("verb", flat=True)) == [
        "citation.confirmed", "citation.rejected",
    ]  # fmt: skip
    api(editor).post(decide, {"citation": document.text_version.citations.get(kind="id").pk, "verdict": ""}, format="json")
    assert listed(api(viewer), case)[name]["mentions"] == 4


def test_exports_open_and_hold_no_formula(case: Any, accept: Any, work_off: Any, client: Any, viewer: Any) -> None:
    accept("See =Cmd v. Wade, 410 U.S. 113 (1973), and 42 U.S.C. § 1983.", name="a.txt")
    work_off()
    client.force_login(viewer)
    given = client.get(f"/cases/{case.pk}/authorities/export/", {"as": "csv"})
    rows = list(csv.reader(io.StringIO(given.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert {row[1] for row in rows[1:]} == {"410 U.S. 113", "42 U.S.C. § 1983"}
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row)
    book = zipfile.ZipFile(io.BytesIO(client.get(f"/cases/{case.pk}/authorities/export/", {"as": "xlsx"}).content))
    sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert len(sheet.findall(".//{*}row")) == 3
    assert client.get(f"/cases/{case.pk}/authorities/export/", {"as": "exe"}).status_code == 400


def test_pages_show_it_with_a_constant_number_of_queries(case: Any, accept: Any, work_off: Any, client: Any, viewer: Any) -> None:
    client.force_login(viewer)

    def queries(count: int) -> int:
        accept(" ".join(f"See A v. B{n}, {n} U.S. 1 (1990)." for n in range(1, count)), name=f"{count}.txt")
        work_off()
        for address in ("", "findings/"):
            client.get(f"/cases/{case.pk}/authorities/{address}")
        with CaptureQueriesContext(connection) as captured:
            for address in ("", "passages/?authority=k:us:1:1", "findings/"):
                assert client.get(f"/cases/{case.pk}/authorities/{address}").status_code == 200
        return len(captured)

    assert queries(3) == queries(30)


def test_only_authorities_count(case: Any, papers: Any) -> None:
    Citation.objects.filter(key="f3d:99:100").update(role="history")
    assert "f3d:99:100" not in {one.key for one in of_case.authorities_of(case)}


@pytest.mark.parametrize("most", [1, 10])
def test_weights_are_those_of_the_list(case: Any, papers: Any, most: int) -> None:
    every = of_case.authorities_of(case)
    headings, mentions, cited = of_case.weights_of(case, most)
    assert every
    assert headings == Counter(one.heading for one in every)
    assert mentions == sum(one.mentions for one in every)
    least = min(sorted((one.mentions for one in every), reverse=True)[:most], default=0)
    assert {one.id: one for one in cited} == {one.id: one for one in every if one.mentions >= least}
