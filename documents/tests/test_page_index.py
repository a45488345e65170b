"""The index of a long PDF's pages: other programs read the file with it behind as the same document, and the viewer gets it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest

from documents.models import Document, PageIndex
from documents.services.extraction.pdf.page_index import page_index
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.tests.reading import pdf
from lexintel.models import User

PAGES = 100


def long(**options: Any) -> bytes:
    """A hundred pages on one node, saved as `options` of pikepdf say."""
    made = pdf([[f"Sheet number {n} of the production."] for n in range(1, PAGES + 1)])
    if not options:
        return made
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as document:
        document.save(out, **options)
    return out.getvalue()


def inheriting() -> bytes:
    """The pages have their size and their turn from the node above them, which stands last in the file."""
    own, above = b"/MediaBox[0 0 612 792]", b"/MediaBox[0 0 500 700]/Rotate 90"
    made = long().replace(own, b" " * len(own)).replace(b"/Type/Pages", above + b"/Type/Pages")
    table = made.rindex(b"xref\n0 ")
    return made[: made.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF" % table


FILES: dict[str, Callable[[], bytes]] = {
    "plain": long,
    "linearized": lambda: long(linearize=True),
    "object streams": lambda: long(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "inherited": inheriting,
}


@pytest.mark.parametrize("kind", FILES)
def test_with_it_behind_a_file_is_the_same_document(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(FILES[kind]())
    tail = page_index(path, PAGES)
    whole = io.BytesIO(path.read_bytes() + tail)
    assert 0 < len(tail) < 16_000
    reader = pypdf.PdfReader(whole, strict=False)
    assert len(reader.pages) == PAGES
    for number in (1, 32, 33, 70, 100):
        assert f"Sheet number {number} of" in reader.pages[number - 1].extract_text()
    with pikepdf.open(whole, inherit_page_attributes=False) as document:
        top = document.Root.Pages
        assert (int(top.Count), len(top.Kids), int(top.Kids[0].Count), int(top.Kids[0].Kids[0].Count)) == (PAGES, 4, 32, 1)
        kept = {key: top[key] for key in ("/MediaBox", "/Rotate") if key in top}
        assert bool(kept) == (kind == "inherited"), "what pages have from their node they still have"
        assert document.check_pdf_syntax() == []


def test_short_encrypted_and_damaged_files_have_none(tmp_path: Path) -> None:
    path, sound = tmp_path / "file.pdf", long()
    sealed = long(encryption=pikepdf.Encryption(owner="own", user="a word"))
    open_to_read = long(encryption=pikepdf.Encryption(owner="own", user=""))
    for content, pages in (
        (sound, 10),
        (sound, 99),
        (sound[:-20], PAGES),
        (b"junk" + sound, PAGES),
        (sealed, PAGES),
        (open_to_read, PAGES),
        (b"", 50),
    ):
        path.write_bytes(content)
        assert page_index(path, pages) == b""


@pytest.mark.django_db(transaction=True)
def test_it_is_made_with_the_reading_and_given_to_who_may_see_the_document(
    accept: Callable[..., Document], work_off: Callable[[], int], client: Any, viewer: User, stranger: User, editor: User
) -> None:
    document, short = accept(long(), "long.pdf"), accept(pdf([["One page."]]), "short.pdf")
    work_off()
    client.force_login(viewer)
    answer = client.get(f"/api/documents/{document.pk}/page-index/")
    assert answer.status_code == 200
    assert len(pypdf.PdfReader(io.BytesIO(blobs.path_of(document).read_bytes() + answer.content)).pages) == PAGES
    assert client.get(f"/api/documents/{document.pk}/page-index/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert f'data-index="/api/documents/{document.pk}/page-index/"' in client.get(f"/documents/{document.pk}/").content.decode()
    assert client.get(f"/api/documents/{short.pk}/page-index/").status_code == 404
    assert "data-index" not in client.get(f"/documents/{short.pk}/").content.decode()
    lifecycle.reprocess(document, editor)
    work_off()
    assert PageIndex.objects.count() == 1
    client.force_login(stranger)
    assert client.get(f"/api/documents/{document.pk}/page-index/").status_code == 404
