"""The int8 model file under var/models: made once from the weights, checked against float32, and hash-checked at every load."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from documents.services.embedding import reference
from documents.services.embedding.errors import EmbeddingUnavailable
from documents.services.embedding.runtime import INPUT, session
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import Architecture, ModelFolder, Tensors, file_sha256, read_safetensors

log = logging.getLogger(__name__)

RECIPE = "int8-1"
"""Part of the model's name: a change of the graph that changes vectors gets a new one, and with it new vectors."""

COSINE = 0.985
"""The least that int8 may agree with float32 on the sentences below, on average."""

# 8 bits first. Processors with AVX2 but without VNNI saturate when they add two products of 8 bits, so they may need 7.
STEPS = (127, 63)

SENTENCES = (
    "The motion to dismiss is granted in part and denied in part.",
    "Plaintiff alleges that Defendant breached the implied covenant of good faith and fair dealing.",
    "Summary judgment is proper when there is no genuine dispute as to any material fact. Fed. R. Civ. P. 56(a).",
    "Q. And where were you standing when you heard the alarm? A. Near the loading dock.",
    "See Roe v. Wade, 410 U.S. 113, 164-65 (1973).",
    "The tenant shall pay rent on the first day of each month.",
    "damages",
    "Dear Ms. Alvarez, attached please find the inspection report for the boiler at 14 Harbor Street, dated March 3.",
)


def converted(folder: ModelFolder) -> Path:
    """The checked int8 file of the model, made now if it is missing or damaged (1-2 s; other processes wait for it)."""
    path = location(folder)
    if _is_whole(path):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_suffix(".lock")):
        if not _is_whole(path):
            _make(folder, path)
    return path


def location(folder: ModelFolder) -> Path:
    return Path(settings.VAR) / "models" / f"{folder.name}-{RECIPE}-{(folder.weights_sha256 or '')[:12]}.onnx"


def _is_whole(path: Path) -> bool:
    record = _record(path)
    if not path.exists() or not record.exists():
        return False
    if record.read_text().split()[:1] == [file_sha256(path)]:
        return True
    log.warning("The embedding model %s is damaged; it is made again from its weights.", path)
    return False


def _record(path: Path) -> Path:
    """Beside the model: its sha256, as the sha256sum command writes and checks it."""
    return path.with_suffix(".sha256")


def _make(folder: ModelFolder, path: Path) -> None:
    began = time.monotonic()
    folder.verify_weights()
    tokens = Tokens(folder.verified_tokenizer())
    tensors, architecture = read_safetensors(folder.weights), Architecture.read(folder)
    draft = path.with_suffix(".draft")  # under the lock, so one name is enough and a killed process leaves at most one
    cosine = _write_best(draft, tensors, architecture, tokens)
    record = path.with_suffix(".sha256-draft")
    record.write_text(f"{file_sha256(draft)}  {path.name}\n")
    draft.replace(path)
    record.replace(_record(path))
    log.info("Made the embedding model %s in %.1f s (cosine to float32 %.4f).", path.name, time.monotonic() - began, cosine)


def _write_best(draft: Path, tensors: Tensors, architecture: Architecture, tokens: Tokens) -> float:
    """Writes the first quantisation that agrees with float32 on this processor; returns its mean cosine."""
    from documents.services.embedding.graph import GraphBuilder  # imports onnx: 15 MB and .3 s that only a conversion needs

    samples = [tokens.ids(sentence) for sentence in SENTENCES]
    truth = np.stack([reference.encode(tensors, architecture, ids) for ids in samples])
    found = []
    for steps in STEPS:
        _write(draft, GraphBuilder(tensors, architecture, steps).build().SerializeToString())
        found.append(_agreement(draft, samples, truth))
        if found[-1] >= COSINE:
            return found[-1]
    raise EmbeddingUnavailable(
        _("The int8 embedding model does not agree with its float32 original on this processor (cosine %.3f).") % max(found)
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _agreement(path: Path, samples: list[np.ndarray], truth: np.ndarray) -> float:
    model = session(path)
    vectors = np.concatenate([model.run(None, {INPUT: ids[None]})[0] for ids in samples])
    return float((vectors * truth).sum(axis=1).mean())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Between processes; the system releases it when its holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
