"""Maintenance by hand ends with a summary line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("command", "summary"),
    [
        ("rescue_tasks", "0 attempts given up"),
        ("vacuum", "bytes before"),
        ("cleanup_sessions", "0 expired sessions removed."),
        ("cleanup_tasks", "0 records removed"),
    ],
)
def test_a_command_ends_with_what_it_did(command: str, summary: str) -> None:
    out = StringIO()
    call_command(command, stdout=out)
    assert summary in out.getvalue().splitlines()[-1]
