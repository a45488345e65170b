"""Entries of ZIP files that are written as streams."""

from __future__ import annotations

import datetime
import zipfile

OLDEST, NEWEST = 1980, 2107
"""Years that a ZIP can tell."""


def packed(path: str, moment: datetime.datetime, level: int) -> zipfile.ZipInfo:
    """A file that everybody may read, deflated at its own level: `ZipFile.open` gives that of the archive only to names."""
    year = min(max(moment.year, OLDEST), NEWEST)
    info = zipfile.ZipInfo(path, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    info._compresslevel = level  # type: ignore[attr-defined]  # by this name in every Python since 3.7
    return info
