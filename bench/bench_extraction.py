"""How fast files become text and text becomes passages.

Extraction is measured against pypdf's own loop over the same files in the same run: ours in warm children, one per core, cleaning included.
Chunking is measured against the tokenizer alone.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pypdf

from bench import materials
from bench.figures import Figures, Plan
from documents.services.chunking.chunker import chunk_pages
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import embedded_folder
from documents.services.extraction import extract

ROUNDS = 3


class PlainPage(NamedTuple):
    number: int
    text: str


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: extraction to pypdf (goal 4), chunking to the tokenizer alone; the share of passages that end with a sentence."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        pages = plan.size(len(materials.PAGES), 3)
        _measure(figures, "", [filing.path for filing in materials.filings(Path(folder), materials.PAGES[:pages])], plan)
        _measure_others(figures, [*materials.letters(Path(folder)), *materials.word_files(Path(folder))])
    _chunk(figures, "", materials.opinions(plan.size(60, 4)))
    if plan.corpus:
        _measure(figures, "corpus: ", _pdfs(plan.corpus), plan)
        _chunk(figures, "corpus: ", materials.corpus_opinions(plan.corpus))
    return figures


def _pdfs(corpus: Path) -> list[Path]:
    return [path for folder in ("documents", "hostile") for path in sorted((corpus / folder).glob("*.pdf")) if path.stat().st_size]


def _measure(figures: Figures, source: str, files: Sequence[Path], plan: Plan) -> None:
    theirs, ours = _both(files, plan.size(ROUNDS, 1))
    figures.ratios[f"{source}extraction to pypdf"] = ours / theirs
    figures.absolute[f"{source}extraction, pages/s"] = ours
    figures.absolute[f"{source}pypdf, pages/s"] = theirs


def _measure_others(figures: Figures, files: Sequence[Path]) -> None:
    began = time.perf_counter()
    for path in files:
        _pages_of(path)
    figures.absolute["text and Word, files/s"] = len(files) / (time.perf_counter() - began)


def _both(files: Sequence[Path], rounds: int) -> tuple[float, float]:
    """Best rates (pages/s) of pypdf and of ours, taken in turns so that a busy machine hurts both alike."""
    theirs = ours = 0.0
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(_pages_of, files))
        for _ in range(rounds):
            started = time.perf_counter()
            pages = sum(len(_pypdf_texts(path)) for path in files)
            theirs = max(theirs, pages / (time.perf_counter() - started))
            started = time.perf_counter()
            pages = sum(threads.map(_pages_of, files))
            ours = max(ours, pages / (time.perf_counter() - started))
    return theirs, ours


def _pypdf_texts(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def _pages_of(path: Path) -> int:
    with extract(path, name=path.name, check=lambda: None, progress=lambda done, total: None) as extraction:
        return len(extraction.pages)


def _chunk(figures: Figures, source: str, texts: Sequence[str]) -> None:
    """Seconds of one core, ours and the tokenizer's over the same texts."""
    tokenizer = Tokens(embedded_folder().verified_tokenizer())
    began = time.process_time()
    for text in texts:
        tokenizer.encode_offsets(text)
    alone, began = time.process_time() - began, time.process_time()
    chunks = [chunk for text in texts for chunk in chunk_pages([PlainPage(1, text)], title="Roe v. Wade", tokenizer=tokenizer)]
    seconds = time.process_time() - began
    whole = sum(chunk.text.rstrip("”’\"')]0123456789").endswith((".", "?", "!", ":")) for chunk in chunks)
    figures.ratios[f"{source}chunking to the tokenizer alone"] = alone / seconds
    figures.ratios[f"{source}passages that end with a sentence"] = whole / len(chunks)
    figures.absolute[f"{source}chunking, MB/s a core"] = sum(len(text.encode()) for text in texts) / 1e6 / seconds
