"""Office files and archives under a password are read with it; a wrong one says so."""

from __future__ import annotations

import os
import zlib
from io import BytesIO
from typing import Any

import docx
import pytest
import pyzipper
from msoffcrypto.format.ooxml import OOXMLFile

from documents.models import Document
from documents.services.pipeline import passwords
from documents.tests import office_files

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "Söhne & Quicklime"
WORD = "gooseneck"


def word(tmp_path: Any) -> bytes:
    made, out = docx.Document(), BytesIO()
    made.add_paragraph(f"The {WORD} trailer was unhitched.")
    made.save(out)
    return wrapped(out.getvalue())


def sheet(tmp_path: Any) -> bytes:
    cells = office_files.rows(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{WORD}</t></is></c></row>')
    path = office_files.xlsx(tmp_path / "plain.xlsx", [("Costs", "visible", cells)], extra={"xl/media/logo.bin": os.urandom(9000)})
    return wrapped(path.read_bytes())


def wrapped(plain: bytes) -> bytes:
    out = BytesIO()
    OOXMLFile(BytesIO(plain)).encrypt(SECRET, out)
    return out.getvalue()


def aes(tmp_path: Any) -> bytes:
    out = BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(SECRET.encode())
        archive.writestr("letters/first.txt", f"The {WORD} trailer.\n")
        archive.writestr("letters/second.txt", "Nothing of interest.\n")
    return out.getvalue()


def traditional(tmp_path: Any) -> bytes:
    """A member under the cipher of PKZIP 2 (APPNOTE.TXT, section 6.1), its password in the code page of DOS."""
    plain = f"The {WORD} trailer.\n".encode()
    checksum = zlib.crc32(plain)
    keys = [0x12345678, 0x23456789, 0x34567890]

    def mixed(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in SECRET.encode("cp437"):
        mixed(byte)
    hidden = bytearray()
    for byte in os.urandom(11) + bytes([checksum >> 24]) + plain:
        masked = (keys[2] & 0xFFFF) | 2
        hidden.append(byte ^ ((masked * (masked ^ 1) >> 8) & 0xFF))
        mixed(byte)
    out = BytesIO()
    with pyzipper.ZipFile(out, "w") as archive:
        archive.writestr("first.txt", bytes(hidden))
    made = bytearray(out.getvalue())
    for signature, flags, crc, size in ((b"PK\3\4", 6, 14, 22), (b"PK\1\2", 8, 16, 24)):
        start = made.index(signature)
        made[start + flags] |= 1
        made[start + crc : start + crc + 4] = checksum.to_bytes(4, "little")
        made[start + size : start + size + 4] = len(plain).to_bytes(4, "little")
    return bytes(made)


@pytest.mark.parametrize(("name", "make"), [("a.docx", word), ("a.xlsx", sheet), ("a.zip", aes), ("old.zip", traditional)])
def test_a_locked_file_is_read_with_its_password(accept: Any, work_off: Any, editor: Any, tmp_path: Any, name: str, make: Any) -> None:
    document = accept(make(tmp_path), name)

    def settled() -> tuple[str, str]:
        work_off()
        document.refresh_from_db()
        return document.status, document.error_code

    assert settled() == ("failed", "encrypted")
    passwords.give(document, editor, "not this one")
    assert settled() == ("failed", "wrong_password")
    document.refresh_from_db()
    passwords.give(document, editor, SECRET)
    assert settled() == ("ready", "")
    read = Document.objects.filter(pk=document.pk) | document.attachments.all()
    assert any(WORD in page.text for one in read if one.text_version for page in one.text_version.pages.all())
    assert "unlocked" not in {one.name for one in document.attachments.all()}


def test_a_password_does_no_harm_to_what_has_none(accept: Any, work_off: Any) -> None:
    made, out = docx.Document(), BytesIO()
    made.add_paragraph(WORD)
    made.save(out)
    document = accept(out.getvalue(), "open.docx")
    Document.objects.filter(pk=document.pk).update(password=passwords.sealed(SECRET))
    work_off()
    document.refresh_from_db()
    assert document.status == "ready"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_damaged_lock_ends_in_a_sentence(accept: Any, work_off: Any, editor: Any, tmp_path: Any, cut: float) -> None:
    whole = word(tmp_path)
    document = accept(whole[: int(len(whole) * cut)], "cut.docx")
    Document.objects.filter(pk=document.pk).update(password=passwords.sealed(SECRET))
    work_off()
    document.refresh_from_db()
    assert document.status == "failed"
    assert document.error_code in ("unreadable", "wrong_password", "encrypted")
    assert document.error
