"""Training and examining the noise classifier: collect what is known, have children learn from it, keep what they made."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from audio.errors import failure
from audio.models import AudioSession, NoiseLabel, NoiseModel
from audio.services import work
from audio.services.noise import labels, versions
from audio.services.noise.scenes import COUNT, HELD_COUNT, HELD_SEED, SEED
from cases.models import AuditEvent
from documents.errors import FileChanged, Refused
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in
from documents.services.storage import blobs
from tasks.errors import PermanentError

HEARING = Path(__file__).parents[1] / "demo" / "hearing.ogg"
COLLECTED, TRAINED = 55.0, 98.0
"""Percent at which everything is known, and learned."""
SAME_RECORDING = "__"
FOREST, SOUND = "forest.skops", "sound.pcm"
MOST_REFUSED = 100
PEOPLE, FOLDER = "people", "folder"
"""Where labels come from: people name noises only, a folder names all that is heard."""
pool = Pool(
    "audio.services.noise.child:run", scratch=lambda: settings.SCRATCH_FOLDER, limits=Limits(cpu_seconds=3600, wall_seconds=3600.0), size=1
)
Span = tuple[float, float, list[str]]
Result = dict[str, Any]


class Follower(Protocol):
    """Who is told how far the work is, and may stop it by raising: a task's run, or a command."""

    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    def publish(self, result: Result | None = None) -> AbstractContextManager[None]:
        """The transaction in which what was made is kept; with a `result` the work ends in it."""


@dataclass
class Collected:
    """`materials` are (file of a child in `folder`, recording); `sources` {source: half seconds}; `refused` are (file, why) of what
    could not be heard."""

    folder: Folder
    materials: list[tuple[str, str]] = field(default_factory=list)
    sources: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def target(self) -> str:
        return f"{len(self.materials)}.npz"

    def add(self, source: str, recording: str, target: str, rows: int) -> None:
        self.materials.append((target, f"{source}:{recording}"))
        self.sources[source] = self.sources.get(source, 0) + rows


def train(
    sources: Sequence[str], follower: Follower, *, folder: Path | None = None, user: Any = None, activate: bool = False,
    scenes: int = COUNT,
) -> tuple[NoiseModel, Result]:  # fmt: skip
    """A new version, trained on computed sounds ("generated"), on what people labelled ("people"), and on a folder with a folder for each
    label; and what there is to say of it. Raises PermanentError with a sentence where that cannot be learned from."""
    scratch = pool.folder()
    try:
        found = Collected(scratch)
        files = _labelled_files(folder) if folder is not None else []
        if "generated" in sources:
            _generate(found, follower, scenes, SEED, COLLECTED if not files else COLLECTED / 2)
        if "people" in sources:
            _collect_people(found, follower, NoiseLabel.objects.all())
        _collect_files(found, follower, files)
        job = {"do": "train", "materials": found.materials, "target": FOREST}
        learned = _ask(job, follower, "learning", COLLECTED, TRAINED, scratch)
        return _keep(
            made_in(scratch.path, FOREST).read_bytes(),
            {**learned, "sources": found.sources},
            found.refused,
            follower,
            user,
            activate=activate,
        )
    finally:
        scratch.remove()


def _keep(
    data: bytes, described: Result, refused: list[tuple[str, str]], follower: Follower, user: Any, *, activate: bool
) -> tuple[NoiseModel, Result]:
    follower.progress(TRAINED, "keeping")
    result: Result = {}
    with follower.publish(result):
        model = versions.keep(data, described, user=user)
        if activate and not model.active:
            model = versions.activate(model, user)
        figures = {name: model.metrics[name] for name in ("accuracy", "f1")}
        result.update(
            model=str(model.pk),
            number=model.number,
            sources=model.sources,
            refused=refused[:MOST_REFUSED],
            refusals=len(refused),
            **figures,
        )
    return model, result


def validate(model: NoiseModel, follower: Follower, *, user: Any = None, scenes: int = HELD_COUNT) -> Result:
    """Whether the file is what was stored, and what the version hears in scenes that it was not trained on; beside the active one.

    Raises PermanentError where the file cannot be believed; the finding is kept in `checked` in both cases.
    """
    try:
        with ExitStack() as stack:
            proof = stack.enter_context(versions.proof_of(model))
            active = NoiseModel.objects.filter(active=True).exclude(pk=model.pk).first()
            other = _proof_if_sound(active, stack)
            found = _examined(model, proof, other, follower, scenes)
    except (Refused, PermanentError) as error:
        with follower.publish():
            _note(model, {"refused": str(error)}, user)
        raise PermanentError(str(error), error.code) from error
    result = {"integrity": "sound", "schema": model.schema, "against": active.number if active and other else None, **found}
    with follower.publish(result):
        _note(model, result, user)
    return result


def _examined(model: NoiseModel, proof: versions.Proof, other: versions.Proof | None, follower: Follower, scenes: int) -> dict[str, Any]:
    scratch = pool.folder()
    try:
        held = Collected(scratch)
        _generate(held, follower, scenes, HELD_SEED, COLLECTED)
        _collect_people(held, follower, NoiseLabel.objects.filter(created__gt=model.created))
        job = {"do": "judge", **proof, "materials": held.materials, "other": other}
        judged = _ask(job, follower, "examining", COLLECTED, TRAINED, scratch)
        return {**judged["metrics"], "sources": held.sources}
    finally:
        scratch.remove()


