"""`manage.py test`, and the pytest plugin behind it (plain `pytest` loads it too, see pyproject.toml).

Where DATABASE_URL or REDIS_URL is not set the tests get embedded servers of their own, before Django's settings are read, in a folder
that is gone afterwards. Much of the suite waits for processes, so the whole of it runs in several processes, each with servers of its own
and whole files of tests. Tests marked `browser` are skipped where there is no Chromium; with CI=true they fail instead.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lexintel.embedded.client import VARIABLES, Attachment

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2  # more would make tests of time limits wait for a core
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LONGEST = ("lexintel/tests/browser/", "lexintel/tests/test_bench.py")
"""Files that stay together or alone take minutes: begun last, they would leave one process without work."""
attachment_key = pytest.StashKey[Attachment]()


def main(words: list[str]) -> int:
    """Become pytest: its summary is the last thing said, its exit status is ours."""
    os.chdir(ROOT)
    at_once = ["-n", str(AT_ONCE)] if asks_for_all(words) else []
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *at_once, *words])  # noqa: S606


def asks_for_all(words: list[str]) -> bool:
    """Whether no file is named, and no servers that the processes would have to share."""
    some = any(word in ("-n", "--collect-only", "--pdb") or Path(word.partition("::")[0]).exists() for word in words)
    return not some and not any(os.environ.get(variable) for variable in VARIABLES)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """A wrapper, because pytest-django reads the settings in its own first implementation of this hook."""
    shares_work_out = early_config.known_args_namespace.numprocesses and "PYTEST_XDIST_WORKER" not in os.environ
    if not shares_work_out:
        start_servers(early_config)
    yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is begun first. pytest-django would have it last, as it uses no test database."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the order of the collection
    return WholeFiles(config, log)


class WholeFiles(LoadScopeScheduling):
    """The tests of a file run in one process, in their order; those that drive pages share one site, and one process too."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if "/browser/" in file else file


def pytest_unconfigure(config: pytest.Config) -> None:
    attachment = config.stash.get(attachment_key, None)
    if attachment is not None:
        attachment.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or chromium() is not None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("No Chromium is installed, and CI=true does not allow to skip browser tests.", pytrace=False)
    pytest.skip("no Chromium is installed")


def start_servers(config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    var = Path(tempfile.mkdtemp(prefix="lexintel-test-"))
    share_models(var)
    attachment = config.stash[attachment_key] = Attachment(var, disposable=True)
    attachment.open()
    os.environ.update(attachment.addresses)
    os.environ.setdefault("LEXINTEL_VAR", str(var))


def share_models(var: Path) -> None:
    """Converted models are the same for everybody, checked by their hashes, and dear to make."""
    models = ROOT / "var" / "models"
    models.mkdir(parents=True, exist_ok=True)
    (var / "models").symlink_to(models)


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
