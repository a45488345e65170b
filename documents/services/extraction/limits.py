"""How much a single file may cost. Bytes, seconds and counts."""

from __future__ import annotations

MAX_PAGES = 10_000
MAX_CHARACTERS = 60_000_000
MAX_ATTACHMENTS = 500
MAX_ATTACHMENT_BYTES = 1024**3
MAX_TAKEN_OUT = 200
"""Attachments of one file that become documents."""

MAX_CONTAINED = 20_000
MAX_CONTAINED_BYTES = 8 * 1024**3
"""Of a file that is nothing but a container of others (ZIP, mailbox)."""
MAX_MEMBER_BYTES = 1024**3 - 1
"""One file inside a container; more than a child may write (sandbox.limits.Limits.file_bytes) ends it."""
MAX_FAMILY = 60_000
MAX_FAMILY_BYTES = 32 * 1024**3
"""All that comes out of one uploaded file, containers within containers included."""

MAX_ARCHIVE_MEMBERS = 10_000
MAX_ARCHIVE_BYTES = 512 * 1024**2
MAX_ARCHIVE_RATIO = 200
RATIO_STARTS_AT = 10 * 1024**2

MAX_CELLS = 1_000_000
MAX_TABLE_ROWS = 3_000_000
MAX_TABLE_CHARACTERS = 20_000_000
TABLE_PAGE_CHARACTERS = 100_000
