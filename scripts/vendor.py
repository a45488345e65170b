"""Copy the pinned browser libraries of package.json into static/vendor, with a manifest of versions, licences and hashes.

For developers: `npm install --ignore-scripts && python3 scripts/vendor.py`; `--check` only verifies what is committed.
A "vendored" entry maps a file (or a folder, ending in /) of the package to its place under static/vendor/<library>/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"
MANIFEST = TARGET / "manifest.json"
# A manifest storage looks for the maps that these comments name, and they are not shipped.
SOURCE_MAP = re.compile(rb"\s*(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*")
TEXT = {".js", ".mjs", ".css"}


def folder_of(library: str) -> str:
    return {"htmx.org": "htmx", "pdfjs-dist": "pdfjs"}.get(library, library)


def wanted(library: str, files: dict[str, str]) -> list[tuple[Path, Path]]:
    """Pairs of source and destination; folders are spread into their files."""
    pairs: list[tuple[Path, Path]] = []
    for source, place in files.items():
        origin, goal = MODULES / library / source, TARGET / folder_of(library) / place
        if source.endswith("/"):
            pairs += [(path, goal / path.relative_to(origin)) for path in sorted(origin.rglob("*")) if path.is_file()]
        else:
            pairs.append((origin, goal))
    return pairs


def copy(source: Path, goal: Path) -> None:
    data = source.read_bytes()
    if source.suffix in TEXT:
        data = SOURCE_MAP.sub(b"\n", data)
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.write_bytes(data)


def vendor(package: dict[str, Any]) -> dict[str, Any]:
    """Copy everything and return the manifest."""
    libraries: dict[str, Any] = {}
    for library, files in package["vendored"].items():
        about = json.loads((MODULES / library / "package.json").read_text())
        pinned = package["dependencies"][library]
        if about["version"] != pinned:
            sys.exit(f"node_modules has {library} {about['version']}, package.json pins {pinned}: run npm install.")
        shutil.rmtree(TARGET / folder_of(library), ignore_errors=True)
        hashes: dict[str, str] = {}
        for source, goal in wanted(library, files):
            copy(source, goal)
            hashes[str(goal.relative_to(TARGET))] = hashlib.sha256(goal.read_bytes()).hexdigest()
        libraries[library] = {"version": pinned, "licence": about["license"], "homepage": about.get("homepage", ""), "sha256": hashes}
    return {"made_by": "scripts/vendor.py", "libraries": libraries}


def differences(manifest: dict[str, Any]) -> list[str]:
    """Files that are missing or are not what the manifest says."""
    expected = {name: digest for library in manifest["libraries"].values() for name, digest in library["sha256"].items()}
    return [
        name
        for name, digest in expected.items()
        if not (TARGET / name).is_file() or hashlib.sha256((TARGET / name).read_bytes()).hexdigest() != digest
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="verify static/vendor against its manifest")
    if parser.parse_args().check:
        changed = differences(json.loads(MANIFEST.read_text()))
        sys.exit(f"Not as the manifest says: {', '.join(changed)}" if changed else 0)
    manifest = vendor(json.loads((ROOT / "package.json").read_text()))
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")
    for library, about in manifest["libraries"].items():
        print(f"{library} {about['version']} ({about['licence']}): {len(about['sha256'])} files")


if __name__ == "__main__":
    main()
