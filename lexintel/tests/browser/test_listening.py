"""A recording is added, heard, looked at and listened to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from audio.tests import sounds
from lexintel.tests.browser.conftest import Seen, Site, faults

READY_MS = 180_000


@pytest.fixture
def hearing(tmp_path: Path) -> Path:
    path = tmp_path / "Hearing of May 3.wav"
    parts = [sounds.silence(3), sounds.noise(4), sounds.silence(3), sounds.tone(2, level=1.3), sounds.noise(8, level=0.02)]
    path.write_bytes(sounds.wav(sounds.pcm(np.concatenate(parts))))
    return path


def until(player: Locator, condition: str) -> None:
    """Wait for something of the player (the pages' policy allows no code in words that a page would wait with)."""
    deadline = time.monotonic() + 180
    while not player.evaluate(f"player => player.{condition}"):
        assert time.monotonic() < deadline, condition
        time.sleep(0.1)


def added(page: Page, hearing: Path) -> Locator:
    """Put it in on the tab Hearings; its row once it has been heard."""
    form = page.get_by_role("form", name="Add recordings")
    form.locator("input[type=file]").set_input_files(hearing)
    with page.expect_navigation():  # another test's recording may have the same name
        form.get_by_role("button", name="Add").click()
    row = page.get_by_role("row", name=hearing.stem).first
    expect(row).to_contain_text("Ready", timeout=READY_MS)
    return row


def test_a_hearing_is_added_heard_and_played_from_any_moment(visit: Callable[..., Page], site: Site, seen: Seen, hearing: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/")
    page.get_by_role("link", name="Hearings").click()
    row = added(page, hearing)
    expect(row).to_contain_text("00:00:20")
    row.get_by_role("link", name="Hearing of May 3").click()
    player = page.locator("audio")
    player.wait_for()
    until(player, "readyState >= 1")
    assert player.evaluate("player => Math.round(player.duration)") == 20
    page.get_by_role("link", name="00:00:07").click()
    until(player, "currentTime > 6.5")
    assert page.url.endswith(tuple(f"#t=7.{part:02}" for part in range(100)) + tuple(f"#t=6.{part:02}" for part in range(100)))
    page.locator("[data-wave]").click(position={"x": 10, "y": 20})
    until(player, "currentTime < 3")
    page.goto(page.url.partition("#")[0] + "#t=12")
    page.reload()
    until(player, "currentTime > 11")
    page.locator("h2").first.click()
    page.keyboard.press("ArrowRight")
    until(player, "currentTime > 16")
    assert seen.errors == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_the_pages_of_hearings_are_for_everyone(visit: Callable[..., Page], site: Site, hearing: Path, width: int, theme: str) -> None:
    page = visit("owner", width=width, theme=theme)
    page.goto(f"/cases/{site.case}/hearings/")
    added(page, hearing)
    for name in ("list", "player"):
        page.wait_for_load_state("networkidle")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=f"{shots}/audio-{name}-{theme}.png", full_page=True)
        if name == "list":
            page.get_by_role("link", name="Hearing of May 3").first.click()
            page.locator("audio").wait_for(state="attached")


def test_a_person_says_what_is_heard_and_takes_it_back(visit: Callable[..., Page], site: Site, seen: Seen, hearing: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/hearings/")
    added(page, hearing.rename(hearing.with_name("Hearing of June 1.wav"))).get_by_role("link", name="Hearing of June 1").first.click()
    page.get_by_text("Say what is heard").click()
    form = page.locator("[data-label-form]")
    form.get_by_label("What").select_option("hum")
    form.get_by_label("From", exact=True).fill("0:03")
    form.get_by_label("To", exact=True).fill("seven")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("A time is written like 00:14:05.2.")).to_be_visible()
    form.get_by_label("To", exact=True).fill("99")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("This stretch is not in the recording.")).to_be_visible()
    form.get_by_label("To", exact=True).fill("00:00:07.5")
    form.get_by_role("button", name="Add").click()
    listed = page.locator("[data-part=heard]").get_by_role("listitem")
    expect(listed).to_contain_text("00:00:03 to 00:00:07")
    expect(form).to_be_visible()
    listed.get_by_role("button", name="Take away hum or ventilation at 00:00:03").click()
    expect(listed).to_have_count(0)
    assert not [error for error in seen.errors if "400" not in error]
