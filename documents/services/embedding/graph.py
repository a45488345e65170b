"""A BERT sentence encoder as an ONNX graph for one text at a time: token ids in, a unit vector out, int8 matrix products.

One text at a time needs no padding and no attention mask, is the fastest batch size on one core, and makes a text's vector
independent of its neighbours (activations are quantised by the range they have in their batch).

Measured per text of about 200 tokens: an explicit Add and LayerNormalization cost 1.5 ms over the whole model, the fused
SkipLayerNormalization 7.5 ms; MultiHeadAttention is a little faster than attention spelled out, QAttention twice as slow; the
exact Gelu costs as little as its approximation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from documents.services.embedding.runtime import INPUT, OUTPUT
from documents.services.embedding.weights import Architecture, Tensors

MICROSOFT = "com.microsoft"


def quantise(weight: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """(inputs, outputs) float32 -> int8 of the same shape within -steps..steps, and one float32 scale per output."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / steps
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


class GraphBuilder:
    """Collects nodes and constants; every method returns the name of the value it made."""

    def __init__(self, tensors: Tensors, architecture: Architecture, steps: int) -> None:
        self.tensors = tensors
        self.architecture = architecture
        self.steps = steps
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any) -> str:
        name = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def dense(self, x: str, prefix: str) -> str:
        """x @ weight + bias with int8 weights (one scale per output) and activations quantised as they come."""
        weight, scale = quantise(self.tensors[f"{prefix}.weight"].T, self.steps)
        inputs = [
            self.constant(f"{prefix}.weight", weight),
            self.constant(f"{prefix}.scale", scale),
            self.constant(f"{prefix}.zero", np.zeros(scale.shape, np.int8)),
            self.constant(f"{prefix}.bias", self.tensors[f"{prefix}.bias"]),
        ]
        return self.op("DynamicQuantizeMatMul", x, *inputs, domain=MICROSOFT)

    def normalise(self, x: str, prefix: str) -> str:
        weight = self.constant(f"{prefix}.weight", self.tensors[f"{prefix}.weight"])
        bias = self.constant(f"{prefix}.bias", self.tensors[f"{prefix}.bias"])
        return self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=self.architecture.epsilon)

    def embeddings(self) -> str:
        """Words (kept as float16: half the memory, a rounding far below that of int8), positions and the one segment."""
        words = self.constant("words", self.tensors["embeddings.word_embeddings.weight"].astype(np.float16))
        positions = self.tensors["embeddings.position_embeddings.weight"] + self.tensors["embeddings.token_type_embeddings.weight"][0]
        length = self.op("Shape", INPUT, start=1)
        place = self.op("Slice", self.constant("positions", positions), self.constant("first", np.array([0], np.int64)), length)
        word = self.op("Cast", self.op("Gather", words, INPUT), to=TensorProto.FLOAT)
        return self.normalise(self.op("Add", word, place), "embeddings.LayerNorm")

    def layer(self, x: str, prefix: str) -> str:
        parts = [self.dense(x, f"{prefix}.attention.self.{part}") for part in ("query", "key", "value")]
        mixed = self.op("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=self.architecture.heads)
        mixed = self.dense(mixed, f"{prefix}.attention.output.dense")
        x = self.normalise(self.op("Add", mixed, x), f"{prefix}.attention.output.LayerNorm")
        wide = self.op("Gelu", self.dense(x, f"{prefix}.intermediate.dense"))
        narrow = self.dense(wide, f"{prefix}.output.dense")
        return self.normalise(self.op("Add", narrow, x), f"{prefix}.output.LayerNorm")

    def pool(self, x: str) -> str:
        if self.architecture.pooling == "cls":
            return self.op("Gather", x, self.constant("cls", np.array(0, np.int64)), axis=1)
        return self.op("ReduceMean", x, self.constant("along_text", np.array([1], np.int64)), keepdims=0)

    def build(self) -> onnx.ModelProto:
        """ids int64 (1, n) -> vector float32 (1, hidden), of length 1."""
        x = self.embeddings()
        for number in range(self.architecture.layers):
            x = self.layer(x, f"encoder.layer.{number}")
        self.op("LpNormalization", self.pool(x), axis=-1, p=2, output=OUTPUT)
        ids = helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "n"])
        vector = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, self.architecture.hidden])
        graph = helper.make_graph(self.nodes, "sentence_encoder", [ids], [vector], self.constants)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)
