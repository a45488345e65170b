"""What holds for every grammar: it is one file with its own tests, no offset is wrong, and no text takes more than its length."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from cases.services.citations import extract, extract_pages
from cases.services.citations.grammars import grammars

package = import_module("cases.services.citations.grammars")
# Tested with the citations as a whole, in the folder above.
ABOVE = {"us_reporters", "us_dockets", "records"}
TOY = """
import re
from cases.services.citations.keys import key
from cases.services.citations.patterns import Patterns, Rule
GRAMMAR = Patterns("moon", 5, [Rule(re.compile(r"Moon Code § (?P<section>\\d+)"), "statute", lambda m: key("moon", m["section"]))])
"""


def test_every_grammar_has_its_file_of_tests() -> None:
    modules = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert modules - tests - ABOVE == set()


@pytest.fixture
def moon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "moon.py").write_text(TOY)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    grammars.cache_clear()
    yield
    sys.modules.pop(f"{package.__name__}.moon", None)
    grammars.cache_clear()


def test_a_new_file_is_a_new_grammar(moon: None) -> None:
    assert [(mention.key, mention.method) for mention in extract("See Moon Code § 9.")] == [("moon:9", "moon/full")]


def test_without_its_file_it_is_gone() -> None:
    assert extract("See Moon Code § 9.") == []


PIECES = [
    "42 U.S.C. §§ 1981, 1983, and 1985(3)",
    "28 U.S.C. §§ 1441–1446",
    "Title 18, United States Code, Section 1341",
    "sections 1331 and 1332 of title 28",
    "29 C.F.R. §§ 825.100-.800",
    "66 Fed. Reg. 49,079",
    "Pub. L. No. 104-191, 110 Stat. 1936",
    "U.S. Const. amends. V, XIV",
    "the First and Fifth Amendments",
    "Fed. R. Civ. P. 12(b)(1), (6)",
    "Rule 9(b) of the Federal Rules of Civil Procedure",
    "U.S.S.G. §§ 2B1.1, 3C1.1",
    "N.D. Cal. Civ. L.R. 7-2",
    "Cal. Bus. & Prof. Code §§ 17200, 17500",
    "M.G.L. c. 93A, § 2",
    "740 ILCS 14/15",
    "[2019] UKSC 41, [45]",
    "ECLI:EU:C:2014:317",
    "2019 SCC 65",
    "Wright & Miller § 1350",
    "Restatement (Second) of Contracts §§ 90, 139",
    "Roe v. Wade, 410 U.S. 113, 120 (1973)",
    "Id. § 5",
    "§ 1983",
    "Ex. 4 at 3",
    "Smith",
    "§",
    "§§ ",
    "(",
    ")",
    "[",
    "…",
    "“",
    "”",
    "\xad",
    "\u200b",
    "é",
    "𝔘",
    "12",
    "v.",
    "Id.",
]
GAPS = (" ", "; ", ", ", "\n", "\u00a0", "  \n", ". ", "-\n", "\u2003", "")


@pytest.mark.parametrize("seed", range(60))
def test_no_offset_is_wrong_in_any_text_and_nothing_overlaps(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(PIECES) + chance.choice(GAPS) for _ in range(chance.randrange(1, 80)))
    if seed % 3 == 0:
        text = text.replace(" ", chance.choice(("\n", "\u00a0", " \u00ad", "  ")))
    after = 0
    for mention in extract(text):
        assert text[mention.start : mention.end] == mention.text != ""
        assert mention.start >= after
        after = mention.end
    cut = chance.randrange(len(text))
    pages = [(1, text[:cut]), (2, text[cut:])]
    for found in extract_pages(pages):
        assert dict(pages)[found.page][found.mention.start : found.mention.end] == found.mention.text


@pytest.mark.parametrize("seed", range(20))
def test_a_citation_is_found_whatever_stands_around_it(seed: int) -> None:
    chance = random.Random(seed)
    words = ["the", "court", "held", "that", "Smith", "12", "(", "§", "and", "see", "cf."]
    before, after = (" ".join(chance.choices(words, k=30)) for _ in range(2))
    assert "usc:29:1132" in {mention.key for mention in extract(f"{before}. 29 U.S.C. § 1132(a). The {after}")}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "field"), [("rulings", "plain_text"), ("statutes_usc", "text")])
def test_no_offset_is_wrong_in_the_corpus(corpus: Path, name: str, field: str) -> None:
    count = 0
    for line in (corpus / "law" / f"{name}.jsonl").open():
        text = json.loads(line)[field]
        for mention in extract(text):
            assert text[mention.start : mention.end] == mention.text
            count += 1
    assert count > 150


def _seconds(text: str) -> float:
    began = time.process_time()
    extract(text)
    return time.process_time() - began


FLOODS = {
    "marks": "§",
    "marks with spaces": "§ ",
    "marks with numbers": "§§ 1, ",
    "a list of items": "2, ",
    "parts": "(a)",
    "rules": "Rules 1 and 2 ",
    "ordinals": "First and ",
    "codes without sections": "Mass. Gen. Laws ",
    "words of a code": "Cal. Civ. ",
    "open remarks": "42 U.S.C. §§ 1 (a b c",
    "half identifiers": "ECLI:EU:",
    "restatements": "Restatement of Torts and ",
    "treatises": "Wright & Miller, Federal ",
    "papers": "§ 1 of the a a a ",
    "titles": "section 1 of title 2 ",
    "broken lines": "a-\n",
    "spaces": " ",
    "an endless word": "A",
    "an endless number": "1",
    "an endless section": "1-",
}


@pytest.mark.parametrize("piece", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_takes_no_longer_than_its_length(piece: str) -> None:
    """Forty thousand characters of one thing; a reading that grew with the square took minutes."""
    assert _seconds("42 U.S.C. §§ 1, " + piece * (40_000 // len(piece))) < 2


def test_one_decision_two_hundred_times_is_two_hundred_mentions() -> None:
    assert len(extract("1 U.S. 1; " * 200)) == 200


def test_twenty_thousand_sections_are_all_found_in_a_few_seconds() -> None:
    text = " ".join(f"See 42 U.S.C. §§ {number}, {number + 1}." for number in range(1, 10_001))
    began = time.process_time()
    assert len(extract(text)) == 20_000
    assert time.process_time() - began < 8
