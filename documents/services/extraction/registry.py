"""The formats that can be read: found in the modules of `parsers`, and in those that others register. The one list of formats."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from documents.services.extraction import foreign, parsers
from documents.services.extraction.formats import Format

_others: list[str] = []


def register(module: str) -> None:
    """Add the formats of a module outside of this package (its dotted name), which children import too."""
    if module not in _others:
        _others.append(module)
    _found.cache_clear()


def withdraw(module: str) -> None:
    _others.remove(module)
    _found.cache_clear()


def formats() -> tuple[Format, ...]:
    """In the order in which people read them."""
    return tuple(form for form, _ in _found())


def by_mime(mime: str) -> Format | None:
    return next((form for form in formats() if form.mime == mime), None)


def programs() -> tuple[str, ...]:
    """The commands that formats are read with."""
    return tuple(form.needs.command for form in formats() if form.needs is not None)


def promised_by(suffix: str) -> Format | None:
    """The format that a file's suffix (with its dot) promises."""
    return next((form for form in formats() if suffix in form.suffixes), None)


def module_of(mime: str) -> str:
    """The module that reads a type, "" where none does."""
    return next((module for form, module in _found() if form.mime == mime), "")


def from_module(module: str, mime: str) -> Format:
    """A format by the module that declares it; imports that one only, which is all that a child needs."""
    return next(form for form in import_module(module).FORMATS if form.mime == mime)


def misnamed(mime: str, suffix: str) -> bool:
    """Whether the name promises something else than the content is. An unknown suffix promises nothing."""
    form = by_mime(mime)
    if form is None or suffix in form.suffixes + form.also_named:
        return False
    return promised_by(suffix) is not None or suffix in foreign.SUFFIXES


def never_text(suffix: str) -> bool:
    """Whether text under this name is not what the name says."""
    form = promised_by(suffix)
    return form.binary if form else suffix in foreign.SUFFIXES - foreign.MAYBE_TEXT


@cache
def _found() -> tuple[tuple[Format, str], ...]:
    own = [module.name for module in pkgutil.walk_packages(parsers.__path__, f"{parsers.__name__}.") if not module.ispkg]
    found = [(form, name) for name in [*own, *_others] for form in getattr(import_module(name), "FORMATS", ())]
    return tuple(sorted(found, key=lambda entry: (entry[0].order, entry[0].mime)))
