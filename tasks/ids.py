"""Keys of everything that has an address: UUIDs of version 7, so that they sort by the time they were made."""

from __future__ import annotations

import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    return compat.uuid7()
