"""What it costs a page that its request is recorded: the list of cases, with recording and without, by turns in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from analytics.models import APIRequest
from analytics.services.usage import recorder
from bench.figures import Figures, Plan
from bench.installation import UNHASHED, own_database
from cases.services import matters
from tasks import service_registry

CASES = 50


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server; the thread that writes is at work. Goal: a ratio of at most 1.05."""
    figures = Figures()
    with own_database("lexintel_bench_recording", template), override_settings(STORAGES=UNHASHED):
        user = get_user_model().objects.create_user("bench")
        for number in range(CASES):
            matters.create_case(f"Benchmark {number}", user=user)
        without, recorded = _client(user, False), _client(user, True)
        pairs = [_pair(without, recorded, number) for number in range(plan.size(400, 10))]
        service_registry.get(recorder.SERVICE).close()
        _check(len(pairs) + 1)
        plain, noted = (statistics.median(times) for times in zip(*pairs, strict=True))
    figures.ratios["page whose request is recorded to one that is not"] = noted / plain
    figures.absolute["page, request not recorded, ms"] = plain
    figures.absolute["page, request recorded, ms"] = noted
    return figures


def _client(user: Any, on: bool) -> Client:
    """One that has read the page once: middleware is chosen at the first request."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    with override_settings(USAGE_RECORDING=on):
        _milliseconds(client)
    return client


def _pair(without: Client, recorded: Client, number: int) -> tuple[float, float]:
    """Who goes first changes by turns."""
    if number % 2:
        return _milliseconds(without), _milliseconds(recorded)
    noted = _milliseconds(recorded)
    return _milliseconds(without), noted


def _milliseconds(client: Client) -> float:
    began = time.perf_counter()
    answer = client.get("/cases/")
    taken = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"The list of cases answered {answer.status_code}.")
    return taken


def _check(expected: int) -> None:
    written = APIRequest.objects.filter(route="cases/").count()
    if written != expected:
        raise RuntimeError(f"{written} of {expected} requests were recorded.")
