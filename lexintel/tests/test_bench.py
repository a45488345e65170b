"""Each benchmark runs where a stranger runs it: a copy of the project, no development packages, no corpus beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from bench.installation import TEMPLATE
from lexintel.management.commands.bench import names
from lexintel.testing import share_models

pytestmark = pytest.mark.faults
PATIENCE = 400
LEFT_OUT = shutil.ignore_patterns(".venv", "var", ".git", "node_modules", "tests", "__pycache__")
BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def pinned(file: str) -> set[str]:
    """The names of the packages in a requirements file, normalised."""
    lines = (settings.BASE_DIR / file).read_text().splitlines()
    return {re.sub(r"[-_.]+", "-", found[1]).lower() for line in lines if (found := re.match(r"([A-Za-z0-9][\w.-]*)", line))}


def development_modules() -> set[str]:
    """What can be imported here and could not where only requirements.txt is installed."""
    development = pinned("requirements-dev.txt") - pinned("requirements.txt")
    owners = {
        module: {re.sub(r"[-_.]+", "-", name).lower() for name in distributions}
        for module, distributions in packages_distributions().items()
    }
    return {module for module, distributions in owners.items() if distributions <= development}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the project, and the environment in which its commands run."""
    place = tmp_path_factory.mktemp("stranger")
    project, blocking, var = place / "project", place / "blocking", place / "var"
    shutil.copytree(settings.BASE_DIR, project, ignore=LEFT_OUT, symlinks=True)
    blocking.mkdir()
    var.mkdir()
    share_models(var)
    (blocking / "sitecustomize.py").write_text(BLOCK.format(names=development_modules()))
    unset = ("STORAGE_URL", "TASK_EXECUTOR", "COVERAGE_PROCESS_CONFIG", "CI")
    env = {name: value for name, value in os.environ.items() if name not in unset and not name.startswith("PYTEST")}
    return project, {
        **env,
        "PYTHONPATH": f"{blocking}{os.pathsep}{project}",
        "LEXINTEL_VAR": str(var),
        "LEXINTEL_BOOTSTRAP": "off",
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
    }


@pytest.fixture(scope="module")
def prepared(stranger: tuple[Path, dict[str, str]]) -> Iterator[tuple[Path, dict[str, str]]]:
    """The same with a migrated database to copy, made as a stranger makes one: to migrate takes longer than most benchmarks."""
    project, env = stranger
    name = f"lexintel_bench_prepared_{os.getpid()}"
    with server() as session:
        session.execute(f'CREATE DATABASE "{name}"')
    try:
        url = urlsplit(env["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=project, env={**env, "DATABASE_URL": url}, check=True)
        yield project, {**env, TEMPLATE: name}
    finally:
        with server() as session:
            session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def server() -> psycopg.Connection[tuple[object, ...]]:
    """A session outside of any transaction, to make and drop databases."""
    return psycopg.connect(settings.DATABASE_URL, autocommit=True)


def bench(stranger: tuple[Path, dict[str, str]], *words: str) -> subprocess.CompletedProcess[str]:
    project, env = stranger
    command = [sys.executable, "manage.py", "bench", *words]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_the_development_packages_are_really_out_of_reach(stranger: tuple[Path, dict[str, str]]) -> None:
    assert {"pytest", "websockets", "playwright"} <= development_modules()
    for module in ("websockets", "pytest"):
        done = subprocess.run([sys.executable, "-c", f"import {module}"], env=stranger[1], capture_output=True, text=True, check=False)
        assert "No module named" in done.stderr


@pytest.mark.parametrize("name", names())
def test_a_benchmark_runs_and_says_ratios_first(prepared: tuple[Path, dict[str, str]], tmp_path: Path, name: str) -> None:
    done = bench(prepared, name, "--quick", "--json", str(tmp_path / "figures.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert 0 <= done.stdout.index("ratios and amounts") < done.stdout.index(" absolute\n")
    figures = json.loads((tmp_path / "figures.json").read_text())[name]
    assert figures["ratios"]
    assert all(value > 0 for value in [*figures["ratios"].values(), *figures["absolute"].values()]), figures


def test_a_folder_that_is_no_corpus_is_said_in_a_sentence(stranger: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    done = bench(stranger, "extraction", "--corpus", str(tmp_path))
    assert done.returncode == 1
    assert "is no corpus: it needs the folder documents/ with PDFs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_package_that_is_missing_is_said_in_a_sentence(stranger: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    project, env = stranger
    (tmp_path / "sitecustomize.py").write_text(BLOCK.format(names={"pypdf"}))
    done = bench((project, {**env, "PYTHONPATH": str(tmp_path)}), "extraction", "--quick")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == "CommandError: The benchmark extraction needs the package pypdf, which is not installed."
    assert "Traceback" not in done.stderr
