"""Running a converted model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

INPUT, OUTPUT = "ids", "vector"


def session(path: Path) -> onnxruntime.InferenceSession:
    """One thread (a process is a core's worth), and no more memory than one text needs."""
    import onnxruntime  # 14 MB that a process without the model does without

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The extended level would fuse Add and LayerNormalization into an operator five times slower (see graph.py).
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    return onnxruntime.InferenceSession(str(path), options, providers=[provider])
