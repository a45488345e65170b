"""ZIP archives: every member becomes a document in its folder; what is hostile, protected or too much is told and hurts nobody."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from documents.models import Document
from documents.services.extraction import Extraction, detect
from documents.services.extraction.formats import Sample
from documents.services.extraction.parsers import zip as archives
from documents.services.extraction.parsers.base import Job
from documents.services.ingest import attachments
from documents.tests.reading import docx, paragraph, pdf, read
from tasks.errors import PermanentError

Status = Document.Status
Members = dict[str, bytes]


def zipped(members: Members | list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return out.getvalue()


def opened(tmp_path: Path, content: bytes) -> Extraction:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    return read(path)


def held(extraction: Extraction) -> dict[str, bytes]:
    """Folder and name of everything that was taken out, with its bytes."""
    return {"/".join(filter(None, [one.about.get("folder"), one.name])): one.path.read_bytes() for one in extraction.attachments}


def told(extraction: Extraction) -> dict[str, str]:
    return {notice.code: notice.text for notice in extraction.notices}


def test_an_office_file_is_no_archive(tmp_path: Path) -> None:
    assert detect(zipped({"a/b.txt": b"x"}), "a.docx") == "application/zip"
    assert "wordprocessingml" in detect(docx(tmp_path / "a", paragraph("x")), "a.zip")
    assert detect(zipped({"xl/workbook.xml": b"<a/>"}), "a.zip").endswith("spreadsheetml.sheet")


def test_a_directory_beyond_all_measure_is_not_read_at_the_upload(tmp_path: Path) -> None:
    """The look at an upload happens in the web process: there an endless list of members must cost nothing."""
    name = "x" * 60_000
    content = zipped({f"{n}/{name}": b"" for n in range(300)})
    started = time.process_time()
    assert Sample(content[:16_384], io.BytesIO(content), ".zip").members == ()
    assert time.process_time() - started < 0.1
    assert detect(content, "a.zip") == "application/zip"
    with opened(tmp_path, content) as extraction:
        assert len(extraction.attachments) == 300


def test_members_keep_their_folders_and_are_listed(tmp_path: Path) -> None:
    with opened(tmp_path, zipped({"mail/2024/a.txt": b"one", "b.pdf": pdf([["two"]]), "mail/": b""})) as extraction:
        assert set(held(extraction)) == {"mail/2024/a.txt", "b.pdf"}
        assert held(extraction)["mail/2024/a.txt"] == b"one"
        assert "mail/2024/a.txt, 3 bytes" in extraction.pages[0].text
        assert extraction.notices == []


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, zipped({})) as extraction:
        assert (extraction.attachments, list(told(extraction))) == ([], ["no_text"])


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("../../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\a.txt", "Windows/a.txt"),
        ("a/../../b.txt", "a/b.txt"),
        ("..\\..\\b.txt", "b.txt"),
    ],
)
def test_no_path_leads_out(tmp_path: Path, path: str, kept: str) -> None:
    with opened(tmp_path, zipped({path: b"x"})) as extraction:
        assert set(held(extraction)) == {kept}
        assert all(one.path.parent == extraction.folder.path for one in extraction.attachments)  # type: ignore[union-attr]
        assert "members_strayed" in told(extraction)


def test_links_are_left_out_and_told(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with opened(tmp_path, zipped([(link, b"/etc/passwd"), ("a.txt", b"x")])) as extraction:
        assert held(extraction) == {"a.txt": b"x"}
        assert "members_no_files" in told(extraction)


def test_the_same_name_twice_is_two_files(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("a.txt", b"first"), ("a.txt", b"second")])
    with opened(tmp_path, content) as extraction:
        assert [one.path.read_bytes() for one in extraction.attachments] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Договор поставки подписан.txt"),
        ("cp1251", "Договор поставки подписан.txt"),
        ("cp866", "Договор поставки подписан.txt"),
        ("shift_jis", "契約書の写しと手紙.txt"),
        ("cp437", "Müller Erklärung.txt"),
        ("cp437", "Müller Übung.txt"),
        ("cp1252", "Müller Erklärung.txt"),
    ],
)
def test_names_in_any_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    raw = name.encode(encoding)
    content = zipped({"x" * len(raw): b"text"}).replace(b"x" * len(raw), raw)
    with opened(tmp_path, content) as extraction:
        assert set(held(extraction)) == {name}


def test_protected_members_are_told_and_all_protected_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"secret.txt": b"one", "open.txt": b"two"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    with opened(tmp_path, bytes(content)) as extraction:
        assert held(extraction) == {"open.txt": b"two"}
        assert "secret.txt" in told(extraction)["members_encrypted"]
    alone = bytearray(zipped({"secret.txt": b"one"}))
    alone[6] |= 1
    alone[alone.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(PermanentError) as caught:
        opened(tmp_path, bytes(alone))
    assert caught.value.code == "encrypted"


def test_a_damaged_member_costs_itself_alone(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": random.Random(1).randbytes(5_000), "b.txt": b"whole"}))
    content[500:520] = bytes(20)
    with opened(tmp_path, bytes(content)) as extraction:
        assert held(extraction) == {"b.txt": b"whole"}
        assert "a.txt" in told(extraction)["members_damaged"]


def test_a_bomb_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    started = time.monotonic()
    with opened(tmp_path, zipped({"zeros.bin": bytes(300_000_000), "a.txt": b"x"})) as extraction:
        assert held(extraction) == {"a.txt": b"x"}
        assert "zeros.bin" in told(extraction)["members_bomb"]
    assert time.monotonic() - started < 20


def test_what_a_system_leaves_is_no_document(tmp_path: Path) -> None:
    with opened(tmp_path, zipped({"__MACOSX/._a.txt": b"x", "a/Thumbs.db": b"x", "a/.DS_Store": b"x", "a/a.txt": b"x"})) as extraction:
        assert set(held(extraction)) == {"a/a.txt"}
        assert "3" in told(extraction)["members_of_system"]


def test_more_members_than_are_kept_are_told(tmp_path: Path) -> None:
    with opened(tmp_path, zipped({f"{n}.txt": b"" for n in range(archives.MAX_CONTAINED + 3)})) as extraction:
        assert len(extraction.attachments) == archives.MAX_CONTAINED
        assert ": 3." in told(extraction)["members_beyond"]


def test_a_large_archive_is_never_in_memory(tmp_path: Path) -> None:
    block = random.Random(1).randbytes(4_000_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(60):
            archive.writestr(f"{number % 7}/{number}.bin", block)
    folder = tmp_path / "inside"
    folder.mkdir()
    tracemalloc.start()
    try:
        parsed = archives.parse(Job(tmp_path / "a.zip", "a.zip", "", folder, lambda _done, _total: None))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert sum((folder / place).stat().st_size for _name, place, _about in parsed.attachments) == 240_000_000


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    """The archive claims one byte; what it inflates to counts."""
    content = bytearray(zipped({"a.txt": b"y" * 50_000}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1)
    with opened(tmp_path, bytes(content)) as extraction:
        assert sum(map(len, held(extraction).values())) <= 50_000


@pytest.mark.parametrize("seed", range(25))
def test_mutated_and_truncated_archives_end_in_a_result_or_a_sentence(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(zipped({f"folder/{n}.txt": chance.randbytes(300) + b"a" * 2_000 for n in range(20)}))
    for _ in range(chance.choice([1, 5, 50])):
        content[chance.randrange(4, len(content))] = chance.randrange(256)
    if seed % 3 == 0:
        del content[chance.randrange(100, len(content)) :]
    try:
        with opened(tmp_path, bytes(content)) as extraction:
            assert len(extraction.attachments) <= 20
    except PermanentError as refusal:
        assert refusal.code in ("unreadable", "encrypted")  # noqa: PT017 - either end is right


@pytest.mark.django_db(transaction=True)
class TestDocuments:
    def test_members_are_documents_of_the_case(self, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
        archive = accept(
            zipped({"a/opinion.txt": b"The quicklime was paid.", "a/photo.zip": zipped({"b/inner.txt": b"The vestry."})}), "x.zip"
        )
        work_off()
        found = {one.name: one for one in Document.objects.filter(case=archive.case)}
        assert {name: one.status for name, one in found.items()} == dict.fromkeys(
            ["x.zip", "opinion.txt", "photo.zip", "inner.txt"], "ready"
        )
        assert found["opinion.txt"].parent == archive
        assert found["opinion.txt"].metadata["folder"] == "a"
        assert found["inner.txt"].parent == found["photo.zip"]
        assert found["inner.txt"].metadata["folder"] == "b"

    def test_the_same_bytes_in_two_folders_are_two_documents(self, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
        archive = accept(zipped({"a/x.txt": b"The same.", "b/x.txt": b"The same."}), "x.zip")
        work_off()
        rows = archive.attachments.order_by("metadata__folder")
        assert [row.metadata["folder"] for row in rows] == ["a", "b"]
        assert sorted(bool(row.duplicate_of_id) for row in rows) == [False, True]

    def test_a_hundred_archives_in_each_other_end_at_a_notice(self, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
        content = zipped({"core.txt": b"The core."})
        for level in range(100):
            content = zipped({f"level{level}.zip": content})
        accept(content, "deep.zip")
        work_off()
        assert Document.objects.count() == attachments.MAX_DEPTH + 1
        deepest = Document.objects.get(notices__contains=[{"code": "attachments_too_deep"}])
        assert deepest.attachments.count() == 0

    def test_archives_in_archives_share_one_bound(
        self, accept: Callable[..., Document], work_off: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(attachments, "MAX_FAMILY", 30)
        inner = [zipped({f"{a}-{b}.txt": f"{a} {b}".encode() for b in range(10)}) for a in range(10)]
        accept(zipped({f"{a}.zip": content for a, content in enumerate(inner)}), "bomb.zip")
        work_off()
        assert Document.objects.count() == 31
        assert Document.objects.filter(notices__contains=[{"code": "too_many_attachments"}]).exists()

    def test_it_is_done_once_and_again_adds_nothing(
        self, accept: Callable[..., Document], work_off: Callable[..., int], editor: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from documents.services.pipeline import lifecycle

        monkeypatch.setattr(attachments, "AT_ONCE", 3)
        archive = accept(zipped({f"f/{n}.txt": f"Number {n}".encode() for n in range(10)}), "x.zip")
        work_off()
        assert archive.attachments.count() == 10
        archive.refresh_from_db()
        lifecycle.reprocess(archive, editor)
        work_off()
        assert archive.attachments.count() == 10

    def test_what_was_half_done_is_completed_not_repeated(
        self, accept: Callable[..., Document], work_off: Callable[..., int], editor: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from documents.services.pipeline import lifecycle

        admit, calls = attachments.admit, []

        def fails_at_the_third(*arguments: Any) -> None:
            calls.append(len(arguments[1]))
            if len(calls) == 3:
                raise PermanentError("The power went.", code="power")
            admit(*arguments)

        monkeypatch.setattr(attachments, "AT_ONCE", 3)
        monkeypatch.setattr(attachments, "admit", fails_at_the_third)
        archive = accept(zipped({f"f/{n}.txt": f"Number {n}".encode() for n in range(10)}), "x.zip")
        work_off()
        archive.refresh_from_db()
        assert (archive.status, archive.attachments.count()) == (Status.FAILED, 6)
        lifecycle.retry(archive, editor)
        work_off()
        archive.refresh_from_db()
        assert (archive.status, archive.attachments.count()) == (Status.READY, 10)

    def test_its_page_lists_the_files_by_their_folders(
        self, accept: Callable[..., Document], work_off: Callable[..., int], client: Client, viewer: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from documents.views import detail

        monkeypatch.setattr(detail, "LONGEST_LIST", 2)
        archive = accept(zipped({"b/z.txt": b"1", "a/y.txt": b"2", "a/x<b>.txt": b"3"}), "x.zip")
        work_off()
        client.force_login(viewer)
        page = client.get(archive.get_absolute_url()).content.decode()
        panel = page[page.index("Files inside") :]
        assert panel.index(">x&lt;b&gt;<") < panel.index(">y<")
        assert "and 1 more" in panel
        assert 'class="quiet">a, Ready' in panel

    def test_mail_with_an_archive_with_mail_with_an_archive(self, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
        inner = b"letter"
        for level in range(3):
            mail = EmailMessage()
            mail["From"], mail["Subject"], mail["To"] = "a@example.org", f"Level {level}", "b@example.org"
            mail.set_content("See the archive.")
            mail.add_attachment(
                zipped({"inner.eml" if level else "letter.txt": inner}), maintype="application", subtype="zip", filename="a.zip"
            )
            inner = mail.as_bytes()
        accept(inner, "top.eml")
        work_off()
        names = set(Document.objects.values_list("title", flat=True))
        assert {"Level 2", "Level 1", "Level 0"} <= names
        assert Document.objects.filter(notices__contains=[{"code": "attachments_too_deep"}]).count() == 1

    def test_empty_members_are_told_without_flooding(self, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
        archive = accept(zipped({**{f"{n}.txt": b"" for n in range(50)}, "a.txt": b"text"}), "x.zip")
        work_off()
        archive.refresh_from_db()
        assert archive.attachments.count() == 1
        assert 5 < len(archive.notices) < 15
        assert "40 more files" in archive.notices[-1]["text"]
