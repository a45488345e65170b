"""The door of the pages."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.seed import PASSWORD


def test_a_wrong_password_is_told_in_one_sentence(visit: Callable[..., Page]) -> None:
    page = visit(None)
    page.goto("/login/")
    page.get_by_label("User name").fill("owner")
    page.get_by_label("Password").fill("not this")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")


def test_an_ended_session_returns_to_the_page_that_was_wanted(visit: Callable[..., Page], site: Site) -> None:
    page = visit("owner")
    page.context.clear_cookies()
    page.goto(f"/cases/{site.case}/documents/")
    expect(page.get_by_text("You will return to the page you wanted")).to_be_visible()
    page.get_by_label("User name").fill("owner")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site.url}/cases/{site.case}/documents/")


def test_signing_out_ends_at_the_sign_in_page(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit("viewer")
    page.get_by_label("Account of viewer").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")
    assert seen.errors == []


def test_a_stranger_meets_our_own_page_of_nothing(visit: Callable[..., Page], site: Site) -> None:
    page = visit("newcomer")
    page.goto(f"/cases/{site.case}/")
    expect(page.get_by_role("heading")).to_have_text("There is nothing here")


def test_who_has_no_case_is_shown_how_to_make_one(visit: Callable[..., Page]) -> None:
    page = visit("newcomer")
    page.get_by_role("link", name="Make the first case").click()
    page.get_by_label("Title").fill("In re Newcomer")
    page.get_by_role("button", name="Make the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("In re Newcomer")
    expect(page.get_by_role("heading", name="Drop the case's documents here")).to_be_visible()
