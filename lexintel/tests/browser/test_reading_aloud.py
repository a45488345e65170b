"""The button that reads a page aloud: with an engine, without one, and when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from audio.tests import speech_engine
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

NOT_SET_UP = "Reading aloud is not set up on this installation."


@pytest.fixture
def engine(site: Site, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """`engine("tone")` starts the web process anew with an engine that does that; its log of what it was asked to read."""
    before = dict(site.environment)

    def use(mode: str) -> Path:
        log = tmp_path / "engine.log"
        site.stop()
        site.environment["TTS_COMMAND"] = f"{sys.executable} {speech_engine.__file__} {mode} {log}"
        site.start()
        return log

    yield use
    site.stop()
    site.environment.clear()
    site.environment.update(before)
    site.start()


def reading(page: Page, site: Site, paper: Callable[..., Path]) -> Locator:
    """The button on the page of a text that is longer than one piece."""
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "aloud").count() == 0:
        drop(page, paper("aloud.txt", 4))
    expect(row(page, "aloud")).to_contain_text("Ready", timeout=READY_MS)
    row(page, "aloud").get_by_role("link", name="aloud", exact=True).click()
    page.locator(".doc[data-ready]").wait_for()
    return page.locator("[data-speak]")


def test_without_an_engine_the_button_says_why(visit: Callable[..., Page], site: Site, paper: Callable[..., Path], seen: Seen) -> None:
    page = visit("owner")
    button = reading(page, site, paper)
    expect(button).to_have_accessible_name("Read aloud")
    expect(button).to_have_accessible_description(NOT_SET_UP)
    expect(button).to_be_disabled()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(NOT_SET_UP)
    assert (seen.errors, seen.outside) == ([], [])


def test_a_page_is_read_to_its_end_with_the_keyboard(
    visit: Callable[..., Page], site: Site, paper: Callable[..., Path], seen: Seen, engine: Callable[[str], Path]
) -> None:
    log = engine("tone")
    page = visit("owner")
    button = reading(page, site, paper)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Stop reading")
    expect(button).to_have_text("Read aloud", timeout=60_000)
    spoken = [json.loads(line)["text"] for line in log.read_text("utf-8").splitlines()]
    assert len(spoken) > 1, "in pieces"
    assert spoken[0].startswith("The supplier of aloud.txt failed")
    assert "month 3" in spoken[-1]
    assert faults(page) == []
    assert (seen.errors, seen.outside) == ([], [])


def test_reading_is_stopped_by_its_button_and_by_leaving(
    visit: Callable[..., Page], site: Site, paper: Callable[..., Path], seen: Seen, engine: Callable[[str], Path]
) -> None:
    engine("long")
    page = visit("owner")
    button = reading(page, site, paper)
    button.click()
    expect(button).to_have_attribute("data-speaking", "speaking", timeout=60_000)
    button.click()
    expect(button).to_have_text("Read aloud")
    button.click()
    expect(button).to_have_attribute("data-speaking", "speaking", timeout=60_000)
    page.get_by_role("link", name="Tasks").first.click()
    page.wait_for_url("**/tasks/**")
    expect(page.locator("#toasts .toast-fail")).to_have_count(0)
    assert (seen.errors, seen.outside) == ([], [])


def test_what_goes_wrong_is_told(visit: Callable[..., Page], site: Site, paper: Callable[..., Path], engine: Callable[[str], Path]) -> None:
    engine("fails")
    page = visit("owner")
    button = reading(page, site, paper)
    button.click()
    expect(page.locator("#toasts")).to_contain_text("failed (exit code 3)")
    expect(button).to_have_text("Read aloud")

    def broken(route: Route) -> None:
        route.fulfill(status=200, body="no sound", content_type="audio/ogg", headers={"X-Speech-Pieces": "1"})

    page.route("**/api/speech/", broken)
    button.click()
    expect(page.locator("#toasts")).to_contain_text("cannot play")
    expect(button).to_have_text("Read aloud")
