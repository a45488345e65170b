"""A quotation as fragments that must stand in a text word for word, and how one fragment stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from documents.services.authorities.checking.words import ELLIPSIS, Word, Words, words_of

EXACT, ALTERED, NOT_FOUND = "exact", "altered", "not_found"
LONGEST_SHOWN = 3_000
_ALIGNED_AT_ONCE = 400
_GROUP = re.compile(r"(?<![^\W_])\[[^\[\]]{1,300}\](?![^\W_\]\[])")
_REMARK = re.compile(r"\[\s*(?:sic|emphasis[^\]]*|alterations?[^\]]*|brackets[^\]]*)\s*\.?\]", re.I)
_OMITTED = re.compile(r"\[\s*(?:(?:internal )?(?:citations?|footnotes?|quotation marks)[^\]]*omitted|citations?)\s*\.?\]", re.I)
_SENTENCE_END = re.compile(r"[.?!]")


class Segment(NamedTuple):
    """A stretch of the comparison. `kind`: same, added (only in the quotation), dropped (only in the text), left_out (under an ellipsis),
    bracket (`text` of the quotation for `found` of the text), citation (a citation left out, and said so), form (letter case, punctuation
    or hyphens differ: `text` for `found`)."""

    kind: str
    text: str
    found: str = ""
    negation: bool = False

    def as_json(self) -> dict[str, str | bool]:
        return {"kind": self.kind, "text": self.text, "found": self.found, "negation": self.negation}


@dataclass
class Comparison:
    """`first` and `last` (exclusive) are the words of the text that the quotation covers. `minor`: only letter case, punctuation or
    hyphens differ. `reordered`: its parts stand in the text in another order."""

    status: str
    found_text: str = ""
    segments: list[Segment] = field(default_factory=list)
    first: int = 0
    last: int = 0
    minor: bool = False
    reordered: bool = False

    @property
    def drops_negation(self) -> bool:
        return any(segment.negation for segment in self.segments)


class Gap(NamedTuple):
    """Between two fragments: an ellipsis, or a bracket that stands for a few words."""

    kind: str
    text: str
    words: tuple[Word, ...] = ()


class _Pattern(NamedTuple):
    """A word with a bracket in it, as written, and what it may stand for."""

    written: str
    regex: re.Pattern[str]


@dataclass
class Fragment:
    """Words that must follow each other in the text, and what stands before them in the quotation."""

    words: list[Word]
    patterns: list[_Pattern | None]
    gaps: list[Gap]

    def __len__(self) -> int:
        return len(self.words)


class Hit(NamedTuple):
    start: int
    end: int
    differs: int


def fragments_of(quoted: str) -> tuple[list[Fragment], list[Gap]]:
    """The fragments of a quotation, each with the gaps before it, and the gaps behind the last."""
    fragments: list[Fragment] = []
    gaps: list[Gap] = []
    for kind, text in _pieces(_REMARK.sub(" ", _OMITTED.sub(" … ", quoted))):
        if kind != "words":
            gaps.append(Gap(kind, text, tuple(words_of(text)) if kind == "bracket" else ()))
            continue
        words = words_of(text)
        for start in range(0, len(words), _ALIGNED_AT_ONCE):
            part = words[start : start + _ALIGNED_AT_ONCE]
            patterns = [_pattern(text[word.start : word.end]) for word in part]
            fragments.append(Fragment(part, patterns, gaps))
            gaps = []
    return fragments, gaps


def _pieces(quoted: str) -> Iterator[tuple[str, str]]:
    end = 0
    marks = sorted(
        [("ellipsis", found) for found in ELLIPSIS.finditer(quoted)] + [("bracket", found) for found in _GROUP.finditer(quoted)],
        key=lambda one: one[1].start(),
    )
    for kind, found in marks:
        if found.start() < end:
            continue
        if quoted[end : found.start()].strip():
            yield "words", quoted[end : found.start()]
        yield kind, found[0].strip()
        end = found.end()
    if quoted[end:].strip():
        yield "words", quoted[end:]


_LETTERS = re.compile(r"\[([^\[\]\s]*)\]")


def _pattern(written: str) -> _Pattern | None:
    """What a word with a bracket in it may stand for: [t]he for The or he, judg[ing] for judged; None for a word without one."""
    if "[" not in written:
        return None
    parts, end = [], 0
    for found in _LETTERS.finditer(written):
        parts.append(re.escape(written[end : found.start()]))
        inside = found[1]
        if found.start() == 0 and len(inside) == 1:
            parts.append(f"(?:{re.escape(inside.lower())}|{re.escape(inside.upper())})?")
        else:
            parts.append(r"[\w'-]*")
        end = found.end()
    return _Pattern(written, re.compile("".join([*parts, re.escape(written[end:])])))


def occurrences(fragment: Fragment, source: Words) -> list[Hit]:
    """Where all words of a fragment stand one after the other, differences of form counted."""
    at = _rarest(fragment, source)
    if at is None:
        return []
    index, places = at
    hits = []
    for place in places:
        start = place - index
        if start < 0 or start + len(fragment) > len(source.words):
            continue
        if all(fits(fragment, offset, source.words[start + offset]) for offset in range(len(fragment))):
            hits.append(Hit(start, start + len(fragment), len(_of_form(fragment, start, source))))
    return hits


def _rarest(fragment: Fragment, source: Words) -> tuple[int, list[int]] | None:
    """The word of the fragment with the fewest places in the text, and these; None where one has none."""
    found: tuple[int, list[int]] | None = None
    for index, (word, pattern) in enumerate(zip(fragment.words, fragment.patterns, strict=True)):
        if pattern is None:
            places = source.places.get(word.loose, [])
        elif len(fragment) == sum(one is not None for one in fragment.patterns):
            places = [place for place, one in enumerate(source.words) if pattern.regex.fullmatch(one.form)]
        else:
            continue
        if not places:
            return None
        if found is None or len(places) < len(found[1]):
            found = index, places
    return found


def fits(fragment: Fragment, index: int, word: Word) -> bool:
    pattern = fragment.patterns[index]
    return (
        fragment.words[index].loose == word.loose
        if pattern is None
        else bool(pattern.regex.fullmatch(word.form)) or _same(fragment.words[index], word)
    )


def _same(one: Word, other: Word) -> bool:
    if one.form == other.form:
        return True
    return (one.parted or other.parted) and one.form.replace("-", "") == other.form.replace("-", "")


def _of_form(fragment: Fragment, start: int, source: Words) -> list[int]:
    """Places in the fragment of words whose form, or the punctuation behind them, is not that of the text."""
    return [index for index in range(len(fragment)) if _differs(fragment, index, source.words[start + index])]


def _differs(fragment: Fragment, index: int, word: Word) -> bool:
    if fragment.patterns[index] is None and not _same(fragment.words[index], word):
        return True
    return index + 1 < len(fragment) and fragment.words[index].after != word.after


def shortened(text: str) -> str:
    """All that is left out; of very much both ends, with the number of words between."""
    if len(text) <= LONGEST_SHOWN:
        return text
    head, tail = text[: LONGEST_SHOWN // 2].rpartition(" ")[0], text[-LONGEST_SHOWN // 2 :].partition(" ")[2]
    between = len(text.split()) - len(head.split()) - len(tail.split())
    return f"{head} [… {between} …] {tail}"


def negates_what_stays(source: Words, low: int, high: int) -> bool:
    """Whether what is left out negates the sentence before the gap, or that after it; whole sentences that are left out don't."""
    ends = [place for place in range(low - 1, high) if place >= 0 and _ends_sentence(source, place)]
    if not ends:
        return any(word.negates for word in source.words[low:high])
    head, tail = range(low, ends[0] + 1), range(ends[-1] + 1, high)
    return any(source.words[place].negates for part in (head, tail) for place in part)


