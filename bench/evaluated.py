"""What searches and answers are evaluated in: the demonstration matter among unrelated papers, read by the real pipeline.

Those papers are the rulings of the corpus, where there is one, else made up. The two make searches differently hard, so each has figures of
its own.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile

from bench.installation import own_database
from bench.law.importing import Here
from bench.materials import PARAGRAPHS_A_PAGE, Prose
from cases.services.matters import create_case
from documents.models import Document, LawImport
from documents.services import demo
from documents.services.embedding.service import embedding_service
from documents.services.ingest import accept
from documents.services.library import importing, starting
from documents.services.search import statistics
from lexintel.models import User
from tasks.engine.attempts import claim_next, execute

MADE_UP, OF_CORPUS = "demo among papers that are made up", "demo among the rulings of the corpus"
CITING = "citing sentences of the corpus"
PAPERS, PAGES = 8, 6


@contextmanager
def evaluated(corpus: Path | None) -> Iterator[User]:
    """This process works in a new database with all of it; gives the user who sees it."""
    with ExitStack() as stack:
        stack.enter_context(own_database("lexintel_evaluation"))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lexintel-evaluation-"))
        stack.enter_context(mock.patch.multiple(settings, TASK_EXECUTOR="background", STORAGE_URL=f"file://{folder}"))
        user = User.objects.create_user("evaluation")
        with _remembered_vectors(settings.VAR / "evaluation"):
            fill(user, corpus)
            work_off()
        yield user


def fill(user: User, corpus: Path | None) -> None:
    """Give it all to the pipeline; tasks wait."""
    demo.fill(user)
    if corpus is None:
        _make_up_papers(user)
    else:
        importing.run(starting.import_path(LawImport.Kind.RULINGS, corpus / "law" / "rulings.jsonl").pk, Here())


def work_off() -> None:
    """Run every task that waits, in this process. Raises RuntimeError where a document could not be read."""
    run_tasks()
    statistics.fold()
    unread = list(Document.objects.exclude(status=Document.Status.READY))
    if unread:
        raise RuntimeError(f"{len(unread)} documents could not be read, the first is {unread[0]}: {unread[0].error}")


def run_tasks() -> None:
    while (run := claim_next("background")) is not None:
        execute(run)


def _make_up_papers(user: User) -> None:
    case = create_case("In re Harbor Crane Litigation", user=user)
    for number in range(PAPERS):
        prose = Prose(400 + number)
        text = "\n\n".join(prose.paragraph() for _ in range(PAGES * PARAGRAPHS_A_PAGE))
        accept(ContentFile(text.encode()), case=case, user=user, name=f"Filing {number}.txt")


@contextmanager
def _remembered_vectors(folder: Path) -> Iterator[None]:
    """Passages are embedded once on this machine, not once for every run: it is by far the longest part of it."""
    service = embedding_service()
    path = folder / f"{service.name}-{service.sha256[:12]}.npz"
    kept: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path) as file:
            kept = dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    before, embed = len(kept), service.embed

    def remembered(texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None) -> np.ndarray:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        kept.update(zip(new, embed(list(new.values()), on_batch=on_batch), strict=True))
        return np.stack([kept[key] for key in keys]) if keys else np.empty((0, service.dimensions), np.float32)

    with mock.patch.object(service, "embed", remembered):
        yield
    if len(kept) > before:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
