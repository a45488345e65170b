"""How fast files become text and text becomes passages.

Extraction is measured against pypdf's own loop over the same files in the same run: ours in warm children, one per core, cleaning included.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pypdf
from django.conf import settings

from documents.services.chunking.chunker import chunk_pages
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import embedded_folder
from documents.services.extraction import extract

ROUNDS = 3


class PlainPage(NamedTuple):
    number: int
    text: str


def run(out: Callable[[str], None]) -> dict[str, float]:
    """pages/s of pypdf and of ours, their ratio (goal: 4), and MB/s of chunking (goal: 0.9)."""
    corpus = settings.BASE_DIR.parent / "shared" / "corpus"
    files = [path for folder in ("documents", "hostile") for path in sorted((corpus / folder).glob("*.pdf")) if path.stat().st_size]
    theirs, ours = _both(files)
    speed, share = _chunking(_texts(corpus))
    out(f"extraction: {ours:.0f} pages/s, pypdf {theirs:.0f} pages/s, ratio {ours / theirs:.1f} (goal 4)")
    out(f"chunking: {speed:.2f} MB/s a core (goal 0.9), {100 * share:.0f} % of the passages end with a sentence")
    return {
        "extraction_pages_per_s": ours,
        "pypdf_pages_per_s": theirs,
        "extraction_ratio": ours / theirs,
        "chunking_mb_per_s": speed,
        "chunks_at_sentence_ends": share,
    }


def _both(files: Sequence[Path]) -> tuple[float, float]:
    """Best rates (pages/s) of pypdf and of ours, taken in turns so that a busy machine hurts both alike."""
    theirs = ours = 0.0
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(_pages_of, files))
        for _ in range(ROUNDS):
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


def _texts(corpus: Path) -> list[str]:
    """Opinions of the law corpus, 2.5 MB."""
    rows = (json.loads(line) for line in (corpus / "law" / "rulings.jsonl").read_text().splitlines())
    return [max((value for value in row.values() if isinstance(value, str)), key=len) for row in rows]


def _chunking(texts: Sequence[str]) -> tuple[float, float]:
    """MB of UTF-8 per second of one core, and the share of passages that end where a sentence does."""
    tokenizer = Tokens(embedded_folder().verified_tokenizer())
    started = time.process_time()
    chunks = [chunk for text in texts for chunk in chunk_pages([PlainPage(1, text)], title="Roe v. Wade", tokenizer=tokenizer)]
    seconds = time.process_time() - started
    whole = sum(chunk.text.rstrip("”’\"')]0123456789").endswith((".", "?", "!", ":")) for chunk in chunks)
    return sum(len(text.encode()) for text in texts) / 1e6 / seconds, whole / len(chunks)
