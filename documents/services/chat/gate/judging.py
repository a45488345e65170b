"""The gate: a sentence is supported only where nothing speaks against it and every check could be made."""

from __future__ import annotations

import logging

from documents.services.chat.contracts import Draft, Evidence, Judged, Question
from documents.services.chat.gate import asides
from documents.services.chat.gate.checking import checked
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.holding import Held, Holding
from documents.services.chat.gate.text.repeating import Said

log = logging.getLogger(__name__)

LONGEST = 4_000
"""Characters of a sentence that is checked."""


class Gate:
    """Judges the sentences of one answer, in their order: nothing is said twice."""

    def __init__(self, question: Question, evidence: Evidence) -> None:
        self.question, self.evidence = question, evidence
        self._holding = Holding(question, evidence)
        self._said = Said()

    def judge(self, draft: Draft) -> Judged:
        """At most three queries, five where an authority is cited. Raises only what the database raises."""
        text = draft.text.strip()
        if not any(mark.isalnum() for mark in text):
            return Judged(draft.text, False, faults=(fault("empty"),), removed=True)
        if draft.aside:
            return self._aside(draft, text)
        held = self._holding.of(draft.sources)
        judged = self._judged(draft, text, held)
        if held.hidden and not judged.supported:
            return Judged("", False, faults=(fault("source_gone"),), removed=True)
        if self._said.before(judged.text, supported=judged.supported):
            return Judged(judged.text, False, judged.sources, (*judged.faults, fault("repeated")), removed=True)
        if not judged.removed:
            self._said.add(judged.text, supported=judged.supported)
        return judged

    def _judged(self, draft: Draft, text: str, held: Held) -> Judged:
        notes = [fault("source_gone")] if held.gone or held.hidden else []
        if not held.sources:
            code = "heading" if held.headings else "no_source"
            return Judged(text, False, faults=(*notes, *([] if notes and not held.headings else [fault(code)])))
        if draft.verbatim and held.sources[0] == draft.sources[0] and draft.text == held.sources[0].quote:
            return Judged(draft.text, True, tuple(held.sources))
        if len(text) > LONGEST:
            return Judged(text, False, tuple(held.sources), (*notes, fault("unchecked")))
        try:
            return checked(text, held, self.question, notes)
        except Exception as error:  # noqa: BLE001 (whatever keeps a check from being made, the sentence is not supported)
            log.error("A sentence of an answer could not be checked: %s", type(error).__name__)
            return Judged(text, False, tuple(held.sources), (*notes, fault("unchecked")))

    def _aside(self, draft: Draft, text: str) -> Judged:
        held = self._holding.of(draft.sources) if draft.sources else Held()
        if held.hidden:
            return Judged("", False, faults=(fault("source_gone"),), removed=True)
        if self._said.before(text, supported=True):
            return Judged(text, False, faults=(fault("repeated"),), removed=True)
        self._said.add(text, supported=True)
        if asides.says_nothing_of_the_matter(text, self.question, self.evidence, held.sources):
            return Judged(text, True, tuple(held.sources), aside=True)
        return Judged(text, False, tuple(held.sources), (fault("aside"),))
