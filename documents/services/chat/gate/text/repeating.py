"""What an answer has said already, by its words."""

from __future__ import annotations

from documents.services.chat.gate.text.reading import Reading
from documents.services.chat.gate.text.roots import GENERIC, root

ALIKE = 0.9
_TURNS = frozenset("not no never nor neither without unless except only may must shall all some before after by to from".split())  # noqa: SIM905


class Said:
    def __init__(self) -> None:
        self._kept: list[tuple[tuple[str, ...], frozenset[str], tuple[object, ...], bool]] = []

    def before(self, text: str, *, supported: bool) -> bool:
        """A sentence that is supported may say again what was not."""
        words, roots, exact = _of(text)
        return any(
            (kept or not supported) and (words == other or (exact == values and len(roots & told) >= ALIKE * len(roots | told)))
            for other, told, values, kept in self._kept
        )

    def add(self, text: str, *, supported: bool) -> None:
        self._kept.append((*_of(text), supported))


def _of(text: str) -> tuple[tuple[str, ...], frozenset[str], tuple[object, ...]]:
    """(its words, its roots, what makes two sentences of the same words say different things)."""
    reading = Reading(text)
    words = tuple(found[0].casefold() for found in reading.words)
    values = tuple(
        sorted([*(f"{one.kind} {one.value} {one.unit} {one.key}" for one in reading.figures), *(str(one[2:]) for one in reading.days)])
    )
    turns = tuple(sorted(word for word in words if word in _TURNS or word.endswith("n't")))
    names = tuple(dict.fromkeys(root(found[0]) for found in reading.words[1:] if found[0][0].isupper()))
    return words, reading.roots - GENERIC or reading.roots, (*values, *turns, *names)
