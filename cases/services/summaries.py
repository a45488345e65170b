"""Numbers about cases that apps above know (documents, recordings): they register a provider, pages and API ask here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from cases.models import Case

Summary = dict[str, int]
Provider = Callable[[Sequence[UUID]], dict[UUID, Summary]]

FILES, BYTES = "stored_files", "stored_bytes"
"""Numbers that are told apart from the others: what the case takes on the disk."""
_providers: list[Provider] = []


def register_summary(provider: Provider) -> None:
    """Add a provider: case ids in, numbers by name out, in a constant number of queries. Cases without numbers may be left out."""
    if provider not in _providers:
        _providers.append(provider)


def summaries(case_ids: Sequence[UUID]) -> dict[UUID, Summary]:
    """All providers' numbers for each of these cases, as {"documents": 40, "processing": 2, "failed": 1}."""
    found: dict[UUID, Summary] = {case_id: {} for case_id in case_ids}
    for provider in _providers if case_ids else ():
        for case_id, numbers in provider(case_ids).items():
            found[case_id].update(numbers)
    return found


def attach(cases: Iterable[Case]) -> list[Case]:
    """The same cases, each with its numbers as `counts`, and its `space` as {"files": 40, "bytes": 120000}."""
    listed = list(cases)
    found = summaries([case.pk for case in listed])
    for case in listed:
        numbers = found[case.pk]
        case.space = {"files": numbers.pop(FILES, 0), "bytes": numbers.pop(BYTES, 0)}
        case.counts = numbers
    return listed
