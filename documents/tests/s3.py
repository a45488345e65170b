"""A real S3-speaking server on this machine (nanio: it checks signatures and keeps objects as plain files), which tests may stop, start and
meddle with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

BUCKET, PREFIX = "matters", "kept/here"
KEY, SECRET = "an-access-key", "a-secret-key-of-forty-letters-for-tests"


class Server:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        (folder / BUCKET).mkdir(parents=True)

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}/{PREFIX}?endpoint=http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET, "NANIO_LOG_LEVEL": "error"}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("The S3 server did not start.")

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def path_of(self, name: str) -> Path:
        """Where an object lies on the server's own disk."""
        return self.folder / BUCKET / PREFIX / name

    def names(self) -> set[str]:
        """Of what is stored."""
        root = self.folder / BUCKET / PREFIX
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "nanio" not in str(path.relative_to(root))}
