"""The process that runs the embedded servers as long as anybody uses them.

Every user holds a shared lock on `users.lock`; the keeper gets it exclusively when the last one is gone, killed ones included, and
then stops the servers. So no command stops them under another, and none of them can leak. Run by lexintel.embedded.client.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from lexintel.embedded import child
from lexintel.embedded.locks import open_lock, try_lock
from lexintel.embedded.place import Place
from lexintel.embedded.postgres import Postgres
from lexintel.embedded.valkey import Valkey
from lexintel.steps import StepFailed

PAUSE = 0.2
SERVERS: dict[str, type[Postgres | Valkey]] = {"postgres": Postgres, "valkey": Valkey}


class Keeper:
    """Starts the named servers of a place, starts them again when they die, stops them when the last user is gone."""

    def __init__(self, place: Place, names: list[str], *, disposable: bool) -> None:
        self.place, self.disposable = place, disposable
        self.state = place.run / "servers.json"
        self.servers = [SERVERS[name](place, disposable=disposable) for name in names]
        self.asked_to_stop = False

    def start(self) -> None:
        for server in self.servers:
            server.prepare()
            server.start()
        draft = self.state.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({server.variable: server.url for server in self.servers}))
        draft.rename(self.state)

    def keep(self, users: int) -> None:
        """Return when nobody uses the servers any more, or the keeper was asked to stop."""
        while not self.asked_to_stop and not try_lock(users):
            for server in self.servers:
                if not server.is_alive():
                    log(f"{server.name} has ended; starting it again")
                    server.start()
            time.sleep(PAUSE)

    def stop(self) -> None:
        self.state.unlink(missing_ok=True)
        for server in reversed(self.servers):  # Valkey first, PostgreSQL last
            server.stop()
        if self.disposable:
            self.place.remove()

    def stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True


def log(sentence: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), sentence, file=sys.stderr, flush=True)


def main(var: str, kind: str, *names: str) -> int:
    """`kind` is `lasting` or `disposable`. Writes "ready" to the standard output, or why the servers did not start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = Place(Path(var))
    alone = open_lock(place.run / "keeper.lock")
    users = open_lock(place.run / "users.lock")
    if not child.wait_until(lambda: try_lock(alone), 2):  # who looks whether a keeper runs holds the lock for a moment
        print("Another keeper runs already.", flush=True)
        return 1
    keeper = None
    try:
        keeper = Keeper(place, list(names), disposable=kind == "disposable")
        signal.signal(signal.SIGTERM, keeper.stop_soon)
        keeper.start()
        tell("ready")
        keeper.keep(users)
    except StepFailed as failure:
        log(str(failure))
        tell(f"{failure}\n{failure.log}")
        return 1
    finally:
        if keeper is not None:
            keeper.stop()
        os.close(alone)  # before `users`: who gets in then finds no keeper
    return 0


def tell(answer: str) -> None:
    """Answer the command that waits for the servers, if it still does, and close the pipe."""
    try:
        os.write(1, answer.encode())
    except BrokenPipeError:
        log("the command that wanted the servers is gone")
    os.dup2(2, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
