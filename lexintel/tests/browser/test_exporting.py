"""An export in a browser: asked for, seen being written, downloaded, discarded."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page, expect

from analytics.tests.exported import sheets
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS

ROWS = 30_000
LAST_DAY = "2023-12-31"
"""After the last of the rows, before the requests of this test itself."""
MANY = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute('''INSERT INTO analytics_usagehour
        (hour, method, route, "case", requests, client_errors, server_errors, ms, size, buckets)
        SELECT timestamptz '2020-01-01 00:00Z' + n * interval '1 hour', 'GET', 'api/cases/', '{case}', n, 0, 0, 0, 0, '{{}}'
        FROM generate_series(1, {rows}) n''')
"""


def assert_accessible(page: Page) -> None:
    assert faults(page) == []


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_an_export_is_asked_for_seen_being_written_and_downloaded(visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "lexintel.settings"}
    fill = MANY.format(case=site.case, rows=ROWS)
    subprocess.run([sys.executable, "-c", fill], cwd=settings.BASE_DIR, env=environment, check=True)
    page = visit("owner")
    page.goto(f"/exports/new/?what=usage&id={site.case}&until={LAST_DAY}")
    expect(page.get_by_role("heading", name="30,000 rows, about")).to_be_visible()
    picture(page, "export-new")
    assert_accessible(page)
    page.get_by_label("XLSX").check()
    page.get_by_role("button", name="Write the file").click()
    mine = page.get_by_role("region", name="Your exports")
    expect(mine.locator(".progress-text")).to_contain_text(f"of {ROWS} rows", timeout=READY_MS)
    picture(page, "exports-writing")
    with page.expect_download(timeout=READY_MS) as downloading:
        mine.get_by_role("link", name="Download").click(timeout=READY_MS)
    assert downloading.value.suggested_filename.startswith(f"Usage of {site.title}, ")
    found = sheets(io.BytesIO(Path(downloading.value.path()).read_bytes()).read())
    assert [row[4] for row in found["Usage"][1:]] == list(range(1, ROWS + 1))
    expect(mine).to_contain_text(f"{ROWS:,} rows")
    picture(page, "exports-ready")
    assert_accessible(page)
    assert (seen.errors, seen.outside) == ([], [])
    narrow = visit("owner", width=390, theme="dark")
    for address in ("/exports/", f"/exports/new/?what=case&id={site.case}"):
        narrow.goto(address)
        assert narrow.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert_accessible(narrow)
        picture(narrow, f"export-narrow-{'new' if 'new' in address else 'list'}")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="No exports")).to_be_visible()
