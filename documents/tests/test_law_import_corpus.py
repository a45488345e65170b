"""The law of the corpus comes into the library: all of it, once, findable, and leads where citations point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Opinion, Ruling, Statute
from documents.models import Chunk, ChunkWords, Document, LawImport, TextVersion
from documents.services.authorities.graph import known
from documents.services.library import starting
from documents.services.pipeline import citing
from documents.tests.law import bring
from lexintel.models import User
from tasks.engine.attempts import claim_next, execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(transactional_db: None) -> User:
    return User.objects.create_user("librarian", is_staff=True)


def give(kind: str, path: Path, user: User) -> LawImport:
    """As the page and the API do; the task waits."""
    return starting.import_upload(kind, SimpleUploadedFile(path.name, path.read_bytes()), path.name, user)


def import_all(settings) -> None:
    """Run the tasks that import; what follows them waits."""
    settings.TASK_EXECUTOR = "background"
    while (run := claim_next("background")) is not None and run.record.name.startswith("documents.import"):
        execute(run)


def test_all_rulings_and_sections_are_there_once_and_a_second_import_changes_nothing(corpus: Path, staff: User, settings) -> None:
    files = {"rulings": corpus / "law" / "rulings.jsonl", "statutes": corpus / "law" / "statutes_usc.jsonl"}
    first = [give(kind, path, staff) for kind, path in files.items()]
    import_all(settings)
    for record in first:
        record.refresh_from_db()
    assert [record.state for record in first] == ["finished", "finished"]
    assert [record.counts()["added"] for record in first] == [80, 247]
    assert [(record.skipped, record.stored_as) for record in first] == [(0, ""), (0, "")]
    assert (Ruling.objects.count(), Opinion.objects.count(), Statute.objects.count()) == (80, 80, 247)
    assert Document.objects.filter(case=None, status="embedding").count() == 327
    assert ChunkWords.objects.count() == Chunk.objects.count() > 3000
    readings = list(TextVersion.objects.order_by("pk").values_list("pk", flat=True))
    assert [bring(kind, path).counts()["unchanged"] for kind, path in files.items()] == [80, 247]
    assert readings == list(TextVersion.objects.order_by("pk").values_list("pk", flat=True))


def test_the_title_as_xml_says_the_same_as_the_sections_of_the_corpus(corpus: Path) -> None:
    bring("statutes", corpus / "law" / "statutes_usc.jsonl")
    before = {pk: " ".join(text.split()) for pk, text in _texts()}
    record = bring("statutes", corpus / "law" / "formats" / "uslm_usc09_2013.xml")
    assert (record.added, record.skipped) == (0, 0)
    assert {pk: " ".join(text.split()) for pk, text in _texts()} == before


def _texts() -> list[tuple[str, str]]:
    return list(Document.objects.filter(statute__title="9").values_list("statute__key", "text_version__pages__text"))


def test_a_text_of_the_library_ends_ready_like_every_document(corpus: Path, work_off) -> None:
    bring("rulings", corpus / "law" / "formats" / "134sct985_2.xml")
    bring("rulings", corpus / "law" / "formats" / "cap_static_case_example.json")
    work_off()
    assert list(Document.objects.order_by("title").values_list("title", "status")) == [
        ("Foo1 v. Bar1 (1901)", "ready"),
        ("Groner v. Shinseki (2014)", "ready"),
    ]


def test_the_known_edges_of_the_corpus_are_found_and_of_the_others_it_is_said_why(corpus: Path) -> None:
    """63 pairs of rulings of which a public collection says that one cites the other."""
    bring("rulings", corpus / "law" / "rulings.jsonl")
    for document in Document.objects.filter(ruling__court_id="ca1").select_related("text_version").order_by("pk"):
        citing.keep(document, document.text_version, citing.look(document, document.text_version, lambda: None))
    edges = [(str(one), str(other)) for one, other in json.loads((corpus / "law" / "edges_ca1_courtlistener.json").read_text())["edges"]]
    assert len(edges) == 63
    assert known.missing(edges) == [
        ("180433", "195359", "no citation has its name; the nearest is Maldonago-Denis v. Castillo-Rodrequez"),
        ("195383", "195171", "its name does not stand before a citation in the text"),
    ]
