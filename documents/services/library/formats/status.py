"""What a section's heading says of its state: "[§ 14. Repealed. Pub. L. ...]"."""

from __future__ import annotations

import re

_STATED = re.compile(
    r"^\W*(?:§+\s*[\w.\-–, ]+?\.\s*)?(?P<state>repealed|reserved|transferred|renumbered|omitted|expired|vacant)\b", re.IGNORECASE
)
STATES = frozenset(["in_force", "repealed", "reserved", "transferred", "renumbered", "omitted", "expired", "vacant"])


def status_of(*said: str) -> str:
    """The state that the first of these says, "in_force" where none does."""
    for text in said:
        stated = text.strip().lower().replace(" ", "_").replace("-", "_")
        if stated in STATES:
            return stated
        if found := _STATED.match(text):
            return found["state"].lower()
    return "in_force"
