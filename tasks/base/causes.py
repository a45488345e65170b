"""Which errors mean what, by their codes: each app registers the causes of its own tasks' failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Cause:
    """`retry` says whether trying again is the right action, once `action` has been done; `hopeless` that the same input gives the
    same failure whatever is done, so that trying again is not even offered."""

    title: Words
    sentence: Words
    action: Words
    retry: bool
    hopeless: bool = False


by_code: dict[str, Cause] = {}


def register_causes(codes: Iterable[str], cause: Cause) -> None:
    by_code.update(dict.fromkeys(codes, cause))


def hopeless_codes() -> frozenset[str]:
    """The codes of failures that trying again cannot help."""
    return frozenset(code for code, cause in by_code.items() if cause.hopeless)
