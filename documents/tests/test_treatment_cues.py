"""Cues as rows: found when a text is cited, kept across its readings, decided by who may, seen by who may see the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.models import AuditEvent, Ruling
from documents.models import Citation, Page, TextVersion, TreatmentCue
from documents.services.authorities.graph import cues
from documents.services.pipeline import citing_again, lifecycle
from documents.tests.law import bring, lines, ruling

pytestmark = pytest.mark.django_db(transaction=True)
LATER = ruling(
    "Cole v. Dean", citations=["500 U.S. 1"], date="1991-02-01", text="We hold this. We overrule Roe v. Wade, 410 U.S. 113 (1973). Next."
)
BRIEF = "It is done. Judge Ames declined to follow Roe v. Wade, 410 U.S. 113 (1973). The motion was overruled."


@pytest.fixture
def roe(tmp_path: Path, work_off) -> Ruling:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(), LATER]))
    work_off()
    return Ruling.objects.get(name="Roe v. Wade")


def test_a_cue_shows_its_sentence_and_leads_to_its_page(roe: Ruling, viewer) -> None:
    (shown,) = cues.cues_for(viewer, roe, 3)
    assert (shown.cue.kind, shown.cue.state, shown.said) == ("overruled", "unreviewed", "overrule")
    assert shown.before + shown.said + shown.after == "We overrule Roe v. Wade, 410 U.S. 113 (1973)."
    text = Page.objects.get(text_version=shown.cue.document.text_version).text
    assert text[shown.cue.start : shown.cue.end] == "We overrule Roe v. Wade, 410 U.S. 113 (1973)."
    assert shown.url == f"{shown.cue.document.get_absolute_url()}?page=1&citation={shown.cue.citation_id}"


def test_what_a_stranger_may_not_see_is_no_cue_for_him(roe: Ruling, accept, work_off, api, viewer, stranger) -> None:
    accept(BRIEF)
    work_off()
    address = f"/api/rulings/{roe.pk}/treatment/"
    assert {one["kind"] for one in api(viewer).get(address).json()["results"]} == {"overruled", "declined"}
    assert {one["kind"] for one in api(stranger).get(address).json()["results"]} == {"overruled"}
    hidden = TreatmentCue.objects.get(kind="declined")
    assert api(stranger).get(f"/api/treatment/{hidden.pk}/").status_code == 404
    assert api(stranger).patch(f"/api/treatment/{hidden.pk}/", {"state": "confirmed"}, format="json").status_code == 404
    hidden.refresh_from_db()
    assert hidden.state == "unreviewed"


def test_editors_confirm_in_their_case_and_staff_in_the_library(roe: Ruling, accept, work_off, api, editor, viewer, admin_user) -> None:
    accept(BRIEF)
    work_off()
    ours, library = TreatmentCue.objects.get(kind="declined"), TreatmentCue.objects.get(kind="overruled")
    confirm = {"state": "confirmed"}
    assert api(viewer).patch(f"/api/treatment/{ours.pk}/", confirm, format="json").status_code == 403
    assert api(editor).patch(f"/api/treatment/{library.pk}/", confirm, format="json").status_code == 403
    assert api(admin_user).patch(f"/api/treatment/{ours.pk}/", confirm, format="json").status_code == 404
    assert api(editor).patch(f"/api/treatment/{ours.pk}/", {"state": "green"}, format="json").status_code == 400
    said = api(editor).patch(f"/api/treatment/{ours.pk}/", confirm, format="json").json()
    assert (said["state"], said["decided_by"], said["may_decide"]) == ("confirmed", editor.username, True)
    assert api(admin_user).patch(f"/api/treatment/{library.pk}/", {"state": "rejected"}, format="json").json()["state"] == "rejected"
    assert [event.detail["after"] for event in AuditEvent.objects.filter(verb="treatment.decided").order_by("id")] == [
        "confirmed",
        "rejected",
    ]
    assert [shown.cue.pk for shown in cues.cues_for(viewer, roe, 5)] == [ours.pk]
    assert api(editor).patch(f"/api/treatment/{ours.pk}/", {"state": "unreviewed"}, format="json").json()["decided_by"] is None


def test_a_decision_outlives_a_new_reading_and_waits_where_its_sentence_is_gone(roe: Ruling, accept, work_off, editor, viewer) -> None:
    document = accept(BRIEF)
    work_off()
    first = TreatmentCue.objects.get(kind="declined")
    cues.decide(editor, first.pk, "confirmed")
    old = first.citation_id
    document.refresh_from_db()
    lifecycle.reprocess(document, editor)
    work_off()
    (shown,) = [one for one in cues.cues_for(viewer, roe, 5) if one.cue.kind == "declined"]
    assert (shown.cue.pk, shown.cue.state) == (first.pk, "confirmed")
    assert shown.cue.citation_id not in (old, None)
    document.refresh_from_db()
    cues.keep(document, [])
    assert not [one for one in cues.cues_for(viewer, roe, 5) if one.cue.kind == "declined"]
    first.refresh_from_db()
    assert (first.state, first.citation) == ("confirmed", None)
    TextVersion.objects.update(cited_with=1)
    citing_again.begin()
    work_off()
    first.refresh_from_db()
    assert first.citation is not None
    assert TreatmentCue.objects.filter(kind="declined").count() == 1


def test_an_undecided_cue_goes_with_its_sentence(roe: Ruling, accept, work_off) -> None:
    document = accept(BRIEF)
    work_off()
    document.refresh_from_db()
    assert cues.keep(document, []) == 0
    assert not TreatmentCue.objects.filter(document=document).exists()


def test_a_sentence_over_a_page_is_read_as_a_whole() -> None:
    pages = [(1, "It is done. We hereby overrule"), (2, "Roe v. Wade, 410 U.S. 113 (1973). Next.")]
    at = pages[1][1].index("410")
    mention = Citation(page=2, start=at, end=at + 12, text="410 U.S. 113", key="us:410:113", kind="case", name="Roe v. Wade")
    (cue,) = cues.found_in(pages, [mention])
    assert (cue.kind, cue.page, pages[1][1][cue.start : cue.end]) == ("overruled", 2, "Roe v. Wade, 410 U.S. 113 (1973).")
    assert cue.quote.startswith("We hereby overrule")
