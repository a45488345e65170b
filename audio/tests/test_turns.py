"""Who comes first at the one speech model of a machine: a person who dictates, before files that wait."""

from __future__ import annotations

import threading
import time

from audio.services.transcription.server import Turns

SOON_S = 10.0


def until(condition) -> None:
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_dictation_comes_before_files_that_have_waited_longer():
    turns, order = Turns(), []
    waiting = 0

    def work(name: str, *, hurry: bool) -> None:
        nonlocal waiting
        waiting += 1
        with turns.turn(hurry=hurry):
            order.append(name)

    with turns.turn(hurry=False):
        threads = []
        for name, hurry in (("file 1", False), ("file 2", False), ("dictation", True)):
            before = waiting
            threads.append(threading.Thread(target=work, args=(name,), kwargs={"hurry": hurry}))
            threads[-1].start()
            until(lambda before=before: waiting > before)
            until(lambda hurry=hurry: not hurry or turns._hurried == 1)
        time.sleep(0.05)
        assert order == [], "one at a time"
    for thread in threads:
        thread.join(SOON_S)
    assert order[0] == "dictation"
    assert sorted(order[1:]) == ["file 1", "file 2"]


def test_who_fails_gives_the_turn_back():
    turns = Turns()
    try:
        with turns.turn(hurry=True):
            raise ConnectionError("the client is gone")
    except ConnectionError:
        pass
    with turns.turn(hurry=False):
        assert turns._hurried == 0
