"""Where models could be plugged in that this program does not bring: none is needed, and none is registered by default.

An app registers one with `tasks.service_registry.register("reranker", build)` or `register("entailment", build)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tasks import service_registry

RERANKER, ENTAILMENT = "reranker", "entailment"


class Reranker(Protocol):
    """Says how well each text answers a question; higher is better, and only the order counts. One figure for each text, in their order."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]: ...


class Entailment(Protocol):
    """Says from 0 to 1 how surely the hypothesis follows from the premise. The gate asks it in addition: it can refuse a sentence that
    passed everything else, and never passes one that did not."""

    def entails(self, premise: str, hypothesis: str) -> float: ...


def entailment() -> Entailment | None:
    """The model that was registered, if one was. Raises what its build raises."""
    try:
        found: Entailment = service_registry.get(ENTAILMENT)
    except KeyError:
        return None
    return found


def reranker() -> Reranker | None:
    """The model that was registered, if one was. Raises what its build raises."""
    try:
        found: Reranker = service_registry.get(RERANKER)
    except KeyError:
        return None
    return found
