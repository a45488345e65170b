"""What files are called inside a ZIP: as in their case, made harmless for every system, each name once."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from documents.services.storage.names import clean_name

LONGEST_PART = 120
LONGEST_PATH = 220
MANIFESTS = ("manifest.csv", "manifest.json")
_NOT_ALLOWED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


class Names:
    """Hands out paths. Upper and lower case are one, as on many disks."""

    def __init__(self) -> None:
        self._taken = {name.lower() for name in MANIFESTS}
        self._next: dict[str, int] = {}

    def file(self, name: str, folder: str = "") -> str:
        """A path for a file of this name. One that would be too long stands without its folder."""
        part = harmless(name)
        path = f"{folder}/{part}" if folder else part
        return self._unique(path if len(path) <= LONGEST_PATH else part)

    def folder(self, path: str) -> str:
        """The folder for what was inside the file at this path."""
        pure = PurePosixPath(path)
        wanted = pure.with_name(f"{pure.stem} (attachments)")
        return self._unique(str(wanted))

    def _unique(self, path: str) -> str:
        if path.lower() not in self._taken:
            self._taken.add(path.lower())
            return path
        pure = PurePosixPath(path)
        for number in range(self._next.get(path.lower(), 2), 10**9):
            other = str(pure.with_name(f"{pure.stem} ({number}){pure.suffix}"))
            if other.lower() not in self._taken:
                self._next[path.lower()] = number + 1
                self._taken.add(other.lower())
                return other
        raise OverflowError(path)


def harmless(name: str) -> str:
    """One part of a path that every system takes: no separators, no reserved signs or names, not too long."""
    part = _NOT_ALLOWED.sub("_", clean_name(name)).strip(". ") or "unnamed"
    if _DEVICES.match(part):
        part = f"_{part}"
    if len(part) <= LONGEST_PART:
        return part
    suffix = PurePosixPath(part).suffix[:12]
    return part[: LONGEST_PART - len(suffix)].rstrip(". ") + suffix
