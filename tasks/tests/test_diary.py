"""A task's diary: what it logged and where it was, for people who ask later; and the same names on the lines of the log."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from lexintel.monitoring import logs
from tasks.engine import attempt_log, attempts
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import Status, TaskLine, TaskRecord
from tasks.registry import task
from tasks.run import TaskRun
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, celery_worker, until

log = logging.getLogger("trial.diary")


@task("trial.talks", payload=Job)
def talks(job: Job, run: TaskRun) -> None:
    run.progress(10, "opening", "page 1 of 2")
    run.progress(20, "opening", "page 2 of 2")
    log.info("the file has %d pages", 2)
    log.debug("too quiet to be kept")
    run.progress(50, "reading")
    try:
        raise ValueError("a bad \x00 page")
    except ValueError:
        log.exception("page 2 was left out")


@task("trial.talks_too_much", payload=Job)
def talks_too_much(job: Job, run: TaskRun) -> None:
    for number in range(1000):
        log.info("line %d %s", number, "x" * 5000)


@task("trial.talks_and_fails", payload=Job)
def talks_and_fails(job: Job, run: TaskRun) -> None:
    log.warning("the key does not fit")
    raise PermanentError("Nothing fits.")


@task("trial.silent", payload=Job)
def silent(job: Job, run: TaskRun) -> None:
    pass


@pytest.fixture
def run(db: None) -> Iterator[object]:  # noqa: F811
    """Submits a task, runs it here and gives its diary as (level, text) pairs."""

    def run_(name: str) -> list[tuple[str, str]]:
        record = manager.submit(name, Job())
        TaskRecord.objects.filter(pk=record.pk).update(status=Status.QUEUED, executor="background")
        assert attempts.run_attempt(record.pk, "background")
        return list(TaskLine.objects.filter(record=record).values_list("level", "text"))

    with override_settings(TASK_EXECUTOR="background"):
        yield run_


def test_steps_and_log_lines_are_kept_in_their_order(run: Any) -> None:
    assert run("trial.talks") == [
        ("event", "opening: page 1 of 2"),
        ("info", "the file has 2 pages"),
        ("event", "reading"),
        ("error", "page 2 was left out (ValueError: a bad  page)"),
    ]


def test_of_a_talkative_task_the_beginning_and_the_end_are_kept(run: Any) -> None:
    lines = run("trial.talks_too_much")
    assert len(lines) == attempt_log.FIRST + 1 + attempt_log.LAST
    assert lines[attempt_log.FIRST] == ("event", "800 lines are left out here.")
    assert lines[0][1].startswith("line 0 ")
    assert lines[-1][1].startswith("line 999 ")
    assert {len(text) for level, text in lines if level == "info"} == {attempt_log.LONGEST}


def test_a_failure_keeps_its_lines_and_how_it_ended(run: Any) -> None:
    lines = run("trial.talks_and_fails")
    assert lines[0] == ("warning", "the key does not fit")
    assert "Nothing fits." in lines[1][1]


def test_a_line_whose_arguments_do_not_fit_does_not_end_the_task() -> None:
    page = attempt_log.Page(uuid.uuid4(), "trial.ok", 1, None)
    token = attempt_log._page.set(page)
    attempt_log.DiaryHandler().handle(logging.LogRecord("x", logging.INFO, "x.py", 1, "the %s fits", ("key", "superfluous"), None))
    attempt_log._page.reset(token)
    assert page.lines()[0].text == "the %s fits (not all arguments converted during string formatting)"


def test_a_silent_task_writes_nothing(run: Any) -> None:
    assert run("trial.silent") == []


def line(format_: str, page: attempt_log.Page | None) -> str:
    """A log line as LOG_FORMAT=`format_` writes it while a thread works on `page`."""
    config = logs.configuration(format_, "INFO")["formatters"][format_]
    made = config.pop("()")
    module, _, name = made.rpartition(".")
    config["fmt"] = config.pop("format")
    formatter = getattr(__import__(module, fromlist=[name]), name)(**config)
    record = logging.LogRecord("documents", logging.INFO, "x.py", 1, "read", (), None)
    token = attempt_log._page.set(page)
    logs.TaskFilter().filter(record)
    attempt_log._page.reset(token)
    return str(formatter.format(record))


def test_a_line_of_a_task_names_it_and_another_line_does_not() -> None:
    case = uuid.uuid4()
    page = attempt_log.Page(uuid.uuid4(), "trial.ok", 2, case)
    told = json.loads(line("json", page))
    assert (told["task"], told["task_name"], told["attempt"], told["case"]) == (str(page.task), "trial.ok", 2, str(case))
    assert (told["logger"], told["level"], told["message"]) == ("documents", "INFO", "read")
    assert "task" not in json.loads(line("json", None))
    assert f"documents [trial.ok {str(page.task)[-8:]}#2] read" in line("text", page)
    assert line("text", None).endswith("documents read")


@pytest.mark.faults
@override_settings(TASK_EXECUTOR="celery")
def test_every_line_of_a_task_in_a_real_workers_log_is_json_with_its_names(committed: None) -> None:  # noqa: F811
    scope = uuid.uuid4()
    with celery_worker(1, LOG_FORMAT="json", TASK_MODULES="tasks.tests.test_diary") as worker:
        record = manager.submit("trial.talks", Job(), scope=scope)
        until(lambda: TaskRecord.objects.filter(pk=record.pk, status=Status.SUCCEEDED).exists(), 30, "the task")
        lines = until(lambda: _of_task(worker, record), 10, "its lines")
    assert [line["message"] for line in lines] == ["the file has 2 pages", "page 2 was left out"]
    assert all(line["attempt"] == 1 and line["task_name"] == "trial.talks" and line["case"] == str(scope) for line in lines)
    assert "ValueError" in lines[1]["exc_info"]
    assert all(line.get("task") for line in map(json.loads, _json(worker)) if line["logger"].startswith("trial."))


def _json(worker: Process) -> list[str]:
    return [line for line in worker.log.read_text().splitlines() if line.startswith("{")]


def _of_task(worker: Process, record: TaskRecord) -> list[dict[str, str]]:
    return [line for line in map(json.loads, _json(worker)) if line.get("task") == str(record.pk)]
