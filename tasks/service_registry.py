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

log = logging.getLogger(__name__)


@dataclass
class _Service:
    name: str
    build: Callable[[], Any]
    close: Callable[[Any], None] | None
    at_start: bool
    lock: threading.RLock = field(default_factory=threading.RLock)
    built: bool = False
    instance: Any = None
    seconds: float = 0.0
    pid: int = 0

    def get(self) -> Any:
        """The instance of this process (a forked child builds its own)."""
        if not (self.built and self.pid == os.getpid()):
            with self.lock:
                if not (self.built and self.pid == os.getpid()):
                    self._build()
        return self.instance

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


def register(name: str, build: Callable[[], Any], close: Callable[[Any], None] | None = None, *, at_start: bool = True) -> None:
    """Say how a service is made and closed. With `at_start` a worker process builds it before its first task; elsewhere
    (and always with `at_start=False`) it is built at first use."""
    _services[name] = _Service(name, build, close, at_start)


def get(name: str) -> Any:
    """The process's instance; raises KeyError for a name nobody registered, and whatever its build raises."""
    return _services[name].get()


def start_all() -> None:
    """Build the services of a worker process. One that cannot be built is tried again at its first use, where its error
    belongs to the task that needed it."""
    built = []
    for service in [service for service in _services.values() if service.at_start]:
        try:
            service.get()
        except Exception:  # a missing model must not end the worker that also serves other tasks
            log.exception("Service %s could not be built", service.name)
        else:
            built.append(f"{service.name} {service.seconds:.2f} s")
    gc.freeze()  # all that is loaded now stays: the garbage collector need not look at it again and again
    log.info("Worker services initialized successfully (%s)", ", ".join(built) or "none needed")


def close_all() -> None:
    """Close what this process built, the youngest first."""
    for service in reversed(list(_services.values())):
        try:
            service.shut()
        except Exception:  # every other service must still be closed
            log.exception("Service %s did not close", service.name)


def built() -> dict[str, float]:
    """Names of the services that live in this process, with the seconds their building took."""
    return {name: service.seconds for name, service in _services.items() if service.built and service.pid == os.getpid()}
