"""From bare Python to a complete environment, and never trusting a half-made one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lexintel import bootstrap
from lexintel.bootstrap import DEV_FILE, FILES, Environment, check_python, needed_by, pip_settings, uv_settings
from lexintel.steps import StepFailed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (*FILES, DEV_FILE):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def made(project: Path) -> Environment:
    """An environment that claims to be complete (its Python is a link, nothing is installed)."""
    environment = Environment(project)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    environment.write_stamp(FILES)
    return environment


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (4, 0)])
def test_another_python_is_refused_in_one_sentence(version):
    with pytest.raises(StepFailed, match=r"^LexIntel needs Python 3\.11 to 3\.14; this is \d+\.\d+"):
        check_python(version, has_ensurepip=True)


def test_a_python_without_ensurepip_is_refused_in_one_sentence():
    with pytest.raises(StepFailed, match="apt install python3-venv"):
        check_python((3, 12), has_ensurepip=False)


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_supported_pythons_are_accepted(minor):
    check_python((3, minor), has_ensurepip=True)


def test_only_tests_need_the_tools_of_development():
    assert DEV_FILE in needed_by(["manage.py", "test", "-k", "x"])
    assert DEV_FILE not in needed_by(["manage.py", "up"])
    assert needed_by(["manage.py"]) == FILES


def test_a_complete_environment_fits(made):
    assert made.fits(FILES)


def test_an_environment_without_a_stamp_is_not_trusted(made):
    made.stamp.unlink()
    assert not made.fits(FILES)


def test_a_torn_stamp_is_not_trusted(made):
    made.stamp.write_text(made.stamp.read_text()[:20])
    assert not made.fits(FILES)


def test_changed_requirements_do_not_fit(made):
    (made.root / "requirements.txt").write_text("Django==6.0\n")
    assert not made.fits(FILES)


def test_a_stamp_of_another_python_does_not_fit(made):
    content = json.loads(made.stamp.read_text())
    made.stamp.write_text(json.dumps({**content, "python": "3.9"}))
    assert not made.fits(FILES)


def test_an_environment_whose_python_is_gone_does_not_fit(made):
    made.python.unlink()
    made.python.symlink_to("/nowhere/python")
    assert not made.fits(FILES)


def test_development_tools_that_are_not_installed_yet_do_not_fit(made):
    assert not made.fits((*FILES, DEV_FILE))


def test_what_pip_is_told_is_told_to_uv(monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels/a /wheels/b")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://packages.example.org/simple")
    told = uv_settings(pip_settings([sys.executable, "-m", "pip"]), {})
    assert told["UV_FIND_LINKS"] == "/wheels/a,/wheels/b"
    assert told["UV_INDEX"] == "https://packages.example.org/simple"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_settings_of_uv_itself_stay():
    assert uv_settings({"index-url": "https://a.example/simple"}, {"UV_DEFAULT_INDEX": "https://b.example/simple"}) == {}


def test_two_commands_at_once_make_one_environment(project):
    program = "import sys; from pathlib import Path; from lexintel.bootstrap import *; Environment(Path(sys.argv[1])).complete(FILES)"
    command = [sys.executable, "-c", program, str(project)]
    env = {**os.environ, "PYTHONPATH": str(bootstrap.ROOT)}
    both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=180)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert Environment(project).fits(FILES)
    assert sum("making .venv" in text for text in said) == 1, said
