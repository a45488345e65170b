"""Make again what search keeps of the published readings."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import QuerySet

from documents.management.commands.ingest import find_case
from documents.models import Document
from documents.services.facts.teaching import propose_again
from documents.services.pipeline import lifecycle
from documents.services.pipeline.retitling import citation_keys
from documents.services.search import indexing
from documents.services.similarity import signatures

EXAMPLE = """example:
  python3 manage.py reindex --case "Acme v. Roe"

Words, what each document is (kind, date, court ...), and signatures by which like documents are found, are made again at once;
vectors and citations by tasks, so a web process or worker must run. Documents stay findable by their words meanwhile."""


class Command(BaseCommand):
    help = "Make again what is kept of ready documents: words, vectors, citation keys, signatures, proposed facts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--case", help="only this case: its id, docket number or exact title")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--words", action="store_true", help="words and signatures only; no tasks are submitted")
        what.add_argument("--facts", action="store_true", help="only what each document is; no tasks are submitted, titles stay")
        what.add_argument("--all-vectors", action="store_true", help="also vectors that the model in use has made already")

    def handle(self, *args: Any, **options: Any) -> None:
        documents = self.wanted(options)
        total = documents.count()
        for number, pk in enumerate(documents.values_list("pk", flat=True).order_by("created"), 1):
            if options["facts"]:
                self.propose(pk)
            else:
                self.reindex(pk, words_only=options["words"], all_vectors=options["all_vectors"])
            if number % 50 == 0 or number == total:
                self.stdout.write(f"{number} of {total} documents")
        rest = "" if options["words"] or options["facts"] else "; their vectors and citations are on their way"
        self.stdout.write(f"{total} documents reindexed{rest}.")

    def wanted(self, options: dict[str, Any]) -> QuerySet[Document]:
        documents = Document.objects.filter(deleted_at=None, status=Document.Status.READY).exclude(text_version=None)
        if options["case"]:
            documents = documents.filter(case=find_case(options["case"]))
        return documents

    def propose(self, pk: Any) -> None:
        with transaction.atomic():
            propose_again(Document.objects.select_for_update(of=("self",)).get(pk=pk), everything=True)

    def reindex(self, pk: Any, *, words_only: bool, all_vectors: bool) -> None:
        """One document in one transaction; one that is being processed just now is left to that."""
        with transaction.atomic():
            document = Document.objects.select_for_update(of=("self",)).select_related("text_version", "case").get(pk=pk)
            version = document.text_version
            if document.status != Document.Status.READY or version is None:
                return
            if all_vectors:
                indexing.unindex(document)
            propose_again(document, everything=True)
            indexing.index_words(version)
            signatures.sign(version)
            indexing.index_citations(version, citation_keys(version))
            if not words_only:
                lifecycle.process_document_pipeline(document, None, from_stage="embeddings", source="reindex")
