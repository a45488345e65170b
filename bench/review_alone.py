"""`python -m bench.review_alone USER PART PARTS QUESTION...`: answer the questions for a part of the user's documents of the case named
Review, one after the other and without any task; prints the seconds that it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import django
from django.conf import settings


def seconds(user: str, questions: Sequence[str], env: dict[str, str], processes: int) -> float:
    """Of the slowest process, all of them at once, each with its share of the documents."""
    command = [sys.executable, "-m", "bench.review_alone", user]
    running = [
        subprocess.Popen(
            [*command, str(part), str(processes), *questions], env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for part in range(processes)
    ]
    return max(float(process.communicate()[0].split()[-1]) for process in running)


def main(user: str, part: int, parts: int, questions: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")
    django.setup()
    from documents.models import Document
    from documents.services.review.answers import DocumentEvidence, answer_cell
    from lexintel.models import User

    asker = User.objects.get(username=user)
    documents = list(Document.objects.visible_to(asker).filter(case__title="Review").order_by("pk")[part::parts])

    def answer(document: Document) -> None:
        evidence = DocumentEvidence(document, asker)
        for text in questions:
            question = evidence.asked(text)
            answer_cell(question, evidence.of(question), lambda: None)

    answer(documents[0])  # what is loaded once
    began = time.perf_counter()
    for document in documents:
        answer(document)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
