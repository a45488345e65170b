"""What of a request may be kept: the pattern of its address, and the case that it names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import ResolverMatch

LONGEST = 200
NOT_FOR_CASES = frozenset({401, 404, 405})
"""Answers to people who may see nothing of the case that they named, if there is one at all."""
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
_CASE = re.compile(r"(?:^|/)cases/\{(\w+)\}")


@lru_cache(maxsize=2048)
def pattern_of(route: str) -> str:
    """Django's `documents/<uuid:pk>/` as `documents/{pk}/`; of regular expressions the named groups alike."""
    plain = _PARAMETER.sub(r"{\1}", _GROUP.sub(r"{\1}", route))
    return plain.replace("^", "").replace("$", "").replace("\\", "")[:LONGEST]


@lru_cache(maxsize=2048)
def _case_parameter(route: str) -> str:
    found = _CASE.search(pattern_of(route))
    return found[1] if found else "case_id"


def case_of(match: ResolverMatch, status: int) -> UUID | None:
    """The case that an address names, as cases/{pk}/ or {case_id}; not where the answer says that it is none for who asked."""
    if status in NOT_FOR_CASES:
        return None
    return _as_uuid(match.kwargs.get(_case_parameter(match.route)))


def _as_uuid(value: Any) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError:
        return None
