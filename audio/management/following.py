"""Progress of long work in a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.core.management.base import OutputWrapper
from django.db import transaction


class Following:
    """A line for each step. Ctrl-C ends the work, so `check` has nothing to ask."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._step = ""

    def check(self) -> None:
        """Nobody cancels a command but with a signal."""

    def publish(self, result: dict[str, Any] | None = None) -> AbstractContextManager[None]:
        return transaction.atomic()

    def progress(self, percent: float, step: str = "", message: str = "") -> None:
        if step and step != self._step:
            self._out.write(f"{percent:3.0f} %  {step}")
            self._step = step
