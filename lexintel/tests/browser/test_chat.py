"""Asking the documents of a case: an answer with its sources, a click to the quoted words, stop, reload in the middle, a removed member."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from documents.tests.reading import pdf
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.seed import PASSWORD
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

QUESTION = "When does the lease of the crane end?"
SENTENCE = "The lease of the crane ends on 3 May 2024."
FILLER = "Paragraph {n} of page {page} repeats what the parties agreed about the delivery of timber."
ANSWER_MS = 90_000


@pytest.fixture
def read(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The owner's page in a case with a lease, whose second page says when it ends."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "lease").count() == 0:
        sheets = [[FILLER.format(n=n, page=number) for n in range(1, 15)] for number in (1, 2, 3)]
        sheets[1][7:7] = ["", SENTENCE, "The rent is payable in advance.", ""]
        (tmp_path / "lease.pdf").write_bytes(pdf(sheets))
        drop(page, tmp_path / "lease.pdf")
    expect(row(page, "lease")).to_contain_text("Ready", timeout=READY_MS)
    return page


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")


def begin(page: Page, site: Site, question: str) -> Locator:
    """A new conversation; gives its answer."""
    page.goto(f"/cases/{site.case}/chat/")
    ask(page, question)
    page.wait_for_url("**/conversations/*/")
    page.locator("[data-chat][data-ready]").wait_for()
    return page.locator("[data-message]").last


def one_line(locator: Locator) -> str:
    return " ".join(" ".join(locator.all_inner_texts()).split())


def test_an_answer_shows_where_it_stands_and_a_click_leads_to_the_marked_words(read: Page, site: Site, seen: Seen) -> None:
    page = read
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/cases/{site.case}/chat/")
    expect(page.get_by_role("heading", name="What it can do, and what it can't")).to_be_visible()
    assert faults(page) == []
    answer = begin(page, site, QUESTION)
    first = answer.locator(".chat-sentence").first
    expect(first).to_contain_text("ends on", timeout=ANSWER_MS)  # without a reload
    expect(answer).to_have_attribute("data-state", "answered")
    expect(answer.locator(".chat-how")).to_contain_text("1 of 1 document was searched")
    expect(page.locator("#announcer")).to_contain_text("Answer complete")

    source = first.locator("[data-source]").first
    source.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    card = page.get_by_role("tooltip")
    expect(card).to_contain_text("lease, p. 2")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    source.hover()
    expect(card).to_contain_text("3 May 2024")
    assert faults(page) == []

    answer.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "(lease, p. 2)" in copied
    assert SENTENCE in " ".join(copied.split())

    page.get_by_label("Question", exact=True).fill("not sent yet")
    page.reload()
    expect(page.get_by_label("Question", exact=True)).to_have_value("not sent yet")
    page.locator("[data-source]").first.click()
    page.wait_for_url(re.compile(r"/documents/.*\?page=2&chunk=\d+&at=\d+&to=\d+"))
    marked = page.locator(".pdf-page[data-number='2'] mark.pdf-found")
    expect(marked.first).to_be_in_viewport(timeout=60_000)
    assert one_line(marked) == SENTENCE
    passage = page.get_by_role("tabpanel", name="Text").locator("mark.passage-found")
    expect(passage.first).to_be_visible()
    assert one_line(passage) == SENTENCE
    assert (seen.errors, seen.outside) == ([], [])


def test_an_answer_is_stopped_goes_on_after_a_reload_and_ends_for_a_removed_member(
    read: Page, visit: Callable[..., Page], site: Site, seen: Seen
) -> None:
    page = read
    with site.held():
        answer = begin(page, site, QUESTION)
        expect(answer).to_have_attribute("data-state", "answering", timeout=ANSWER_MS)
        answer.get_by_role("button", name="Stop").click()
        expect(answer).to_contain_text("Stopped before anything was answered.")
        expect(answer).to_be_focused()
    answer.get_by_role("button", name="Ask again").click()
    again = page.locator("[data-message][data-number='2']")
    expect(again).to_contain_text("ends on", timeout=ANSWER_MS)
    expect(page.locator("[data-message][data-number='1']")).to_contain_text("Stopped before anything was answered.")

    page.get_by_role("button", name="Share with the case").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("All 2 members")
    dialog.get_by_role("button", name="Share with the case").click()
    expect(page.get_by_text("Everybody in this case can read this conversation")).to_be_in_viewport()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Delete")).to_be_visible()
    page.keyboard.press("Escape")
    address = page.url
    reader = visit("viewer", width=390, theme="dark")
    reader.goto(address)
    expect(reader.locator("[data-message]")).to_have_count(2)
    assert faults(reader) == []
    expect(reader.get_by_role("button", name="Delete")).to_have_count(0)
    with site.held():
        ask(page, "And who leased the crane, and when does the lease end?")
        third = "[data-message][data-number='3']"
        expect(page.locator(third)).to_be_visible()
        expect(reader.locator(third)).to_be_visible(timeout=ANSWER_MS)  # two people see the same
        page.reload()
        expect(page.locator(third).get_by_role("button", name="Stop")).to_be_visible()
        remove_viewer(site)
        expect(reader.get_by_role("alert")).to_contain_text("you may not see it any more", timeout=ANSWER_MS)
    expect(page.locator(third)).to_have_attribute("data-state", "answered", timeout=ANSWER_MS)
    expect(reader.locator("[data-message]")).to_have_count(0)
    expect(reader.get_by_label("Question", exact=True)).to_have_count(0)
    assert [error for error in seen.errors if "404" not in error] == []


def remove_viewer(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        token = client.post("/api/auth/token/", json={"username": "owner", "password": PASSWORD}).json()["token"]
        client.headers["Authorization"] = f"Token {token}"
        members = client.get(f"/api/cases/{site.case}/members/").json()
        rows = members["results"] if isinstance(members, dict) else members
        viewer = next(one for one in rows if one["role"] == "viewer")
        client.delete(f"/api/cases/{site.case}/members/{viewer['user']}/").raise_for_status()
