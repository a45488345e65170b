"""Where the project stands, and where everything that changes lives. Standard library only."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def var_folder() -> Path:
    """LEXINTEL_VAR, else var/ in the project."""
    return Path(os.environ.get("LEXINTEL_VAR") or ROOT / "var").resolve()
