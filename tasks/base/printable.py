"""Text without what no XML, spreadsheet or Word file takes."""

from __future__ import annotations

import re

# XML 1.0, 2.2; and the control characters from DEL to APC, which it only discourages.
_CONTROLS = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Without control characters but tabs and line ends."""
    return _CONTROLS.sub("", text)
