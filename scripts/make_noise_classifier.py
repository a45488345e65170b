"""Make the noise classifier that LexIntel comes with (audio/services/noise/default/), when features or computed sounds have changed.

.venv/bin/python -m scripts.make_noise_classifier
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from audio.services.noise import child, scenes
from audio.services.noise.features import SCHEMA
from documents.services.sandbox.worker import Surroundings

SERVICES = Path(__file__).parents[1] / "audio" / "services"


def main() -> None:
    target = SERVICES / "noise" / "default"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        around = Surroundings(Path(name), lambda done, of: print(f"\r{done} of {of}   ", end="", flush=True))
        material = str(Path(name) / "generated.npz")
        hearing = str(SERVICES / "demo" / "hearing.ogg")
        made = child.run({"do": "generate", "hearing": hearing, "count": scenes.COUNT, "seed": scenes.SEED, "target": material}, around)
        learned = child.run({"do": "train", "materials": [[material, "generated"]], "target": str(target / "forest.skops")}, around)
    sha256 = hashlib.sha256((target / "forest.skops").read_bytes()).hexdigest()
    described = {"sha256": sha256, "schema": SCHEMA, "sources": {"generated": made["rows"]}, **learned}
    (target / "forest.json").write_text(json.dumps(described, indent=1) + "\n")
    print(f"\naccuracy {learned['metrics']['accuracy']}, F1 {learned['metrics']['f1']}")


if __name__ == "__main__":
    main()
