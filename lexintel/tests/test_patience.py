"""What makes a test fail on a machine that does much else, as far as its source tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TESTS = sorted(path for path in settings.BASE_DIR.glob("*/tests/**/*.py") if path != Path(__file__))
HASTE = re.compile(r"(?:monotonic|perf_counter)\(\) - [\w.\[\]-]+ <=? ([0-9.]+)\b(?! \*)")
LEAST_S = 5
"""Between what is done at once and what its reader measures, others may have the processor for so long. For what only computes, measure
`time.process_time()`."""


def test_no_time_on_the_clock_is_held_to_less_than_a_busy_machine_needs() -> None:
    found = {str(path): [found for found in HASTE.findall(path.read_text()) if float(found) < LEAST_S] for path in TESTS}
    assert {path: seconds for path, seconds in found.items() if seconds} == {}


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (r"\bAxe\(", "conftest.faults(page): it waits for the page"),
        (r"(?<!patient\(context\.)new_page\(", "visit(person), or conftest.patient(): a page that waits for the next one"),
        (r"\btimeout=(?:\d{1,4}|1[0-4]_?\d{3})\b(?! \*)", "no limit of its own below 15 seconds, of which expect has more"),
    ],
)
def test_browser_tests_wait_for_pages_as_their_conftest_does(words: str, instead: str) -> None:
    browser = [path for path in TESTS if path.parent.name == "browser" and path.name != "conftest.py"]
    assert browser
    assert [path.name for path in browser if re.search(words, path.read_text())] == [], f"Use {instead}."
