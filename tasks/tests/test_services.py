"""Dear things are built once per process, shared by its threads, and closed."""

from __future__ import annotations

import threading
import time

import pytest

from tasks import services


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(services, "_services", {})


def test_many_threads_get_one_instance(registry):
    made = []

    def build() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    services.register("model", build)
    got = []
    threads = [threading.Thread(target=lambda: got.append(services.get("model"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert got == made * 10
    assert services.built()["model"] >= 0.05


def test_services_are_closed_the_youngest_first(registry):
    closed = []
    services.register("first", lambda: 1, closed.append)
    services.register("second", lambda: 2, closed.append)
    services.register("never used", lambda: 3, closed.append, at_start=False)
    services.start_all()
    services.close_all()
    assert closed == [2, 1]
    assert services.built() == {}


def test_one_that_cannot_be_built_does_not_end_the_worker(registry, caplog):
    services.register("broken", lambda: 1 / 0)
    services.register("fine", lambda: 1)
    with caplog.at_level("INFO"):
        services.start_all()
    assert "Worker services initialized successfully (fine" in caplog.text
    with pytest.raises(ZeroDivisionError):
        services.get("broken")
