"""The title of a document: the heading under its caption, the subject of a letter, the name of a contract, else its file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from documents.services.classification.casing import in_title_case
from documents.services.classification.headings import HEADS, kind_of_words
from documents.services.classification.material import HEAD, Line, Material, Proposal, Sheet, columns_of, found_at, lines_of

_NO_TITLE = re.compile(
    r"^\W*in\s+the\s+matter\s+of\b|(?<!order of )(?<!order of the )\bcourts?\b|\bdistrict\s+of\b|\bcircuit\b|\bdivision\b|\bcounty\b|\bnos?\.?:?\s*(?:[A-Z]{2,4}\s+)?\S*\d|\bdocket\b|\bnumber\b|^\W*(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|v\.?s?\.?|versus)\W*$|"
    r"\battorneys?\s+for\b|\bfiled\b|\bdocument\s+\d|\bpage\s+\d|^\W*\d+\W*$|\b(?:judge|justice|magistrate|hon\.)\b|\bbar\s+no|@|\bhearing\s+date|\bappeal\s+from\b|\b(?:llp|esq|p\.c\.)\b|\btelephone\b|october\s+term",
    re.IGNORECASE,
)  # fmt: skip
_SUBJECT = re.compile(
    r"(?:^|\n)[ \t]*(?:re|subject|betreff|betrifft|betr\.|objet|concerne|asunto)\s*[:.][ \t]*(?P<subject>[^\n]{3,200}(?:\n[ \t]+[^\n]{3,120})?)",
    re.IGNORECASE,
)
_MACHINES = frozenset(
    [
        "gov",
        "uscourts",
        "scan",
        "img",
        "image",
        "doc",
        "document",
        "file",
        "dsc",
        "untitled",
        "fax",
        "page",
        "copy",
        "final",
        "draft",
        "new",
        "version",
        "pdf",
        "docx",
        "the",
        "and",
        "for",
    ]
)
_VERSUS = re.compile(r"^(?:v\.|vs\.|-?\s*against\s*-)\s+", re.IGNORECASE)
LONGEST = 300
MOST_LINES = 6


def title_of(material: Material, kind: str, parties: list[dict[str, Any]]) -> list[Proposal]:
    return [*_of_the_file(material), *_in_the_text(material, kind, parties)]


def _of_the_file(material: Material) -> Iterator[Proposal]:
    if material.title and material.titled:
        yield Proposal("title", " ".join(material.title.split())[:LONGEST], 0.95, "format_title")
    elif material.title:
        yield Proposal("title", " ".join(material.title.split())[:LONGEST], 0.4, "properties")
    yield Proposal("title", material.named, 0.8 if is_telling(material.named) else 0.3, "file_name")


def is_telling(stem: str) -> bool:
    """Whether a file's name says what it is: two words that no scanner and no download gives."""
    words = [word for word in re.findall(r"[^\W\d_]{3,}", stem) if word.lower() not in _MACHINES]
    return len(words) >= 2


def _in_the_text(material: Material, kind: str, parties: list[dict[str, Any]]) -> Iterator[Proposal]:
    if not material.sheets:
        return
    if kind == "letter":
        for other in material.sheets[:3]:
            if subject := _SUBJECT.search(other.text):
                yield found_at("title", " ".join(subject["subject"].split())[:LONGEST], 0.75, "subject", other, *subject.span("subject"))
                break
        return
    if kind == "ruling" and (name := _case_name(parties)):
        yield Proposal("title", name[:LONGEST], 0.76, "case_name", page=material.first)
    for where, heading in headings_of(material)[:1]:
        text = " ".join(line.text for line in heading)
        sure = 0.75 if kind_of_words(text) and kind != "letter" else 0.5
        sure -= 0 if len(text.split()) > 1 else 0.03
        yield found_at("title", in_title_case(_VERSUS.sub("", text))[:LONGEST], sure, "heading", where, heading[0].start, heading[-1].end)


def _case_name(parties: list[dict[str, Any]]) -> str:
    if len(parties) == 1 and parties[0]["role"] == "in re":
        return f"In re {parties[0]['name']}"
    if len(parties) < 2:
        return ""
    other = next((one for one in parties[1:] if one["role"] != parties[0]["role"]), parties[1])
    return f"{parties[0]['name']} v. {other['name']}"


def headings_of(material: Material) -> list[tuple[Sheet, list[Line]]]:
    """Headings that announce a kind of paper, the most telling first: of the first page, else of the second, to which a long caption
    goes on; else the first line, where it looks like one."""
    for sheet in material.sheets[:2]:
        head = sheet.text[:HEAD]
        blocks = [block for stream in columns_of(head) for block in _blocks(stream)]
        after = _separator(head)
        if blocks:
            return [(sheet, block) for block in sorted(blocks, key=lambda block: (block[0].start < after, -_weight(block), block[0].start))]
        if not after:
            break
    first = next(lines_of(material.head), None)
    return [(material.sheets[0], [first])] if first is not None and _looks_like_a_heading(first.text) else []


def _blocks(lines: list[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in [*lines, Line("", 0)]:
        usable = bool(line.text) and len(line.text) < 160 and not _NO_TITLE.search(line.text)
        if usable and _capitals(line.text) and len(block) < MOST_LINES:
            block.append(line)
            continue
        if block and kind_of_words(" ".join(one.text for one in block)):
            yield block
        block = [line] if usable and _capitals(line.text) else []
        if (
            usable
            and not block
            and _in_title_words(line.text)
            and kind_of_words(line.text) in (*HEADS, "contract", "minutes", "report", "memo", "invoice")
        ):
            yield [line]


def _weight(block: list[Line]) -> int:
    words = sum(len(line.text.split()) for line in block)
    return min(words, 6)


def _separator(head: str) -> int:
    found = re.search(r"\n[ \t]*(?:-\s*)?(?:v\.?s?\.?|versus|against)(?:\s*-)?[ \t]*(?:[)|§:]|\n|,)", head, re.IGNORECASE)
    return found.end() if found else 0


def _capitals(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= 4 and sum(sign.isupper() for sign in letters) >= 0.8 * len(letters)


def _in_title_words(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return (
        0 < len(words) <= 14
        and all(word[0].isupper() for word in words)
        and not text.rstrip().endswith((".", ";", ","))
        and ": " not in text
    )


def _looks_like_a_heading(text: str) -> bool:
    return (
        4 <= len(text) <= 120
        and 2 <= len(text.split()) <= 16
        and not text.endswith((".", ",", ";", ":"))
        and not _NO_TITLE.search(text)
        and text[0].isalnum()
    )
