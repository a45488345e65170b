"""A file inside a file is a document of its own, which is read, found and leads back: in PDFs and in e-mails, forwarded ones too."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from documents.models import Document
from documents.tests.reading import pdf

pytestmark = pytest.mark.django_db(transaction=True)
Status = Document.Status


def text_of(document: Document) -> str:
    assert document.text_version is not None
    return " ".join(document.text_version.pages.values_list("text", flat=True))


def inside(document: Document) -> dict[str, Document]:
    return {found.name: found for found in document.attachments.all()}


def settled(document: Document, work_off: Callable[..., int]) -> Document:
    work_off()
    assert not Document.objects.exclude(status=Status.READY).exists()
    document.refresh_from_db()
    return document


def test_files_embedded_in_a_pdf(accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    writer = pypdf.PdfWriter(BytesIO(pdf([["The binder."]])))
    writer.add_attachment("ledger.txt", b"The quicklime was paid in advance.")
    writer.add_attachment("annex.pdf", pdf([["The annex names the vestry."]]))
    out = BytesIO()
    writer.write(out)
    binder = settled(accept(out.getvalue(), "binder.pdf"), work_off)
    assert set(inside(binder)) == {"ledger.txt", "annex.pdf"}
    assert "quicklime" in text_of(inside(binder)["ledger.txt"])
    assert "vestry" in text_of(inside(binder)["annex.pdf"])


def test_a_forwarded_message_and_what_is_attached_to_it(accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "b@example.org", "c@example.org", "The offer"
    inner.set_content("We offer 77,215 dollars.")
    inner.add_attachment("Не позднее марта.".encode("cp1251"), maintype="application", subtype="octet-stream", filename="terms.txt")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "a@example.org", "b@example.org", "Fwd: The offer"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    mail = settled(accept(outer.as_bytes(), "fwd.eml"), work_off)
    (forwarded,) = inside(mail).values()
    assert (forwarded.title, forwarded.kind) == ("The offer", Document.Kind.EMAIL)
    assert "77,215" in text_of(forwarded)
    assert "Не позднее марта." in text_of(inside(forwarded)["terms.txt"])


@pytest.mark.parametrize("charset", ["", "windows-1251", "us-ascii", "no-such-charset"])
def test_a_forwarded_message_keeps_the_bytes_that_it_came_in(
    accept: Callable[..., Document], work_off: Callable[..., int], charset: str
) -> None:
    """Old mailers send letters as they are, without a word about them; what is taken out must not lose them."""
    said = f"; charset={charset}" if charset else ""
    head = "From: Иван <i@example.org>\r\nTo: c@example.org\r\nSubject: Договор поставки подписан\r\nMIME-Version: 1.0\r\n"
    inner = f"{head}Content-Type: text/plain{said}\r\nContent-Transfer-Encoding: 8bit\r\n\r\nТовар доставлен в срок.\r\n".encode("cp1251")
    outer = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n"
    outer += b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    mail = settled(accept(outer + parts, "fwd.eml"), work_off)
    (forwarded,) = inside(mail).values()
    assert forwarded.title == "Договор поставки подписан"
    assert "Товар доставлен в срок." in text_of(forwarded)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["embedded_file.pdf", "forwarded.eml"])
def test_the_cases_of_the_corpus(corpus: Path, accept: Callable[..., Document], work_off: Callable[..., int], name: str) -> None:
    document = settled(accept((corpus / "cases" / name).read_bytes(), name), work_off)
    assert CASES[name] == tree(document)


def tree(document: Document) -> dict[str, object]:
    """Names of the files inside, with those inside of them."""
    return {found.name: tree(found) for found in document.attachments.order_by("name")}


CASES: dict[str, dict[str, object]] = {
    "embedded_file.pdf": {"exhibit-k.txt": {}},
    "forwarded.eml": {"inner message about the gazebo.eml": {"inner.pdf": {}}},
}
