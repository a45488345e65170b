"""The language of a text, of those that PostgreSQL has a stemmer for: by its script, else by how many very common words of each stand
in it.

PostgreSQL knows the very common words itself (its stop words), so nothing else is needed and nothing can disagree.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection

from documents.models import TextVersion
from documents.services.search.text.words import ENGLISH

WITH_STOP_WORDS = (
    "english", "german", "french", "spanish", "italian", "portuguese", "dutch", "danish", "swedish", "norwegian", "finnish", "hungarian",
    "turkish", "russian",
)  # fmt: skip
SCRIPTS = {
    "greek": (0x370, 0x3FF),
    "armenian": (0x530, 0x58F),
    "yiddish": (0x590, 0x5FF),
    "arabic": (0x600, 0x6FF),
    "hindi": (0x900, 0x97F),
    "tamil": (0xB80, 0xBFF),
}
LOOKED_AT = 400
"""Different words that are looked at, the commonest first."""
LEAST = 8
"""Very common words of a language below which nothing is concluded, and English is assumed."""
REMEMBERED_SECONDS = 30.0

_COMMON = """
SELECT language, array_agg(w) FROM unnest(%s::text[]) AS language, unnest(%s::text[]) AS w
WHERE ts_lexize((language || '_stem')::regdictionary, w) = '{}' GROUP BY language
"""


def language_of(words: Iterable[str]) -> str:
    """PostgreSQL's name of the language that these folded words are of; English where they say too little."""
    return languages_of([words])[0]


def languages_of(texts: Iterable[Iterable[str]]) -> list[str]:
    """`language_of` each of many texts, with one question for all."""
    counted = [Counter(word for word in words if len(word) > 1) for words in texts]  # a letter alone may be of a caption set with spaces
    scripts = [_script(counts) for counts in counted]
    commonest = [{} if script else dict(counts.most_common(LOOKED_AT)) for script, counts in zip(scripts, counted, strict=True)]
    common = _common({word for counts in commonest for word in counts})
    return [script or _best(counts, common) for script, counts in zip(scripts, commonest, strict=True)]


def _common(words: Collection[str]) -> dict[str, list[str]]:
    """The languages in which each of these is a very common word."""
    if not words:
        return {}
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [list(WITH_STOP_WORDS), list(words)])
        for language, said in cursor.fetchall():
            for word in said:
                found.setdefault(word, []).append(language)
    return found


def _best(counts: Mapping[str, int], common: Mapping[str, Sequence[str]]) -> str:
    found: Counter[str] = Counter()
    for word, count in counts.items():
        found.update(dict.fromkeys(common.get(word, ()), count))
    best = max(found, key=lambda language: (found[language], language == ENGLISH), default=ENGLISH)
    return best if found[best] >= LEAST else ENGLISH


def _script(counts: Counter[str]) -> str | None:
    """The language of a script that only it has here, where most words are written in it."""
    total = counts.total()
    for language, (first, last) in SCRIPTS.items():
        if 2 * sum(count for word, count in counts.items() if first <= ord(word[0]) <= last) > total:
            return language
    return None


_in_use: tuple[float, tuple[str, ...]] = (float("-inf"), (ENGLISH,))


def languages_in_use() -> tuple[str, ...]:
    """The languages that readings of this installation are in, English first; up to half a minute old."""
    global _in_use
    asked, languages = _in_use
    if time.monotonic() - asked > REMEMBERED_SECONDS:
        others = TextVersion.objects.exclude(language=ENGLISH).values_list("language", flat=True).order_by("language").distinct()
        languages = (ENGLISH, *others)
        _in_use = (time.monotonic(), languages)
    return languages


def forget() -> None:
    """A reading in another language has come, in this process; others see it within half a minute."""
    global _in_use
    _in_use = (float("-inf"), (ENGLISH,))
