"""Words of a hearing are found, listened to at their moment, corrected and named."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_listening import READY_MS, added, until

pytestmark = pytest.mark.corpus
PHRASE = "what you can do for your country"


def found_in_search(page: Page, site: Site, phrase: str) -> None:
    """Search until the transcript has been indexed; it is a document that is read like any other."""
    for _ in range(120):
        page.goto(f'/cases/{site.case}/search/?q="{phrase}"')
        if page.locator("[data-hit]").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("The spoken phrase was not found.")


def test_a_spoken_phrase_opens_the_player_at_it(visit: Callable[..., Page], site: Site, seen: Seen, corpus: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/hearings/")
    added(page, corpus / "audio" / "jfk.flac")
    found_in_search(page, site, PHRASE)
    hit = page.locator("[data-hit]", has_text="jfk").first
    expect(hit).to_contain_text("00:00:08")
    begun = time.monotonic()
    hit.get_by_role("link", name="jfk", exact=True).click()
    player = page.locator("audio")
    player.wait_for()
    until(player, "currentTime > 7")
    assert 7.0 < player.evaluate("player => player.currentTime") < 8.5 + time.monotonic() - begun
    now = page.locator(".segment.is-now")
    expect(now).to_contain_text("what you can do")
    player.evaluate("player => { player.muted = true; }")
    now.dblclick()
    field = page.get_by_label("Words of this sentence")
    field.fill(field.input_value().replace("fellow Americans", "fellow citizens"))
    field.press("Enter")
    expect(page.locator(".segment-edited")).to_contain_text("fellow citizens")
    page.get_by_role("button", name="Who speaks?").click()
    page.get_by_label("Name").fill("President Kennedy")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".speech-who").first).to_have_text("President Kennedy")
    page.get_by_label("Note at").fill("The famous sentence.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".notes")).to_contain_text("The famous sentence.")
    page.get_by_text("Save as").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="WebVTT").click()
    text = Path(download.value.path()).read_text()
    assert "<v President Kennedy>" in text
    assert "fellow citizens" in text
    found_in_search(page, site, "fellow citizens")
    assert seen.errors == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_the_player_with_words_is_for_everyone(
    visit: Callable[..., Page], site: Site, corpus: Path, tmp_path: Path, width: int, theme: str
) -> None:
    page = visit("owner", width=width, theme=theme)
    page.goto(f"/cases/{site.case}/hearings/")
    hearing = tmp_path / f"Argument {width}.mp3"
    hearing.write_bytes((corpus / "audio" / "doctor_1.mp3").read_bytes())
    added(page, hearing).get_by_role("link").first.click()
    expect(page.locator(".segment").first).to_be_visible(timeout=READY_MS)
    page.wait_for_load_state("networkidle")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/transcript-{theme}.png", full_page=True)


def test_voices_are_told_apart_again_and_confirmed_by_name(
    visit: Callable[..., Page], site: Site, seen: Seen, corpus: Path, tmp_path: Path
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/hearings/")
    argument = tmp_path / "Oral argument.mp3"
    argument.write_bytes((corpus / "audio" / "doctor_1.mp3").read_bytes())
    added(page, argument).get_by_role("link").first.click()
    names = page.locator(".speech-who")
    expect(names.first).to_have_text("Speaker 1", timeout=READY_MS)
    expect(names.first).to_contain_class("is-proposed")
    page.get_by_role("button", name="Tell voices apart").click()
    page.get_by_label("How many people speak").fill("2")
    page.get_by_role("button", name="Propose speakers").click()
    expect(names.filter(has_text="Speaker 3")).to_have_count(0, timeout=READY_MS)
    assert set(names.all_text_contents()) == {"Speaker 1", "Speaker 2"}
    page.locator(".segment", has_text="rebuttal").click()
    page.get_by_role("button", name="Who speaks?").click()
    page.get_by_label("Name").fill("Ms. Gerlach")
    page.get_by_label("Wherever this voice is").check()
    page.get_by_role("button", name="Save", exact=True).click()
    counsel = names.filter(has_text="Ms. Gerlach")
    expect(counsel.first).to_be_visible()
    expect(counsel.first).not_to_contain_class("is-proposed")
    expect(names.filter(has_text="Speaker 2")).to_have_count(0)
    assert set(names.all_text_contents()) == {"Speaker 1", "Ms. Gerlach"}
    assert page.locator(".speech-who.is-proposed").all_text_contents()
    assert seen.errors == []
