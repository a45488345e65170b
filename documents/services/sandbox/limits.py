"""How much a job may cost, and when a child is worn out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bytes, seconds and counts. Memory, written bytes and open files hold for a child, the seconds for each job."""

    memory_bytes: int = 3 * 1024**3
    file_bytes: int = 1024**3
    open_files: int = 64
    cpu_seconds: int = 600
    wall_seconds: float = 1200.0
    silent_seconds: float = 60.0
    jobs_per_child: int = 200
    growth_bytes: int = 400 * 1024**2
