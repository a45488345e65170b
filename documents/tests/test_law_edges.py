"""Files of law that are not as they should be: each has a clear outcome."""

from __future__ import annotations

import bz2
import json
import random
from pathlib import Path

import pytest

from cases.models import Ruling
from cases.services.authorities import authorities_for
from documents.models import Document
from documents.services.library.reading import source
from documents.services.library.reading.child import ENOUGH_CHARACTERS
from documents.tests.law import bring, lines, ruling
from tasks.errors import PermanentError

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 'name,date,citations,text\n"Roe v. Wade",1973,"410 U.S. 113","Words\nin two lines."\n'


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_byte_order_marks_and_line_ends_of_windows_change_nothing(tmp_path: Path, mark: bytes, end: bytes, name: str) -> None:
    text = ROWS if name == "r.csv" else f"{json.dumps(ruling(text='Words' + chr(10) + 'in two lines.'))}\n"
    (tmp_path / name).write_bytes(mark + text.encode().replace(b"\n", end))
    assert bring("rulings", tmp_path / name).counts() == {"added": 1, "updated": 0, "unchanged": 0, "skipped": 0}
    assert Ruling.objects.get().keys == ["us:410:113"]
    assert Document.objects.get().text_version.pages.get().text == "Words\nin two lines."


def test_a_cut_bz2_file_is_told_and_what_came_before_the_cut_has_landed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("documents.services.library.reading.source.MOST_RECORDS", 5)
    chance = random.Random(1)
    records = [ruling(f"A v. B{n}", citations=[f"{n} U.S. 1"], full_name=chance.randbytes(5_000).hex()) for n in range(1, 40)]
    whole = bz2.compress("\n".join(map(json.dumps, records)).encode(), 1)
    (tmp_path / "r.jsonl.bz2").write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(PermanentError, match="damaged"):
        bring("rulings", tmp_path / "r.jsonl.bz2")
    assert 0 < Ruling.objects.count() < 39
    (tmp_path / "r.jsonl.bz2").write_bytes(whole)
    bring("rulings", tmp_path / "r.jsonl.bz2")
    assert Ruling.objects.count() == 39


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\0\1\2\3" * 100, b"%PDF-1.7 but no more", b"{}", b"[]", b"<html><p>A page.</p></html>"]
)
def test_empty_files_and_other_formats_are_refused_with_those_that_are_known(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.dat").write_bytes(content)
    with pytest.raises(PermanentError, match="none of the formats"):
        bring("rulings", tmp_path / "x.dat")
    assert not Ruling.objects.exists()


def test_an_unknown_court_is_kept_as_it_is_written(tmp_path: Path) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling(court_id="moot", court="Moot Court of Faraway")]))
    assert (Ruling.objects.get().court_id, Ruling.objects.get().court) == ("moot", "Moot Court of Faraway")


def test_of_an_id_that_comes_twice_in_a_file_the_first_record_counts(tmp_path: Path) -> None:
    twice = [ruling(source_id="1"), ruling("Roe v. Wade II", source_id="1", text="Another text.", judges="Blackmun")]
    record = bring("rulings", lines(tmp_path / "r.jsonl", twice))
    assert record.counts()["added"] == 1
    assert [(line["where"], line["skipped"]) for line in record.report] == [("line 2", True)]
    assert "harbour" in Document.objects.get().text_version.pages.get().text
    assert bring("rulings", tmp_path / "r.jsonl").counts() == {"added": 0, "updated": 0, "unchanged": 1, "skipped": 1}


def test_a_page_that_two_reporters_call_alike_keeps_both_rulings_apart(tmp_path: Path) -> None:
    washington = ruling("Smith v. Jones", citations=["1 Wash. 1"], court_id="wash", date="1890-02-01", source="one")
    virginia = ruling("Brown v. Lee", citations=["1 Wash. 1"], court_id="va", date="1791-02-01", source="two")
    record = bring("rulings", lines(tmp_path / "r.jsonl", [washington, virginia]))
    assert (record.added, record.remarks) == (2, 0)
    (rulings,) = authorities_for(Ruling.objects.first().keys).values()
    assert {found.name for found in rulings} == {"Smith v. Jones", "Brown v. Lee"}


def test_a_page_in_two_reporters_editions_is_one_ruling_with_both_keys(tmp_path: Path) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", [ruling("Marbury v. Madison", citations=["5 U.S. 137", "1 Cranch 137"], date="1803")]))
    assert Ruling.objects.get().keys == ["us:5:137", "cranch:1:137"]


def test_a_date_that_is_none_is_left_out_and_said(tmp_path: Path) -> None:
    record = bring("rulings", lines(tmp_path / "r.jsonl", [ruling(date="1973-02-30")]))
    assert (record.added, record.report[0]["skipped"]) == (1, False)
    assert "1973-02-30" in record.report[0]["reason"]
    assert Ruling.objects.get().date is None


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv.bz2"])
def test_a_large_file_with_broken_parts_is_read_in_batches_of_bounded_size(tmp_path: Path, name: str) -> None:
    text = "word " * 4_000
    with (bz2.open if name.endswith(".bz2") else open)(tmp_path / name, "wt") as file:
        if name.endswith(".bz2"):
            file.write("name,source_id,text\n")
        for number in range(1, 301):
            broken = number % 50 == 0
            row = f"A v. B{number},{number}{',more' * broken},{text}\n"
            record = json.dumps(ruling(f"A v. B{number}", source_id=str(number), text=text))
            file.write(row if name.endswith(".bz2") else record[: -1 if broken else None] + "\n")
    sizes, skipped = [], []
    with source.opened(tmp_path / name, name, lambda: None) as opened:
        for batch in opened.batches(opened.recognise("rulings"), {}):
            sizes.append(sum(len(page["text"]) for item in batch.items for one in item.get("opinions", ()) for page in one["pages"]))
            skipped += [item["where"] for item in batch.items if item["is"] == "skip"]
    assert sum(sizes) == 294 * (len(text) - 1) or sum(sizes) == 294 * len(text)
    assert max(sizes) <= ENOUGH_CHARACTERS + len(text)
    assert skipped == [f"line {number + name.endswith('.bz2')}" for number in range(50, 301, 50)]
