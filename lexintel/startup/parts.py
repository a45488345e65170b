"""One process that `up` keeps alive: web, worker or beat."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from lexintel.embedded import child
from lexintel.startup.logfiles import LogFile, collect
from lexintel.steps import tail

ROOT = Path(__file__).resolve().parent.parent
# Seconds before the next start of a process that died, by how often it has died in a row.
PAUSES = (0.5, 1, 2, 5, 10, 30)
# Having lived this long, a process counts as healthy.
HEALTHY = 60.0


class Part:
    """`patience`: seconds it has to end by itself when asked."""

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], common: LogFile, folder: Path, patience: float
    ) -> None:
        self.name, self.command, self.env, self.patience = name, command, env, patience
        self.common, self.own = common, LogFile(folder / f"{name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self._started = self._next_start = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        # A part must not outlive a killed supervisor: it would hold the port and the database against the next start.
        self.process = child.spawn(self.command, stdout=subprocess.PIPE, death=signal.SIGKILL, cwd=ROOT, env=self.env)
        if self.process.stdout is not None:
            collect(self.name, self.process.stdout, self.own, self.common)

    def look_after(self) -> str:
        """Start it again when it died and its pause is over. Returns a sentence when there is something to say."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._next_start:
                self.start()
            return ""
        status = self.process.poll()
        if status is None:
            return ""
        self.deaths = 1 if now - self._started > HEALTHY else self.deaths + 1
        pause = PAUSES[min(self.deaths, len(PAUSES)) - 1]
        self.process, self._next_start = None, now + pause
        return f"The {self.name} process has ended ({ending(status)}); it is started again in {pause:g} s (log: {self.own.path})."

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> bool:
        """Ask it to end; False where it had to be killed."""
        return self.process is None or child.stop(self.process, signal.SIGTERM, self.patience)

    def last_lines(self) -> str:
        return tail(self.own.path)


def ending(status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
