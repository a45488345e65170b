"""The sandbox by itself, with a toy job: progress, limits, kill, crash, garbage; nothing of any format."""

from __future__ import annotations

import ast
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from documents.services import sandbox
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.pool import Pool

pytestmark = pytest.mark.faults
TOY = "documents.tests.toy_job:run"
Pools = Callable[..., Pool]


class Stop(Exception):
    """What a check raises to stop a job."""


@pytest.fixture
def pools(tmp_path: Path) -> Iterator[Pools]:
    made: list[Pool] = []

    def make(size: int | None = None, entry: str = TOY, **limits: Any) -> Pool:
        needs = lambda: Needs(writes=(str(tmp_path),))  # noqa: E731 - where the toy leaves its marks
        made.append(Pool(entry, scratch=lambda: tmp_path / "scratch", limits=Limits(**limits), size=size, needs=needs))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def run(pool: Pool, do: str, check: Callable[[], None] = lambda: None, progress: Any = lambda *_: None, **request: Any) -> dict[str, Any]:
    return pool.run({"do": do, **request}, check=check, progress=progress)


def stop_after(calls: int) -> Callable[[], None]:
    asked: list[float] = []

    def check() -> None:
        asked.append(time.monotonic())
        if len(asked) >= calls:
            raise Stop

    check.asked = asked  # type: ignore[attr-defined]
    return check


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_result_comes_from_one_warm_child(pools: Pools) -> None:
    pool = pools()
    results = [run(pool, "nothing", say=["ä", {"n": n}]) for n in range(4)]
    assert len({result["pid"] for result in results} - {os.getpid()}) == 1
    assert [result["calls"] for result in results] == [1, 2, 3, 4]
    assert results[3]["found"] == ["ä", {"n": 3}]


def test_progress_arrives_in_order_and_to_the_end(pools: Pools) -> None:
    seen: list[tuple[int, int]] = []
    run(pools(), "steps", count=30, pause=0.02, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == (30, 30)


def test_a_refusal_is_carried_with_its_words_and_costs_no_child(pools: Pools) -> None:
    pool = pools()
    before = run(pool, "nothing")["pid"]
    with pytest.raises(JobRefused) as caught:
        run(pool, "refuse")
    assert (caught.value.code, caught.value.details) == ("too_green", {"colour": "green", "shade": 7})
    assert run(pool, "nothing")["pid"] == before


def test_an_unexpected_error_is_named_and_costs_no_child(pools: Pools) -> None:
    pool = pools()
    before = run(pool, "nothing")["pid"]
    with pytest.raises(JobFailed) as caught:
        run(pool, "stumble")
    assert (caught.value.code, caught.value.reason) == ("failed", "ZeroDivisionError")
    assert "as told" in caught.value.traceback
    assert run(pool, "nothing")["pid"] == before


def test_a_full_disk_is_the_callers_error(pools: Pools) -> None:
    with pytest.raises(OSError, match="No space left"):
        run(pools(), "full")


def test_a_stopped_job_is_killed_at_once(pools: Pools, tmp_path: Path) -> None:
    pool, check = pools(), stop_after(4)
    with pytest.raises(Stop):
        run(pool, "hang", check=check, alive=True, marker=str(tmp_path / "pid"))
    assert time.monotonic() - check.asked[-1] < 5  # type: ignore[attr-defined]
    assert not alive(int((tmp_path / "pid").read_text()))
    assert run(pool, "nothing")["calls"] == 1


def test_check_is_asked_twice_a_second_during_silence(pools: Pools) -> None:
    check = stop_after(6)
    with pytest.raises(Stop):
        run(pools(), "hang", check=check)
    asked = check.asked  # type: ignore[attr-defined]
    assert max(later - earlier for earlier, later in pairwise(asked)) < 0.5


@pytest.mark.parametrize(
    ("limits", "do", "request_", "code"),
    [
        ({"wall_seconds": 0.6}, "hang", {"alive": True}, "timeout"),
        ({"silent_seconds": 0.6}, "hang", {}, "timeout"),
        ({"cpu_seconds": 1}, "spin", {}, "timeout"),
        ({"memory_bytes": 200 * 1024**2}, "eat", {"bytes": 400 * 1024**2}, "memory"),
    ],
)
def test_limits_end_a_job_and_the_next_one_runs(pools: Pools, limits: dict[str, Any], do: str, request_: dict[str, Any], code: str) -> None:
    pool = pools(**limits)
    run(pool, "nothing")
    with pytest.raises(JobFailed) as caught:
        run(pool, do, **request_)
    assert caught.value.code == code
    assert run(pool, "nothing")["calls"] == 1


def test_a_wall_time_can_be_set_for_one_job(pools: Pools) -> None:
    pool = pools()
    with pytest.raises(JobFailed, match="timeout"):
        pool.run({"do": "hang"}, check=lambda: None, progress=lambda *_: None, wall_seconds=0.3)


def test_processor_time_is_granted_anew_to_each_job(pools: Pools) -> None:
    pool = pools(cpu_seconds=1)
    assert [run(pool, "spin", seconds=0.8)["calls"] for _ in range(3)] == [1, 2, 3]


def test_a_crash_is_tried_again_once_in_a_fresh_child(pools: Pools, tmp_path: Path) -> None:
    assert run(pools(), "crash", once=str(tmp_path / "once"))["found"] == "second time"


def test_a_job_that_kills_every_child_ends(pools: Pools) -> None:
    pool = pools()
    with pytest.raises(JobFailed, match="crashed"):
        run(pool, "crash")
    assert run(pool, "nothing")["calls"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x00\x00\x00\x05junk!",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x09\xff\xfe\x00\x00{}{}{",
        b'\x00\x00\x00\x0c{"answer":1}',
        b'\x00\x00\x00\x13{"result": "naked"}',
        b'\x00\x00\x00\x0e{"refused": 7}',
        b'\x00\x00\x00\x11{"progress": "x"}',
    ],
)
def test_garbage_on_the_wire_is_a_crash_and_no_answer(pools: Pools, wrong: bytes) -> None:
    pool = pools()
    with pytest.raises(JobFailed, match="crashed"):
        run(pool, "garbage", bytes=wrong.hex())
    assert run(pool, "nothing", say="well")["found"] == "well"


