"""Where units of a text begin: paragraphs, sentences (legal abbreviations don't end one), lines, headings. Positions are code points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

# Court computers print double-spaced: an empty line alone means nothing there, so a paragraph also has to end like one.
_PARAGRAPH = re.compile(r"(?<=[.!?:;\"”’)\]…。_*])[ \t]*\n[ \t]*\n\s*(?=\S)")
_LINE = re.compile(r"\n[ \t]*(?=\S)")
_SENTENCE = re.compile(
    r"(?:[.!?][\"'”’)\]»]{0,3}(?:\[?\d{1,3}\]?)?\s+(?=[\"'“‘(\[«§¶*]{0,3}[^\W\d_a-z]|[\"'“‘(\[«§¶*]{0,3}\d)|[。！？؟।]\s*(?=\S))"
)
_LAST_WORD = re.compile(r"([^\s(\[“\"‘]+)$")
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]$")
_REPORTER = re.compile(r"(?:\d?[a-z]\.)+[\w.]*$")
_ABBREVIATIONS = frozenset(
    # Words that legal English writes with a full stop, by kind: reporters and courts, references, people, firms, places and months.
    "civ crim evid bankr proc fed "  # noqa: SIM905
    "v vs cir dist ct app div supp f.2d f.3d f.4th so ed stat reg cong rec sess ann const art arts amend cl sched "
    "no nos id ibid sec secs ch pt para paras p pp pg vol n nn fn ex exs exh cf e.g i.e al op cit seq viz tit "
    "mr mrs ms dr prof hon jr sr esq st gov sen rep atty gen maj lt col capt sgt rev "
    "inc corp co ltd llc bros ass'n dep't gov't int'l nat'l comm'n assn dept natl intl bd mfg indus ins univ "
    "ave blvd rd n.d s.d e.d w.d m.d cal tex fla mass mich minn miss okla ore pa tenn wash wis conn colo ariz "
    "ala ark del ga ill ind kan ky la md mo mont neb nev jan feb mar apr jun jul aug sept sep oct nov dec approx etc".split()
)

_ROMAN = r"[IVXL]{1,6}"
_HEADING = re.compile(
    rf"""^[ \t]*(?:
        (?P<mark>\#{{1,6}})[ \t]+(?P<marked>\S[^\n]{{0,150}}?)
      | (?P<part>(?:ARTICLE|SECTION|CHAPTER|PART|TITLE|COUNT|EXHIBIT|SCHEDULE|APPENDIX|Article|Section|Chapter|Count|Exhibit|Schedule)
          [ \t]+(?:{_ROMAN}|\d{{1,4}}[A-Za-z]?|[A-Z]|ONE|TWO|THREE|FOUR|FIVE)\b[^\n;,]{{0,90}}?)
      | (?P<roman>{_ROMAN})\.[ \t]+(?P<roman_title>[A-Z][^\n]{{2,90}}?)
      | (?P<letter>[A-Z])\.[ \t]+(?P<letter_title>[A-Z][^\n]{{2,90}}?)
      | (?P<digit>\d{{1,2}})\.[ \t]+(?P<digit_title>[A-Z][^\n]{{2,90}}?)
      | (?P<catchline>§+[ ]?\d[^\n]{{2,100}}?)
      | (?P<capitals>[A-Z][A-Z0-9 .'’&/:–—-]{{3,90}}?)
    )[ \t]*\#*$""",
    re.VERBOSE | re.MULTILINE,
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_SMALL_WORDS = frozenset(["from", "with", "upon", "that", "under", "into", "over", "than", "their", "which"])


class Heading(NamedTuple):
    """A line that names what follows; level 0 is the highest."""

    start: int
    level: int
    title: str


def paragraph_starts(text: str) -> list[int]:
    return [match.end() for match in _PARAGRAPH.finditer(text)]


def line_starts(text: str) -> list[int]:
    return [match.end() for match in _LINE.finditer(text)]


def sentence_starts(text: str) -> list[int]:
    """Starts of all sentences but the first."""
    return [match.end() for match in _SENTENCE.finditer(text) if text[match.start()] != "." or not _abbreviated(text, match.start())]


SHORT = 0.6
"""Of a full line of a stretch: a line that ends earlier was ended on purpose, as headings and the rows of a table are."""
HALF = (0.4, 0.65)
"""Of the longest line: how long the others are where it is two that have grown into one."""
ALIKE, LEAST_ALIKE = 0.85, 3


def length_beside_grown(lines: Sequence[str]) -> int | None:
    """How long a full line is where the longest are two each: where a word was divided at the end of a line, that line and the next have
    grown into one. Told by lines of one length (as print has them), of which there are no fewer than of the longer ones; None where no
    lines have grown together."""
    lengths = [len(line) for line in lines if line.strip()]
    longest = max(lengths, default=0)
    halves = [length for length in lengths if HALF[0] * longest <= length <= HALF[1] * longest]
    alike = [length for length in halves if length >= ALIKE * max(halves)]
    grown = sum(length > HALF[1] * longest for length in lengths)
    return max(alike) if len(alike) >= max(LEAST_ALIKE, grown) else None


def sentences_of(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence, heading, row or item, without the spaces behind it; nothing of the text is in two."""
    lines = text.split("\n")
    least = SHORT * (length_beside_grown(lines) or max(map(len, lines)))
    edges, at = {0, len(text), *sentence_starts(text), *paragraph_starts(text)}, 0
    for line in lines:
        at += len(line) + 1
        if len(line) < least and at < len(text):
            edges.add(at)
    return [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(sorted(edges))] or [(0, len(text))]


def _abbreviated(text: str, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to the word before it: "v.", "F.3d.", "No.", "J.", "U.S.C."."""
    found = _LAST_WORD.search(text, max(0, stop - 24), stop)
    if found is None:
        return False
    word = found[1].lower()
    return word in _ABBREVIATIONS or bool(_INITIALS.match(found[1]) or _REPORTER.match(word))


def headings(text: str) -> Iterator[Heading]:
    """Headings by their look: Markdown marks, "ARTICLE V", "II. Facts", "A. Standard of Review", catchlines, lines in capitals."""
    for match in _HEADING.finditer(text):
        found = _as_heading(match)
        if found is not None:
            yield found


def _as_heading(match: re.Match[str]) -> Heading | None:
    kind = match.lastgroup or ""
    line = " ".join(match[0].split())
    if kind == "marked":
        return Heading(match.start(), len(match["mark"]) - 1, " ".join(match["marked"].split()))
    if kind == "capitals":
        return Heading(match.start(), 0, line) if _LONG_WORD.search(line) and not line.endswith((",", ":", "-")) else None
    if kind in ("part", "catchline"):
        return Heading(match.start(), 1 if kind == "part" else 2, line)
    level = {"roman_title": 1, "letter_title": 2, "digit_title": 3}[kind]
    return Heading(match.start(), level, line) if _is_title(match[kind]) else None


def _is_title(text: str) -> bool:
    """Every long word begins with a capital: a heading, not the first line of a numbered paragraph."""
    words = _LONG_WORD.findall(text)
    return bool(words) and text[-1] not in ",;:" and all(word[0].isupper() or word in _SMALL_WORDS for word in words)
