"""Which figures there are."""

from __future__ import annotations

from analytics.services.figures import asked, library, requests, storage, work


def register() -> None:
    for module in (library, work, asked, requests, storage):
        module.register()
