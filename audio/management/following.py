"""Progress of long work in a terminal."""

from __future__ import annotations

from django.core.management.base import OutputWrapper


class Following:
    """A line for each step. Ctrl-C ends the work, so `check` has nothing to ask."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._step = ""

    def check(self) -> None:
        """Nobody cancels a command but with a signal."""

    def progress(self, percent: float, step: str = "", message: str = "") -> None:
        if step and step != self._step:
            self._out.write(f"{percent:3.0f} %  {step}")
            self._step = step
