"""The same encoder in plain float32 numpy: slow, obvious, and what the int8 graph is measured against."""

from __future__ import annotations

import math

import numpy as np

from documents.services.embedding.weights import Architecture, Tensors

_erf = np.frompyfunc(math.erf, 1, 1)


def encode(tensors: Tensors, architecture: Architecture, ids: np.ndarray) -> np.ndarray:
    """Token ids int64 (n,) with special tokens -> vector float32 (hidden,), of length 1."""
    x = tensors["embeddings.word_embeddings.weight"][ids] + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = _normalise(tensors, architecture, x + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(architecture.layers):
        x = _layer(tensors, architecture, x, f"encoder.layer.{number}")
    pooled = x[0] if architecture.pooling == "cls" else x.mean(axis=0)
    return np.asarray(pooled / np.linalg.norm(pooled), np.float32)


def _layer(tensors: Tensors, architecture: Architecture, x: np.ndarray, prefix: str) -> np.ndarray:
    mixed = _dense(tensors, _attention(tensors, architecture, x, f"{prefix}.attention.self"), f"{prefix}.attention.output.dense")
    x = _normalise(tensors, architecture, mixed + x, f"{prefix}.attention.output.LayerNorm")
    wide = _gelu(_dense(tensors, x, f"{prefix}.intermediate.dense"))
    return _normalise(tensors, architecture, _dense(tensors, wide, f"{prefix}.output.dense") + x, f"{prefix}.output.LayerNorm")


def _attention(tensors: Tensors, architecture: Architecture, x: np.ndarray, prefix: str) -> np.ndarray:
    query, key, value = (
        _dense(tensors, x, f"{prefix}.{part}").reshape(len(x), architecture.heads, -1).swapaxes(0, 1) for part in ("query", "key", "value")
    )
    scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return (scores @ value).swapaxes(0, 1).reshape(x.shape)


def _dense(tensors: Tensors, x: np.ndarray, prefix: str) -> np.ndarray:
    return x @ tensors[f"{prefix}.weight"].T + tensors[f"{prefix}.bias"]


def _normalise(tensors: Tensors, architecture: Architecture, x: np.ndarray, prefix: str) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + architecture.epsilon)
    return centred / deviation * tensors[f"{prefix}.weight"] + tensors[f"{prefix}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * 0.5 * (1 + np.asarray(_erf(x / math.sqrt(2)), np.float32))
