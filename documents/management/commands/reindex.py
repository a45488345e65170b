"""Make again what search keeps of the published readings."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import QuerySet

from documents.management.commands.ingest import find_case
from documents.models import Document
from documents.services.pipeline import lifecycle
from documents.services.pipeline.retitling import citation_keys
from documents.services.search import indexing

EXAMPLE = """example:
  python3 manage.py reindex --case "Acme v. Roe"

Words are made again at once; vectors and citations by tasks, so a web process or worker must run. Documents stay findable by
their words meanwhile."""


class Command(BaseCommand):
    help = "Make words, vectors and citation keys of ready documents again (after a change of the embedding model or of the grammar)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--case", help="only this case: its id, docket number or exact title")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--words", action="store_true", help="words only; no tasks are submitted")
        what.add_argument("--all-vectors", action="store_true", help="also vectors that the model in use has made already")

    def handle(self, *args: Any, **options: Any) -> None:
        documents = self.wanted(options)
        total = documents.count()
        for number, pk in enumerate(documents.values_list("pk", flat=True).order_by("created"), 1):
            self.reindex(pk, words_only=options["words"], all_vectors=options["all_vectors"])
            if number % 50 == 0 or number == total:
                self.stdout.write(f"{number} of {total} documents")
        self.stdout.write(f"{total} documents reindexed{'' if options['words'] else '; their vectors and citations are on their way'}.")

    def wanted(self, options: dict[str, Any]) -> QuerySet[Document]:
        documents = Document.objects.filter(deleted_at=None, status=Document.Status.READY).exclude(text_version=None)
        if options["case"]:
            documents = documents.filter(case=find_case(options["case"]))
        return documents

    def reindex(self, pk: Any, *, words_only: bool, all_vectors: bool) -> None:
        """One document in one transaction; one that is being processed just now is left to that."""
        with transaction.atomic():
            document = Document.objects.select_for_update(of=("self",)).select_related("text_version", "case").get(pk=pk)
            version = document.text_version
            if document.status != Document.Status.READY or version is None:
                return
            if all_vectors:
                indexing.unindex(document)
            indexing.index_words(version)
            indexing.index_citations(version, citation_keys(version))
            if not words_only:
                lifecycle.process_document_pipeline(document, None, from_stage="embeddings", source="reindex")
