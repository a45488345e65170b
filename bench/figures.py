"""What a benchmark is told, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """`quick`: a small run that shows that all works; its figures are worth little. `corpus`: real files to measure beside our own."""

    quick: bool = False
    corpus: Path | None = None

    def size(self, whole: int, quick: int) -> int:
        return quick if self.quick else whole


@dataclass
class Figures:
    """`ratios` are to something else that was measured in the same run, and hold on other machines and in other hours (so do amounts
    of memory); `absolute` are those of this machine in this hour, and no goals."""

    ratios: dict[str, float] = field(default_factory=dict)
    absolute: dict[str, float] = field(default_factory=dict)
