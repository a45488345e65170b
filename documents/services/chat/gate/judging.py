from __future__ import annotations

from documents.services.chat.contracts import Draft, Evidence, Judged, Question


class Gate:
    """Judges the sentences of one answer."""

    def __init__(self, question: Question, evidence: Evidence) -> None:
        self.question, self.evidence = question, evidence

    def judge(self, draft: Draft) -> Judged:
        supported = draft.aside or (draft.verbatim and bool(draft.sources) and draft.text == draft.sources[0].quote)
        return Judged(draft.text, supported, draft.sources, aside=draft.aside)
