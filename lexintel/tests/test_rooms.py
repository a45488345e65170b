"""An app imports only apps below it, and what runs before the packages are installed needs the standard library only."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOMS = ["tasks", "cases", "documents", "audio", "analytics", "lexintel"]  # from the lowest
BEFORE_DJANGO = [
    "bootstrap.py",
    "steps.py",
    "logfiles.py",
    "parts.py",
    *(f"embedded/{path.name}" for path in (settings.BASE_DIR / "lexintel" / "embedded").glob("*.py")),
]


def sources(room: str) -> list[Path]:
    return [path for path in (settings.BASE_DIR / room).rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]


def imported(path: Path) -> Iterator[str]:
    """Full names of what a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("room", ROOMS[:-1])
def test_no_app_imports_upward(room):
    above = set(ROOMS[ROOMS.index(room) + 1 :])
    wrong = [
        f"{path.relative_to(settings.BASE_DIR)}: {name}" for path in sources(room) for name in imported(path) if name.split(".")[0] in above
    ]
    assert not wrong


@pytest.mark.parametrize("name", BEFORE_DJANGO)
def test_what_runs_before_the_packages_needs_none(name):
    tops = {module.split(".")[0] for module in imported(settings.BASE_DIR / "lexintel" / name)}
    assert tops - {"lexintel"} <= set(sys.stdlib_module_names)


def test_the_project_package_stays_empty():
    assert not (settings.BASE_DIR / "lexintel" / "__init__.py").read_text().strip()


def test_no_file_is_longer_than_500_lines():
    assert not [str(path) for room in ROOMS for path in sources(room) if len(path.read_text().splitlines()) > 500]
