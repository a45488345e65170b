"""One's own account, and the people of the installation, as they are used."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults

NEW = "quite-another-77"


def test_a_person_is_added_comes_in_with_the_link_and_is_closed_out(visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    office = visit("chief")
    office.get_by_label("Account of").click()
    office.get_by_role("link", name="People").click()
    form = office.get_by_role("form", name="Add a person")
    form.get_by_label("User name").fill("grace")
    form.get_by_label("First name").fill("Grace")
    form.get_by_role("button", name="Add").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Grace")
    link = office.get_by_label("Link for choosing a password").input_value()
    assert link.startswith(f"{site.url}/welcome/")

    grace = visit(None)
    grace.goto(link)
    assert link not in grace.url
    grace.get_by_label("New password", exact=True).fill(NEW)
    grace.get_by_label("New password again").fill(NEW)
    grace.get_by_role("button", name="Set the password and go on").click()
    expect(grace.get_by_text("Welcome. Your password has been set.")).to_be_visible()
    grace.get_by_role("link", name="Make the first case").click()
    grace.get_by_label("Title").fill("In re Hopper")
    grace.get_by_role("button", name="Make the case").click()
    expect(grace.locator("[data-connection]")).to_have_attribute("data-state", "live")

    office.reload()
    expect(office.get_by_label("Link for choosing a password")).to_have_count(0)
    expect(office.get_by_role("heading", name="1 case has no other owner")).to_be_visible()
    office.get_by_role("button", name="Close the account").click()
    office.get_by_role("dialog").get_by_role("button", name="Close the account").click()
    expect(office.get_by_role("status").filter(has_text="The account of Grace is closed; all of its sessions have ended.")).to_be_visible()
    grace.reload()
    expect(grace.get_by_role("button", name="Sign in")).to_be_visible()
    office.get_by_label("New owner").select_option(label="Carla Hiefer")
    office.get_by_role("button", name="Make owner").click()
    expect(office.get_by_text("Carla Hiefer is now an owner of 1 case.")).to_be_visible()
    assert seen.errors == []


def test_a_token_is_copied_once_and_revoked(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit("viewer")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/account/")
    page.get_by_label("What it is for").fill("Scanner")
    page.get_by_role("button", name="Make a token").click()
    key = page.get_by_label("Key of the token").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.reload()
    expect(page.get_by_role("button", name="Revoke “Scanner”")).to_be_visible()
    assert key not in page.content()
    page.get_by_role("button", name="Revoke “Scanner”").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token “Scanner” has been revoked.")).to_be_visible()
    assert seen.errors == []


def test_ending_a_session_elsewhere_stops_the_page_there(visit: Callable[..., Page], site: Site) -> None:
    elsewhere, here = visit("viewer"), visit("viewer")
    elsewhere.goto(f"/cases/{site.case}/documents/")
    expect(elsewhere.locator("[data-connection]")).to_have_attribute("data-state", "live")
    here.goto("/account/")
    here.get_by_role("button", name="End all others").click()
    here.get_by_role("dialog").get_by_role("button", name="End all others").click()
    expect(here.get_by_text("ended.")).to_be_visible()
    expect(elsewhere.get_by_text("You are signed out")).to_be_visible()


def test_times_are_told_in_the_zone_of_the_browser_and_then_of_the_account(visit: Callable[..., Page], site: Site) -> None:
    page = visit("newcomer")
    assert page.evaluate("document.cookie.includes('timezone=')")
    page.goto("/account/")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your account has been changed.")).to_be_visible()
    seen = page.get_by_role("table").first.locator("time").first.get_attribute("datetime")
    assert seen is not None
    assert seen.endswith("+09:00")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_accounts_are_for_everyone(visit: Callable[..., Page], theme: str) -> None:
    page = visit("chief", theme=theme)
    shots = os.environ.get("SHOTS")
    for name, address in (("account", "/account/"), ("people", "/people/"), ("bad-link", "/welcome/MQ/none/")):
        page.goto(address)
        assert faults(page) == []
        if shots:
            page.screenshot(path=f"{shots}/{name}-{theme}.png", full_page=True)
            page.set_viewport_size({"width": 390, "height": 800})
            page.screenshot(path=f"{shots}/{name}-{theme}-390.png", full_page=True)
            page.set_viewport_size({"width": 1400, "height": 900})
    page.goto("/people/")
    page.get_by_role("link", name="viewer").click()
    page.get_by_role("button", name="Make a one-time link").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a one-time link").click()
    page.get_by_label("Link for choosing a password").wait_for()
    assert faults(page) == []
    if shots:
        page.screenshot(path=f"{shots}/person-{theme}.png", full_page=True)
    page.goto(page.get_by_label("Link for choosing a password").input_value())
    assert faults(page) == []
    if shots:
        page.screenshot(path=f"{shots}/choose-{theme}.png", full_page=True)
