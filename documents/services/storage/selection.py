"""Which backend keeps the files: the one that STORAGE_URL names."""

from __future__ import annotations

import os
from functools import lru_cache

from django.conf import settings

from documents.services.storage import address
from documents.services.storage.backends import Backend, LocalFolder


def configured() -> Backend:
    """What STORAGE_URL names; also what Django calls the default storage."""
    return at(settings.STORAGE_URL)


def at(url: str) -> Backend:
    """The backend of such an address, one for each process. Raises ImproperlyConfigured."""
    return _made(url, settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY, settings.STORAGE_SESSION_TOKEN)


@lru_cache(maxsize=8)
def _made(url: str, *keys: str) -> Backend:
    where = address.parse(url)
    if isinstance(where, address.LocalAddress):
        return LocalFolder(where.path)
    # Only an installation that asks for a bucket loads what speaks to it.
    from documents.services.storage.bucket import Bucket, Keys

    return Bucket(where, Keys(*keys))


os.register_at_fork(after_in_child=_made.cache_clear)  # connections are not shared between processes
