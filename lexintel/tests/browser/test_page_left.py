"""What is under way when a page is left: a refresh of what is being deleted, and uploads that come back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import psycopg
from playwright.sync_api import Page, Response, Route, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_uploading import DROP, READY_MS, drop, row

UPLOADS = "**/api/uploads/**"
REFRESH = """async () => {
  const app = [...document.querySelectorAll("script[type=module]")].map((script) => script.src).find((src) => src.includes("/app"));
  const live = (await (await fetch(app)).text()).match(/["'](\\.\\/live[^"']*)["']/)[1];
  (await import(new URL(live, app).href)).refresh(0);
}"""


def drop_same(page: Page, *paths: Path) -> None:
    """As `drop`, with the same time of change each time, as the same file on a disk has."""
    files = [{"name": path.name, "body": base64.b64encode(path.read_bytes()).decode()} for path in paths]
    page.evaluate(DROP.replace("], name)", "], name, { lastModified: 1700000000000 })"), [files])


def batches(site: Site, title: str, column: str) -> list[object]:
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        found = connection.execute(f"SELECT {column} FROM tasks_batch WHERE title LIKE %s", [f"{title}%"])  # type: ignore[arg-type]
        return [value for (value,) in found.fetchall()]


def test_a_refresh_on_its_way_while_the_document_is_deleted_is_no_error(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    documents = f"/cases/{site.case}/documents/"
    page.goto(documents)
    drop(page, paper("late.txt", 3))
    expect(row(page, "late")).to_contain_text("Ready", timeout=READY_MS)
    row(page, "late").get_by_role("link", name="late").click()
    page.wait_for_url("**/documents/*/")
    refreshes: list[Route] = []
    leaving: list[Route] = []
    statuses: list[int] = []

    def held(route: Route) -> None:
        if route.request.headers.get("x-requested-with") == "live":
            refreshes.append(route)
        else:
            route.continue_()

    def told(answer: Response) -> None:
        if answer.request.headers.get("x-requested-with") == "live":
            statuses.append(answer.status)

    page.on("response", told)
    page.route("**/documents/*/", held)
    page.route(f"**{documents}", lambda route: leaving.append(route))
    page.evaluate(REFRESH)
    wait_until(page, refreshes)
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    wait_until(page, leaving)
    for route in refreshes:
        route.continue_()  # only now does the server hear of it
    page.wait_for_timeout(1000)
    leaving[0].continue_()
    page.wait_for_url(f"**{documents}")
    assert (seen.errors, statuses) == ([], [])


def wait_until(page: Page, something: list[Route]) -> None:
    for _ in range(300):
        if something:
            return
        page.wait_for_timeout(100)
    raise AssertionError("It was never asked for.")


def test_uploads_of_a_page_that_was_left_go_on_when_their_files_come_again(
    visit: Callable[..., Page], site: Site, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    page.on("dialog", lambda dialog: dialog.accept())
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method) if "/api/uploads/" in request.url else None)
    page.route(UPLOADS, lambda route: None if route.request.method == "PATCH" else route.continue_())
    papers = [paper("again-0.txt", 3), paper("again-1.txt", 3)]
    drop_same(page, *papers)
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("again-1.txt")
    for _ in range(120):
        if batches(site, "again-0", "alive_at IS NOT NULL") == [True]:
            break
        page.wait_for_timeout(500)
    assert batches(site, "again-0", "alive_at IS NOT NULL") == [True], "a page that is killed at once is missed soon too"
    page.reload()
    page.unroute(UPLOADS)
    ours = page.locator("[data-batch]", has_text="again-")
    expect(ours).to_have_count(0, timeout=READY_MS)
    drop_same(page, *papers)
    for name in ("again-0", "again-1"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    expect(ours).to_have_count(0, timeout=READY_MS)
    assert (methods.count("POST"), methods.count("HEAD")) == (2, 2)
    assert all(batches(site, "again-0", "finished_at IS NOT NULL"))
