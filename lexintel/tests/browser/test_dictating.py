"""Somebody dictates into Chromium's microphone (a file of speech); words appear, a lost connection loses nothing, a recording stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from audio.tests import sounds
from lexintel.tests.browser.conftest import ARGUMENTS, CHROMIUM, PASSWORD, Site, faults, patient

pytestmark = pytest.mark.corpus


@pytest.fixture
def mouth(corpus: Path, tmp_path: Path) -> Path:
    """What the microphone hears: a sentence, a pause."""
    with av.open(str(corpus / "audio" / "jfk.flac")) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        said = np.concatenate([part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)])
    path = tmp_path / "mouth.wav"
    path.write_bytes(sounds.wav(np.concatenate([said, np.zeros(3 * 48_000, np.int16)]).tobytes(), rate=48_000))
    return path


@pytest.fixture
def page(mouth: Path, site: Site) -> Iterator[Page]:
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={mouth}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *microphone])
        context = browser.new_context(base_url=site.url, permissions=["microphone"])
        page = patient(context.new_page())
        page.goto("/login/")
        page.get_by_label("User name").fill("owner")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/cases/")
        yield page
        browser.close()


def test_what_is_dictated_is_read_while_it_is_said_and_stays_as_a_recording(page: Page, site: Site) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"/cases/{site.case}/hearings/")
    page.get_by_role("button", name="Dictate").click()
    page.get_by_role("button", name="Speak").click()
    text = page.locator("[data-dictation-text]")
    expect(text).to_contain_text("country", timeout=60_000)
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/dictation.png", full_page=True)
    assert faults(page) == []
    site.stop()  # the server goes away and comes back while somebody speaks
    expect(page.locator("[data-dictation-state]")).to_contain_text("nothing is lost")
    page.wait_for_timeout(2000)
    site.start()
    expect(page.locator("[data-dictation-state]")).not_to_contain_text("nothing is lost", timeout=60_000)
    expect(text).to_contain_text("country")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".segment").first).to_be_visible(timeout=120_000)
    expect(page.locator("audio")).to_have_count(1)
    expect(page.locator(".speeches")).to_contain_text("country")
    assert errors == []
