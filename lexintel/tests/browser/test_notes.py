"""Notes and highlights in a real browser: on a PDF, on a text, on a picture; listed, changed, taken back, linked to, private."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from documents.tests.reading import pdf
from documents.tests.test_recognition import packed, sheet
from lexintel.embedded.child import wait_until
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_reading_and_search import open_paper
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

LEASE = "The lessee keeps the harbour crane in good repair.\n\nRent falls due on the first day of each month.\n"
LAYERS = {"text": ".reading-text", "original": ".text-layer"}


@pytest.fixture
def noted(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The case's owner, with a PDF of three pages and a text, both read."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=marked")
    if row(page, "marked crane").count() == 0:
        pages = [[f"Report {n} on the harbour crane.", "Its hook came back bent.", "", "Nobody had told us."] for n in (1, 2, 3)]
        (tmp_path / "marked crane.pdf").write_bytes(pdf(pages))
        (tmp_path / "marked lease.txt").write_text(LEASE)
        drop(page, tmp_path / "marked crane.pdf", tmp_path / "marked lease.txt")
    for name in ("marked crane", "marked lease"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    return page


def select(layer: Locator, words: str) -> None:
    """As if somebody had drawn over these words."""
    expect(layer).to_contain_text(re.compile(re.sub(r"\s+", r"\\s*", words)))
    layer.evaluate(
        """(layer, words) => {
            const nodes = [], walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) nodes.push(walker.currentNode);
            const at = nodes.map((node) => node.data).join("").indexOf(words);
            const place = (offset) => {
                for (const node of nodes) { if (offset <= node.length) return [node, offset]; offset -= node.length; }
            };
            const range = document.createRange();
            range.setStart(...place(at)); range.setEnd(...place(at + words.length));
            getSelection().removeAllRanges(); getSelection().addRange(range);
        }""",
        words,
    )


def notes(page: Page) -> Locator:
    return page.locator("#panel-notes .note-item")


def clear(page: Page) -> None:
    """No notes from other tests."""
    page.locator("#tab-notes").click()
    while notes(page).count():
        left = notes(page).count()
        notes(page).first.locator("[data-note-delete]").click()
        expect(notes(page)).to_have_count(left - 1)


def test_words_of_the_original_are_highlighted_in_it_and_in_the_text(noted: Page, seen: Seen) -> None:
    page = noted
    open_paper(page, "marked crane")
    clear(page)
    page.locator("#tab-text").click()
    layer = page.locator('.pdf-page[data-number="1"] .text-layer')
    select(layer, "Its hook came")
    expect(page.get_by_role("toolbar", name="The selected words")).to_be_visible()
    page.keyboard.press("h")
    expect(page.get_by_text("Highlighted.")).to_be_visible()
    expect(layer.locator("mark.pdf-note.note-yellow")).to_have_text("Its hook came")
    expect(page.locator(".reading-text mark.note-mark")).to_have_text("Its hook came")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.locator("mark[data-note]")).to_have_count(0)
    assert (seen.errors, seen.outside) == ([], [])


def test_a_note_is_written_edited_deleted_and_taken_back_by_the_keyboard(noted: Page, seen: Seen) -> None:
    page = noted
    open_paper(page, "marked lease")
    clear(page)
    select(page.locator(".reading-text"), "Rent falls due")
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Note")
    expect(dialog.locator("blockquote")).to_have_text("Rent falls due")
    page.keyboard.type("Since when?")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(notes(page)).to_have_count(1)
    expect(page.locator("#tab-notes .chip-count")).to_have_text(" 1")
    expect(notes(page).first).to_contain_text("owner")
    notes(page).first.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(notes(page).first.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("Ask: ")
    notes(page).first.get_by_label("Pink").check()
    notes(page).first.get_by_role("button", name="Save").click()
    expect(notes(page).first.locator(".note-body")).to_contain_text("Since when?")
    expect(notes(page).first.locator("[data-note-edit]")).to_be_focused()
    expect(page.locator(".reading-text mark.note-pink")).to_have_text("Rent falls due")
    notes(page).first.get_by_role("button", name="Delete").click()
    expect(notes(page)).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(notes(page)).to_have_count(1)
    assert seen.errors == []


def test_the_list_leads_to_the_place_the_place_to_the_list_and_a_link_to_both(noted: Page) -> None:
    page = noted
    open_paper(page, "marked crane")
    clear(page)
    page.get_by_role("button", name="Next page").click()
    select(page.locator('.pdf-page[data-number="2"] .text-layer'), "Nobody had told us.")
    page.get_by_role("button", name="Green").click()
    expect(notes(page)).to_have_count(1)
    page.locator("[data-pdf-number]").fill("1")
    page.keyboard.press("Enter")
    notes(page).first.get_by_role("link", name="Nobody had told us.").click()
    mark = page.locator('.pdf-page[data-number="2"] mark.note-green')
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_class(re.compile("note-now"))
    page.locator("#tab-details").click()
    mark.click()
    expect(notes(page).first).to_be_focused()
    address = notes(page).first.get_by_role("link").get_attribute("href")
    page.goto(page.url.split("?")[0] + str(address))
    expect(page.locator('.pdf-page[data-number="2"] mark.note-now')).to_be_in_viewport(timeout=60_000)
    expect(page.locator("#tab-notes")).to_have_attribute("aria-selected", "true")


def test_the_passage_that_a_search_found_is_marked_as_a_sentence_and_can_be_noted(noted: Page, site: Site) -> None:
    page = noted
    page.goto(f'/cases/{site.case}/search/?q="first day of each month"')
    page.locator("[data-hit]", has_text="marked lease").first.get_by_role("link", name="marked lease", exact=True).click()
    page.locator(".doc[data-ready]").wait_for()
    clear(page)
    expect(page.locator("mark.passage-found").first).to_be_attached()
    found = "".join(page.locator("mark.passage-found").all_text_contents()).strip()
    assert found == "Rent falls due on the first day of each month.", "the sentence, not the page"
    page.locator("#main").focus()
    page.keyboard.press("h")
    expect(page.locator(".reading-text mark.note-mark")).to_have_text("Rent falls due on the first day of each month.")


def test_what_is_for_one_person_only_is_shown_to_nobody_else(noted: Page, visit: Callable[..., Page], site: Site) -> None:
    page = noted
    open_paper(page, "marked lease")
    clear(page)
    address = page.url.split("?")[0]
    viewer = visit("viewer")
    viewer.goto(address)
    viewer.locator(".doc[data-ready]").wait_for()
    select(viewer.locator(".reading-text"), "harbour crane")
    viewer.keyboard.press("m")
    expect(viewer.get_by_label("Only me")).to_be_checked()
    expect(viewer.get_by_label("Only me")).to_be_disabled()
    viewer.keyboard.type("Where is it?")
    viewer.get_by_role("button", name="Save").click()
    expect(notes(viewer).first).to_contain_text("only you")
    select(page.locator(".reading-text"), "good repair")
    page.keyboard.press("h")
    expect(notes(page)).to_have_count(1)
    page.reload()
    expect(notes(page)).to_have_count(1)
    viewer.reload()
    expect(notes(viewer)).to_have_count(2)
    expect(notes(viewer).last.locator("[data-note-edit]")).to_have_count(0)


def test_a_picture_is_marked_where_its_words_were_recognised(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=marked")
    if row(page, "marked photo").count() == 0:
        (tmp_path / "marked photo.png").write_bytes(packed(sheet(), form="PNG"))
        drop(page, tmp_path / "marked photo.png")
    expect(row(page, "marked photo")).to_contain_text("Ready", timeout=2 * READY_MS)
    open_paper(page, "marked photo")
    layer = page.locator(".recognised-layer")
    expect(layer).to_contain_text("bent", timeout=READY_MS)
    select(layer, "bent")
    page.get_by_role("button", name="Blue").click()
    expect(layer.locator("mark.note-blue")).to_have_text(re.compile("bent"))
    with page.expect_download() as download:
        page.locator("#tab-notes").click()
        page.locator("#panel-notes summary").click()
        page.get_by_role("link", name="PDF with the notes").click()
    assert download.value.suggested_filename == "marked photo (notes).pdf"
    assert b"/Highlight" in Path(download.value.path()).read_bytes()


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")])
def test_notes_can_be_used_by_everyone(noted: Page, visit: Callable[..., Page], site: Site, width: int, theme: str) -> None:
    page = visit("owner", width=width, theme=theme)
    page.goto(f"/cases/{site.case}/documents/?q=marked")
    open_paper(page, "marked crane")
    select(page.locator('.pdf-page[data-number="1"] .text-layer'), "harbour crane")
    bar = page.get_by_role("toolbar", name="The selected words")
    expect(bar).to_be_visible()
    box = bar.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/notes-bar-{width}-{theme}.png")
    bar.get_by_role("button", name="Note").click()
    expect(page.get_by_role("dialog", name="Note").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("A note for every eye.")
    if shots:
        page.screenshot(path=f"{shots}/notes-dialog-{width}-{theme}.png")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#tab-notes").click()
    notes(page).first.get_by_role("button", name="Edit").click()
    if shots:
        page.screenshot(path=f"{shots}/notes-list-{width}-{theme}.png")
    assert faults(page, runOnly=["wcag2a", "wcag2aa"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_selected_in_the_original_stays_selected_when_it_is_drawn_again(noted: Page) -> None:
    page = noted
    open_paper(page, "marked crane")
    layer = page.locator('.pdf-page[data-number="1"] .text-layer')
    select(layer, "harbour crane")
    layer.evaluate("(layer) => layer.setAttribute('data-before', '')")
    page.get_by_role("button", name="Larger").click()
    expect(page.locator(".text-layer[data-before]")).to_have_count(0)
    expect(layer).to_contain_text("harbour crane")
    assert wait_until(lambda: page.evaluate("String(getSelection())") == "harbour crane", 20)
    expect(page.get_by_role("toolbar", name="The selected words")).to_be_visible()
