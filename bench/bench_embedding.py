"""Embedding on one core: the int8 model against the same encoder in float32, in one run; what a query costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
from django.conf import settings

from bench.figures import Figures, Plan
from bench.materials import opinions
from documents.services.embedding import graph
from documents.services.embedding.local import LocalEmbedding
from documents.services.embedding.runtime import INPUT, session
from documents.services.embedding.weights import Architecture, embedded_folder, read_safetensors

PASSAGES = 32
ROUNDS = 3
QUESTIONS = ("Did the tenant pay rent?", "breach of the implied warranty of habitability", "What did the expert say about the boiler?")


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: int8 to float32, and how well their vectors agree; a query to a passage. Rounds of both models take turns, so that a busy
    moment of the machine harms both; the best round of each counts."""
    service = LocalEmbedding(embedded_folder())
    service.load()
    texts = list(islice(windows(service), plan.size(PASSAGES, 4)))
    exact = Float32(service)
    out(f"  {len(texts)} passages of {statistics.mean(map(service.tokenizer.count, texts)):.0f} tokens")
    int8, float32 = [], []
    for _round in range(plan.size(ROUNDS, 1)):
        int8.append(per_cpu_second(service.embed, texts))
        float32.append(per_cpu_second(exact.embed, texts))
    agreement = (service.embed(texts) * exact.embed(texts)).sum(axis=1)
    query = query_ms(service)
    ratios = {
        "int8 to float32": max(int8) / max(float32),
        "cosine of int8 to float32, mean": float(agreement.mean()),
        "cosine of int8 to float32, least": float(agreement.min()),
        "a query to a passage, time": query / (1000 / max(int8)),
    }
    absolute = {
        "int8, passages per CPU-second": max(int8),
        "float32, passages per CPU-second": max(float32),
        "a query, ms (median)": query,
    }
    return Figures(ratios, absolute)


class Float32(graph.GraphBuilder):
    """The same graph with float32 products."""

    def __init__(self, service: LocalEmbedding) -> None:
        folder = embedded_folder()
        super().__init__(read_safetensors(folder.weights), Architecture.read(folder), steps=127)
        self.tokenizer = service.tokenizer
        path = Path(settings.VAR) / "models" / f"bench-float32-{time.time_ns()}.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.build().SerializeToString())
        try:
            self.session: onnxruntime.InferenceSession = session(path)
        finally:
            path.unlink()

    def dense(self, x: str, prefix: str) -> str:
        product = self.op("MatMul", x, self.constant(f"{prefix}.weight", self.tensors[f"{prefix}.weight"].T))
        return self.op("Add", product, self.constant(f"{prefix}.bias", self.tensors[f"{prefix}.bias"]))

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.concatenate([self.session.run(None, {INPUT: self.tokenizer.ids(text)[None]})[0] for text in texts])


def windows(service: LocalEmbedding) -> Iterator[str]:
    """Passages of 200 tokens."""
    for text in opinions(6):
        offsets = service.tokenizer.encode_offsets(text)
        for first in range(0, len(offsets) - 200, 200):
            yield text[offsets[first][0] : offsets[first + 199][1]]


def per_cpu_second(embed: Callable[[list[str]], np.ndarray], texts: list[str]) -> float:
    began = time.process_time()
    embed(texts)
    return len(texts) / (time.process_time() - began)


def query_ms(service: LocalEmbedding) -> float:
    """Each query a new one, so that none is remembered."""
    times = []
    for number in range(30):
        began = time.perf_counter()
        service.embed_query(f"{QUESTIONS[number % 3]} {number}")
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
