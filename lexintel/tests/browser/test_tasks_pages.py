"""The pages of those who look after the tasks: the board, the list and a task's story, live."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

SOON_MS = 120_000
TASK = re.compile(r"/tasks/[0-9a-f-]{36}/")


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str], Path]:
    """A file that says it is a PDF and is none."""

    def write(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"%PDF-1.7\n" + name.encode() + b" is torn here")
        return path

    return write


def test_the_board_follows_the_work_without_a_reload(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    board = visit("operator")
    board.get_by_role("link", name="Board", exact=True).click()
    expect(board.get_by_role("heading", name="Task board")).to_be_visible()
    expect(board.get_by_role("row", name=re.compile("^Web process"))).to_contain_text("s ago")
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, paper("ledger.txt", 20))
    expect(row(page, "ledger")).to_contain_text("Ready", timeout=READY_MS)
    done = board.get_by_role("row", name=re.compile("^Extract citations")).get_by_role("cell").nth(4)
    expect(done).to_have_text(re.compile(r"\d+"), timeout=SOON_MS)
    assert seen.errors == []
    assert seen.outside == []


def test_failures_are_found_explained_and_tried_again_together(
    visit: Callable[..., Page], site: Site, seen: Seen, broken: Callable[[str], Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, broken("torn-1.pdf"), broken("torn-2.pdf"))
    for name in ("torn-1", "torn-2"):
        expect(row(page, name)).to_contain_text("Failed", timeout=READY_MS)
    page.goto("/tasks/?state=failed")
    chip = page.get_by_role("link", name=re.compile("^The file is damaged"))
    chip.click()
    expect(chip).to_have_attribute("aria-current", "true")
    with page.expect_navigation(url=TASK):
        page.get_by_role("row", name=re.compile("torn-1")).get_by_role("link", name="Extract text from document").click()
    expect(page.get_by_role("heading", name="The file is damaged")).to_be_visible()
    expect(page.get_by_text("Attempt 1")).to_be_visible()
    page.go_back()
    expect(chip).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name=re.compile("^Try again"))).to_have_count(0)  # a damaged file stays one
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        connection.execute("UPDATE tasks_taskrecord SET error_code = 'time_limit' WHERE error_code = 'unreadable'")
    page.goto("/tasks/?state=failed")
    late = page.get_by_role("link", name=re.compile("^It took too long"))
    late.click()
    expect(late).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name=re.compile("^Try again")).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Try \d+ tasks again\?"))).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status").filter(has_text="begin again")).to_be_visible()
    # They are read again, which fails again: the list shows it by itself.
    page.goto("/tasks/?state=failed")
    expect(page.get_by_role("row", name=re.compile("torn-1"))).to_be_visible(timeout=READY_MS)
    with page.expect_navigation(url=TASK):
        page.get_by_role("row", name=re.compile("torn-1")).get_by_role("link", name="Extract text from document").click()
    expect(page.get_by_text("by owner", exact=True)).to_be_visible()
    expect(page.get_by_text("Attempt 2")).to_be_visible()
    assert seen.errors == []


def test_an_action_on_a_tasks_page_needs_no_reload(
    visit: Callable[..., Page], site: Site, seen: Seen, broken: Callable[[str], Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, broken("rent.pdf"))
    expect(row(page, "rent")).to_contain_text("Failed", timeout=READY_MS)
    page.goto("/tasks/?state=failed")
    with page.expect_navigation(url=TASK):
        page.get_by_role("row", name=re.compile("rent")).get_by_role("link", name="Extract text from document").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Attempt 2")).to_be_visible(timeout=READY_MS)
    expect(page.get_by_role("region", name="State")).to_contain_text("Failed", timeout=READY_MS)
    page.get_by_text("Payload").click()
    expect(page.get_by_text('"document_id"')).to_be_visible()
    assert seen.errors == []


def test_what_is_unfolded_stays_so_with_the_focus_when_the_page_is_brought_up_to_date(
    visit: Callable[..., Page], site: Site, seen: Seen, broken: Callable[[str], Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, broken("subletting.pdf"))
    expect(row(page, "subletting")).to_contain_text("Failed", timeout=READY_MS)
    page.goto("/tasks/?state=failed")
    with page.expect_navigation(url=TASK):
        page.get_by_role("row", name=re.compile("subletting")).get_by_role("link", name="Extract text from document").click()
    held: list[Route] = []
    is_live = "x-requested-with"
    page.route(re.compile("/tasks/"), lambda route: held.append(route) if is_live in route.request.headers else route.continue_())
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("by owner", exact=True)).to_be_visible()
    page.locator("#traceback-1 > summary").click()
    page.get_by_text("Payload").click()
    deadline = time.monotonic() + SOON_MS / 1000
    while not held and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert held, "The page did not ask for its parts again."
    held.pop().continue_()
    page.unroute(re.compile("/tasks/"))
    expect(page.get_by_text("Attempt 2")).to_be_visible(timeout=READY_MS)
    expect(page.get_by_role("region", name="State")).to_contain_text("Failed", timeout=READY_MS)
    expect(page.get_by_text('"document_id"')).to_be_visible()
    expect(page.get_by_text("Payload")).to_be_focused()
    expect(page.locator("#traceback-1 pre")).to_be_visible()
    assert seen.errors == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")])
def test_pages_of_tasks_have_no_accessibility_violations(
    visit: Callable[..., Page], site: Site, seen: Seen, broken: Callable[[str], Path], width: int, theme: str
) -> None:
    member, operator = visit("owner", width=width, theme=theme), visit("operator", width=width, theme=theme)
    member.goto(f"/cases/{site.case}/documents/")
    drop(member, broken(f"page-{width}-{theme}.pdf"))
    expect(row(member, f"page-{width}-{theme}")).to_contain_text("Failed", timeout=READY_MS)
    member.goto("/tasks/?state=failed")
    detail = member.get_by_role("link", name="Extract text from document").first.get_attribute("href")
    visits = [(member, "/tasks/?state=failed"), (member, str(detail)), (member, "/tasks/many/?action=retry&state=failed")]
    for page, path in [*visits, (operator, "/tasks/board/"), (operator, "/tasks/")]:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    assert seen.errors == []
    assert seen.outside == []
