"""What the page says of its connection, and what becomes of an upload whose page is closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from lexintel.tests.browser.conftest import Site
from lexintel.tests.browser.test_batch import batch_of
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

ANSWERED_MS = 6000


def live_page(visit: Callable[..., Page], site: Site) -> Page:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")
    return page


def test_after_a_loss_that_the_socket_survives_the_page_is_live_again(visit: Callable[..., Page], site: Site) -> None:
    page = live_page(visit, site)
    page.context.set_offline(True)
    page.wait_for_timeout(ANSWERED_MS)
    page.context.set_offline(False)
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live", timeout=60_000)


def test_a_rumour_of_being_offline_is_not_believed_where_the_server_answers(visit: Callable[..., Page], site: Site) -> None:
    page = live_page(visit, site)
    page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => false}); dispatchEvent(new Event('offline'))")
    page.wait_for_timeout(ANSWERED_MS)
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")


def test_a_closed_page_ends_its_batch_with_what_had_arrived(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = live_page(visit, site)
    page.on("dialog", lambda dialog: dialog.accept())
    stuck = 0

    def piece(route: Route) -> None:
        """The first file travels, the others hang."""
        nonlocal stuck
        if stuck or route.request.method != "PATCH":
            return None if route.request.method == "PATCH" else route.continue_()
        stuck += 1
        return route.continue_()

    page.route("**/api/uploads/**", piece)
    drop(page, *(paper(f"crate-{number}.txt", 5) for number in range(3)))
    reader = visit("viewer")
    reader.goto(f"/cases/{site.case}/documents/")
    expect(batch_of(reader, "crate-0.txt and 2 more files")).to_contain_text("1 of 3", timeout=READY_MS)
    page.goto("about:blank")
    expect(batch_of(reader, "crate-0.txt and 2 more files")).to_have_count(0, timeout=READY_MS)
    expect(row(reader, "crate-0").or_(row(reader, "crate-1")).or_(row(reader, "crate-2"))).to_have_count(1)
