from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from documents.services.chat.contracts import Check, Draft, Evidence, Piece, Question, Refusal
from documents.services.chat.places import source_in
from documents.services.chunking.sentences import sentences_of
from documents.services.search.text.words import words_in

MOST = 3


class Extractive:
    """Satisfies contracts.Answerer."""

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
        wanted = {word.folded[:5] for word in words_in(question.asked) if len(word.folded) > 3}
        found = []
        for passage in evidence.passages:
            check()
            for at, to in sentences_of(passage.text):
                score = len(wanted & {word.folded[:5] for word in words_in(passage.text[at:to])})
                if score > 1:
                    found.append((-score, passage.number, at, to))
        if not found:
            yield Refusal("nothing_found", _("Nothing in this case answers that."))
        for _score, number, at, to in sorted(found)[:MOST]:
            source = source_in(evidence.passages[number - 1], at, to)
            yield Draft(source.quote, (source,), verbatim=True)
