"""A format is one module: what it declares is accepted, detected, read and listed everywhere, and no other place names it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cases.models import Case
from documents.errors import Refused
from documents.models import Document
from documents.services.extraction import detect, registry
from documents.services.extraction.sentences import listed_formats, type_words
from documents.tests import toy_format
from documents.tests.reading import read
from tasks.errors import PermanentError

TOY = b"TOY1\nThe toy of Ottoline\n" + codecs.encode("Roe v. Wade, 410 U.S. 113 (1973), names the quicklime.", "rot13").encode()
DOCS = settings.BASE_DIR / "docs" / "FORMATS.md"


@pytest.fixture
def toy() -> Iterator[None]:
    registry.register(toy_format.__name__)
    yield
    registry.withdraw(toy_format.__name__)


def test_without_the_module_it_is_plain_text_under_a_wrong_name(tmp_path: Path) -> None:
    assert detect(TOY, "a.toy") == "text/plain"
    assert registry.promised_by(".odp") is None


def test_one_module_makes_a_format_detected_and_read(toy: None, tmp_path: Path) -> None:
    path = tmp_path / "a.toy"
    path.write_bytes(TOY)
    assert detect(path, "any name") == toy_format.MIME
    with read(path) as extraction:
        assert (extraction.mime, extraction.engine, extraction.title) == (toy_format.MIME, "toy", "The toy of Ottoline")
        assert "names the quicklime" in extraction.pages[0].text
        assert extraction.notices == []


def test_its_suffixes_are_promises(toy: None, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(TOY)
    with read(path, "a.pdf") as extraction:
        assert [(notice.code, "Toy paper" in notice.text) for notice in extraction.notices] == [("type_by_content", True)]
    path.write_text("Nothing but text.")
    with pytest.raises(PermanentError) as caught:
        read(path, "a.toy")
    assert caught.value.code == "type_mismatch"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(PermanentError, match="TOY file is damaged"):
        read(path, "a.toy")


def test_one_module_makes_a_format_accepted_and_ready(toy: None, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    document = accept(TOY, "exhibit.toy")
    assert document.mime == toy_format.MIME
    work_off()
    document.refresh_from_db()
    assert (document.status, document.title) == (Document.Status.READY, "The toy of Ottoline")
    assert type_words(document.mime) == "Toy paper"


@pytest.mark.django_db
def test_its_limits_hold_at_the_upload_and_at_the_reading(toy: None, accept: Callable[..., Document], tmp_path: Path) -> None:
    large = TOY + b"x" * 2 * 1024**2
    with pytest.raises(Refused, match=r"Toy paper.*2 MB") as refused:
        accept(large, "large.toy")
    assert refused.value.code == "too_large"
    (tmp_path / "large.toy").write_bytes(large)
    with pytest.raises(PermanentError) as caught:
        read(tmp_path / "large.toy")
    assert caught.value.code == "text_too_long"


@pytest.mark.django_db
def test_one_module_makes_a_format_listed_everywhere(toy: None, client: Any, owner: Any, case: Case, tmp_path: Path) -> None:
    assert listed_formats().startswith("PDF, Word (DOCX), ")
    assert listed_formats().replace("Toy (ODP), ", "") in (settings.BASE_DIR / "README.md").read_text()
    assert ", Toy (ODP), text, " in listed_formats()
    (tmp_path / "program.bin").write_bytes(b"\x7fELF" + bytes(100))
    with pytest.raises(PermanentError, match=r"Toy \(ODP\)"):
        read(tmp_path / "program.bin")
    client.force_login(owner)
    page = client.get(case.get_absolute_url()).content.decode()
    assert re.search(r'data-formats="[^"]*Toy \(ODP\)', page)
    assert re.search(r"<p>[^<]*Toy \(ODP\)[^<]*up to \d+ MB", page, re.IGNORECASE)
    schema = client.get("/api/schema/?format=json").json()
    assert "Toy (ODP)" in schema["paths"]["/api/documents/"]["post"]["description"]


def test_every_format_says_what_people_need() -> None:
    suffixes = [suffix for form in registry.formats() for suffix in form.suffixes]
    assert len(suffixes) == len(set(suffixes))
    for form in registry.formats():
        assert form.label
        assert form.suffixes
        assert form.recognised_by
        assert form.magic or form.sniff
        assert not form.kind or form.kind in Document.Kind.values


def test_the_documentation_lists_what_is_declared() -> None:
    rows = [
        f"| {form.label} | {', '.join(f'`{suffix}`' for suffix in form.suffixes)} | `{form.mime}` | {form.recognised_by} "
        f"| {f'{form.limits.bytes // 1024**2} MB' if form.limits.bytes else 'as every upload'} |"
        for form in registry.formats()
    ]
    written = [line for line in DOCS.read_text().splitlines() if line.startswith("| ") and not line.startswith(("| format", "|--"))]
    assert written == rows
    assert listed_formats() in (settings.BASE_DIR / "README.md").read_text()


def test_no_other_place_names_a_format() -> None:
    """Suffixes and media types stand in the module of their format (and in `formats`, for code that is about one of them)."""
    names = [form.mime for form in registry.formats()] + [s for form in registry.formats() for s in form.suffixes if len(s) > 3]
    words = re.compile("|".join(rf"""["'/`]{re.escape(name)}["']""" for name in names if name not in ("text/plain", "text/html")))
    own = settings.BASE_DIR / "documents" / "services" / "extraction"
    files = [*(settings.BASE_DIR / "documents").rglob("*.py"), *(settings.BASE_DIR / "lexintel").rglob("*.py")]
    files += [*(settings.BASE_DIR / "static" / "js").glob("*.js"), *(settings.BASE_DIR / "templates").rglob("*.html")]
    allowed = {own / "formats.py", *(own / "parsers").rglob("*.py"), settings.BASE_DIR / "templates" / "documents" / "row.html"}
    searched = [path for path in files if not {"tests", "migrations", "demo"} & set(path.parts) and path not in allowed]
    assert not [str(path.relative_to(settings.BASE_DIR)) for path in searched if words.search(path.read_text())]
