"""A new title is how a document's passages are found from then on."""

from __future__ import annotations

import pytest

from documents.models import ChunkEmbedding
from documents.services.pipeline import corrections
from documents.tests.searching import ask, titles
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_title_reaches_words_vectors_and_keeps_sections_and_citations(accept, work_off, editor):
    document = accept()
    work_off()
    document.refresh_from_db()
    before = {chunk.pk: chunk.context for chunk in document.text_version.chunks.all()}
    vectors = {row.chunk_id: row.vector for row in ChunkEmbedding.objects.filter(document=document)}
    assert titles(editor, "mooring") == []

    corrections.update(document, editor, title="Mooring dispute")
    assert TaskRecord.objects.filter(name="documents.renew_title").count() == 1
    work_off()

    document.refresh_from_db()
    after = {chunk.pk: chunk.context for chunk in document.text_version.chunks.all()}
    assert after.keys() == before.keys()
    assert all(context.split("\n")[0] == "Mooring dispute" for context in after.values())
    assert [context.partition("\n")[2] for context in after.values()] == [context.partition("\n")[2] for context in before.values()]
    assert {row.chunk_id for row in ChunkEmbedding.objects.filter(document=document)} == vectors.keys()
    assert all(row.vector != vectors[row.chunk_id] for row in ChunkEmbedding.objects.filter(document=document))
    assert set(titles(editor, "mooring")) == {"Mooring dispute"}
    assert ask(editor, "410 U.S. 113").count == 1


def test_another_change_renews_nothing(accept, work_off, editor):
    document = accept()
    work_off()
    corrections.update(document, editor, kind="filing")
    assert not TaskRecord.objects.filter(name="documents.renew_title").exists()


def test_a_document_deleted_meanwhile_stays_out_of_the_search(accept, work_off, editor):
    from documents.services.pipeline import lifecycle

    document = accept()
    work_off()
    corrections.update(document, editor, title="Mooring dispute")
    lifecycle.delete(document, editor)
    work_off()
    assert titles(editor, "mooring") == []
