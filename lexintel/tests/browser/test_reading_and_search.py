"""From the dropped file to its sentence: search, open the hit, see the passage marked in the original and in the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from documents.tests.reading import pdf
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

SENTENCE = "The lighthouse keeper recorded the collision at half past four."
FILLER = "Paragraph {n} of page {page} repeats what the parties agreed about the delivery of timber."


def filing(path: Path, pages: int, with_sentence: int) -> Path:
    """A PDF with the sentence on one page, broken over two lines as printed papers do."""
    sheets = [[FILLER.format(n=n, page=page) for n in range(1, 22)] for page in range(1, pages + 1)]
    sheets[with_sentence - 1][12:12] = ["", *SENTENCE.split(" the collision "), ""]
    sheets[with_sentence - 1][13] += " the colli-"
    sheets[with_sentence - 1][14] = "sion " + sheets[with_sentence - 1][14]
    path.write_bytes(pdf(sheets))
    return path


def open_paper(page: Page, name: str) -> None:
    """Follow the list's link, and wait until the document's page has its scripts."""
    row(page, name).get_by_role("link", name=name, exact=True).click()
    page.locator(".doc[data-ready]").wait_for()


@pytest.fixture
def dropped(visit: Callable[..., Page], site: Site, paper: Callable[..., Path], tmp_path: Path) -> Page:
    """The case's owner, who has dropped three files, reloaded in the middle, and waited until they were ready."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "lighthouse").count() == 0:
        drop(page, filing(tmp_path / "lighthouse.pdf", 12, 9), paper("timber.txt", 80), paper("harbour.txt", 60))
        expect(row(page, "lighthouse")).to_be_visible(timeout=60_000)
        page.reload()
    for name in ("lighthouse", "timber", "harbour"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    return page


def test_a_sentence_of_page_nine_is_found_and_shown_in_its_place(dropped: Page, seen: Seen) -> None:
    page = dropped
    page.keyboard.press("/")
    page.keyboard.type("lighthouse keeper half past four")
    page.keyboard.press("Enter")
    hit = page.locator("[data-hit]").first
    expect(hit).to_contain_text("p. 9")
    expect(hit.locator("mark").first).to_have_text("lighthouse")
    page.locator("[data-search][data-ready]").wait_for()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/*/?page=9&chunk=*")
    text = page.get_by_role("tabpanel", name="Text")
    expect(text).to_contain_text("Page 9 of 12")
    expect(text.locator("mark.passage").first).to_be_visible()
    assert "lighthouse keeper" in "".join(text.locator("mark.passage").all_text_contents())
    marked = page.locator('.pdf-page[data-number="9"] mark.pdf-passage', has_text="lighthouse keeper")
    expect(marked).to_be_visible(timeout=60_000)
    expect(marked).to_be_in_viewport()
    assert (seen.errors, seen.outside) == ([], [])


def test_text_and_original_stay_in_step(dropped: Page, seen: Seen) -> None:
    page = dropped
    open_paper(page, "lighthouse")
    text = page.get_by_role("tabpanel", name="Text")
    expect(page.locator('.pdf-page[data-number="1"] canvas')).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Next page").click()
    expect(text).to_contain_text("Page 2 of 12")
    page.locator("[data-pdf-scroll]").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(page.locator("[data-pdf-number]")).to_have_value(re.compile("1[12]"))
    expect(text).to_contain_text(re.compile("Page 1[12] of 12"))
    page.locator("[data-pdf-number]").fill("5")
    page.keyboard.press("Enter")
    expect(text).to_contain_text("Page 5 of 12")
    expect(page).to_have_url(re.compile("page=5"))
    page.reload()
    expect(page.locator('.pdf-page[data-number="5"] canvas')).to_be_in_viewport(timeout=60_000)
    assert (seen.errors, seen.outside) == ([], [])


def test_tabs_obey_the_keyboard_and_citations_lead_to_their_place(dropped: Page, seen: Seen) -> None:
    page = dropped
    open_paper(page, "timber")
    page.get_by_role("tab", name="Details").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=re.compile("Citations"))).to_be_focused()
    panel = page.get_by_role("tabpanel", name=re.compile("Citations"))
    expect(panel).to_contain_text("Roe v. Wade, 410 U.S. 113 (1973)")
    panel.get_by_role("link", name="in the text").click()
    expect(page.locator(".cite-now")).to_have_text("410 U.S. 113")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("tabpanel", name="History")).to_contain_text("Read for the first time")
    expect(page).to_have_url(re.compile("tab=history"))
    assert seen.errors == []


def test_a_document_that_is_read_again_brings_itself_up_to_date(dropped: Page, seen: Seen) -> None:
    page = dropped
    open_paper(page, "harbour")
    page.evaluate("window.sameVisit = true")
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Read it again").click()
    page.get_by_role("tab", name="History").click()
    history = page.get_by_role("tabpanel", name="History")
    expect(history).to_contain_text("Read again", timeout=60_000)
    expect(history.locator(".run").first.locator('[data-state="succeeded"]')).to_have_count(3, timeout=READY_MS)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert page.evaluate("window.sameVisit") is True
    assert seen.errors == []


def test_an_answer_that_is_older_than_the_end_is_asked_for_again(dropped: Page, seen: Seen) -> None:
    page = dropped
    open_paper(page, "harbour")
    address, held = page.url, []
    older = page.request.get(address).text().replace('data-state="ready"', 'data-state="running"')
    state = page.locator("#main [id^='doc-'][data-state]")
    page.route(lambda url: url == address, lambda route: held.append(route), times=2)
    page.evaluate("import('/static/js/live.js').then((live) => live.refresh(0))")
    for _ in range(300):
        if not held:
            page.wait_for_timeout(100)
    end = {
        "topic": f"document:{str(state.get_attribute('id')).removeprefix('doc-')}",
        "status": "succeeded",
        "step": "ready",
        "percent": 100,
    }
    page.evaluate("(detail) => document.dispatchEvent(new CustomEvent('lexintel:progress', { detail }))", end)
    held[0].fulfill(body=older, content_type="text/html")
    expect(state).to_have_attribute("data-state", "running")
    for _ in range(300):
        if len(held) < 2:
            page.wait_for_timeout(100)
    held[1].continue_()
    expect(state).to_have_attribute("data-state", "ready")
    assert seen.errors == []


def test_an_answer_for_the_page_before_does_not_replace_the_page_that_came(dropped: Page, seen: Seen) -> None:
    page, held = dropped, []
    page.route(lambda url: url == page.url, lambda route: held.append(route))
    page.evaluate("import('/static/js/live.js').then((live) => live.refresh(0))")
    for _ in range(300):
        if not held:
            page.wait_for_timeout(100)
    address = page.url
    open_paper(page, "harbour")
    page.evaluate("(address) => history.replaceState(null, '', address)", address)  # as between the content of a page and its address
    held[0].continue_()
    page.wait_for_timeout(1500)
    expect(page.get_by_label("More actions")).to_be_visible()
    assert seen.errors == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (1400, "dark"), (390, "light")])
def test_reading_and_searching_are_accessible(dropped: Page, visit: Callable[..., Page], site: Site, width: int, theme: str) -> None:
    paper = row(dropped, "lighthouse").get_by_role("link", name="lighthouse", exact=True).get_attribute("href")
    page = visit("viewer", width=width, theme=theme)
    papers = (f"{paper}?page=9", f"{paper}?tab=history", f"{paper}?tab=details")
    searches = (f"/cases/{site.case}/search/?q=timber", "/search/", "/search/?q=(", "/search/?q=zebra&mode=text")
    for address in (*papers, *searches):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is wider than the screen"


def test_words_are_found_in_the_document_one_place_after_the_other(dropped: Page, seen: Seen) -> None:
    page = dropped
    open_paper(page, "lighthouse")
    field = page.get_by_label("Find in this document")
    field.fill("lighthouse keeper recorded")
    field.press("Enter")
    count = page.locator("[data-find-count]")
    expect(count).to_have_text("1 of 1")
    expect(page.locator(".pdf-mention").first).to_be_visible()
    expect(page.locator("[data-pdf-number]")).to_have_value("9")
    page.wait_for_function("() => CSS.highlights.get('found')?.size > 0")
    field.fill("delivery of timber")
    expect(count).to_have_text(re.compile(r"^1 of \d{2,}$"))
    expect(page.locator("[data-pdf-number]")).to_have_value("1")
    first = page.locator(".pdf-mention").first.bounding_box()
    field.press("Enter")
    expect(count).to_have_text(re.compile(r"^2 of \d{2,}$"))
    page.wait_for_function(
        "top => document.querySelector('.pdf-mention')?.getBoundingClientRect().top !== top", arg=first["y"] if first else 0
    )
    field.press("Shift+Enter")
    expect(count).to_have_text(re.compile(r"^1 of"))
    field.fill("no such words anywhere")
    expect(count).to_have_text("Not found")
    assert seen.errors == []
