"""ZIP files of law are opened by an import: each file is read, what can't be read costs itself, and nothing gets out of bounds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cases.models import Ruling, Statute
from documents.models import Document, LawImport
from documents.services.library import importing, starting
from documents.tests.law import Here, bring, content, ruling, section, uslm
from tasks.errors import PermanentError

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "<html><body><h1>Doe v. Bolton</h1><p>Affirmed in part.</p></body></html>"


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def jsonl(*names: str) -> str:
    return "\n".join(json.dumps(ruling(name, citations=[f"{number} U.S. 1"])) for number, name in enumerate(names, 1))


def test_each_file_of_an_archive_is_read_and_what_is_none_is_listed(tmp_path: Path, work_off) -> None:
    members: dict[str, str | bytes] = {
        "lists/one.jsonl": jsonl("A v. B", "C v. D") + "\nno record\n",
        "410 U.S. 179.html": PAGE,
        "__MACOSX/._one.jsonl": b"\0",
        "poem.txt": "Shall I compare thee to a summer's day?",
        "../../up.jsonl": json.dumps(ruling("E v. F", citations=["9 U.S. 1"])),
    }
    record = bring("rulings", zipped(tmp_path / "law.zip", members))
    assert (record.state, record.format) == ("finished", "zip")
    assert record.counts() == {"added": 4, "updated": 0, "unchanged": 0, "skipped": 2}
    assert {line["where"]: line["reason"][:22] for line in record.report} == {
        "lists/one.jsonl, line 3": "This is no JSON: Expec",
        "poem.txt": "This is none of the fo",
    }
    work_off()
    assert Document.objects.get(ruling__source="file").status == "ready"
    assert Ruling.objects.get(source="file").keys == ["us:410:179"]
    assert bring("rulings", tmp_path / "law.zip").counts() == {"added": 0, "updated": 0, "unchanged": 4, "skipped": 2}
    assert not list(tmp_path.parent.glob("up.jsonl"))


def test_sections_in_an_archive_have_the_day_in_the_name_of_their_file(tmp_path: Path) -> None:
    xml = uslm(section("1", content("One.")), section("2", content("Two.")))
    own = json.dumps({"code": "cfr", "title": "1", "section": "1.1", "text": "Words."})
    record = bring("statutes", zipped(tmp_path / "law.zip", {"usc09.xml": xml, "title-1-2024-05-01.jsonl": own}))
    assert record.added == 3
    assert dict(Statute.objects.values_list("key", "as_of"))["cfr:1:1.1"].isoformat() == "2024-05-01"


def test_an_archive_that_is_interrupted_between_and_within_its_files_ends_exactly(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("documents.services.library.reading.source.MOST_RECORDS", 2)
    members: dict[str, str | bytes] = {f"{n}.jsonl": jsonl(*(f"A{n} v. B{m}" for m in range(3))) for n in range(3)}
    path = zipped(tmp_path / "law.zip", members)

    class Killed(Exception):
        pass

    class Once(Here):
        def __init__(self, checks: int) -> None:
            self.left = checks

        def check(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def handled() -> int:
        return LawImport.objects.get().handled

    seen = [0]
    for checks in range(1, 40):
        try:
            importing.run(starting.import_path("rulings", path).pk, Once(checks))
            break
        except Killed:
            seen.append(handled())
    assert LawImport.objects.get().counts() == {"added": 9, "updated": 0, "unchanged": 0, "skipped": 0}
    assert seen == sorted(seen)
    assert len({*seen} - {0, 9}) > 0
    assert Ruling.objects.count() == 9


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: zipped(path, {"zeros.jsonl": b"0" * (30 << 20)}), "more than may be unpacked"),
        (lambda path: path.write_bytes(zipped(path, {"a.jsonl": jsonl("A v. B")}).read_bytes()[:-30]), "damaged"),
    ],
)
def test_a_bomb_and_a_cut_archive_are_refused_with_a_sentence(tmp_path: Path, make, said: str) -> None:
    make(tmp_path / "law.zip")
    with pytest.raises(PermanentError, match=said):
        bring("rulings", tmp_path / "law.zip")
    assert Ruling.objects.count() == 0


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "law.zip", {"a.jsonl": jsonl("A v. B")})
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    path.write_bytes(raw)
    with pytest.raises(PermanentError, match="encrypted"):
        bring("rulings", path)


def test_a_damaged_file_in_an_archive_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "law.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.jsonl", jsonl("A v. B"))
        archive.writestr("good.jsonl", json.dumps(ruling("C v. D")))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"A v. B", b"X v. B", 1))
    record = bring("rulings", path)
    assert (record.counts()["added"], record.counts()["skipped"]) == (1, 1)
    assert record.report[0] == {"where": "bad.jsonl", "name": "", "reason": "It is damaged.", "skipped": True}


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    record = bring("rulings", zipped(tmp_path / "law.zip", {}))
    assert [line["reason"] for line in record.report] == ["The archive holds no files."]


def test_the_page_and_the_command_take_archives_and_files_of_rulings(tmp_path: Path, viewer, work_off, settings, capsys) -> None:
    viewer.is_staff = True
    viewer.save()
    settings.TASK_EXECUTOR = "background"
    path = zipped(tmp_path / "law.zip", {"one.jsonl": jsonl("A v. B")})
    given = starting.import_upload("rulings", SimpleUploadedFile("law.zip", path.read_bytes()), "law.zip", viewer)
    alone = starting.import_upload("rulings", SimpleUploadedFile("410 U.S. 179.html", PAGE.encode()), "410 U.S. 179.html", viewer)
    work_off()
    for record in (given, alone):
        record.refresh_from_db()
        assert (record.state, record.counts()["added"], record.stored_as) == ("finished", 1, "")
    call_command("import_rulings", str(path))
    assert "1 unchanged" in capsys.readouterr().out
