"""Signatures of what was read before there were any, and indexes by which conversations are found."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from cases.models import Case
from documents.models import Document, TextSignature
from documents.services.pipeline import lifecycle
from documents.services.reading import threads
from documents.services.similarity import backlog, signatures
from documents.services.similarity.neighbours import neighbours_of
from documents.tests.likeness import text
from lexintel.models import User
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(accept: Callable[..., Document], work_off: Callable[..., int]) -> list[Document]:
    """Two documents that are nearly the same."""
    documents = [accept(text(12), "a.txt"), accept(text(12).replace("crane", "boat"), "b.txt")]
    work_off()
    return documents


def test_what_was_read_before_is_signed_by_a_task_of_the_next_version(
    read: list[Document], work_off: Callable[..., int], viewer: User
) -> None:
    TextSignature.objects.all().delete()
    assert neighbours_of(read[0], viewer) == []
    backlog.begin()
    backlog.begin()
    assert TaskRecord.objects.filter(name=backlog.TASK).count() == 1
    work_off()
    assert [one.document for one in neighbours_of(Document.objects.get(pk=read[0].pk), viewer)] == [read[1]]
    assert TaskRecord.objects.get(name=backlog.TASK).result == {"documents": 2}
    backlog.begin()
    assert TaskRecord.objects.filter(name=backlog.TASK).count() == 1


def test_an_older_signature_than_the_reading_is_made_again(read: list[Document], work_off: Callable[..., int], editor: User) -> None:
    old = TextSignature.objects.get(document=read[0])
    lifecycle.reprocess(Document.objects.get(pk=read[0].pk), editor)
    work_off()
    TextSignature.objects.filter(document=read[0]).update(text_version=old.text_version_id)
    assert [one.pk for one in signatures.unsigned()] == [read[0].pk]
    backlog.begin()
    work_off()
    assert TextSignature.objects.filter(document=read[0]).count() == 1
    assert not signatures.unsigned().exists()


def test_reindex_makes_signatures_again(read: list[Document]) -> None:
    TextSignature.objects.all().delete()
    call_command("reindex", "--words", stdout=StringIO())
    assert TextSignature.objects.count() == 2


def test_publishing_a_signature_again_replaces_it(read: list[Document]) -> None:
    version = read[0].text_versions.get()
    for _ in range(2):
        signatures.sign(version)
    assert TextSignature.objects.filter(document=read[0]).count() == 1


def test_messages_of_a_conversation_are_found_by_indexes(case: Case) -> None:
    mails = [Document(case=case, title=str(n), metadata={"message_id": f"<{n}@x>", "references": [f"<{n // 50}@y>"]}) for n in range(3000)]
    Document.objects.bulk_create(mails)
    asked = Document.objects.filter(threads._tied_to(["<7@x>", "<7@y>"])).order_by("-pk")
    assert asked.count() == 51
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE documents_document")
    plan = asked.explain()
    for index in ("document_by_message_id", "document_by_in_reply_to", "document_by_references"):
        assert index in plan
