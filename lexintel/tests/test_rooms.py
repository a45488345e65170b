"""An app imports only apps below it, inside an app a floor only floors below it, and nothing imports in a circle.

All imports count: also those inside functions and those for types only.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

APPS = ["tasks", "cases", "documents", "audio", "analytics", "lexintel"]  # from the lowest
FLOORS = {  # of each app, from the lowest: a name imports only what stands before it
    "tasks": """
        ids errors admin_links base service_registry models registry progress executors run engine manager recovery batches scheduling
        operations templatetags api views workers admin tasks urls apps management
    """,
    "cases": """
        errors models access filters forms activity tabs slots services serializers templatetags admin api views urls api_urls apps
        management
    """,
    "documents": """
        errors jobs sealing models filters explanations services.classification services.sandbox services.extraction services.storage ranged
        sheets services.organising services.chunking services.embedding services.similarity services.search services.searches
        services.recognition services.annotations services.timeline services.facts services.authorities services.alerts services.pipeline
        services.ingest services.sources services.reading
        services.chat services.review services.production services.bulk
        services.papers services.library services.demo api views consumers websocket_urls admin tasks urls apps management
    """,
    "audio": """
        errors jobs models services templatetags api views consumers websocket_urls tasks admin urls apps management
    """,
    "analytics": """
        models jobs services.charts services.usage services.impressions services.ratings services.figures services.reports
        services.sessions services.dashboards services.exports templatetags api views tasks admin urls apps management
    """,
    "lexintel": """
        steps environment models embedded frame accounts monitoring settings urls admin bootstrap celery apps asgi web templatetags
        testing startup management
    """,
}

HALLS = ("documents.services", "analytics.services")
"""Whose rooms are floors of their own."""
BEFORE_DJANGO = [
    "bootstrap.py",
    "steps.py",
    "startup/folders.py",
    "startup/logfiles.py",
    "startup/parts.py",
    *(f"embedded/{path.name}" for path in (settings.BASE_DIR / "lexintel" / "embedded").glob("*.py")),
]


def sources(app: str) -> list[Path]:
    return [path for path in (settings.BASE_DIR / app).rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]


def name_of(path: Path) -> str:
    """The dotted name of a file's module."""
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for app in APPS for path in sources(app)}


def imported(path: Path) -> Iterator[str]:
    """Full names of what a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@cache
def graph() -> dict[str, set[str]]:
    """Each module of ours with those that it imports (`from tasks import run` is an import of tasks.run)."""
    ours = modules()
    return {name: {found for full in imported(path) if (found := _module(full, ours)) not in (None, name)} for name, path in ours.items()}  # type: ignore[misc]


def _module(full: str, ours: dict[str, Path]) -> str | None:
    return next((name for name in (full, full.rpartition(".")[0]) if name in ours), None)


def floor_of(module: str) -> str:
    """A module's floor: its first name inside the app, and the second where the first is only a hall of floors."""
    inside = module.split(".")[1:]
    return ".".join(inside[: 2 if inside[0] == "services" and f"{module.split('.')[0]}.services" in HALLS else 1])


def is_inside(module: str, app: str) -> bool:
    return module.startswith(f"{app}.")


@pytest.mark.parametrize("app", APPS[:-1])
def test_no_app_imports_upward(app):
    above = APPS[APPS.index(app) + 1 :]
    imports = [(name, other) for name, others in graph().items() if is_inside(name, app) for other in others]
    assert not [f"{name} imports {other}" for name, other in imports if other.split(".")[0] in above]


@pytest.mark.parametrize("app", FLOORS)
def test_every_module_stands_on_a_floor(app):
    found = {floor_of(name) for name in modules() if is_inside(name, app) and name not in HALLS}
    assert sorted(found) == sorted(FLOORS[app].split())


@pytest.mark.parametrize("app", FLOORS)
def test_no_floor_imports_upward(app):
    floors = FLOORS[app].split()
    inside = [(name, other) for name, others in graph().items() for other in others if is_inside(name, app) and is_inside(other, app)]
    assert not [f"{name} imports {other}" for name, other in inside if floors.index(floor_of(name)) < floors.index(floor_of(other))]


def test_no_module_imports_in_a_circle():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


@pytest.mark.parametrize("name", BEFORE_DJANGO)
def test_what_runs_before_the_packages_needs_none(name):
    tops = {module.split(".")[0] for module in imported(settings.BASE_DIR / "lexintel" / name)}
    assert tops - {"lexintel"} <= set(sys.stdlib_module_names)


def test_the_project_package_stays_empty():
    assert not (settings.BASE_DIR / "lexintel" / "__init__.py").read_text().strip()


def test_no_file_is_longer_than_500_lines():
    assert not [str(path) for app in APPS for path in sources(app) if len(path.read_text().splitlines()) > 500]


def test_a_folder_holds_about_a_dozen_names():
    folders = {path.parent for path in modules().values()}
    names = {folder: [path.name for path in folder.iterdir() if path.suffix == ".py" and path.name != "__init__.py"] for folder in folders}
    assert not {str(folder): sorted(inside) for folder, inside in names.items() if len(inside) > 15}
