"""The formats of files of law: each module here that declares FORMATS is one. Django is not needed to ask them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from documents.services.library.formats.base import LawFormat

__all__ = ["LawFormat", "by_name", "formats", "recognised"]


@cache
def formats() -> tuple[LawFormat, ...]:
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return tuple(sorted((form for module in modules for form in getattr(module, "FORMATS", ())), key=lambda form: form.rank))


def by_name(name: str) -> LawFormat | None:
    return next((form for form in formats() if form.name == name), None)


def recognised(kind: str, head: bytes, name: str) -> LawFormat | None:
    """The format of that kind ("rulings", "statutes") that knows the file by its first 64 KB and its name."""
    return next((form for form in formats() if form.kind == kind and form.recognises(head, name.lower())), None)
