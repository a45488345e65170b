"""What recording and telling what happened costs: each part measured by a module of its own, in a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from bench.analytics import dashboard, exporting, rating, recording, reporting
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (recording, rating, reporting, dashboard, exporting)
"""In the order in which they run."""


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """The figures of all parts together."""
    figures = Figures()
    with migrated_database() as template:
        for part in PARTS:
            found = part.run(out, plan, template)
            figures.ratios |= found.ratios
            figures.absolute |= found.absolute
    return figures
