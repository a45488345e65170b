"""The process's event loop for `async def` tasks: one thread, one loop, so that async clients can be shared."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}
_writers: dict[int, ThreadPoolExecutor] = {}


def run(coroutine: Coroutine[Any, Any, Any], check: Callable[[], None]) -> Any:
    """Run a coroutine on the process's loop and wait for it; what `check` raises (twice a second) cancels it."""
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    try:
        while True:
            try:
                return future.result(timeout=0.5)
            except TimeoutError:
                if future.done():
                    raise
                check()
    finally:
        future.cancel()


def on_a_loop() -> bool:
    """Is the caller running inside an event loop, where Django's ORM must not be called?"""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def in_order(function: Callable[[], None]) -> None:
    """Run something blocking outside the loop, after what was given before it."""
    with _lock:
        writer = _writers.get(os.getpid())
        if writer is None:
            _writers.clear()
            writer = _writers[os.getpid()] = ThreadPoolExecutor(1, thread_name_prefix="async-progress")
    writer.submit(function)


def _loop() -> asyncio.AbstractEventLoop:
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            _loops.clear()
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="async-tasks", daemon=True).start()
        return loop
