"""The card of a citation in a browser: by pointer, by keyboard, on a narrow screen, in the text and in the original."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from documents.tests.reading import pdf
from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_library import assert_accessible

SOON_MS = 120_000
PAGE = ' <span class="star-pagination">*{}</span> '
CRANE = {
    "name": "Harbor Works v. Crane Holding Co.", "source_id": "card", "court_id": "ca1", "date": "2012-03-02", "citations": ["670 F.3d 10"],
    "html": f"<p>Heard.</p>{PAGE.format(11)}A crane is a vessel.{PAGE.format(12)}It needs a licence.",
}  # fmt: skip
BRIEF = [
    "The rule is old. See Harbor Works v. Crane Holding Co.,",
    "670 F.3d 10, 12 (1st Cir. 2012). Others consider it settled.",
    "Id. at 11. But see Smith v. Jones, 5 U.S. 9 (1801).",
]


@pytest.fixture
def brief(site: Site, visit: Callable[..., Page], tmp_path: Path) -> Callable[..., Page]:
    """Opens a brief that cites a ruling of the library and one that it does not have, as its reader."""
    staff = visit("operator")
    staff.goto("/library/imports/")
    (tmp_path / "r.jsonl").write_text(json.dumps(CRANE) + "\n")
    staff.locator("#import-file").set_input_files(tmp_path / "r.jsonl")
    with staff.expect_navigation(url="**/library/imports/*/"):  # the list of imports has some that are finished
        staff.get_by_role("button", name="Import").click()
    expect(staff.get_by_text("Finished")).to_be_visible(timeout=SOON_MS)
    owner = visit("owner")
    token = next(cookie["value"] for cookie in owner.context.cookies() if cookie["name"] == "csrftoken")
    answer = owner.request.post(
        "/api/documents/",
        headers={"X-CSRFToken": token, "Referer": f"{site.url}/"},
        multipart={"case": site.case, "file": {"name": "brief.pdf", "mimeType": "application/pdf", "buffer": pdf([BRIEF])}},
    )
    (document,) = answer.json()

    def open_as(person: str, **options: object) -> Page:
        page = visit(person, **options)
        page.goto(f"/documents/{document['id']}/?tab=text")
        expect(page.locator(".reading-text .cite")).to_have_count(3, timeout=SOON_MS)
        return page

    return open_as


def card(page: Page) -> Locator:
    return page.get_by_role("dialog")


def test_a_pointer_and_the_keyboard_open_the_card_in_text_and_original(brief: Callable[..., Page], seen: Seen) -> None:
    page = brief("viewer")
    text = page.locator(".reading-text")
    cite = text.get_by_role("button", name="670 F.3d 10")
    cite.hover()
    expect(card(page)).to_contain_text("It needs a licence.")
    expect(card(page).locator(".card-cite")).to_have_text("Harbor Works v. Crane Holding Co., 670 F.3d 10, 12 (1st Cir. 2012)")
    assert_accessible(page)
    page.mouse.move(2, 2)
    expect(card(page)).to_have_count(0)

    cite.focus()
    page.keyboard.press("Enter")
    expect(card(page)).to_be_focused()
    expect(cite).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(card(page).get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card(page).get_by_role("link", name="Open")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)
    expect(cite).to_be_focused()

    # Of the two "id" on the page (one is inside "consider") the citation is the one that leads.
    original = page.locator(".text-layer").get_by_role("button", name="Id. at 11")
    original.click()
    expect(card(page)).to_contain_text("A crane is a vessel.")
    card(page).get_by_role("button", name="Show it in the list").click()
    expect(page.get_by_role("tab", name="Citations")).to_have_attribute("aria-selected", "true")
    page.locator("#panel-citations").get_by_role("button", name="5 U.S. 9", exact=True).click()
    expect(card(page)).to_contain_text("Not in the library")
    page.mouse.click(2, 2)
    expect(card(page)).to_have_count(0)
    assert (seen.errors, seen.outside) == ([], [])


def test_on_a_narrow_dark_screen_the_card_stays_inside_and_opens_the_ruling(brief: Callable[..., Page], seen: Seen) -> None:
    page = brief("viewer", width=390, theme="dark")
    page.get_by_role("tab", name="Text").click()
    page.locator(".reading-text").get_by_role("button", name="670 F.3d 10").click()
    box = card(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 900
    assert_accessible(page)
    card(page).get_by_role("link", name="Open").click()
    expect(page.get_by_label("About the ruling")).to_contain_text("670 F.3d 10")
    expect(card(page)).to_have_count(0)
    assert "page=3" in page.url
    assert (seen.errors, seen.outside) == ([], [])
