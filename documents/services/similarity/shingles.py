"""A text as sets of short passages, by which its likeness to others is measured.

Shingles, resemblance and containment are those of A. Broder, "On the resemblance and containment of documents" (1997); MinHash estimates
the resemblance (the Jaccard index) of two sets. Its hash functions are multiply-add-shift: h(x) = ((a x + b) mod 2^64) >> 32 with random
64-bit a and b, strongly universal for 32-bit x (M. Thorup, "High speed hashing for integers and strings", 2015, section 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
Hashes = npt.NDArray[np.uint32]

SHORT, LONG = 3, 8
"""Words of a shingle by which likeness is measured (a wrong letter spoils three), and of a passage by which texts inside others are found
(long ones are seldom common by accident)."""
HASHES = 126
BANDS = 42
"""Texts that share a band are looked at: of three values each, so that of pairs with a resemblance of 0.5 all but 4 in 1,000 are seen, and
of those with 0.1 one in 25 (1 - (1 - s^3)^42; J. Leskovec et al., "Mining of Massive Datasets", section 3.4)."""
MOST_MARKS = 2048
LOWEST_LEVEL = 3
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_BLOCK = 4096  # shingles whose hashes are computed at once: some megabytes


def _mix(values: Numbers) -> Numbers:
    """A bijection of 64-bit numbers in which every bit depends on every other (the finalizer of SplitMix64, G. Steele et al., 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


# Drawn by SplitMix64 itself, for stored signatures depend on them.
_DRAWN = _mix(np.arange(1, 2 * HASHES + BANDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
_FACTORS, _ADDENDS, _PLACES = _DRAWN[:HASHES, None], _DRAWN[HASHES : 2 * HASHES, None], _DRAWN[2 * HASHES :]


def words_of(pages: Iterable[str]) -> list[str]:
    """The words of a text, page after page; case and punctuation make no difference. In scripts without spaces each character is one."""
    return [word for text in pages for word in _WORD.findall(text.replace("\u00ad", "").casefold())]


def digest_of(words: Iterable[str]) -> str:
    """Alike for texts with the same words in the same order."""
    return blake2b("\n".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def numbered(words: list[str]) -> Numbers:
    """A 64-bit number for each word, equal ones for equal words, in every process and for ever."""
    numbers = {
        word: int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") for word in set(words)
    }
    return np.fromiter(map(numbers.__getitem__, words), np.uint64, len(words))


def shingles_of(words: Numbers, length: int = SHORT) -> Hashes:
    """The set of hashes of all passages of so many words, sorted."""
    count = len(words) - length + 1
    if count <= 0:
        return np.empty(0, np.uint32)
    mixed = np.zeros(count, np.uint64)
    for place in range(length):
        mixed = _mix(mixed + words[place : place + count])
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def minhash_of(shingles: Hashes) -> Hashes:
    """The smallest value of each hash function over the set, (HASHES,)."""
    smallest = np.full(HASHES, 0xFFFFFFFF, np.uint32)
    for first in range(0, len(shingles), _BLOCK):
        block = shingles[first : first + _BLOCK].astype(np.uint64)[None, :]
        values = ((_FACTORS * block + _ADDENDS) >> np.uint64(32)).min(axis=1)
        smallest = np.minimum(smallest, values.astype(np.uint32))
    return smallest


def bands_of(minhash: Hashes) -> list[int]:
    """BANDS numbers of 32 bits with sign; those of different places never stand for each other but by accident."""
    rows = minhash.reshape(BANDS, HASHES // BANDS).astype(np.uint64)
    mixed = _PLACES
    for row in rows.T:
        mixed = _mix(mixed + row)
    return [int(one) for one in _signed(mixed >> np.uint64(32))]


def marks_of(passages: Hashes) -> tuple[list[int], int]:
    """A sample that other texts take alike: the passages whose hash ends in `level` zeros, at most MOST_MARKS; and the level."""
    level = LOWEST_LEVEL
    kept = at_level(passages, level)
    while len(kept) > MOST_MARKS:
        level += 1
        kept = at_level(kept, level)
    return [int(one) for one in _signed(kept)], level


def at_level(passages: Hashes, level: int) -> Hashes:
    return passages[(passages & np.uint32((1 << level) - 1)) == 0]


def _signed(values: npt.NDArray[np.unsignedinteger]) -> npt.NDArray[np.int32]:
    return values.astype(np.uint32).view(np.int32)


def resemblance(one: Hashes, other: Hashes) -> float:
    """The Jaccard index of two sets: what they share of all that they have."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def containment(inner: Hashes, outer: Hashes) -> float:
    """How much of a set is in the other."""
    return len(np.intersect1d(inner, outer, assume_unique=True)) / len(inner) if len(inner) else 0.0
