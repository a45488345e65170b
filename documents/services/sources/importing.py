"""`manage.py ingest`: files and folders of any size, put into a case from the command line.

What it did is kept as items of the case's source of kind COMMAND, by the files' whole paths: interrupted in whatever way and called again,
it goes on where it was. A file of the same size and time as then is not even opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from documents.errors import Refused
from documents.models import Source, SourceItem
from documents.services.sources.intake import Found, Intake, Terms, key_of, require_fit
from documents.services.sources.kinds.folder import told_of
from documents.services.sources.walking import Entry, Steady, Tree, Unreadable, shown, trouble
from tasks.batches import control
from tasks.models import Batch

AT_ONCE = 500
Outcome = SourceItem.Outcome
UNCHANGED, WOULD = "unchanged", "would be taken"


@dataclass(frozen=True)
class Wanted:
    """`again`: also what was taken before and is as it was; its bytes decide. `dry`: nothing is taken."""

    paths: Sequence[Path]
    terms: Terms
    again: bool = False
    dry: bool = False


@dataclass
class Import:
    """One call. `told(number, path, outcome, reason)` hears of each file but those that are as they were."""

    case: Case
    user: Any
    wanted: Wanted
    total: int
    told: Callable[[int, str, str, str], None]
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    made: list[str] | None = None
    """Topics of what was made, where somebody wants to wait for it."""

    def run(self) -> None:
        """Raises SourceError where nothing more can be taken. The batch is closed in any case: complete with what came."""
        with Intake(source_of(self.case), self.user, self.wanted.terms, told=self._hear) as self._intake:
            try:
                for path in self.wanted.paths:
                    self._walk(path)
                self._intake.flush()
            finally:
                if self._intake.batch is not None:
                    control.close(self._intake.batch.pk)

    def _walk(self, path: Path) -> None:
        with _tree(path) as tree:
            entries = _entries(tree, path)
            while some := list(islice(entries, AT_ONCE)):
                found = [_found(tree, entry) for entry in some]
                known = self._intake.known(found)
                for entry, one in zip(some, found, strict=True):
                    self._one(tree, entry, one, known.get(one.key))

    def _one(self, tree: Tree, entry: Entry, found: Found, item: SourceItem | None) -> None:
        if entry.problem:
            self._settle(found, *told_of(entry))
        elif not self.wanted.again and item is not None and _is_as_it_was(item, found):
            self._count(found.path, UNCHANGED)
        elif self.wanted.dry:
            self._say_what_would_be(found)
        else:
            self._take(tree, entry, found)

    def _take(self, tree: Tree, entry: Entry, found: Found) -> None:
        self._begin_batch()
        try:
            with tree.open(entry.path) as file:
                self._intake.take(found, Steady(file, entry))
        except Unreadable as error:
            self._settle(found, Outcome.FAILED, error.code, error.message)
        except FileNotFoundError:
            self._settle(found, Outcome.FAILED, "gone", _("It was taken away meanwhile."))
        except PermissionError as error:
            self._settle(found, Outcome.FAILED, trouble(error.errno).code, trouble(error.errno).message)

    def _settle(self, found: Found, outcome: Outcome, code: str, reason: str) -> None:
        if self.wanted.dry:
            self._count(found.path, outcome, reason)
        else:
            self._intake.settle(found, outcome, code, reason)

    def _say_what_would_be(self, found: Found) -> None:
        try:
            require_fit(found)
        except Refused as refusal:
            self._count(found.path, Outcome.REFUSED, refusal.message)
        else:
            self._count(found.path, WOULD)

    def _hear(self, item: SourceItem, unchanged: bool) -> None:
        if unchanged:
            self._count(item.path, UNCHANGED)
            return
        if self.made is not None and item.outcome == Outcome.ACCEPTED:
            self.made.append(item.topic)
        self._count(item.path, item.outcome, item.reason)

    def _count(self, path: str, outcome: str, reason: str = "") -> None:
        self.counts[outcome] += 1
        if outcome in (Outcome.REFUSED, Outcome.FAILED):
            self.refused.append((path, reason)) if len(self.refused) < MOST_TOLD else None
        if outcome not in (Outcome.ACCEPTED, Outcome.HERE):  # a copy of what is here withdraws itself
            self._withdraw()
        if outcome != UNCHANGED:
            self.told(self.counts.total(), path, outcome, reason)

    def _begin_batch(self) -> None:
        """Several files are followed, paused or cancelled as one, from the first that is taken."""
        if self._intake.batch is None and self.total - self.counts.total() > 1:
            title = ", ".join(path.resolve().name for path in self.wanted.paths)
            self._intake.batch = control.create("import", title, self.case.pk, self.user, expected=self.total - self.counts.total())

    def _withdraw(self) -> None:
        batch: Batch | None = self._intake.batch
        if batch is not None:
            control.withdraw(batch.pk)


MOST_TOLD = 100
"""Refusals that are kept for the end; all of them are on the case's page."""


def source_of(case: Case) -> Source:
    """The case's own source of what came by commands."""
    return Source.objects.select_related("case").get_or_create(case=case, kind=Source.COMMAND)[0]


def count(paths: Sequence[Path]) -> int:
    """How many files there are. Raises FileNotFoundError for a path with nothing at it, OSError for a folder that can't be opened."""
    total = 0
    for path in paths:
        with _tree(path) as tree:
            total += sum(1 for _entry in _entries(tree, path))
    return total


def _tree(path: Path) -> Tree:
    real = path.resolve(strict=True)
    return Tree(real if real.is_dir() else real.parent)


def _entries(tree: Tree, path: Path) -> Iterator[Entry]:
    real = path.resolve()
    return tree.entries() if real.is_dir() else iter([_entry(tree, real.name)])


def _entry(tree: Tree, name: str) -> Entry:
    try:
        return tree.entry(name)
    except OSError as error:
        return Entry(name, problem=error.errno or 0)


def _found(tree: Tree, entry: Entry) -> Found:
    whole = str(tree.root / entry.path)
    return Found(key_of(whole), shown(whole), entry.name, entry.folder, entry.size, entry.stamp)


def _is_as_it_was(item: SourceItem, found: Found) -> bool:
    """What was refused or could not be read is tried again at each call: a limit may be another now."""
    return item.outcome in SourceItem.DONE and (item.size, item.stamp) == (found.size, found.stamp)
