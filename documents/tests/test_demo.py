"""The demonstration matter: made once, read by the real pipeline, alive on the first page."""

from __future__ import annotations

from cases.models import Ruling, Statute
from documents.models import Citation, Document
from documents.services.demo import fill
from documents.services.search import SearchRequest, search
from documents.services.timeline.entries import Filters, events_for


def test_the_demonstration_matter_is_read_cited_and_found(owner, work_off):
    case = fill(owner)
    work_off()
    documents = case.documents.filter(deleted_at=None)
    assert set(documents.values_list("status", flat=True)) == {Document.Status.READY}
    assert documents.filter(parent__isnull=False).count() == 1  # the attachment of an e-mail
    assert {document.mime for document in documents} >= {"application/pdf", "text/plain", "message/rfc822"}
    scan = documents.get(name__contains="(scan)")
    assert [notice["code"] for notice in scan.notices] == ["recognised"]
    keys = set(Citation.objects.filter(text_version__document__case=case).values_list("key", flat=True))
    assert {"us:416:470", "us:467:986", "f3d:966:46", "usc:18:1836", "usc:28:1331"} <= {key.split("(")[0] for key in keys}
    best = search(SearchRequest(q="sensor error that adhesive cannot explain", user=owner, case=case.pk)).results[0]
    assert best.title == "Expert Report of Dr. Solheim"
    the_authorities_that_it_cites_are_there_as_facts_and_the_made_up_ruling_with_its_text(owner, case)
    the_memorandum_quotes_the_ruling_once_rightly_and_once_without_the_not(case)
    the_timeline_has_what_documents_say_filings_and_what_people_entered(owner, case)


def the_authorities_that_it_cites_are_there_as_facts_and_the_made_up_ruling_with_its_text(owner, case):
    real = Ruling.objects.filter(source="demo").exclude(name__startswith="Harrow")
    assert (real.count(), Statute.objects.count()) == (14, 10)
    assert not Document.objects.filter(ruling__in=real).exists(), "facts only"
    assert not Document.objects.filter(statute__isnull=False).exists()
    cited = Citation.objects.filter(text_version__document__case=case, kind="case")
    assert not cited.filter(ruling=None).exists(), list(cited.filter(ruling=None).values_list("text", flat=True))
    harrow = Ruling.objects.get(name__startswith="Harrow")
    assert [str(opinion) for opinion in harrow.opinions.all()] == ["Lead opinion (Lindqvist)", "On motion (Lindqvist)"]
    text, later = harrow.documents.order_by("opinion__position")
    assert {text.status, later.status} == {Document.Status.READY}
    assert "fictional" in text.text_version.pages.first().text
    assert Citation.objects.filter(text_version=text.text_version, ruling__name__startswith="Winter").exists()
    assert search(SearchRequest(q="lighthouse lens foreman secret in his head", user=owner, library=True)).results[0].document == text.pk


def the_memorandum_quotes_the_ruling_once_rightly_and_once_without_the_not(case):
    harrow = Document.objects.get(ruling__name__startswith="Harrow", opinion__position=0)
    law = " ".join(page.text for page in harrow.text_version.pages.all())
    memorandum = case.documents.get(name__startswith="Memorandum")
    brief = " ".join(" ".join(page.text.split()) for page in memorandum.text_version.pages.all())
    right = "A secret does not cease to be one because the person entrusted with it carries it away in his head."
    assert right in law
    assert right in brief
    assert "court may not presume irreparable harm from the fact of misappropriation alone." in law
    assert "court may presume irreparable harm from the fact of misappropriation alone." in brief


def the_timeline_has_what_documents_say_filings_and_what_people_entered(owner, case):
    found = [(entry.event.kind, entry.event.dated, entry.event.state) for entry in events_for(owner, case)]
    assert ("found", "2024-10-18", "proposed") in found
    assert ("filing", "2025-04-11", "proposed") in found
    assert ("entered", "2025-07-15", "confirmed") in found
    deadlines = [entry.event.done for entry in events_for(owner, case, Filters(kinds=["deadline"]))]
    assert deadlines == [True, False]


def test_what_the_library_has_is_left_as_it_is(owner, work_off):
    there = Ruling.objects.create(name="Kewanee", source="courtlistener", source_id="1", keys=["us:416:470"])
    fill(owner)
    assert list(Ruling.objects.filter(keys__contains=["us:416:470"])) == [there]


def test_filling_twice_changes_nothing(owner, work_off):
    case = fill(owner)
    before = case.documents.count()
    assert fill(owner) == case
    assert case.documents.count() == before
    assert (Ruling.objects.count(), Statute.objects.count(), case.events.filter(kind="deadline").count()) == (15, 10, 2)
