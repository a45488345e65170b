from __future__ import annotations

from tasks.tests import functions  # noqa: F401 (registers the trial tasks in this process too)
