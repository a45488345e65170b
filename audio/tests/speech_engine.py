"""An engine for the tests: reads text, writes a tone as WAV, or does what no engine should.

`speech_engine.py MODE LOG`: what it is asked to read is appended to LOG, a line of JSON each.
"""

from __future__ import annotations

import array
import json
import math
import os
import struct
import subprocess
import sys
import time

RATE = 16_000


def tone(seconds: float, *, streamed: bool = False) -> bytes:
    """A WAV file; `streamed` claims the length that programs write who do not know it yet."""
    samples = array.array("h", (round(9000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(round(seconds * RATE))))
    size = 0x7FFFF000 if streamed else len(samples) * 2
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return head + struct.pack("<4sI", b"data", size) + samples.tobytes()


def main(mode: str, log: str) -> int:
    text = sys.stdin.buffer.read().decode("utf-8")
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps({"text": text, "pid": os.getpid(), "environment": dict(os.environ)}) + "\n")
    out = sys.stdout.buffer
    if mode in ("tone", "streamed", "long"):
        out.write(tone(20 if mode == "long" else 0.5, streamed=mode == "streamed"))
    elif mode == "garbage":
        out.write(b"Usage: speak [options]\n" * 100)
    elif mode == "empty":
        out.write(tone(0))
    elif mode == "fails":
        sys.stderr.write("no such voice\n")
        return 3
    elif mode == "hangs":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps({"child": child.pid}) + "\n")
        time.sleep(600)
    elif mode == "endless":
        while True:
            out.write(b"\0" * 1_000_000)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
