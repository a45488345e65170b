"""Office files under a password, opened: what Office wraps as a whole (DOCX, XLSX, PPTX) and what it scrambles in place (DOC)."""

from __future__ import annotations

import struct
from pathlib import Path

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import DOC, DOCX, OLE, PPTX, XLSX

UNLOCKED = "unlocked"
OPENED = frozenset([DOC, DOCX, XLSX, PPTX])
"""The formats whose readers know no passwords."""


def unlocked(path: Path, mime: str, password: str, folder: Path) -> Path:
    """The file without its password, in the folder; the file itself where it has none. Raises Unreadable("encrypted") where the password
    is not its own."""
    if not password or mime not in OPENED:
        return path
    with path.open("rb") as file:
        if file.read(len(OLE)) != OLE:
            return path
        file.seek(0)
        from msoffcrypto import OfficeFile, exceptions

        try:
            office = OfficeFile(file)
            if not office.is_encrypted():
                return path
            office.load_key(password=password, verify_password=True)
            target = folder / UNLOCKED
            with target.open("wb") as out:
                office.decrypt(out)
        except (exceptions.InvalidKeyError, exceptions.DecryptionError) as error:
            raise Unreadable("encrypted") from error
        except (exceptions.FileFormatError, exceptions.ParseError, struct.error, ValueError, IndexError, KeyError) as error:
            raise Unreadable("unreadable", kind="Office") from error
    return target
