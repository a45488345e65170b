"""A trained forest as a file: written and read with skops, never with pickle. Runs in a sandboxed child, no Django here.

Only the types of KNOWN are taken, which is less than skops itself would trust, and only so many bytes. Who made the file is proved by
its signature (`versions`), not here.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from audio.services.noise.features import SCHEMA
from audio.services.noise.labels import LABELS
from documents.services.sandbox import JobRefused

KNOWN = frozenset({
    "builtins.dict", "builtins.list", "builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.tuple", "builtins.type",
    "numpy.ndarray", "numpy.dtype", "numpy.float64", "numpy.int64", "numpy.bool", "numpy.bool_", "numpy.dtypes.Float64DType",
    "numpy.dtypes.Int64DType", "sklearn.ensemble._forest.RandomForestClassifier", "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._tree.Tree",
})  # fmt: skip
MOST_BYTES = 400 * 1024 * 1024
"""Of the file's content when it is unpacked."""
MOST_MEMBERS = 20_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Classifier:
    """`labels` in the order of the forest's outputs; `calibration` (2, labels) are slope and intercept of each one's logistic curve over
    the logit of the forest's share of votes (Platt, 1999); `thresholds` are probabilities from which on a noise counts as heard."""

    forest: RandomForestClassifier
    labels: list[str]
    calibration: Floats
    thresholds: Floats

    def probabilities(self, rows: NDArray[np.float32]) -> Floats:
        """(rows, labels) of features."""
        return calibrated(votes(self.forest, rows), self.calibration)


def votes(forest: RandomForestClassifier, rows: NDArray[np.float32]) -> Floats:
    """(rows, outputs): the mean of the trees' shares."""
    found = forest.predict_proba(rows)
    many = found if isinstance(found, list) else [found]
    return np.stack([each[:, list(classes).index(1)] for each, classes in zip(many, _classes(forest), strict=True)], axis=1)


def _classes(forest: RandomForestClassifier) -> list[Any]:
    return list(forest.classes_) if forest.n_outputs_ > 1 else [forest.classes_]


def logit(shares: Floats) -> Floats:
    clipped = np.clip(shares, 0.005, 0.995)
    return np.log(clipped / (1 - clipped))


def calibrated(shares: Floats, calibration: Floats) -> Floats:
    return 1 / (1 + np.exp(-(calibration[0] * logit(shares) + calibration[1])))


def dumped(classifier: Classifier) -> bytes:
    """The file's bytes."""
    whole = {
        "schema": SCHEMA,
        "labels": classifier.labels,
        "calibration": classifier.calibration,
        "thresholds": classifier.thresholds,
        "forest": classifier.forest,
    }
    data: bytes = skops.io.dumps(whole, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    return data


def opened(path: str, sha256: str) -> Classifier:
    """The classifier of a file that still has this content. Raises JobRefused, also noise_changed."""
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise JobRefused("noise_changed")
    return loaded(data)


def loaded(data: bytes) -> Classifier:
    """Raises JobRefused: noise_unreadable, noise_type (`type`: what has no place in such a file), noise_schema (`schema`)."""
    unknown = sorted(set(_types(data)) - KNOWN)
    if unknown:
        raise JobRefused("noise_type", type=unknown[0][:100])
    try:
        whole = skops.io.loads(data, trusted=["sklearn.tree._tree.Tree"])
    except Exception as error:  # whatever a damaged file makes the reader raise
        raise JobRefused("noise_unreadable") from error
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        raise JobRefused("noise_schema", schema=str(whole.get("schema"))[:20] if isinstance(whole, dict) else "")
    found = Classifier(whole["forest"], list(whole["labels"]), np.asarray(whole["calibration"]), np.asarray(whole["thresholds"]))
    if not _sound(found):
        raise JobRefused("noise_unreadable")
    return found


def _sound(classifier: Classifier) -> bool:
    """Whether everything fits together. scikit-learn follows the nodes of a tree without looking whether they exist."""
    forest, count = classifier.forest, len(classifier.labels)
    if not isinstance(forest, RandomForestClassifier) or not set(classifier.labels) <= set(LABELS) or forest.n_outputs_ != count:
        return False
    if classifier.calibration.shape != (2, count) or classifier.thresholds.shape != (count,):
        return False
    return all(_leads_to_leaves(each.tree_, forest.n_features_in_, count) for each in forest.estimators_)


def _leads_to_leaves(tree: Any, figures: int, outputs: int) -> bool:
    """Children come after their parent and exist, features are among the figures, and every node has a value for every output."""
    left, right, feature, nodes = tree.children_left, tree.children_right, tree.feature, np.arange(tree.node_count)
    leaf = left == -1
    if not nodes.size or tree.n_features != figures or tree.n_outputs != outputs or tree.value.shape[:2] != (len(nodes), outputs):
        return False
    inner = ~leaf
    within = (left[inner] > nodes[inner]) & (left[inner] < len(nodes)) & (right[inner] > nodes[inner]) & (right[inner] < len(nodes))
    return bool((right[leaf] == -1).all() and within.all() and (feature[inner] >= 0).all() and (feature[inner] < figures).all())


def _types(data: bytes) -> Iterator[str]:
    """All types that the file names, from its description; nothing is made of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
                raise JobRefused("noise_unreadable")
            yield from _named(json.loads(archive.read("schema.json")))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RecursionError, NotImplementedError) as error:
        raise JobRefused("noise_unreadable") from error


def _named(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "__class__" in each and "__module__" in each:
                yield f"{each['__module__']}.{each['__class__']}"
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
