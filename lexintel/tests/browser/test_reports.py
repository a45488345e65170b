"""The report of a day: made by a person, read, and each number followed to what it counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_alerts import client
from lexintel.tests.browser.test_uploading import READY_MS

YESTERDAY = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)


@pytest.fixture
def added_yesterday(site: Site) -> None:
    """A letter, in a case that has been there for some days."""
    with client(site) as api:
        files = {"file": ("harbour.txt", b"The harbour was closed.", "text/plain")}
        (made,) = api.post("/api/documents/", data={"case": site.case, "kind": "letter"}, files=files).raise_for_status().json()
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        connection.execute("UPDATE cases_case SET created = created - interval '9 days' WHERE id = %s", [site.case])
        connection.execute("UPDATE documents_document SET created = %s WHERE id = %s", [f"{YESTERDAY} 12:00+00", made["id"]])


@pytest.mark.usefixtures("added_yesterday")
def test_a_report_is_made_read_and_followed(visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    page = visit("owner")
    with page.expect_navigation():
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", name="Daily reports")).to_be_visible()
    page.goto(f"/reports/?case={site.case}")
    expect(page.get_by_text("E-mail is not set up on this server.")).to_be_visible()
    page.get_by_label("Make the report of").fill(YESTERDAY.isoformat())
    page.get_by_role("button", name="Make").click()
    expect(page.get_by_text(f"The report of {YESTERDAY} is being made.")).to_be_visible()
    figure = page.locator('[data-figure="documents_in"]')
    for _look in range(READY_MS // 1000):
        page.reload()
        if figure.count():
            break
        page.wait_for_timeout(1000)
    expect(figure.locator(".report-value")).to_have_text("1")
    figure.get_by_text("Documents in").click()
    expect(figure.get_by_text("by the moment they were added")).to_be_visible()
    expect(page.locator(".report-part", has_text="Other")).to_contain_text("1")
    link = figure.get_by_role("link", name="1")
    page.goto(link.get_attribute("href") or "")
    expect(page.get_by_role("link", name="harbour")).to_have_count(1)
    page.goto(f"/cases/{site.case}/reports/{YESTERDAY + datetime.timedelta(days=1)}/")
    expect(page.get_by_role("heading", name="There is no report of this day")).to_be_visible()
    assert not seen.outside
    assert [error for error in seen.errors if "404" not in error] == []
