"""The analysis of a recording is opened from its page, and leads into the player."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_listening import READY_MS, added, hearing, until

__all__ = ["hearing"]


def test_the_analysis_of_a_recording_leads_into_its_player(visit: Callable[..., Page], site: Site, seen: Seen, hearing: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/hearings/")
    row = added(page, hearing)
    row.get_by_role("link", name="Hearing of May 3").click()
    page.wait_for_url("**/audio/*/")
    recording = page.url
    page.get_by_role("link", name="Analysis of this recording").click()
    expect(page.get_by_role("heading", name="What is heard, and when")).to_be_visible(timeout=READY_MS)  # when its task has ended
    expect(page.get_by_role("row", name="silence").first).to_contain_text(" s")
    assert not faults(page)
    page.get_by_text("The same as a table, part by part").click()
    page.get_by_role("link", name="00:00:14").click()
    player = page.locator("audio")
    player.wait_for()
    expect(page).to_have_url(re.compile(rf"^{re.escape(recording)}#t=14\.9"))
    until(player, "currentTime > 14")
    assert not seen.errors
    assert not seen.outside
