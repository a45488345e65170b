"""Uploads that are too large for memory lie in files without names: whoever is killed leaves none."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from lexintel.frame.uploads import UnnamedFileUploadHandler

LARGE = b"The harbour crane was inspected.\n" * 200_000


def test_a_large_upload_arrives_whole_and_has_no_name_on_disk(rf: RequestFactory, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    request = rf.post("/", {"file": _named("large.txt", LARGE), "small": _named("small.txt", b"small")})
    file = request.FILES["file"]
    assert list(tmp_path.iterdir()) == []
    assert (file.name, file.size) == ("large.txt", len(LARGE))
    assert hashlib.sha256(file.read()).digest() == hashlib.sha256(LARGE).digest()
    assert request.FILES["small"].read() == b"small"
    request.close()
    assert file.closed


def test_an_interrupted_upload_is_closed(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    handler = UnnamedFileUploadHandler()
    handler.upload_interrupted()
    handler.new_file("file", "a.txt", "text/plain", None)
    handler.receive_data_chunk(b"half", 0)
    handler.upload_interrupted()
    assert handler.file.closed


def _named(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
