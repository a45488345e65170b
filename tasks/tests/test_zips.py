"""Entries of ZIP files that are written as streams."""

from __future__ import annotations

import datetime
import io
import zipfile

from tasks.base.zips import packed

MOMENT = datetime.datetime(1970, 3, 4, 5, 6, 8, tzinfo=datetime.UTC)


def test_an_entry_is_packed_at_its_own_level():
    text = b"".join(b"row %d of %d, %d\n" % (number, number * number, number % 7) for number in range(5000))
    sizes = []
    for level in (1, 9):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(packed("rows.csv", MOMENT, level), "w") as entry:
            entry.write(text)
        with zipfile.ZipFile(file) as archive:
            assert archive.read("rows.csv") == text
            info = archive.getinfo("rows.csv")
        assert info.date_time == (1980, 3, 4, 5, 6, 8)
        sizes.append(info.compress_size)
    assert sizes[0] > sizes[1]
