"""What a file says although its pages don't show it. Plain data: the child process that parses imports this too."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["covered", "invisible", "off_page", "same_colour", "layer", "revision", "metadata"]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page's own coordinates."""

LONGEST = 300
"""Characters of hidden text that a finding shows."""


class Finding(NamedTuple):
    """Text that can be read and is not shown. `page` counts from 1, None where it belongs to the file as a whole; `text` is shortened."""

    page: int | None
    box: Box | None
    kind: Kind
    text: str


class Trace(NamedTuple):
    """Something that a file tells of those who made it: a stable code (`sentences.trace_label` has its words) and what it tells."""

    code: str
    value: str
