"""Bad input: each file ends with a sentence for people or with a correct result; e-mails bring their attachments along."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from documents.errors import Refused
from documents.models import Document
from documents.services.ingest import attachments
from documents.services.pipeline import lifecycle
from documents.tests.conftest import OPINION

Status = Document.Status
pytestmark = pytest.mark.django_db(transaction=True)


def ended(document) -> Document:
    document.refresh_from_db()
    assert document.status in Document.TERMINAL
    if document.status == Status.FAILED:
        assert document.error.rstrip().endswith((".", "!")), document.error
        assert document.error_code
    return document


def mail(*files: tuple[str, bytes, str], subject: str = "Discovery schedule") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "clerk@example.org", "counsel@example.org", subject
    message["Date"] = "Tue, 3 Mar 2026 10:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Please find the papers attached. The hearing on the harbour crane is on Monday.")
    for name, content, mime in files:
        main, sub = mime.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


@pytest.mark.corpus
def test_every_hostile_file_of_the_corpus_ends(corpus, accept, work_off):
    taken, refused = {}, {}
    for path in sorted((corpus / "hostile").iterdir()):
        try:
            taken[path.name] = accept(path.read_bytes(), name=path.name)
        except Refused as refusal:
            refused[path.name] = refusal.code
    work_off()
    states = {name: ended(document).status for name, document in taken.items()}
    assert refused == {"empty.pdf": "empty_file"}
    assert states["document.docx"] == Status.FAILED
    assert states["broken-mime.pdf"] == states["copy_protected.pdf"] == Status.READY
    assert states["not_wpd.html"] == Status.READY


def test_a_zip_bomb_in_a_word_file_fails_with_a_sentence(accept, work_off):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<w>" + b"a" * 300_000_000)
    document = accept(packed.getvalue(), name="contract.docx")
    work_off()
    assert ended(document).status == Status.FAILED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("endless.txt", b"x" * 2_000_000),
        ("nul.txt", b"The plaintiff\x00 says\x00 so. " * 50),
        ("scripts.txt", "原告は訴える。 Истец заявляет. يدعي المدعي. आरोप। 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍⚖️".encode() * 20),
        ("latin.txt", "Kläger gegen Beklagte, §§ 823, 826 BGB.".encode("latin-1")),
        ("utf16.txt", "The motion is denied.".encode("utf-16")),
    ],
)
def test_text_of_any_kind_becomes_ready(accept, work_off, name, content):
    document = accept(content, name=name)
    work_off()
    document = ended(document)
    assert (document.status, document.error) == (Status.READY, "")
    assert "\x00" not in document.text_version.pages.first().text


def test_attachments_of_an_email_become_documents_of_their_own(accept, work_off):
    photo = ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png")
    parent = accept(mail(("opinion.txt", OPINION.encode(), "text/plain"), photo), name="m.eml")
    work_off()
    parent = ended(parent)
    assert (parent.status, parent.title, parent.kind) == (Status.READY, "Discovery schedule", "email")
    opinion, photo = parent.attachments.order_by("name")
    assert (opinion.name, opinion.status, opinion.case) == ("opinion.txt", Status.READY, parent.case)
    assert (photo.status, photo.kept, photo.error) == (Status.READY, True, "")
    assert photo.notices[0]["text"].startswith("Kept, not read: Picture (PNG).")


def test_attachments_are_made_once_however_often_the_email_is_read(accept, work_off, editor):
    parent = accept(mail(("opinion.txt", OPINION.encode(), "text/plain")), name="m.eml")
    work_off()
    (child,) = parent.attachments.all()
    lifecycle.delete(child, editor)
    lifecycle.reprocess(Document.objects.get(pk=parent.pk), editor)
    work_off()
    assert ended(parent).attachments.count() == 1


def test_an_attachment_that_is_already_in_the_case_is_linked(accept, work_off):
    opinion = accept()
    parent = accept(mail(("copy.txt", OPINION.encode(), "text/plain")), name="m.eml")
    work_off()
    assert parent.attachments.get().duplicate_of == opinion


def test_an_empty_attachment_is_left_out_with_a_notice(accept, work_off):
    parent = accept(mail(("nothing.txt", b"", "text/plain")), name="m.eml")
    work_off()
    parent = ended(parent)
    assert parent.attachments.count() == 0
    notices = {notice["code"]: notice["text"] for notice in parent.notices}
    assert notices["attachment_empty_file"].startswith("nothing.txt: ")


def test_mail_in_mail_ends_at_a_depth(accept, work_off, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_DEPTH", 2)
    letter = mail(("opinion.txt", OPINION.encode(), "text/plain"), subject="depth 3")
    for depth in (2, 1, 0):
        letter = mail((f"inner{depth}.eml", letter, "application/octet-stream"), subject=f"depth {depth}")
    accept(letter, name="outer.eml")
    work_off()
    assert Document.objects.count() == 3
    deepest = Document.objects.get(title="depth 2")
    assert "attachments_too_deep" in [notice["code"] for notice in deepest.notices]
