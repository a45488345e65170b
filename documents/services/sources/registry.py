"""The kinds of sources: what the modules of `kinds` declare."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from documents.services.sources import kinds as package
from documents.services.sources.kind import Kind


@cache
def kinds() -> dict[str, Kind]:
    """By key, in the order of their modules."""
    modules = [import_module(module.name) for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    return {module.KIND.key: module.KIND for module in modules}


def kind_of(key: str) -> Kind | None:
    """None for what `manage.py ingest` has brought, and for a kind that is not there any more."""
    return kinds().get(key)
