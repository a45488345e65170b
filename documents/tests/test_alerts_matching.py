"""What counts as a match: operators mean what they say, plain words must be covered, meaning must be near; each document by itself."""

from __future__ import annotations

import pytest
from django.db import connection

from documents.models import AlertHit, Chunk, ChunkWords, Document, SavedSearch, SearchAlert, TextVersion
from documents.services.alerts import arrivals
from documents.tests.alerting import alert, check, ready, told
from documents.tests.searching import document

pytestmark = pytest.mark.django_db

CRANE = "The harbour crane was inspected on the third of March and found to be unsafe."


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("crane AND unsafe", True),
        ("crane AND lease", False),
        ("crane NOT unsafe", False),
        ('"harbour crane"', True),
        ('"crane harbour"', False),
        ("crane /5 inspected", True),
        ("inspect*", True),
        ("title:letter", True),
        ("title:lease", False),
        ("kind:motion crane", False),
        ("kind:filing crane", True),
        ("crane", True),
        ("harbour crane inspection", True),
        ("when was the harbour crane inspected?", True),
        ("(crane mooring) demurrage", False),
        ("third amendment", False),  # which is an authority, too
        ("crane mooring demurrage", False),  # one of three words is too little
        ("who signed the lease of the office?", False),
    ],
)
def test_words(case, owner, query, matches):
    alert(owner, query, case)
    document(case, "Other", "The lease of the office. Mooring and demurrage.", vectors=False)
    ready(case, "Letter", CRANE, vectors=False)
    check()
    assert told(owner) == ([["Letter"]] if matches else [])


def test_an_authority_is_enough_by_itself(case, owner):
    alert(owner, "410 U.S. 113 abortion privacy trimester", case)
    ready(case, "Brief", "The plaintiff relies on Roe v. Wade, 410 U.S. 113 (1973).", vectors=False)
    check()
    assert told(owner) == [["Brief"]]


def test_another_authority_is_not_one_that_is_near(case, owner):
    alert(owner, "Fed. R. Civ. P. 26", case, mode="hybrid")
    ready(case, "Other rule", "Under Fed. R. Civ. P. 37.")
    ready(case, "This rule", "Under Fed. R. Civ. P. 26(b)(1).")
    check()
    assert told(owner) == [["This rule"]]


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_a_passage_that_means_nearly_the_same_matches_and_others_do_not(case, owner, mode):
    alert(owner, "the crane was delivered too late", case, mode=mode)
    ready(case, "Letter", "The harbour crane arrived eleven weeks after the date agreed in the contract.")
    ready(case, "Lunch", "Lunch will be served at noon in the cafeteria on Friday.")
    ready(case, "Notes", "The parties shall keep all information confidential.")
    check()
    assert told(owner) == [["Letter"]]


def test_filters_of_the_saved_search_count(case, owner):
    search = SavedSearch.objects.create(user=owner, case=case, name="Motions", words={"q": "crane", "mode": "text", "kind": "motion"})
    SearchAlert.objects.create(search=search)
    ready(case, "Letter", CRANE, kind="letter", vectors=False)
    ready(case, "Motion", CRANE, kind="motion", vectors=False)
    check()
    assert told(owner) == [["Motion"]]


def test_many_better_documents_that_were_there_before_hide_nothing(case, owner):
    """The search page ranks at most 200 passages; 250 old ones say more of the crane than the new one."""
    old = document(case, "Old", *["crane crane crane harbour crane"] * 250, vectors=False)
    assert ChunkWords.objects.filter(document=old).count() == 250
    alert(owner, "harbour AND crane", case)
    ready(case, "New", "Far below in a long text about other things, a harbour and once a crane. " + "And more. " * 50, vectors=False)
    check()
    assert told(owner) == [["New"]]


def test_a_query_that_cannot_be_run_is_told_to_its_owner_and_loses_nothing(case, owner, viewer):
    broken = alert(owner, "crane", case)
    SavedSearch.objects.filter(pk=broken.search_id).update(words={"q": "crane AND (", "mode": "text"})
    alert(viewer, "crane", case)
    ready(case, "Letter", CRANE, vectors=False)
    check()
    broken.refresh_from_db()
    assert "needs something to look for" in broken.last_error or "bracket" in broken.last_error
    assert broken.failures == 1
    assert broken.next_try is not None
    assert told(viewer) == [["Letter"]]  # nobody else suffers
    SavedSearch.objects.filter(pk=broken.search_id).update(words={"q": "crane", "mode": "text"})
    SearchAlert.objects.update(next_try=None)
    check()
    broken.refresh_from_db()
    assert told(owner) == [["Letter"]]
    assert (broken.last_error, broken.failures) == ("", 0)


def test_two_thousand_documents_at_once_are_one_notice(case, owner, client, django_assert_max_num_queries, settings):
    settings.EMAIL_URL = "smtp://localhost"
    alert(owner, "crane", case, email=True)
    document(case, "Pattern", "The crane.", vectors=False)
    keys = _many(case, 2000)
    arrivals.note(keys)
    with django_assert_max_num_queries(60):  # 2 groups of 1000
        check()
    assert AlertHit.objects.exclude(notice=None).count() == 2000
    (notice,) = SearchAlert.objects.get().notices.all()
    assert notice.number == 2000
    assert notice.deliveries.count() == 1
    client.force_login(owner)
    page = client.get(notice.get_absolute_url() + "?page=100")
    assert page.status_code == 200
    assert page.content.count(b"data-hit ") == 20
    assert "2000 new documents" in page.content.decode().replace(",", "")


def _many(case, count):
    """Ready documents that say the same as the one there is, made in bulk."""
    pattern = ChunkWords.objects.get()
    documents = Document.objects.bulk_create(Document(case=case, title=f"Letter {n}", status="ready", page_count=1) for n in range(count))
    versions = TextVersion.objects.bulk_create(TextVersion(document=one, number=1) for one in documents)
    chunks = Chunk.objects.bulk_create(
        Chunk(text_version=version, index=0, text="The crane.", page_from=1, page_to=1, start=0, end=10, tokens=2) for version in versions
    )
    for one, version in zip(documents, versions, strict=True):
        one.text_version = version
    Document.objects.bulk_update(documents, ["text_version"], batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_chunkwords (chunk_id, document_id, case_id, tsv, cites, length) "
            "SELECT chunk, document, %s, %s::tsvector, '{}', 2 FROM unnest(%s::bigint[], %s::uuid[]) AS made(chunk, document)",
            [case.pk, pattern.tsv, [chunk.pk for chunk in chunks], [one.pk for one in documents]],
        )
    return [one.pk for one in documents]
