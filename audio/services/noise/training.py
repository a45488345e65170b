"""A forest from rows whose noises are known, and how good it is on recordings it has not heard. Runs in a sandboxed child, no Django here.

Every figure is of grouped cross-validation: what belongs to one recording is never on both sides of a fold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from audio.services.noise import labels as known
from audio.services.noise.bundle import Classifier, Floats, calibrated, logit, votes
from documents.services.sandbox import JobRefused

TREES, SMALLEST_LEAF = 80, 6
FOLDS = 5
FEWEST_GROUPS = 3
"""Recordings in which a noise must be heard, and in which it must not, before it can be learned."""
FEWEST_ROWS = 60
PRECISE = 0.7
"""Beta of the F-measure that a threshold makes best: below 1 precision counts more."""
THRESHOLDS = np.linspace(0.2, 0.9, 36)
BINS = 5
Rows = NDArray[np.float32]
Heard = NDArray[np.int8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Material:
    """`rows` of features; `heard` (rows, all labels): 1 heard, 0 not, -1 nobody knows; `groups`: the recording of each row."""

    rows: Rows
    heard: Heard
    groups: NDArray[np.int64]

    def save(self, path: Path) -> None:
        np.savez(path, rows=self.rows, heard=self.heard, groups=self.groups)

    def fingerprint(self) -> str:
        """SHA-256 of all of it, in its order."""
        digest = hashlib.sha256()
        for part in (self.rows, self.heard, self.groups):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()


def together(parts: Sequence[Sequence[str]]) -> Material:
    """What was collected, as (file, recording): groups of different recordings are different. Raises JobRefused (noise_too_little)."""
    rows, heard, groups, first = [], [], [], 0
    offsets: dict[str, int] = {}
    for path, recording in parts:
        with np.load(path, allow_pickle=False) as part:
            rows.append(part["rows"])
            heard.append(part["heard"])
            groups.append(part["groups"] + offsets.setdefault(recording, first))
            first = max(first, int(groups[-1].max(initial=-1)) + 1)
    if not sum(len(part) for part in rows):
        raise JobRefused("noise_too_little", rows="0", fewest=str(FEWEST_ROWS))
    return Material(np.concatenate(rows), np.concatenate(heard), np.concatenate(groups))


def train(material: Material, progress: Callable[[int, int], None]) -> tuple[Classifier, dict[str, Any]]:
    """A classifier of the labels that are in the material, and its figures. Raises JobRefused: noise_too_little (`rows`, `fewest`),
    noise_one_sided (`label`, `heard`, `not_heard`: in how many recordings), noise_one_kind."""
    labels = _learnable(material)
    columns = [known.LABELS.index(label) for label in labels]
    heard = material.heard[:, columns]
    certain: Mask = np.all(heard >= 0, axis=1)
    shares, folds = _out_of_fold(material.rows, heard, certain, material.groups, progress)
    calibration = _calibration(shares, heard)
    probability = calibrated(shares, calibration)
    thresholds = _thresholds(probability, heard)
    forest = _fitted(material.rows[certain], heard[certain])
    metrics = {
        **figures(probability, heard, thresholds, labels, material.groups),
        "folds": [_exactness(probability[fold], heard[fold], thresholds, labels) for fold in folds],
        "rows": int(certain.sum()), "recordings": len(np.unique(material.groups)),
    }  # fmt: skip
    return Classifier(forest, labels, calibration, thresholds), metrics


def _learnable(material: Material) -> list[str]:
    if len(material.rows) < FEWEST_ROWS:
        raise JobRefused("noise_too_little", rows=str(len(material.rows)), fewest=str(FEWEST_ROWS))
    found = []
    for place, label in enumerate(known.LABELS):
        column = material.heard[:, place]
        if not (column == 1).any():
            continue
        heard, missing = (len(np.unique(material.groups[column == value])) for value in (1, 0))
        if min(heard, missing) < FEWEST_GROUPS:
            raise JobRefused("noise_one_sided", label=label, heard=str(heard), not_heard=str(missing), fewest=str(FEWEST_GROUPS))
        found.append(label)
    if len(found) < 2:
        raise JobRefused("noise_one_kind")
    return found


def _fitted(rows: Rows, heard: Heard) -> RandomForestClassifier:
    forest = RandomForestClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, max_features="sqrt", n_jobs=-1, random_state=0)
    forest.fit(rows, heard)
    forest.n_jobs = 1
    return forest


def _out_of_fold(
    rows: Rows, heard: Heard, certain: Mask, groups: NDArray[np.int64], progress: Callable[[int, int], None]
) -> tuple[Floats, list[NDArray[np.int64]]]:
    """Of each row what a forest says that has heard nothing of its recording; and the rows of each fold."""
    shares = np.zeros(heard.shape)
    count = min(FOLDS, len(np.unique(groups)))
    folds = []
    for done, (train_rows, test_rows) in enumerate(GroupKFold(count).split(rows, groups=groups)):
        progress(done, count + 1)
        mine = train_rows[certain[train_rows]]
        constant = [column for column in range(heard.shape[1]) if len(np.unique(heard[mine, column])) < 2]
        learned = [column for column in range(heard.shape[1]) if column not in constant]
        if learned:
            shares[np.ix_(test_rows, learned)] = votes(_fitted(rows[mine], heard[np.ix_(mine, learned)]), rows[test_rows])
        folds.append(test_rows)
    return shares, folds


def _calibration(shares: Floats, heard: Heard) -> Floats:
    curves = []
    for column in range(heard.shape[1]):
        told = heard[:, column] >= 0
        curve = LogisticRegression(C=10.0).fit(logit(shares[told, column])[:, None], heard[told, column])
        curves.append((float(curve.coef_[0, 0]), float(curve.intercept_[0])))
    return np.array(curves).T


def _thresholds(probability: Floats, heard: Heard) -> Floats:
    return np.array(
        [max(THRESHOLDS, key=lambda at: _f(*_counts(probability[:, column], heard[:, column], at))) for column in range(heard.shape[1])]
    )


def _counts(probability: Floats, heard: Heard, threshold: float) -> tuple[int, int, int]:
    """(rightly found, found, heard)."""
    told = heard >= 0
    found, true = probability[told] >= threshold, heard[told] == 1
    return int((found & true).sum()), int(found.sum()), int(true.sum())


def _f(right: int, found: int, heard: int) -> float:
    return (1 + PRECISE**2) * right / (found + PRECISE**2 * heard) if right else 0.0


def figures(probability: Floats, heard: Heard, thresholds: Floats, labels: list[str], groups: NDArray[np.int64]) -> dict[str, Any]:
    """Precision, recall, average precision, Brier score and calibration of each label; the confusion of rows with one noise."""
    return {
        "labels": {
            label: _of_label(probability[:, column], heard[:, column], float(thresholds[column]), groups)
            for column, label in enumerate(labels)
        },
        "confusion": _confusion(probability, heard, thresholds, labels),
        **_exactness(probability, heard, thresholds, labels),
    }


def _of_label(probability: Floats, heard: Heard, threshold: float, groups: NDArray[np.int64]) -> dict[str, Any]:
    told = heard >= 0
    right, found, true = _counts(probability, heard, threshold)
    said, was = probability[told], heard[told]
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    bins = [
        (float(said[place == at].mean()), float(was[place == at].mean()), int((place == at).sum()))
        for at in range(BINS)
        if (place == at).any()
    ]
    return {
        "threshold": round(threshold, 2),
        "precision": round(right / found, 3) if found else None, "recall": round(right / true, 3) if true else None,
        "average_precision": round(float(average_precision_score(was, said)), 3) if true else None,
        "brier": round(float(np.square(said - was).mean()), 4), "rows": true, "recordings": len(np.unique(groups[heard == 1])),
        "calibration": [[round(mean, 3), round(share, 3), count] for mean, share, count in bins],
    }  # fmt: skip


def _confusion(probability: Floats, heard: Heard, thresholds: Floats, labels: list[str]) -> list[list[int]]:
    """Of rows in which exactly one label is heard: [what is heard][what is found], the last column for nothing."""
    one = ((heard == 1).sum(axis=1) == 1) & (heard >= 0).all(axis=1)
    table = np.zeros((len(labels), len(labels) + 1), int)
    if one.any():
        over = probability[one] / thresholds
        found = np.where((over >= 1).any(axis=1), over.argmax(axis=1), len(labels))
        np.add.at(table, (heard[one].argmax(axis=1), found), 1)
    return [[int(count) for count in row] for row in table]


def _exactness(probability: Floats, heard: Heard, thresholds: Floats, labels: list[str]) -> dict[str, Any]:
    """Share of the rows with exactly one label in which it, and none that stands out more, is found; and the mean F1 of the labels."""
    table = np.array(_confusion(probability, heard, thresholds, labels))
    scores = []
    for column in range(len(labels)):
        right, found, true = _counts(probability[:, column], heard[:, column], float(thresholds[column]))
        if true:
            scores.append(2 * right / (found + true))
    accuracy = float(np.trace(table[:, :-1]) / table.sum()) if table.sum() else None
    return {"accuracy": None if accuracy is None else round(accuracy, 3), "f1": round(float(np.mean(scores)), 3) if scores else None}
