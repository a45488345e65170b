"""How much a single file may cost. Bytes, seconds and counts."""

from __future__ import annotations

MAX_PAGES = 10_000
MAX_CHARACTERS = 60_000_000
MAX_ATTACHMENTS = 500
MAX_ATTACHMENT_BYTES = 1024**3

MAX_ARCHIVE_MEMBERS = 10_000
MAX_ARCHIVE_BYTES = 512 * 1024**2
MAX_ARCHIVE_RATIO = 200
RATIO_STARTS_AT = 10 * 1024**2
