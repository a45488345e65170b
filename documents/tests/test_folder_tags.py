"""Folders inside archives become tags of what lay in them, recordings included."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from audio.models import AudioSession
from documents.models import Document
from documents.services.organising import tags
from documents.services.organising.folders import tags_of

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"


def archive(**files: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for path, content in files.items():
            made.writestr(path.replace("__", "/"), content)
    return packed.getvalue()


@pytest.mark.django_db(transaction=True)
def test_folders_of_an_archive_are_tags_of_its_files_beside_those_of_the_archive(accept, case, editor, work_off):
    bundle = accept(archive(Discovery__Emails__a_txt=b"The crane was inspected.", Hearings__day_wav=WAV), "bundle.zip")
    tags.put_on(case, [bundle.pk], ["First production"], editor)
    work_off(1)
    document = Document.objects.get(parent=bundle)
    assert {tag.name for tag in document.tags.all()} == {"First production", "Discovery", "Emails"}
    recording = AudioSession.objects.get()
    assert recording.attached_to == bundle
    assert recording.about == {"folder": "Hearings", "tags": ["First production", "Hearings"]}


def test_each_folder_on_the_way_and_each_custodian_is_a_tag():
    assert tags_of({"folder": "Discovery/Emails/Discovery", "custodian": "Smith, J.; Doe, A."}) == (
        "Discovery",
        "Emails",
        "Smith, J.",
        "Doe, A.",
    )
    assert tags_of({"folder": "x" * 200}) == ("x" * 79 + "…",)
    assert tags_of({"folder": "a/\u202e/b"}) == ("a", "b")
    assert tags_of({}) == ()