def _proof_if_sound(model: NoiseModel | None, stack: ExitStack) -> versions.Proof | None:
    """The active version may be the broken one; then there is nothing to be compared with."""
    if model is not None:
        with suppress(Refused):
            return stack.enter_context(versions.proof_of(model))
    return None


def _note(model: NoiseModel, result: dict[str, Any], user: Any) -> None:
    NoiseModel.objects.filter(pk=model.pk).update(checked=result, checked_at=timezone.now())
    AuditEvent.write("noise_model.validated", case=None, actor=user, target=model, number=model.number, sound="refused" not in result)


def _generate(found: Collected, follower: Follower, count: int, seed: int, until: float) -> None:
    target = found.target()
    job = {"do": "generate", "hearing": str(HEARING), "count": count, "seed": seed, "target": target}
    found.add("generated", "", target, _ask(job, follower, "computing sounds", 0, until, found.folder)["rows"])


def _collect_people(found: Collected, follower: Follower, said: Any) -> None:
    """Every recording of which people said something, each a group of its own."""
    sessions = AudioSession.objects.filter(deleted_at=None, noise_labels__in=said).distinct().order_by("pk")
    for session in sessions.prefetch_related(Prefetch("noise_labels", said)):
        spans = [(each.start_s, each.end_s, [each.label]) for each in session.noise_labels.all()]
        try:
            with blobs.as_file(session) as path:
                _collect(found, follower, PEOPLE, str(session.pk), session.title, path, spans)
        except (FileNotFoundError, FileChanged) as error:
            found.refused.append((session.title, str(_sentence(error))))


def _collect_files(found: Collected, follower: Follower, files: Sequence[tuple[Path, list[str]]]) -> None:
    """Files named alike before two underscores are pieces of one recording: they are one group."""
    recordings: defaultdict[str, list[tuple[Path, list[str]]]] = defaultdict(list)
    for path, names in files:
        recordings[path.stem.partition(SAME_RECORDING)[0]].append((path, names))
    for done, (recording, pieces) in enumerate(recordings.items()):
        follower.progress(COLLECTED / 2 * (1 + done / len(recordings)), "listening to the folder", pieces[0][0].name)
        for path, names in pieces:
            _collect(found, follower, FOLDER, recording, path.name, path, [(0.0, math.inf, names)])


def _collect(found: Collected, follower: Follower, source: str, recording: str, name: str, path: Path, spans: list[Span]) -> None:
    target = found.target()
    try:
        decode = {"do": "decode", "source": path, "target": SOUND}
        work.pool.run(decode, check=follower.check, progress=_silent, folder=found.folder)
        job = {"do": "collect", "pcm": SOUND, "spans": _bounded(spans), "complete": source == FOLDER, "target": target}
        rows = pool.run(job, check=follower.check, progress=_silent, folder=found.folder)["rows"]
    except (JobRefused, JobFailed, FileNotFoundError) as error:
        found.refused.append((name, str(_sentence(error))))
        return
    finally:
        (found.folder.path / SOUND).unlink(missing_ok=True)
    found.add(source, recording, target, rows)


def _bounded(spans: list[Span]) -> list[list[Any]]:
    return [[start, min(end, 86_400.0), names] for start, end, names in spans]


def _labelled_files(folder: Path) -> list[tuple[Path, list[str]]]:
    """(file, labels) of a folder whose folders are named by labels ("hum", "hum+speech", "other" for none of them)."""
    if not folder.is_dir():
        raise PermanentError(_("There is no folder %(folder)s.") % {"folder": folder}, "noise_folder")
    files = []
    for each in sorted(path for path in folder.iterdir() if path.is_dir()):
        names = each.name.split("+")
        unknown = [name for name in names if name not in (*labels.LABELS, labels.OTHER)]
        if unknown:
            known = ", ".join((*labels.LABELS, labels.OTHER))
            raise PermanentError(
                _("The folder %(name)s is no label. Known are %(known)s.") % {"name": each.name, "known": known}, "noise_folder"
            )
        files += [(path, [name for name in names if name != labels.OTHER]) for path in sorted(each.rglob("*")) if path.is_file()]
    if not files:
        raise PermanentError(
            _("%(folder)s has no folder that is named by a label and holds recordings.") % {"folder": folder}, "noise_folder"
        )
    return files


def _ask(job: dict[str, Any], follower: Follower, step: str, since: float, until: float, folder: Folder) -> dict[str, Any]:
    def progress(done: int, of: int) -> None:
        follower.progress(since + (until - since) * done / max(of, 1), step)

    follower.progress(since, step)
    try:
        return pool.run(job, check=follower.check, progress=progress, folder=folder)
    except (JobRefused, JobFailed) as error:
        raise _sentence(error) from error


def _sentence(error: Exception) -> PermanentError:
    if isinstance(error, JobRefused):
        return failure(error.code, **error.details)
    if isinstance(error, JobFailed):
        return failure("noise_failed", reason=error.reason or error.code)
    return PermanentError(_("The file is not there."), "noise_missing")


def _silent(done: int, of: int) -> None:
    """A short job tells nothing of its progress."""
