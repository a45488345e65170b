"""The admin in a real Chromium: our look and one choice of light or dark, nothing that the CSP forbids, no violations."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.seed import PASSWORD

PAGES = (
    "/admin/",
    "/admin/documents/",
    "/admin/documents/document/",
    "/admin/documents/chunk/",
    "/admin/tasks/taskrecord/",
    "/admin/lexintel/user/",
    "/admin/lexintel/apitoken/add/",
    "/admin/cases/membership/add/",
    "/admin/auth/group/add/",
    "/admin/django_celery_beat/periodictask/add/",
    "/admin/password_change/",
)


def enter(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("User name").fill("chief")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():  # the address of the sign-in page ends in /admin/, too
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^[^?]*/admin/$"))


def check(page: Page, seen: Seen) -> None:
    """The console is read before axe, which itself puts styles into pages whose stylesheets import others."""
    page.wait_for_load_state("networkidle")
    assert seen.errors == [], page.url
    assert faults(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
    seen.errors.clear()


def first_row(page: Page, table: str) -> None:
    page.goto(f"/admin/{table}/")
    page.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    page.wait_for_url("**/change/**")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (600, "light"), (390, "dark")])
def test_the_pages_of_the_admin_have_no_violations(visit: Callable[..., Page], seen: Seen, width: int, theme: str) -> None:
    page = visit(None, width=width, theme=theme)
    page.goto("/admin/login/?next=/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("LexIntel administration")
    check(page, seen)
    enter(page)
    wide = width == 1280
    for path in PAGES if wide else ("/admin/", "/admin/documents/document/"):
        page.goto(path)
        check(page, seen)
    for table in ("cases/case", "cases/auditevent", "lexintel/user", "django_celery_beat/periodictask") if wide else ("lexintel/user",):
        first_row(page, table)
        check(page, seen)
    assert seen.outside == []


def test_the_colours_are_those_of_our_pages(visit: Callable[..., Page]) -> None:
    for theme in ("light", "dark"):
        page = visit(None, theme=theme)
        enter(page)
        ours = "getComputedStyle(document.body).backgroundColor"
        inside = page.evaluate(ours)
        page.goto("/cases/")
        assert page.evaluate(ours) == inside


def test_one_choice_of_light_or_dark_holds_everywhere(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit(None, theme="light")
    enter(page)
    root = page.locator("html")
    page.get_by_role("button", name="Light or dark").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("link", name="Back to the cases").click()
    page.wait_for_url("**/cases/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Light or dark").click()
    page.get_by_role("link", name="Admin").click()
    page.wait_for_url("**/admin/")
    expect(root).to_have_attribute("data-bs-theme", "light")
    assert seen.errors == []


def test_a_token_is_made_with_a_search_for_its_person_and_a_calendar_and_is_deleted(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit(None, theme="dark")
    enter(page)
    page.goto("/admin/lexintel/apitoken/add/")
    page.get_by_role("combobox", name="User").click()
    page.get_by_role("searchbox").last.fill("view")
    page.get_by_role("option", name="viewer").click()
    page.get_by_label("Name").fill("scanner")
    page.locator(".date-icon").click()
    assert seen.errors == []
    assert [fault.partition(":")[0] for fault in faults(page)] in (
        [],
        ["region"],
    )  # Django's script hangs the calendar onto the page's body
    seen.errors.clear()
    page.locator("#calendarin0").get_by_role("link", name="15", exact=True).click()
    expect(page.get_by_label("Date:")).to_have_value(re.compile(r"-15$"))
    page.locator(".clock-icon").click()
    page.get_by_role("link", name="Noon").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The key of this token, shown only now")).to_be_visible()
    page.get_by_role("link", name=re.compile("^scanner")).first.click()
    page.get_by_role("link", name="Delete").click()
    page.wait_for_url("**/delete/")
    check(page, seen)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
    assert seen.errors == []


def test_the_side_bar_finds_also_what_is_folded(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit(None)
    enter(page)
    page.goto("/admin/cases/case/")
    bar = page.get_by_role("navigation", name="Tables")
    passages = bar.get_by_role("link", name="Passages", exact=True)
    expect(passages).to_be_hidden()
    bar.get_by_role("searchbox").fill("passages")
    expect(passages).to_be_visible()
    expect(bar.get_by_role("link", name="Users")).to_be_hidden()
    bar.get_by_role("searchbox").fill("")
    expect(passages).to_be_hidden()
    assert seen.errors == []


def test_from_a_case_to_its_documents_and_back(visit: Callable[..., Page], site: Site) -> None:
    page = visit(None)
    enter(page)
    page.goto(f"/admin/cases/case/{site.case}/change/")
    page.get_by_role("navigation", name="What belongs to it").get_by_role("link", name="Memberships").click()
    page.wait_for_url("**/cases/membership/?case__id__exact=*")
    page.get_by_role("link", name=site.title).first.click()
    page.wait_for_url(f"**/cases/case/{site.case}/change/")
