"""Files dropped into a case, watched until they are ready."""

from __future__ import annotations

import base64
import random
import wave
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, Page, expect

from documents.tests.pdfs import LINES, lines, pdf
from lexintel.tests.browser.conftest import Seen, Site

READY_MS = 180_000
DROP = """
([files]) => {
  const transfer = new DataTransfer();
  for (const { name, body } of files) transfer.items.add(new File([Uint8Array.from(atob(body), (c) => c.charCodeAt(0))], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}
"""


def drop(page: Page, *paths: Path) -> None:
    files = [{"name": path.name, "body": base64.b64encode(path.read_bytes()).decode()} for path in paths]
    page.evaluate(DROP, [files])


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody tr", has=page.get_by_role("link", name=name, exact=True))


def test_three_dropped_files_become_ready_and_a_reload_in_the_middle_changes_nothing(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, paper("complaint.txt", 300), paper("answer.txt", 300), paper("motion.txt", 300))
    tray = page.get_by_role("region", name="Uploads")
    expect(tray.get_by_text("complaint.txt")).to_be_visible()
    for name in ("complaint", "answer", "motion"):
        expect(row(page, name)).to_be_visible(timeout=READY_MS)
    page.reload()
    for name in ("complaint", "answer", "motion"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    assert seen.errors == []
    assert seen.outside == []


def test_a_bar_has_a_name_a_value_and_words_and_never_goes_back(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    bar = page.locator("table").get_by_role("progressbar", name="brief.txt")
    with site.held():
        drop(page, paper("brief.txt", 600))
        expect(bar).to_be_visible(timeout=READY_MS)
    values: list[int] = []
    while bar.count():
        state = page.evaluate(
            "() => { const b = document.querySelector('table progress'); return b && [b.ariaValueNow, b.ariaValueText]; }"
        )
        if state:
            assert state[1]
            values.append(int(state[0]))
        page.wait_for_timeout(100)
    assert values == sorted(values)
    expect(row(page, "brief")).to_contain_text("Ready", timeout=READY_MS)


def test_the_tray_survives_walking_through_the_case(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/")
    drop(page, paper("exhibit.txt", 200))
    page.get_by_role("link", name="Members").click()
    page.wait_for_url("**/members/")
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("exhibit.txt")
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("1 file ready", timeout=READY_MS)


def test_what_is_empty_or_too_large_is_refused_before_it_travels(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    empty, large = tmp_path / "empty.pdf", tmp_path / "large.pdf"
    empty.write_bytes(b"")
    large.write_bytes(b"x" * (3 * 1024 * 1024 + 1))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/api/uploads/" in request.url else None)
    drop(page, empty, large)
    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("This file is empty")
    expect(tray).to_contain_text("the limit is 3 MB")
    assert sent == []


def test_what_cannot_be_read_is_kept_and_says_so(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drawing = tmp_path / "pier section.dwg"
    drawing.write_bytes(b"AC1032\0" + bytes(500))
    drop(page, drawing)
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("Kept, not read: Drawing (DWG)", timeout=READY_MS)
    kept = row(page, "pier section")
    expect(kept).to_contain_text("Not read", timeout=READY_MS)
    kept.get_by_role("link", name="pier section").click()
    expect(page.get_by_role("link", name="Download the original")).to_be_visible()


def test_a_mixed_drop_ends_as_what_each_file_is(visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path) -> None:
    """Paper, a Word file, a message with an attachment, a photograph of a page, an archive, a drawing and nothing at all, at once."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    files = {name: tmp_path / name for name in ("survey.pdf", "lease.docx", "notice.eml", "page.png", "folder.zip", "pier.dwg", "none.txt")}
    files["survey.pdf"].write_bytes(pdf(lines(*LINES)))
    agreement = docx.Document()
    agreement.add_paragraph("The tenant keeps the third crane in repair.")
    agreement.save(str(files["lease.docx"]))
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Notice of termination", "raman@example.org", "doe@example.org"
    message.set_content("The schedule is attached.")
    message.add_attachment("Berth,Ends\n7,March\n", subtype="csv", filename="berths.csv")
    files["notice.eml"].write_bytes(message.as_bytes())
    picture = Image.new("L", (1000, 400), 255)
    ImageDraw.Draw(picture).text((60, 120), "Berth seven is closed.", font=ImageFont.load_default(48), fill=10)
    picture.save(files["page.png"])
    with zipfile.ZipFile(files["folder.zip"], "w") as archive:
        archive.writestr("letters/first letter.txt", "The hook was returned bent.")
    files["pier.dwg"].write_bytes(b"AC1032\0" + bytes(500))
    files["none.txt"].write_bytes(b"")
    drop(page, *files.values())
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("This file is empty")
    for name in ("survey", "lease", "Notice of termination", "berths", "page", "folder", "first letter"):
        read = page.locator("tbody tr", has=page.locator(".row-link", has_text=name)).first
        expect(read).to_contain_text("Ready", timeout=READY_MS)
    expect(row(page, "pier")).to_contain_text("Not read", timeout=READY_MS)
    row(page, "page").get_by_role("link", name="page", exact=True).click()
    expect(page.locator(".doc")).to_contain_text("Berth seven is closed.")
    assert seen.errors == []


def test_an_encrypted_file_asks_for_its_password(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    ledger = tmp_path / "locked accounts.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(ledger, encryption=pikepdf.Encryption(owner="owner's own", user="quicklime"))
    drop(page, ledger)
    failed = row(page, "locked accounts")
    expect(failed).to_contain_text("protected with a password", timeout=READY_MS)
    tray = page.get_by_role("region", name="Uploads")
    expect(tray.get_by_role("button", name="Remove from this list")).to_be_visible()
    expect(tray.get_by_role("button", name="Try again")).to_have_count(0)
    failed.get_by_role("link", name="Password").click()
    for password, said in (("wrong", "does not open this file"), ("quicklime", "No text was found")):
        page.get_by_label("Password of the file").fill(password)
        page.get_by_role("button", name="Read it").click()
        expect(page.locator(".doc")).to_contain_text(said, timeout=READY_MS)


def test_another_file_is_put_in_the_place_of_a_broken_one(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    broken, better = tmp_path / "order.pdf", tmp_path / "order, better.txt"
    broken.write_bytes(b"%PDF-1.7\nthis is not an order")
    better.write_text("The order of the third of March is vacated.")
    drop(page, broken)
    expect(row(page, "order")).to_contain_text("Failed", timeout=READY_MS)
    with page.expect_file_chooser() as chooser:
        row(page, "order").get_by_role("button", name="Replace").click()
    chooser.value.set_files(better)
    expect(row(page, "order, better")).to_contain_text("Ready", timeout=READY_MS)


def test_a_file_that_lies_about_itself_fails_with_a_reason_and_an_action(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is not one")
    drop(page, broken)
    failed = row(page, "broken")
    expect(failed).to_contain_text("Failed", timeout=READY_MS)
    expect(failed).to_contain_text("damaged")
    expect(failed.get_by_role("button", name="Delete")).to_be_visible()


def test_the_same_file_twice_is_linked(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    path = paper("twice.txt", 5)
    drop(page, path)
    expect(row(page, "twice")).to_contain_text("Ready", timeout=READY_MS)
    drop(page, path)
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("in this case already", timeout=READY_MS)
    expect(page.locator("tbody")).to_contain_text("The same file as", timeout=READY_MS)


@pytest.mark.faults
def test_a_restarted_server_is_noticed_and_the_upload_goes_on(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    dot = page.locator("[data-connection]")
    expect(dot).to_have_attribute("data-state", "live")
    site.stop()
    expect(dot).to_have_attribute("data-state", "reconnecting", timeout=READY_MS)
    drop(page, paper("later.txt", 20))
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("The connection is lost")
    site.start()
    expect(dot).to_have_attribute("data-state", "live", timeout=READY_MS)
    expect(row(page, "later")).to_contain_text("Ready", timeout=READY_MS)


def test_a_viewer_may_not_drop(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("viewer")
    page.goto(f"/cases/{site.case}/documents/")
    expect(page.get_by_role("button", name="Add files")).to_have_count(0)
    drop(page, paper("no.txt"))
    expect(page.get_by_role("alert")).to_contain_text("not add to it")


def test_a_recording_dropped_among_papers_becomes_a_hearing(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    call = tmp_path / "voicemail.wav"
    with wave.open(str(call), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(random.Random(7).randbytes(16_000 * 2 * 4))
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(pdf(lines(*LINES)))
    drop(page, letter, call)
    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("2 files ready", timeout=READY_MS)
    tray.get_by_role("link", name="voicemail.wav").click()
    page.wait_for_url("**/audio/*/")
    expect(page.get_by_role("heading", name="voicemail")).to_be_visible()
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("button", name="Pinned")).to_be_visible()
    page.goto(f"/cases/{site.case}/documents/")
    expect(row(page, "letter")).to_contain_text("Ready")
    expect(row(page, "voicemail")).to_have_count(0)
    page.goto(f"/cases/{site.case}/hearings/")
    expect(row(page, "voicemail")).to_contain_text("Ready")
    assert seen.errors == []
