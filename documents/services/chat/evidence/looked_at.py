"""How much of a case was looked at."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from documents.models import Chunk, Document
from documents.services.chat.contracts import Question, Searched
from documents.services.search import Notice


def searched(question: Question, partial: Sequence[Notice] = ()) -> Searched:
    """What was to be looked at, each document once: a duplicate is read as the one whose bytes it repeats. One without passages (a scan
    without text, a file that is kept unread or failed) could not be read, unless it is still being read. `partial` is what the search
    says that it left out, as documents that have words and no vectors yet."""
    documents = Document.objects.visible_to(question.user).filter(case=question.case)
    if question.documents:
        chosen = documents.filter(pk__in=question.documents)
        originals = chosen.exclude(duplicate_of=None).values("duplicate_of")
        documents = documents.filter(Q(pk__in=chosen.values("pk")) | Q(pk__in=originals))
    documents = documents.filter(duplicate_of=None)
    has_text = Exists(Chunk.objects.filter(text_version=OuterRef("text_version")))
    read = documents.filter(has_text).count()
    waiting = documents.exclude(has_text).exclude(status__in=Document.TERMINAL).count()
    total = documents.count()
    return Searched(total, read, total - read - waiting, waiting, " ".join(notice.text for notice in partial))
