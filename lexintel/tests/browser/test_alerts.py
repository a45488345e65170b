"""An alert set on a saved search, a document that matches, the bell, and the notice with exactly that document."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import httpx
import psycopg
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.seed import PASSWORD
from lexintel.tests.browser.test_uploading import READY_MS
from tasks.ids import uuid7


def client(site: Site) -> httpx.Client:
    signed = httpx.post(f"{site.url}/api/auth/token/", json={"username": "owner", "password": PASSWORD}).json()
    return httpx.Client(base_url=site.url, headers={"Authorization": f"Token {signed['token']}"})


def saved_search(site: Site) -> str:
    """One of the owner's in the case, in the database of the site."""
    key = str(uuid7())
    words = json.dumps({"q": "mooring AND bollard", "mode": "text"})
    with psycopg.connect(site.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "INSERT INTO documents_savedsearch (id, user_id, case_id, name, words, created, updated) "
            "SELECT %s, id, %s, 'Mooring lines', %s, now(), now() FROM lexintel_user WHERE username = 'owner'",
            [key, site.case, words],
        )
    return key


def test_an_alert_tells_of_a_new_document_at_the_bell(visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    with client(site) as api:
        search = saved_search(site)
        page = visit("owner")
        page.goto(f"/alerts/for/{search}/")
        page.get_by_role("button", name="Set the alert").click()
        expect(page.get_by_text("The alert is set.")).to_be_visible()
        expect(page.get_by_role("heading", name="No notices")).to_be_visible()

        def add(name: str, text: str) -> None:
            files = {"file": (name, text.encode(), "text/plain")}
            api.post("/api/documents/", data={"case": site.case}, files=files).raise_for_status()

        add("dock.txt", "The mooring was tied to the second bollard of the quay.")
        add("lunch.txt", "Lunch is served at noon.")
        bell = page.get_by_role("link", name="Alerts: 1 new notice")
        for _look in range(READY_MS // 1000):
            page.reload()
            if bell.count():
                break
            page.wait_for_timeout(1000)
        with page.expect_navigation():
            bell.click()
        expect(page.get_by_role("region", name="Notices")).to_contain_text("Mooring lines: 1 new document")
        pictures(page, "alerts")
        page.get_by_role("link", name="Mooring lines: 1 new document").click()
        page.wait_for_url("**/alerts/notices/*/")
        hits = page.locator("[data-hit]")
        expect(hits).to_have_count(1)
        expect(hits.locator("mark").first).to_have_text("mooring")
        pictures(page, "notice")
        expect(page.get_by_role("link", name="Alerts", exact=True).first).to_be_visible()
        page.reload()
        expect(page.get_by_role("link", name="new notice")).to_have_count(0)
        hits.get_by_role("link").first.click()
        page.wait_for_url("**/documents/**")
    assert seen.errors == []


def pictures(page: Page, name: str) -> None:
    """Wide and narrow; none scrolls sideways."""
    folder = os.environ.get("PICTURES")
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1400, "height": 900})
