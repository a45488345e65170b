"""Files of a law office, made on the spot, the same each time: filings of one to forty pages, letters, Word files. And, where there is a
corpus, its files beside them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import docx
import pypdfium2
import typst

PAGES = (1, 2, 2, 3, 4, 5, 6, 8, 10, 14, 17, 24)
"""Of the filings of a batch."""
PARAGRAPHS_A_PAGE, SENTENCES = 4, 4
SUBJECTS = (
    "the plaintiff", "the defendant", "counsel for the carrier", "the district court", "the harbor master", "the tenant", "the expert",
    "the deponent", "the surety", "the union",
)  # fmt: skip
VERBS = (
    "denied", "alleges", "conceded on cross-examination", "did not disclose", "relied on", "moved to exclude", "has shown", "renewed",
    "waived", "disputes",
)  # fmt: skip
OBJECTS = (
    "the inspection log of the third crane", "any duty to warn of the defect", "the notice of termination", "damages for the delay",
    "the indemnity clause of the lease", "the chain of custody", "the privilege over the memorandum", "the survey of the hull",
    "receipt of the amended complaint", "the testimony on lost profits",
)  # fmt: skip
ENDS = (
    "before the close of discovery", "although the invoice is dated March 3, 2021", "in the amount of $48,250.17",
    "as paragraph {n} of the declaration states", "on the record of that hearing", "within thirty days of service",
    "without leave of court", "under the policy then in force", "for reasons that the order sets out at length",
)  # fmt: skip
CITED = (
    "Roe v. Wade, 410 U.S. 113, {n} (1973)", "42 U.S.C. § {n}", "Fed. R. Civ. P. 56(c)", "Id. at {n}",
    "Celotex Corp. v. Catrett, 477 U.S. 317, 32{d} (1986)", "Doe v. Harbor Lines, {n} F.3d 117{d}, 118{d} (9th Cir. 2004)",
    "28 U.S.C. § 133{d}", "In re Crane Cases, {n} F. Supp. 2d 2{d}{d} (N.D. Cal. 2011)", "Celotex, 477 U.S. at 32{d}",
    "United States v. Smith, {n} F.2d 40{d} (D.C. Cir. 1989) (citing Jones v. Gale, {n} F.2d 1{d} (2d Cir. 1981))",
)  # fmt: skip


MARKED = re.compile(r"[\\#$*_@<>`~\[\]=]")
"""What Typst would take for markup."""


class Filing(NamedTuple):
    path: Path
    pages: int


class Prose:
    """Sentences that are long, varied and dull like real ones; every third cites an authority."""

    def __init__(self, seed: int = 4) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- the same every time

    def sentence(self) -> str:
        said = f"{self._one(SUBJECTS)} {self._one(VERBS)} {self._one(OBJECTS)} {self._one(ENDS)}"
        if self._chance.random() < 0.5:
            said += f", and {self._one(SUBJECTS)} {self._one(VERBS)} {self._one(OBJECTS)}"
        end = f". See {self._one(CITED)}." if self._chance.random() < 0.3 else "."
        return said[0].upper() + said[1:] + end

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(SENTENCES))

    def page(self) -> list[str]:
        return [self.paragraph() for _ in range(PARAGRAPHS_A_PAGE)]

    def _one(self, choices: Sequence[str]) -> str:
        return self._chance.choice(choices).format(n=self._chance.randint(100, 1999), d=self._chance.randint(0, 9))


def filings(folder: Path, pages: tuple[int, ...] = PAGES, paragraphs: int = PARAGRAPHS_A_PAGE) -> list[Filing]:
    """PDFs with a caption, running headers and footers, numbered paragraphs."""
    return [_filing(folder / f"filing {number}.pdf", count, number, paragraphs) for number, count in enumerate(pages, 1)]


def _filing(path: Path, pages: int, seed: int, paragraphs: int) -> Filing:
    prose = Prose(seed)
    source = [f'#set page("us-letter", header: [Case 3:21-cv-0{seed:04} Document {seed}], footer: context [Page #counter(page).display()])']
    source += ["#set text(size: 11pt)", f"= In re Harbor Crane Litigation, No. {seed}"]
    for number in range(pages):
        source += ["#pagebreak()"] if number else []
        source += [f"{escaped(text)}\n" for text in prose.page()[:paragraphs]]
    draft = path.with_suffix(".typ")
    draft.write_text("\n".join(source))
    typst.compile(str(draft), output=str(path))
    return Filing(path, len(pypdfium2.PdfDocument(path)))


def escaped(text: str) -> str:
    return MARKED.sub(lambda mark: f"\\{mark[0]}", text)


def letters(folder: Path, count: int = 4) -> list[Path]:
    """Plain text of two or three pages."""
    made = []
    for number in range(count):
        prose, path = Prose(100 + number), folder / f"letter {number}.txt"
        path.write_text("\n\n".join(prose.paragraph() for _ in range(3 * PARAGRAPHS_A_PAGE)))
        made.append(path)
    return made


def word_files(folder: Path, count: int = 2) -> list[Path]:
    """Agreements of some pages, with headings."""
    made = []
    for number in range(count):
        prose, path, document = Prose(200 + number), folder / f"agreement {number}.docx", docx.Document()
        for section in range(1, 9):
            document.add_heading(f"{section}. Obligations", level=1)
            for text in prose.page():
                document.add_paragraph(text)
        document.save(str(path))
        made.append(path)
    return made


def opinions(count: int, paragraphs: int = 60, seed: int = 300) -> list[str]:
    """Texts of about 25,000 characters."""
    return ["\n\n".join(Prose(seed + number).paragraph() for _ in range(paragraphs)) for number in range(count)]


def corpus_opinions(corpus: Path) -> list[str]:
    return [row["plain_text"] for row in map(json.loads, (corpus / "law" / "rulings.jsonl").read_text().splitlines())]


def corpus_filings(corpus: Path) -> list[Filing]:
    """The PDFs of the corpus that have text, with their pages."""
    return list(_with_text(corpus))


def _with_text(corpus: Path) -> Iterator[Filing]:
    for path in sorted((corpus / "documents").glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        texts = [page.get_textpage().get_text_bounded() for page in document]
        if sum(map(len, texts)) > 200 * len(texts):
            yield Filing(path, len(texts))
