"""Operators ask for the state of an installation on the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lexintel.monitoring import health

pytestmark = pytest.mark.django_db


def test_health_lists_every_part_and_its_reason():
    out = StringIO()
    call_command("health", stdout=out)
    assert "database" in out.getvalue()
    assert "parts are well" in out.getvalue()


def test_health_fails_where_an_essential_part_is_not_well(monkeypatch):
    def broken() -> str:
        raise health.NotWell("The storage folder cannot be written.")

    monkeypatch.setitem(health.CHECKS, "storage", broken)
    out = StringIO()
    with pytest.raises(CommandError, match="not ready"):
        call_command("health", stdout=out)
    assert "The storage folder cannot be written." in out.getvalue()
