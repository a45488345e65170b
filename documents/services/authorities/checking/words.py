"""A text as words that can be compared: what printing alone does to them is folded, what a writer does to them is kept.

Folded: ligatures and other compatibility forms, curly quotes and quotation marks of any level, kinds of dashes and spaces, a word parted
at a line's end, calls of footnotes, marks of pages (*1117), page numbers that stand alone on a line, asterisks and underscores.
Kept: letter case, punctuation, hyphens inside words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

NEGATIONS = frozenset(
    "not no never neither nor none nothing nobody nowhere cannot without unless except hardly scarcely lest denied deny denies".split()  # noqa: SIM905
)
_APOSTROPHES = "'\u2018\u2019\u02bc\u00b4`\u2032"
_DASHES = "\u2010\u2011\u2012\u2013\u2212-"  # the plain one last: these stand in classes of characters
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\x02"
# A word: letters and digits with hyphens, apostrophes, periods and commas between them (U.S.C, 1,000, well-known, don't). A hyphen at the
# end of a line may part a word; a soft hyphen always does.
_WORD = re.compile(
    rf"[^\W_](?:[^\W_]|[{_INVISIBLE}]\s*(?=\w)|[{_APOSTROPHES}.&{_DASHES}](?=[^\W_])|(?<=\d),(?=\d\d\d)|[\x02{_DASHES}]\s+(?=[a-z]))*"
    r"|[§¶$%&+=]"
)
# Square brackets may stand in a word (judg[ing], [t]he); only a draft's brackets mean a change.
_BRACKETED = re.compile(rf"(?:\[[^\[\]\s]*\])?(?:{_WORD.pattern})?(?:\[[^\[\]\s]*\](?:{_WORD.pattern})?)+|{_WORD.pattern}")
_PARTED = re.compile(rf"[\x02{_DASHES}]\s+|[{_INVISIBLE}]\s*")
_SKIPPED = re.compile(
    r"(?<!\S)\*{1,2}\d{1,5}(?!\w)|\[\*?\d+ [A-Z][\w.' ]{0,20}? \d+\]|\[\*\d+\]"  # pages of a reporter
    r"|(?m:^[ \t]*[-\u2013\u2014]?[ \t]*\d{1,4}[ \t]*[-\u2013\u2014]?[ \t]*$)"  # a page number alone on its line
    r"|\x0c"
    r"|(?<=[.,;:?!\u201d\"\u2019)])\d{1,3}(?=[\s)\]]|$)(?<!\d[.,:]\d)(?<!\d[.,:]\d\d)(?<!\d[.,:]\d\d\d)"  # the call of a footnote
    r"|(?<=[a-z.,;\u201d\"])[\u00b9\u00b2\u00b3\u2070-\u2079]+"
)
ELLIPSIS = re.compile(r"\s*\[?\s*(?:\u2026(?:\s*\.)?|\.(?:\s?\.){2,3}|(?:\*\s*){3,})\s*\]?\s*")
_QUOTE_MARKS = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb`\u2032\u2033"
_IGNORED = str.maketrans(dict.fromkeys(_QUOTE_MARKS + "*_()[]\u00a0 \t\r\n\x0c" + _INVISIBLE, None))
_LONG_DASH = re.compile(rf"\s*(?:\u2014|\u2015|-{{2,3}}|(?<=\s)[{_DASHES}](?=\s))\s*")


@dataclass(frozen=True, slots=True)
class Word:
    """`form` is compared; `loose` (no case, hyphens, periods) finds the place. `after` is the punctuation up to the next word."""

    start: int
    end: int
    form: str
    loose: str
    after: str
    parted: bool = False

    @property
    def negates(self) -> bool:
        return negates(self.loose)


def negates(loose: str) -> bool:
    return loose in NEGATIONS or (loose.endswith("nt") and loose in _CONTRACTED)


_CONTRACTED = frozenset(
    "dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt mustnt hasnt havent hadnt neednt shant".split()  # noqa: SIM905
)


def form_of(word: str) -> str:
    """A word as it is compared: NFKC, plain apostrophes and hyphens, parted words joined (the hyphen kept)."""
    word = _PARTED.sub(lambda found: "" if found[0][0] in _INVISIBLE else "-", word)
    word = unicodedata.normalize("NFKC", word)
    for marks, plain in ((_APOSTROPHES, "'"), (_DASHES, "-")):
        for mark in marks:
            word = word.replace(mark, plain)
    return word


_DROPPED = re.compile(r"[^\w]|_")


def loose_of(form: str) -> str:
    return _DROPPED.sub("", form).casefold() or form


def words_of(text: str) -> list[Word]:
    """The words of a text in order. What stands in square brackets inside a word belongs to it; `form` is without the brackets."""
    blank = _SKIPPED.sub(lambda found: " " * len(found[0]), text)
    spans = [found.span() for found in _BRACKETED.finditer(blank) if found.end() > found.start()]
    words = []
    for place, (start, end) in enumerate(spans):
        written = blank[start:end]
        form = form_of(written.translate(_NO_BRACKETS)) or written
        following = spans[place + 1][0] if place + 1 < len(spans) else len(blank)
        parted = any(mark.isspace() for mark in written) or any(mark in written for mark in _INVISIBLE)
        words.append(Word(start, end, form, loose_of(form), mark_of(blank[end:following]), parted))
    return words


_NO_BRACKETS = str.maketrans("", "", "[]")


def mark_of(between: str) -> str:
    """The punctuation between two words, without quotation marks, parentheses and spaces; every long dash is the same."""
    between = _LONG_DASH.sub("\u2014", ELLIPSIS.sub("\u2026", between))
    return unicodedata.normalize("NFKC", between.translate(_IGNORED)) if "\u2026" not in between else between.translate(_IGNORED)


class Words:
    """The words of an authority's text, with the places of each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of(text)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            found.setdefault(word.loose, []).append(place)
        return found

    def slice(self, first: int, last: int) -> str:
        """The text of words `first` to `last` (exclusive), on one line."""
        if first >= last:
            return ""
        raw = self.text[self.words[first].start : self.words[last - 1].end]
        return one_line(raw)


_HARD_HYPHEN = re.compile(r"[-\u2010]\r?\n\s*(?=[a-z])")


def one_line(text: str) -> str:
    """For people: words that a line's end parted joined again, white space as one space."""
    return " ".join(_HARD_HYPHEN.sub("", text).replace("\x02", "").replace("\u00ad", "").split())
