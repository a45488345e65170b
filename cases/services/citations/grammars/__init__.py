"""The grammars: one module for each way to cite. A module says everything about its own: what it finds, under which keys, and how much
authority it has where two see the same words.

A new grammar is a module here with a `GRAMMAR`; nothing else names it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from cases.services.citations.mentions import Grammar


@cache
def grammars() -> tuple[Grammar, ...]:
    """All grammars, that of most authority first: where two overlap, it is believed. Loaded at first use: eyecite takes a second."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    found: list[Grammar] = [module.GRAMMAR for module in modules]
    return tuple(sorted(found, key=lambda grammar: (grammar.rank, grammar.name)))
