"""Things that are dear to build (models, clients, connections), built once per process and shared by all its threads."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tasks.base.memory import give_back_memory

log = logging.getLogger(__name__)


@dataclass
class _Service:
    name: str
    build: Callable[[], Any]
    close: Callable[[Any], None] | None
    at_start: bool
    inherited: bool
    lock: threading.RLock = field(default_factory=threading.RLock)
    built: bool = False
    instance: Any = None
    seconds: float = 0.0
    pid: int = 0

    def get(self) -> Any:
        """The instance of this process (a forked child builds its own, unless the service may be inherited)."""
        if not self.is_here():
            with self.lock:
                if not self.is_here():
                    self._build()
        return self.instance

    def is_here(self) -> bool:
        return self.built and (self.inherited or self.pid == os.getpid())

    def _build(self) -> None:
        began = time.perf_counter()
        self.instance = self.build()
        self.seconds = time.perf_counter() - began
        self.built, self.pid = True, os.getpid()
        log.info("Service %s built in %.2f s", self.name, self.seconds)

    def shut(self) -> None:
        with self.lock:
            if self.built and self.pid == os.getpid() and self.close is not None:
                self.close(self.instance)
            self.built, self.instance = False, None


_services: dict[str, _Service] = {}


def register(
    name: str, build: Callable[[], Any], close: Callable[[Any], None] | None = None, *, at_start: bool = True, inherited: bool = False
) -> None:
    """Say how a service is made and closed. With `at_start` a worker process builds it before its first task; elsewhere
    (and always with `at_start=False`) it is built at first use. `inherited`: it holds no thread, no connection and no lock, so
    that a worker may build it once and the children that it forks share its memory."""
    _services[name] = _Service(name, build, close, at_start, inherited)


def get(name: str) -> Any:
    """The process's instance; raises KeyError for a name nobody registered, and whatever its build raises."""
    return _services[name].get()


def build_for_children() -> None:
    """In the parent of a pool before it forks, while nothing else runs in it: what its children may share is built here once."""
    _build([service for service in _services.values() if service.at_start and service.inherited])
    keep_loaded()


def keep_loaded() -> None:
    """All that is loaded now stays: the garbage collector need not look at it again and again, nor write to pages that are shared."""
    gc.collect()
    gc.freeze()
    give_back_memory()


def start_all() -> None:
    """Build the services of a worker process. One that cannot be built is tried again at its first use, where its error
    belongs to the task that needed it."""
    built = _build([service for service in _services.values() if service.at_start])
    gc.freeze()
    give_back_memory()
    log.info("Worker services initialized successfully (%s)", ", ".join(built) or "none needed")


def _build(wanted: list[_Service]) -> list[str]:
    """The names of those that could be built, with the seconds it took."""
    built = []
    for service in wanted:
        try:
            service.get()
        except Exception:  # a missing model must not end the worker that also serves other tasks
            log.exception("Service %s could not be built", service.name)
        else:
            built.append(f"{service.name} {service.seconds:.2f} s")
    return built


def close_all() -> None:
    """Close what this process built, the youngest first."""
    for service in reversed(list(_services.values())):
        try:
            service.shut()
        except Exception:  # every other service must still be closed
            log.exception("Service %s did not close", service.name)


def built() -> dict[str, float]:
    """Names of the services that live in this process, with the seconds their building took."""
    return {name: service.seconds for name, service in _services.items() if service.is_here()}
