"""What the tests of papers share: a run of the task in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction


class Here:
    """Makes a paper in this process, as the task does."""

    def __init__(self, key: UUID) -> None:
        self.id = key

    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    @contextmanager
    def publish(self, result: dict[str, Any] | None = None) -> Iterator[None]:
        with transaction.atomic():
            yield
