"""The first pages of a long file can be read and found before its last are read, and the whole takes their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from documents.models import ChunkWords, Document, TextVersion
from documents.services.extraction import Extraction, reader, registry
from documents.services.extraction.formats import PDF
from documents.services.extraction.parsers.base import BEGINNING
from documents.services.pipeline import stages
from documents.services.recognition import reading as recognition
from documents.tests.reading import pdf
from documents.tests.test_recognition import packed, sheet
from tasks.engine.attempts import claim_next, execute
from tasks.models import TaskRecord
from tasks.recovery import rescuer

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = "The gangway was painted vermilion.", "The bollard was painted turquoise."


def long(pages: int = 400) -> bytes:
    filler = [["The tide tables of the harbor were kept by the pilot."] * 40 for _ in range(pages - 2)]
    return pdf([[FIRST, "It is so ordered by the port."], *filler, [LAST, "It is so ordered by the port."]])


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, api: Any, viewer: Any) -> list[dict[str, Any]]:
    """What a reader finds right after each beginning was shown."""
    found: list[dict[str, Any]] = []
    show = stages._show_beginning

    def shown(document: Document, *args: Any) -> None:
        show(document, *args)
        client = api(viewer)
        answer = client.get(f"/api/documents/{document.pk}/").json()
        for word in ("vermilion", "turquoise"):
            answer[word] = [hit["page"] for hit in client.get("/api/search/", {"q": word, "mode": "text"}).json()["results"]]
        found.append(answer)

    monkeypatch.setattr(stages, "_show_beginning", shown)
    return found


def test_the_first_pages_are_found_while_the_last_are_read(accept, work_off, seen, api, viewer):
    document = accept(long(), "long.pdf")
    work_off()
    (during,) = seen
    assert (during["status"], during["pages"], during["text_version"]["complete"]) == ("extracting", BEGINNING, False)
    assert (during["vermilion"], during["turquoise"]) == ([1], [])
    assert [notice["code"] for notice in during["notices"]] == ["partly_read"]
    after = api(viewer).get(f"/api/documents/{document.pk}/").json()
    assert (after["status"], after["pages"], after["text_version"]["complete"]) == ("ready", 400, True)
    assert [notice["code"] for notice in after["notices"]] == []
    for word, page in (("vermilion", 1), ("turquoise", 400)):
        assert [hit["page"] for hit in api(viewer).get("/api/search/", {"q": word}).json()["results"][:1]] == [page]
    version = Document.objects.get(pk=document.pk).text_version
    assert version is not None
    assert set(ChunkWords.objects.filter(document=document).values_list("chunk__text_version", flat=True)) == {version.pk}


def test_short_files_and_later_readings_appear_at_once(accept, work_off, seen, api, editor):
    accept(long(2 * BEGINNING), "short.pdf")
    work_off()
    assert seen == []
    document = accept(long(), "long.pdf")
    work_off()
    assert api(editor).post(f"/api/documents/{document.pk}/reprocess/").status_code == 202
    work_off()
    assert len(seen) == 1
    assert list(TextVersion.objects.filter(document=document).order_by("number").values_list("complete", flat=True)) == [False, True, True]


@pytest.mark.faults
def test_a_beginning_outlives_the_attempt_that_showed_it(accept, work_off, api, editor, monkeypatch):
    """Cancelled after its beginning was shown: that stays, says so, and the file is read whole when somebody goes on."""
    document = accept(long(), "long.pdf")
    show = stages._show_beginning

    def cancelled(shown: Document, run: Any, *args: Any) -> None:
        show(shown, run, *args)
        assert api(editor).post(f"/api/documents/{document.pk}/cancel/").status_code in (200, 202)

    with monkeypatch.context() as patch:
        patch.setattr(stages, "_show_beginning", cancelled)
        work_off()
    told = api(editor).get(f"/api/documents/{document.pk}/").json()
    assert (told["status"], told["text_version"]["complete"]) == ("cancelled", False)
    assert told["can"]["retry"]
    assert FIRST in api(editor).get(f"/api/documents/{document.pk}/pages/1/").json()["text"]
    assert api(editor).post(f"/api/documents/{document.pk}/retry/").status_code == 202
    work_off()
    told = api(editor).get(f"/api/documents/{document.pk}/").json()
    assert (told["status"], told["pages"], told["text_version"]["complete"]) == ("ready", 400, True)
    assert len(api(editor).get("/api/search/", {"q": "vermilion", "mode": "text"}).json()["results"]) == 1


@pytest.mark.faults
def test_a_lost_attempt_does_not_show_its_beginning_again(accept, work_off, monkeypatch):
    document = accept(long(), "long.pdf")
    show = stages._show_beginning

    def dies(*args: Any) -> None:
        show(*args)
        raise ConnectionError("as if the database had gone")

    with monkeypatch.context() as patch:
        patch.setattr(stages, "_show_beginning", dies)
        claimed = claim_next("background")
        assert claimed is not None
        execute(claimed)
    TaskRecord.objects.filter(topic=document.topic).update(run_after=document.created)
    rescuer.rescue(expire=False)
    work_off()
    document.refresh_from_db()
    assert document.status == "ready"
    assert list(document.text_versions.order_by("number").values_list("complete", flat=True)) == [False, True]


def test_pages_of_a_scan_are_found_as_they_are_recognised(accept, work_off, seen, settings, monkeypatch):
    settings.OCR_ENGINE = "rapidocr"
    monkeypatch.setattr(recognition, "FIRST_PAGES", 1)
    monkeypatch.setattr(recognition, "AT_ONCE", 1)
    document = accept(packed(*(sheet((line,)) for line in (FIRST, "Low tide.", LAST))), "scan.pdf")
    work_off()
    (during,) = seen
    assert (during["status"], during["pages"], during["text_version"]["source"]) == ("extracting", 3, "ocr")
    assert (during["vermilion"], during["turquoise"]) == ([1], [])
    document.refresh_from_db()
    assert document.status == "ready"
    assert document.text_version is not None
    assert document.text_version.complete
    assert "partly_read" not in json.dumps(document.notices)


@pytest.mark.parametrize("rubbish", [{}, {"pages": None}, {"pages": ["page"]}, {"pages": [{"number": 1}]}, {"pages": []}])
def test_a_beginning_that_is_none_costs_nothing(rubbish: dict[str, Any]) -> None:
    begun: list[Extraction] = []
    form = registry.by_mime(PDF)
    assert form is not None
    told = reader._beginning(form, begun.append)
    told(rubbish)
    assert begun == []
