"""The demonstration matter: made once, read by the real pipeline, alive on the first page."""

from __future__ import annotations

from documents.models import Citation, Document
from documents.services.demo import fill
from documents.services.search import SearchRequest, search


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


def test_filling_twice_changes_nothing(owner, work_off):
    case = fill(owner)
    before = case.documents.count()
    assert fill(owner) == case
    assert case.documents.count() == before
