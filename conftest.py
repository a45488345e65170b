"""What every test may ask for: people with each role in one case, a client of the API for each, the corpus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_django
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from cases.models import Case
from documents.services.sandbox.pool import close_all
from lexintel.models import ApiToken, User
from lexintel.tests.emptying import instead_of_flush
from lexintel.tests.members import case_of, person
from lexintel.tests.sessions import end_sessions

CORPUS = django_settings.BASE_DIR.parent / "shared" / "corpus"


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    """One round instead of a million. Same algorithm, so a server process started by a test can check them too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """At the end nobody uses the test database any more, so that it can be dropped."""
    name = connection.settings_dict["NAME"]
    with pytest.MonkeyPatch.context() as patch:
        instead_of_flush(patch)
        yield
    if django_db_keepdb:
        return
    with django_db_blocker.unblock():
        left = end_sessions(name)
    if left:
        pytest.fail(f"Processes that tests started still used the database at the end: {'; '.join(left)}", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def own_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Files of tests never land among real ones; processes started by tests inherit the same folder."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch, override_settings(STORAGE_URL=f"file://{folder}"):
        patch.setenv("STORAGE_URL", f"file://{folder}")
        yield folder


@pytest.fixture(scope="session", autouse=True)
def parsers_end_with_the_tests() -> Iterator[None]:
    """Before the coverage of their code is added up, not when the interpreter ends."""
    yield
    close_all()


@pytest.fixture
def owner(db: None) -> User:
    return person("owner")


@pytest.fixture
def editor(db: None) -> User:
    return person("editor")


@pytest.fixture
def viewer(db: None) -> User:
    return person("viewer")


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger")


@pytest.fixture
def case(owner: User, editor: User, viewer: User) -> Case:
    return case_of(owner, editor, viewer)


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """`api(user)` is a client who is that user; `api()` is nobody."""

    def client(user: User | None = None) -> APIClient:
        made = APIClient()
        made.force_authenticate(user)
        return made

    return client


@pytest.fixture
def token() -> Callable[[User], str]:
    return lambda user: ApiToken.issue(user, "test")[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus; absent is a skip on a person's machine and a failure in CI."""
    if not CORPUS.is_dir():
        message = f"The corpus is not at {CORPUS}."
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        pytest.skip(message)
    return CORPUS
