"""Who is told when a recording is ready: higher apps register."""

from __future__ import annotations

from collections.abc import Callable

from audio.models import AudioSession

Observer = Callable[[AudioSession], None]
_observers: list[Observer] = []


def on_ready(observer: Observer) -> None:
    """In `AppConfig.ready`. An observer is called in the transaction that makes the recording ready, which has its row locked."""
    if observer not in _observers:
        _observers.append(observer)


def tell_ready(session: AudioSession) -> None:
    for observer in _observers:
        observer(session)
