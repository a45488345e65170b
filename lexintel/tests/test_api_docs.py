"""The OpenAPI schema and the page that shows it, which works offline and under our CSP."""

from __future__ import annotations

import re

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_has_no_warnings():
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS._warn_cache, dict(GENERATOR_STATS._warn_cache)
    assert not GENERATOR_STATS._error_cache, dict(GENERATOR_STATS._error_cache)
    validate_schema(schema)
    assert "/api/auth/token/" in schema["paths"]


def test_the_schema_is_served(client):
    assert client.get("/api/schema/").status_code == 200


def test_the_documentation_page_has_no_inline_code_and_asks_nobody_else(client):
    reply = client.get("/api/docs/")
    page = reply.content.decode()
    assert reply.status_code == 200
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "<style" not in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "script-src" not in reply["Content-Security-Policy"]
    assert client.get("/api/docs/?script=").headers["Content-Type"].startswith("application/javascript")
