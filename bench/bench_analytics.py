"""What recording and telling what happened costs: each part measured by a module of its own, in a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from bench.analytics import recording
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (recording,)
from bench.analytics import rating
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (rating,)
from bench.analytics import reporting
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (reporting,)
from bench.analytics import dashboard
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (dashboard,)
from bench.analytics import exporting
from bench.figures import Figures, Plan
from bench.installation import migrated_database

PARTS: tuple[ModuleType, ...] = (exporting,)
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