def _ends_sentence(source: Words, place: int) -> bool:
    word = source.words[place]
    if not _SENTENCE_END.search(word.after):
        return False
    following = source.words[place + 1] if place + 1 < len(source.words) else None
    return len(word.loose) > 2 and (following is None or not following.form[:1].islower()) and "." not in word.form


def fragment_segments(fragment: Fragment, start: int, source: Words) -> Iterator[Segment]:
    """The fragment's words beside those of the text at `start`, equal stretches joined."""
    run_from = 0
    for index in range(len(fragment)):
        word = source.words[start + index]
        written = fragment.words[index]
        pattern = fragment.patterns[index]
        if (pattern is None or written.form == word.form) and not _differs(fragment, index, word):
            continue
        if index > run_from:
            yield Segment("same", source.slice(start + run_from, start + index))
        if pattern is not None and written.form != word.form:
            yield Segment("bracket", pattern.written, word.form, negation=written.negates != word.negates)
        else:
            yield Segment("form", _with_mark(written, index, fragment), _with_mark(word, index, fragment), written.negates != word.negates)
        run_from = index + 1
    if run_from < len(fragment):
        yield Segment("same", source.slice(start + run_from, start + len(fragment)))


def _with_mark(word: Word, index: int, fragment: Fragment) -> str:
    return word.form + (word.after if index + 1 < len(fragment) else "")
