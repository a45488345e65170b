"""Which language a question or an answer is in, of texts too short for the languages of documents."""

from __future__ import annotations

import re
from collections import Counter

from documents.services.classification.languages import COMMON, SCRIPTS, language_of

_WORD = re.compile(r"[^\W\d_]+")
_SETS = {language: frozenset(words.split()) for language, words in COMMON.items()}
_ASKING = {
    "en": "what when where who whom whose why how did does do is are the of has have",
    "de": "was wann wo wer wem wessen warum wie hat haben ist sind der die das welche welcher wurde",
    "fr": "que quand où qui pourquoi comment est quel quelle quels combien les des",
    "es": "qué cuándo dónde quién cómo cuánto cuál por el los las",
    "it": "che quando dove chi perché come quanto quale è il gli della",
    "pt": "que quando onde quem como quanto qual foi são os da",
    "nl": "wat wanneer waar wie waarom hoe heeft zijn is het een welke werd",
    "pl": "co kiedy gdzie kto dlaczego jak ile czy jest która",
}
_QUESTIONS = {language: _SETS[language] | frozenset(words.split()) for language, words in _ASKING.items()}


def language(text: str) -> str:
    """ISO 639-1, or "" where the text says too little."""
    letters = [sign for sign in text if sign.isalpha()]
    for code, (first, last) in SCRIPTS.items():
        if letters and sum(first <= ord(sign) <= last for sign in letters) > 0.5 * len(letters):
            return code
    if code := language_of(text)[0]:
        return code
    words = [word.lower() for word in _WORD.findall(text)]
    counts = Counter({language: sum(word in common for word in words) for language, common in _QUESTIONS.items()})
    (best, most), (_other, next_most) = counts.most_common(2)
    return best if most >= 2 and most > next_most else ""
