"""The language of a text by its script, else by how often very common words of each language stand in it.

Search has a language of its own (whose stems words are searched by), which asks PostgreSQL; here it must be said without it, because the
order of 05.03.2021 depends on it.
"""

from __future__ import annotations

import re
from collections import Counter

from documents.services.classification.material import Material, Proposal

COMMON = {
    "en": "the of and to in that is for it was with as on be by this are or an have has had not which from shall his her you we at will",
    "de": "der die und den das von zu mit dem des im ist für auf nicht ein eine als auch an werden wir sie aus dass sich ich haben wird nach bei einer",
    "fr": "le la les de des et du que est une dans pour au par sur pas vous nous qui ce avec sont aux cette votre ne un je il ou",
    "es": "el la los las de del y que en un una por con para se su al lo como más no es este esta sus pero le ha",
    "it": "il la di che e un una per del della in con non le dei alla si gli nel sono da al ha come più delle lo questo",
    "pt": "o a os as de do da que e em um uma para com não por dos das no na ao se é mais como pelo pela foi são",
    "nl": "de het een van en in is dat op te zijn voor met niet aan er om ook als bij door naar wordt deze uit maar wij u heeft",
    "pl": "i w na z do się że nie jest o to jak przez po dla od oraz są co za ale przy być jego która który",
}
SCRIPTS = {
    "ar": (0x600, 0x6FF), "he": (0x590, 0x5FF), "el": (0x370, 0x3FF), "ru": (0x400, 0x4FF), "hi": (0x900, 0x97F), "th": (0xE00, 0xE7F),
    "ko": (0xAC00, 0xD7AF), "ja": (0x3040, 0x30FF), "zh": (0x4E00, 0x9FFF),
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_SETS = {language: frozenset(words.split()) for language, words in COMMON.items()}
LEAST_WORDS = 12


def language_of(text: str) -> tuple[str, float]:
    """ISO 639-1 code and confidence 0..1; ("", 0.0) where the text says too little."""
    letters = [sign for sign in text[:20_000] if sign.isalpha()]
    if len(letters) < 20:
        return "", 0.0
    foreign = Counter(
        code for sign in letters if ord(sign) > 0x36F for code, (first, last) in SCRIPTS.items() if first <= ord(sign) <= last
    )
    if foreign["ja"] > 0.05 * len(letters):
        return "ja", 0.95
    if foreign and foreign.most_common(1)[0][1] > 0.5 * len(letters):
        return foreign.most_common(1)[0][0], 0.95
    return _by_words([word.lower() for word in _WORD.findall(text[:20_000]) if len(word) > 1])


def _by_words(words: list[str]) -> tuple[str, float]:
    if len(words) < LEAST_WORDS:
        return "", 0.0
    counts = {language: sum(word in common for word in words) / len(words) for language, common in _SETS.items()}
    (best, share), (_other, next_share) = sorted(counts.items(), key=lambda item: -item[1])[:2]
    if share < 0.12 or share < 1.15 * next_share:
        return "", 0.0
    sure = min(1.0, len(words) / 60) * min(1.0, share / 0.25) * min(1.0, (share - next_share) / (0.5 * share))
    return best, round(min(0.98, 0.5 + 0.48 * sure), 2)


def language(material: Material) -> list[Proposal]:
    text = "\n".join(sheet.text for sheet in material.sheets)
    code, confidence = language_of(text)
    return [Proposal("language", code, confidence, "words" if code in COMMON else "script", page=material.first)] if code else []
