"""The sentence around a citation. Legal English is full of stops that end none: "v.", "U.S.", "No.", "Ass'n", "F. Supp. 2d".

Offsets are code points in the text that was given. What stands in the parentheses behind a citation belongs to its sentence, whatever stops
are in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from documents.services.chunking.sentences import sentence_starts

REACH = 1_600
"""Code points before and after a citation that are looked at. A longer sentence is cut there, between words."""
LONGEST_ASIDE = 900
"""What a parenthesis may hold together; behind one that is never closed sentences end again."""
# Words of Bluebook tables 1, 6, 7 and 10 that often stand before a capital, beyond those that `chunking.sentences` knows.
_ABBREVIATIONS = frozenset(
    "acad admin adver advert agric am amer apr assoc assocs auth bhd bldg bus cent chem civ coal coll commc'n commc'ns "  # noqa: SIM905
    "comm'r comm'rs commn commr compens comp condo cong consol constr cont'l contl corps cos cnty cty def defs dev devs dir dirs disc "
    "dist div e econ educ elec elecs enter enters env't envtl equip exam'r exch exec exps fac fam fedn fid found gen gend "
    "gov govt grp grps guar hosp hous imp impr indem indep inst int'l intell invs liab litig mach maint mem mgmt "
    "mkt mktg mfr mfrs mortg mut nw ne ord ors org pac pers petrol pharm pl pls plc prac prod prods prot pub "
    "publ publ'g ry r.r ref regs rehab reins rel relig rels res resp'ts ret rptr rests s sav sch schs sci scis se sec'y serv servs soc "
    "soc'y solic spec sols stn subcomm sur surg sys techs tel telecomm transcon transp trib tr tribs twp univ util utils vill "
    "bkrtcy wm w whol wholes wkly ex slip app'x mag judic bros "
    "f u l jj cj cc fla atl so ne nw sw se cal ill n.y p.2d p.3d a.2d a.3d s.w s.e n.w n.e so.2d so.3d f.supp f.r.d t.c b.r wis".split()
)
_WORD_BEFORE = re.compile(r"([^\s(\[“\"‘,;]+)$")
_STOP_BEFORE = re.compile(r"([.!?])[\"'”’)\]»]{0,3}(?:\[?\d{1,3}\]?)?\s*$")
# "So." is a reporter, "so." is a word.
_WORD_AFTER_ALL = re.compile(r"(?<![\w.])(?:so|mass|ill|wash|miss|art|ore)\.[\"'”’)]{0,2}\s+(?=[\"“]?[A-Z])")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """[from, to) of the sentence in which [start, end) stands, without the spaces around it."""
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    window = text[low:high]
    edges = _edges(window)
    first = max((edge for edge in edges if edge <= start - low), default=_next_word(window, start - low) if low else 0)
    last = min((edge for edge in edges if edge >= end - low), default=0)
    if not last:
        last = len(window) if high == len(text) else max(window.rfind(" "), end - low)
    cut = window[first:last]
    return low + first + len(cut) - len(cut.lstrip()), low + first + len(cut.rstrip())


@lru_cache(maxsize=64)
def _edges(window: str) -> tuple[int, ...]:
    """Where sentences begin. A parenthesis holds its own together, unless none closes it soon."""
    edges, last = [], 0
    for edge in sorted(_sentences(window)):
        open_ones = window.count("(", last, edge) - window.count(")", last, edge)
        if open_ones <= 0 or edge - last > LONGEST_ASIDE:
            edges.append(edge)
            last = edge
    return tuple(edges)


def _sentences(window: str) -> Iterator[int]:
    for start in sentence_starts(window):
        stop = _STOP_BEFORE.search(window, max(0, start - 12), start)
        if stop is None or stop[1] != "." or not _abbreviated(window, stop.start(1)):
            yield start
    yield from (found.end() for found in _WORD_AFTER_ALL.finditer(window))


def _abbreviated(window: str, stop: int) -> bool:
    found = _WORD_BEFORE.search(window, max(0, stop - 24), stop)
    return found is not None and found[1].lower().rstrip(".") in _ABBREVIATIONS


def _next_word(window: str, before: int) -> int:
    """Behind the first space of the window, so that no word is cut."""
    found = window.find(" ", 0, before)
    return found + 1 if found >= 0 else 0
