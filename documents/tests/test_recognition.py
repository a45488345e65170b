"""Pages without text are recognised: through the pipeline, with the engines that are here, in every turn, over crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document, RecognisedPage
from documents.services.recognition import client, tesseract
from tasks.engine.attempts import claim_next, execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


@pytest.fixture(params=["rapidocr", "tesseract"])
def engine(request: Any, settings: Any) -> str:
    settings.OCR_ENGINE = request.param
    if request.param == "tesseract" and tesseract.folder_of_data() is None:
        pytest.skip("no data of a language for Tesseract")
    return str(request.param)


def work_off() -> None:
    while (claimed := claim_next("background")) is not None:
        execute(claimed)


@pytest.fixture
def put(api: Any, case: Any, editor: Any) -> Any:
    def send(path: Path, data: bytes | None = None) -> Document:
        file = SimpleUploadedFile(path.name, path.read_bytes() if data is None else data)
        answer = api(editor).post("/api/documents/", {"file": [file], "case": str(case.pk)}, format="multipart")
        assert answer.status_code == 201, answer.json()
        work_off()
        return Document.objects.get(pk=answer.json()[0]["id"])

    return send


def text(document: Document) -> str:
    assert document.text_version is not None
    return "\n".join(document.text_version.pages.values_list("text", flat=True))


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "phrases"),
    [
        ("opinion_pdf_image_based.pdf", ["Foreign Intelligence"]),
        ("ocr_test.pdf", ["Docling bundles PDF document conversion to", "JSON and Markdown in an easy self contained"]),
        ("ocr_test_rotated_90.pdf", ["Docling bundles PDF document conversion to", "JSON and Markdown in an easy self contained"]),
        ("image-pdf.pdf", ["TARRANT REGIONAL WATER DIST", "OCTOBER TERM, 2012"]),
        ("MEDRPT-2024-PAT-3847_medical_report_scan.pdf", ["SEATTLE GENERAL HOSPITAL", "no acute distress"]),
        ("gov.uscourts.cand.203070.27.0.pdf", ["ORDER"]),
    ],
)
def test_scans_become_text(engine, put, corpus, name, phrases):
    document = put(corpus / "documents" / name)
    assert document.status == "ready", document.error
    said = text(document)
    print(document.notices, said[:1500])
    for phrase in phrases:
        assert phrase in said
    assert document.text_version.source == "ocr"
    assert document.text_version.engine.startswith(engine)
