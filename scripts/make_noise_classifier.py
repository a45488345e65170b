"""Make the noise classifier that LexIntel comes with (audio/services/noise/default/), when features or computed sounds have changed.

.venv/bin/python -m scripts.make_noise_classifier
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from audio.services.noise import child
from audio.services.noise.features import SCHEMA
from documents.services.sandbox.worker import Surroundings

SERVICES = Path(__file__).parents[1] / "audio" / "services"
SCENES, SEED = 360, 1  # as audio.services.noise.learning has it, which needs Django


def main() -> None:
    target = SERVICES / "noise" / "default"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        around = Surroundings(Path(name), lambda done, of: print(f"\r{done} of {of}   ", end="", flush=True))
        material = str(Path(name) / "generated.npz")
        hearing = str(SERVICES / "demo" / "hearing.ogg")
        made = child.run({"do": "generate", "hearing": hearing, "count": SCENES, "seed": SEED, "target": material}, around)
        learned = child.run({"do": "train", "materials": [[material, "generated"]], "target": str(target / "forest.skops")}, around)
    (target / "forest.json").write_text(json.dumps(_described(learned, made["rows"], target / "forest.skops"), indent=1) + "\n")
    print(f"\naccuracy {learned['metrics']['accuracy']}, F1 {learned['metrics']['f1']}")


def _described(learned: dict[str, Any], rows: int, file: Path) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "schema": SCHEMA,
        "labels": learned["labels"],
        "thresholds": {label: each["threshold"] for label, each in learned["metrics"]["labels"].items()},
        "metrics": learned["metrics"],
        "sources": {"generated": rows},
        "fingerprint": learned["fingerprint"],
    }


if __name__ == "__main__":
    main()
