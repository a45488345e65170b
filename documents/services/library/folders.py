"""Rulings as they lie in folders: PDF and HTML files, one ruling each. They are read by the pipeline like any document.

What the file itself does not say is not guessed: the name is that of the file, a citation is known where the file's name is one
("410 U.S. 113.pdf"), and the rest is for a person to fill in.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from django.utils.translation import gettext as _

from cases.models import Opinion, Ruling
from cases.services.citations import keys_in
from documents.models import Document
from documents.services.extraction import detect, registry
from documents.services.extraction.formats import HTML, PDF
from documents.services.library.merging import sources
from documents.services.library.outcome import ADDED, UNCHANGED, UPDATED, Outcome
from documents.services.library.rulings import title_of
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from documents.services.storage.names import title_of as title_of_file
from tasks.ids import uuid7

SOURCE, FORMAT = "file", "file"
_CITATION = re.compile(r"\b\d{1,4} [A-Z][\w.' ]{1,20}\.? ?\d{1,5}\b")


def is_ruling_file(path: Path, name: str) -> bool:
    form = registry.promised_by(PurePath(name).suffix.lower())
    return form is not None and form.mime in (PDF, HTML) and detect(path, name) == form.mime


def take(path: Path, given: str, outcome: Outcome) -> str:
    """A ruling from a file, in the caller's transaction: new, unchanged, or (the name is known with other bytes) read anew; says which."""
    name = clean_name(PurePath(given).name)
    with path.open("rb") as file:
        stored = blobs.store(file, None)
    known = sources.known([(SOURCE, name[:200])])
    ruling, further = known.rulings.get((SOURCE, name[:200])), known.further.get((SOURCE, name[:200]))
    if further is not None:
        outcome.remark(given, _("The library has the text of this ruling from another source; that one stays."), name)
        return UNCHANGED
    if ruling is None:
        _new(name, stored, path, outcome)
        return ADDED
    if ruling.fingerprint == stored.sha256:
        return UNCHANGED
    _changed(ruling, stored)
    return UPDATED


def _new(name: str, stored: blobs.Stored, path: Path, outcome: Outcome) -> None:
    title = title_of_file(name)
    cited = [match[0] for match in _CITATION.finditer(title)]
    keys = [key for cite in cited for key in keys_in(cite)]
    ruling = Ruling.objects.create(
        pk=uuid7(), name=title[:500], citations=cited if keys else [], keys=keys, source=SOURCE, source_id=name[:200],
        fingerprint=stored.sha256,
    )  # fmt: skip
    opinion = Opinion.objects.create(ruling=ruling, source_id="file", fingerprint=stored.sha256)
    document = Document.objects.create(
        title=title_of(ruling, opinion), kind=Document.Kind.RULING, name=name, mime=detect(path, name), size=stored.size,
        sha256=stored.sha256, stored_as=stored.name, ruling=ruling, opinion=opinion,
    )  # fmt: skip
    lifecycle.process_document_pipeline(document, None, source="library", priority=lifecycle.BULK)
    outcome.keys.update(keys)


def _changed(ruling: Ruling, stored: blobs.Stored) -> None:
    ruling.fingerprint = stored.sha256
    ruling.save(update_fields=["fingerprint", "updated"])
    Opinion.objects.filter(ruling=ruling).update(fingerprint=stored.sha256)
    document = Document.objects.select_for_update(of=("self",)).get(ruling=ruling)
    document.sha256, document.size, document.stored_as = stored.sha256, stored.size, stored.name
    document.save(update_fields=["sha256", "size", "stored_as", "updated"])
    lifecycle.process_document_pipeline(document, None, source="library", priority=lifecycle.BULK)