def test_half_a_message_followed_by_silence_ends_in_time(pools: Pools) -> None:
    pool = pools(silent_seconds=0.6)
    with pytest.raises(JobFailed, match="timeout"):
        run(pool, "garbage", bytes=b"\x00\x00\xff\xffhalf".hex(), then="hang")


def test_what_a_job_prints_never_reaches_the_wire(pools: Pools) -> None:
    assert run(pools(), "talk")["found"] is None


def test_threads_share_the_children_and_wait_for_their_turn(pools: Pools) -> None:
    pool = pools(size=2)
    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(lambda n: run(pool, "steps", count=1, pause=0.02), range(18)))
    assert len({result["pid"] for result in results}) <= 2


def test_who_waits_for_a_child_can_be_stopped(pools: Pools) -> None:
    pool, entered, leave = pools(size=1), threading.Event(), threading.Event()

    def hold() -> None:
        with pool.child(lambda: None):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    with pytest.raises(Stop):
        run(pool, "nothing", check=stop_after(1))
    leave.set()
    holder.join()


def test_a_worn_out_child_is_replaced(pools: Pools) -> None:
    pool = pools(jobs_per_child=2)
    assert [run(pool, "nothing")["calls"] for _ in range(5)] == [1, 2, 1, 2, 1]


def test_the_child_outlives_the_thread_that_asked_first(pools: Pools) -> None:
    pool, found = pools(), []
    thread = threading.Thread(target=lambda: found.append(run(pool, "nothing")))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert run(pool, "nothing")["pid"] == found[0]["pid"]


def test_a_frozen_child_is_ended(pools: Pools) -> None:
    pool = pools(silent_seconds=0.6)
    child = run(pool, "nothing")["pid"]
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(JobFailed, match="timeout"):
        run(pool, "nothing")
    assert not alive(child)


def test_a_child_gets_nothing_of_the_parents_environment_and_no_django(pools: Pools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "x")
    pool = pools()
    assert "SECRET_OF_THE_PARENT" not in run(pool, "environment")["found"]
    assert not {"django", "psycopg", "celery", "lxml"} & set(run(pool, "loaded")["found"])


def test_files_of_a_job_are_in_its_folder_and_go_with_it(pools: Pools, tmp_path: Path) -> None:
    pool = pools()
    found = run(pool, "temporary")
    assert found["found"].startswith(found["folder"])
    assert found["folder"].startswith(str(tmp_path / "scratch"))
    assert [path for path in (tmp_path / "scratch").rglob("*") if path.name not in ("in", "work")] == [*(tmp_path / "scratch").iterdir()]
    pool.close()
    assert list((tmp_path / "scratch").iterdir()) == []  # with the child its room


def test_a_folder_of_the_callers_stays_until_he_removes_it(pools: Pools) -> None:
    pool = pools()
    folder = pool.folder()
    pool.run({"do": "temporary"}, check=lambda: None, progress=lambda *_: None, folder=folder)
    assert {"relative", "at home"} <= {path.name for path in folder.path.iterdir()}
    folder.remove()
    assert not folder.path.exists()


def test_it_knows_nothing_of_what_it_runs() -> None:
    """Only itself and the standard library: audio and text recognition are to stand beside extraction, not on it."""
    package = Path(sandbox.__file__).parent
    names = {
        name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names] if isinstance(node, ast.Import) else []
        )
        if name
    }
    assert not [name for name in names if name.startswith("documents") and not name.startswith("documents.services.sandbox")]
    assert not [name for name in names if name.split(".")[0] in ("django", "tasks", "cases", "lexintel")]
