"""What an OpenAI-compatible endpoint sends, read piece by piece, bounded, and with nothing believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from documents.services.chat.llm.errors import ModelError

EVENTS, WHOLE = "text/event-stream", "application/json"
LONGEST_LINE = 256 * 1024
"""Bytes; a line carries a few words."""
LEAST_BYTES, BYTES_A_TOKEN = 1_000_000, 1_000
"""What may be sent: a token comes in some hundred bytes of JSON."""
CHARACTERS_A_TOKEN = 16
"""That an answer may have; words have about four."""
MOST_RUBBISH = 20
"""Lines that mean nothing, before nothing more is read."""
MOST_TOKENS = 10**9


@dataclass(frozen=True)
class Ended:
    """How an answer ended, and what it cost as the endpoint counts it (None where it does not say)."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reason: str = ""


class Reader:
    """`feed` gives the words that came with some bytes. Raises ModelError (too_large, not_an_answer, gave_up, broken)."""

    def __init__(self, content_type: str, most_tokens: int) -> None:
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in (EVENTS, WHOLE):
            raise ModelError("not_an_answer")
        self.events = kind == EVENTS
        self.begun = self.done = False
        self._left = LEAST_BYTES + BYTES_A_TOKEN * most_tokens
        self._words_left = CHARACTERS_A_TOKEN * most_tokens
        self._held = bytearray()
        self._rubbish = 0
        self._understood = False
        self._tokens: tuple[int | None, int | None] = (None, None)
        self._reason = ""

    def feed(self, data: bytes) -> list[str]:
        self._left -= len(data)
        if self._left < 0:
            raise ModelError("too_large")
        self._held += data
        if not self.events:
            return []
        *lines, rest = self._held.split(b"\n") if b"\n" in data else [self._held]
        if len(rest) > LONGEST_LINE:
            raise ModelError("too_large")
        self._held = bytearray(rest)
        return [words for line in lines if (words := self._line(bytes(line)))]

    def end(self) -> tuple[list[str], Ended]:
        """When nothing more comes: the last words, and how it ended."""
        last = [self._whole()] if not self.events else [self._line(bytes(self._held))] if self._held else []
        if not self._understood:
            raise ModelError("broken" if self.events and not self._rubbish else "not_an_answer", again=self.events and not self._rubbish)
        if not (self.done or self._reason):
            raise ModelError("broken", again=not self.begun)
        return [words for words in last if words], Ended(*self._tokens, self._reason)

    def _line(self, line: bytes) -> str:
        if self.done or not line.startswith(b"data:"):
            self._rubbish += bool(line.strip()) and not line.startswith((b":", b"event:", b"id:", b"retry:", b"data:"))
            self._require_sense()
            return ""
        content = line[5:].strip()
        if content == b"[DONE]":
            self.done = self._understood = True
            return ""
        return self._message(content) if content else ""

    def _whole(self) -> str:
        words = self._message(bytes(self._held))
        self.done = self._understood
        return words

    def _message(self, content: bytes) -> str:
        """The words of one JSON object, streamed or whole."""
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            self._rubbish += 1
            self._require_sense()
            return ""
        if said.get("error"):
            raise ModelError("gave_up", again=not self.begun)
        self._count(said.get("usage"))
        choices = said.get("choices")
        if not isinstance(choices, list):
            return ""
        self._understood = True
        choice = choices[0] if choices and isinstance(choices[0], dict) else {}
        self._reason = choice["finish_reason"][:50] if isinstance(choice.get("finish_reason"), str) else self._reason
        return self._words(choice.get("delta") or choice.get("message"))

    def _words(self, delta: Any) -> str:
        """Of what a model may send, its words alone: no calls of tools, no thoughts."""
        words = delta.get("content") if isinstance(delta, dict) else None
        if not isinstance(words, str):
            return ""
        self.begun = self.begun or bool(words)
        self._words_left -= len(words)
        if self._words_left < 0:
            raise ModelError("too_large")
        return words

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._tokens = (_tokens(usage.get("prompt_tokens")), _tokens(usage.get("completion_tokens")))

    def _require_sense(self) -> None:
        if self._rubbish > MOST_RUBBISH:
            raise ModelError("not_an_answer")


def _tokens(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else None
