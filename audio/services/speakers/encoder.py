"""The GE2E voice encoder in numpy (Wan et al. 2018; Resemblyzer's network): three LSTM layers, one linear layer, ReLU, length one.

No Django here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audio.services.speakers.weights import HIDDEN, LAYERS, Tensors

Floats = NDArray[np.float32]


class Encoder:
    def __init__(self, tensors: Tensors) -> None:
        self._layers = [
            (
                np.ascontiguousarray(tensors[f"lstm.weight_ih_l{n}"].T),
                np.ascontiguousarray(tensors[f"lstm.weight_hh_l{n}"].T),
                tensors[f"lstm.bias_ih_l{n}"] + tensors[f"lstm.bias_hh_l{n}"],
            )
            for n in range(LAYERS)
        ]
        self._linear = np.ascontiguousarray(tensors["linear.weight"].T), tensors["linear.bias"]

    def embed(self, mels: Floats) -> Floats:
        """(batch, 256), each of length one, of mel features (batch, frames, 40)."""
        steps = np.ascontiguousarray(mels.transpose(1, 0, 2), np.float32)
        for weight_in, weight_back, bias in self._layers:
            steps = _lstm(steps, weight_in, weight_back, bias)
        weight, bias = self._linear
        raw = np.maximum(steps[-1] @ weight + bias, 0.0)
        embedded: Floats = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), np.float32(1e-9))
        return embedded


def _lstm(steps: Floats, weight_in: Floats, weight_back: Floats, bias: Floats) -> Floats:
    """The hidden states of all steps (frames, batch, 256); gates in torch's order: in, forget, cell, out."""
    frames, batch = steps.shape[:2]
    states = np.empty((frames, batch, HIDDEN), np.float32)
    hidden, cell = np.zeros((batch, HIDDEN), np.float32), np.zeros((batch, HIDDEN), np.float32)
    for number in range(frames):
        gates = steps[number] @ weight_in + hidden @ weight_back + bias
        admit, keep = _sigmoid(gates[:, :HIDDEN]), _sigmoid(gates[:, HIDDEN : 2 * HIDDEN])
        cell = keep * cell + admit * np.tanh(gates[:, 2 * HIDDEN : 3 * HIDDEN])
        hidden = _sigmoid(gates[:, 3 * HIDDEN :]) * np.tanh(cell)
        states[number] = hidden
    return states


def _sigmoid(values: Floats) -> Floats:
    return np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1.0))
