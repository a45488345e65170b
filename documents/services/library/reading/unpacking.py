"""What runs in the child process for a ZIP archive of files of law: its members come into the job's folder, within limits. No Django."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipInfo

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.containers.members import Names, is_file, left_by_system, place_of
from documents.services.extraction.errors import Unreadable
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

REASONS = {
    "encrypted": "The archive is encrypted. Please give its files without a password.",
    "decompression_bomb": "The archive holds more than may be unpacked here. Please unpack it, and import its files.",
}
_BROKEN = "The archive is damaged."
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def unpack(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{members: [{name, file, reason}]} in the archive's order: `file` lies in the folder; without one `reason` says why."""
    try:
        with SafeArchive(Path(request["path"]), "ZIP") as archive:
            infos = [info for info in archive.members() if not info.is_dir()]
            names = Names(infos)
            members = []
            for number, info in enumerate(infos):
                place = place_of(names.name_of(info))
                if place.name and not left_by_system(place):
                    members.append(_member(archive, info, place.path, surroundings.folder / f"{number:05}{_suffix(place.name)}"))
                surroundings.progress(0, 1)
    except Unreadable as reason:
        raise JobRefused("unfit", reason=REASONS.get(reason.code, _BROKEN)) from reason
    return {"members": members}


def _member(archive: SafeArchive, info: ZipInfo, name: str, target: Path) -> dict[str, str]:
    """A member that is damaged costs itself; one that is encrypted, or too much, the archive."""
    if not is_file(info):
        return {"name": name, "file": "", "reason": "It is a link or a device."}
    try:
        with archive.stream(info.filename) as member, target.open("wb") as file:
            shutil.copyfileobj(member, file, 1 << 20)
    except Unreadable as reason:
        if reason.code != "unreadable":
            raise
        target.unlink(missing_ok=True)
        return {"name": name, "file": "", "reason": "It is damaged."}
    return {"name": name, "file": target.name, "reason": ""}


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""
