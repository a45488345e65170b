"""The weights of the voice encoder: Resemblyzer's (Apache-2.0), a file of its package, which is looked into and never imported.

The file is one of torch's old format, whose head is a pickle. Nothing of it is unpickled: the file is known to the byte, so that its
numbers are read from fixed places. No Django here.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE, FILE = "resemblyzer", "pretrained.pt"
SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
HIDDEN, LAYERS = 256, 3
TABLE: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("lstm.weight_ih_l0", 269_883, (1024, 40)),
    ("lstm.weight_hh_l0", 433_723, (1024, 256)),
    ("lstm.bias_ih_l0", 5_676_603, (1024,)),
    ("lstm.bias_hh_l0", 5_680_699, (1024,)),
    ("lstm.weight_ih_l1", 1_482_299, (1024, 256)),
    ("lstm.weight_hh_l1", 2_530_875, (1024, 256)),
    ("lstm.bias_ih_l1", 5_684_795, (1024,)),
    ("lstm.bias_hh_l1", 5_688_891, (1024,)),
    ("lstm.weight_ih_l2", 3_579_451, (1024, 256)),
    ("lstm.weight_hh_l2", 4_628_027, (1024, 256)),
    ("lstm.bias_ih_l2", 5_692_987, (1024,)),
    ("lstm.bias_hh_l2", 5_697_083, (1024,)),
    ("linear.weight", 7_731, (256, 256)),
    ("linear.bias", 6_699, (256,)),
)
"""(name, first byte, shape) of each tensor: little-endian 32-bit floats."""
Tensors = dict[str, NDArray[np.float32]]


class DamagedWeights(Exception):
    """The file is not the one that is expected."""


def encoder_file() -> Path | None:
    """Where the weights lie; None where they are not installed. Looks only."""
    found = importlib.util.find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / FILE if folders else None
    return path if path is not None and path.is_file() else None


def available() -> bool:
    """Whether voices can be told apart here; looks only."""
    return encoder_file() is not None


def read(path: Path) -> Tensors:
    """The tensors by name. Raises DamagedWeights."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise DamagedWeights(path.name)
    return {name: np.frombuffer(content, "<f4", int(np.prod(shape)), first).reshape(shape) for name, first, shape in TABLE}
