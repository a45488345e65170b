from __future__ import annotations

from documents.tests.conftest import work_off

__all__ = ["work_off"]
