"""How far something with a topic is, as pages show it before the next event comes."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.models import TopicState
from tasks.progress import estimates
from tasks.progress.events import left_now


@dataclass(frozen=True)
class Live:
    """Percent of the whole way, and what is being done in words; `seq` is that of the event that told so."""

    percent: float
    text: str
    seq: int = 0


def live_of(state: TopicState | None, stage: str, begins: float = 0.0) -> Live:
    """By the topic's last event; until one is stored, where the stage begins."""
    if state is None:
        return Live(begins, stage)
    left = estimates.in_words(left_now(state.left, state.updated))
    return Live(state.percent, ", ".join(filter(None, [stage, state.message, left])), state.seq)
