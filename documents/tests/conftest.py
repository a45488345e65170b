"""What the tests of documents share: files made on the spot, and a way to let submitted tasks run to their end here."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case
from documents.models import Document
from documents.services import ingest
from tasks.engine.attempts import claim_next, execute

OPINION = """UNITED STATES DISTRICT COURT

The plaintiff relies on Roe v. Wade, 410 U.S. 113, 152 (1973), and on 42 U.S.C. § 1983.
The harbour crane was inspected on the third of March and found to be unsafe.
"""


@pytest.fixture
def work_off(transactional_db: None, settings: Any) -> Callable[..., int]:
    """Run everything that waits (or the first few), in this process and thread; returns how many attempts ran."""
    settings.TASK_EXECUTOR = "background"

    def run_all(most: int = 10_000) -> int:
        count = 0
        while count < most and (run := claim_next("background")) is not None:
            execute(run)
            count += 1
        return count

    return run_all


@pytest.fixture
def upload() -> Callable[..., SimpleUploadedFile]:
    def make(name: str = "opinion.txt", content: str | bytes = OPINION) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)

    return make


@pytest.fixture
def accept(case: Case, editor: Any) -> Callable[..., Document]:
    """Put bytes into the case as its editor; returns the document."""

    def put(content: str | bytes = OPINION, name: str = "opinion.txt", **options: Any) -> Document:
        data = content.encode() if isinstance(content, str) else content
        return ingest.accept(BytesIO(data), case=case, user=editor, name=name, **options).document

    return put
