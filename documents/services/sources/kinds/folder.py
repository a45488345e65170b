"""A watched folder of the server, below one of WATCH_ROOTS. Files stay where they are and are never changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.errors import Refused
from documents.models import SourceItem
from documents.services.sources.errors import SourceError
from documents.services.sources.intake import Found, key_of
from documents.services.sources.kind import Field, Kind, Look
from documents.services.sources.walking import Entry, Steady, Tree, Unreadable, shown, trouble

AT_ONCE = 500
QUIET_SECONDS = 30
"""A file that was changed later than this is taken for one that is still being written."""
Outcome = SourceItem.Outcome


def off() -> str:
    return "" if settings.WATCH_ROOTS else _("Your administrator allows folders to be watched with the setting WATCH_ROOTS.")


def roots_of(case: Case) -> list[Path]:
    """The folders below which this case may have some watched; `{case}` in the setting keeps cases apart."""
    return [Path(str(root).replace("{case}", str(case.pk))) for root in settings.WATCH_ROOTS]


def clean(typed: Mapping[str, Any], case: Case) -> dict[str, Any]:
    path = str(typed.get("path", "")).strip()
    if not path or not path.isprintable() or not Path(path).is_absolute():
        raise Refused(_("Give the folder's whole path on the server, as /srv/scans/acme."), "folder_path")
    try:
        _root, below = placed(path, case)
    except SourceError as error:
        raise Refused(error.message, error.code) from error
    if not (_root / below).is_dir():
        raise Refused(_("There is no folder “%(path)s” on the server.") % {"path": path}, "folder_missing")
    return {"path": path}


def placed(path: str, case: Case) -> tuple[Path, str]:
    """The allowed root, and the path below it, links resolved. Raises SourceError for a path that lies below none."""
    real = Path(path).resolve()
    for root in (one.resolve() for one in roots_of(case)):
        if real.is_relative_to(root):
            return root, "" if real == root else real.relative_to(root).as_posix()
    allowed = get_text_list([str(root) for root in roots_of(case)], _("or"))
    sentence = _("The folder must lie below %(allowed)s; other folders of the server are not read.") if allowed else off()
    raise SourceError(sentence % {"allowed": allowed}, "folder_outside", lasting=True)


def look(look: Look) -> None:
    if off():
        raise SourceError(off(), "not_allowed_here", lasting=True)
    path = str(look.source.options["path"])
    root, below = placed(path, look.source.case)
    try:
        tree = Tree(root, below)
    except OSError as error:
        sentence = _("The folder “%(path)s” can't be opened: %(error)s.")
        raise SourceError(sentence % {"path": path, "error": error.strerror}, "folder_missing") from error
    with tree:
        _read(tree, look)


def _read(tree: Tree, look: Look) -> None:
    seen, last = 0, int(look.source.state.get("files", 0))
    for some in _slices(tree.entries()):
        found = [_found(entry) for entry in some]
        known = look.intake.known(found)
        for entry, one in zip(some, found, strict=True):
            seen += 1
            look.run.progress(min(95, 95 * seen / max(last, seen)) if last else 0, "looking", _("%(n)d files seen") % {"n": seen})
            _settle(tree, entry, one, known, look)
    look.intake.flush({"files": seen})


def _slices(entries: Iterator[Entry]) -> Iterator[Sequence[Entry]]:
    while some := list(islice(entries, AT_ONCE)):
        yield some


def _found(entry: Entry) -> Found:
    return Found(key_of(entry.path), shown(entry.path), entry.name, entry.folder, entry.size, entry.stamp)


def _settle(tree: Tree, entry: Entry, found: Found, known: Mapping[str, SourceItem], look: Look) -> None:
    item = known.get(found.key)
    if entry.problem:
        outcome, code, reason = told_of(entry)
        if item is None or (item.outcome, item.code) != (outcome, code):
            look.intake.settle(found, outcome, code, reason)
    elif look.wants(found, known):
        if _is_quiet(entry, item):
            take(tree, entry, found, look)
        elif item is None or not _as_it_was(entry, item):
            look.intake.settle(found, Outcome.WAITING)


def _as_it_was(entry: Entry, item: SourceItem) -> bool:
    return (item.size, item.stamp) == (entry.size, entry.stamp)


def _is_quiet(entry: Entry, item: SourceItem | None) -> bool:
    """Whether nobody writes to it any more: it was changed long ago by our clock, or is as it was at a look some time ago (the clock of
    another machine's disk may be ahead)."""
    if 0 < entry.stamp < (time.time() - QUIET_SECONDS) * 1e9:
        return True
    return item is not None and _as_it_was(entry, item) and item.updated < timezone.now() - timedelta(seconds=QUIET_SECONDS)


def take(tree: Tree, entry: Entry, found: Found, look: Look) -> None:
    try:
        with tree.open(entry.path) as file:
            look.intake.take(found, Steady(file, entry))
    except FileNotFoundError:
        return  # gone meanwhile
    except Unreadable as error:
        outcome = Outcome.WAITING if error.code == "changed" else Outcome.FAILED
        look.intake.settle(found, outcome, error.code, error.message)
    except PermissionError as error:
        refused = trouble(error.errno)
        look.intake.settle(found, Outcome.FAILED, refused.code, refused.message)


def told_of(entry: Entry) -> tuple[Outcome, str, str]:
    """What is noted of something that is no readable file: outcome, code, sentence."""
    if entry.problem == "link":
        return Outcome.REFUSED, "link", _("This is a link that leads out of the folder; such links are not followed.")
    error = trouble(int(entry.problem))
    return Outcome.FAILED, error.code, error.message


KIND = Kind(
    key="folder",
    label=gettext_lazy("Watched folder"),
    icon="folder",
    teaches=gettext_lazy("What a scanner or a colleague puts into a folder of the server comes into the case by itself."),
    fields=(
        Field(
            "path", gettext_lazy("Folder on the server"), gettext_lazy("Its folders are read too, and become tags. Files stay as they are.")
        ),
    ),
    off=off,
    clean=clean,
    place=lambda options: str(options.get("path", "")),
    look=look,
)
