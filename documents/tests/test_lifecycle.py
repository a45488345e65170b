"""A document's way from bytes to ready, through the real stages."""

from __future__ import annotations


from documents.models import ChunkEmbedding, ChunkWords, Document
from tasks.models import TopicState

Status = Document.Status


def test_a_text_becomes_ready_with_pages_passages_words_vectors_and_citations(accept, work_off):
    document = accept()
    assert document.status == Status.PENDING
    assert document.task_id is not None
    assert work_off() == 3
    document.refresh_from_db()
    assert (document.status, document.error) == (Status.READY, "")
    version = document.text_version
    assert version is not None
    assert document.page_count == version.pages.count() == 1
    chunks = version.chunks.count()
    assert chunks > 0
    assert ChunkWords.objects.filter(document=document).count() == chunks
    assert ChunkEmbedding.objects.filter(document=document).count() == chunks
    keys = set(version.citations.values_list("key", flat=True))
    assert {"us:410:113", "usc:42:1983"} <= keys
    page = version.pages.get()
    for citation in version.citations.all():
        assert page.text[citation.start : citation.end] == citation.text
        assert citation.chunk is not None
    assert "us:410:113" in ChunkWords.objects.filter(document=document).first().cites


def test_the_documents_topic_ends_once_with_success(accept, work_off):
    document = accept()
    work_off()
    state = TopicState.objects.get(topic=document.topic)
    assert (state.status, state.percent) == ("succeeded", 100)
