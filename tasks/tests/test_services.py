"""Dear things are built once per process, shared by its threads, and closed."""

from __future__ import annotations

import threading
import time

import pytest

from tasks import service_registry


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(service_registry, "_services", {})


def test_many_threads_get_one_instance(registry):
    made = []

    def build() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    service_registry.register("model", build)
    got = []
    threads = [threading.Thread(target=lambda: got.append(service_registry.get("model"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert got == made * 10
    assert service_registry.built()["model"] >= 0.05


def test_services_are_closed_the_youngest_first(registry):
    closed = []
    service_registry.register("first", lambda: 1, closed.append)
    service_registry.register("second", lambda: 2, closed.append)
    service_registry.register("never used", lambda: 3, closed.append, at_start=False)
    service_registry.start_all()
    service_registry.close_all()
    assert closed == [2, 1]
    assert service_registry.built() == {}


def test_one_that_cannot_be_built_does_not_end_the_worker(registry, caplog):
    service_registry.register("broken", lambda: 1 / 0)
    service_registry.register("fine", lambda: 1)
    with caplog.at_level("INFO"):
        service_registry.start_all()
    assert "Worker services initialized successfully (fine" in caplog.text
    with pytest.raises(ZeroDivisionError):
        service_registry.get("broken")
