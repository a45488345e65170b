"""The single questions of what was typed."""

from __future__ import annotations

import re

from documents.services.chat.contracts import QuestionType
from documents.services.chat.understanding.types import is_answerable, type_of
from documents.services.chunking.sentences import sentences_of

MOST = 5
_ENDS = re.compile(r"(?<=[?])\s+|\n{2,}")


def sentences_asked(text: str) -> list[str]:
    """The sentences that ask something, in their order."""
    pieces = [piece for block in _ENDS.split(text) for piece in _sentences(block)]
    return [
        piece
        for piece in pieces
        if piece.endswith("?") or (type_of(piece) not in (QuestionType.OTHER, QuestionType.WHETHER) and len(piece) < 400)
    ]


def _sentences(block: str) -> list[str]:
    block = " ".join(block.split())
    return [one for start, end in sentences_of(block) if (one := block[start:end].strip())]


def parts_of(text: str) -> tuple[str, ...]:
    """At most MOST questions; none where there is only one, or none can be told."""
    asked = [one for one in sentences_asked(text) if is_answerable(one)]
    return tuple(asked[:MOST]) if len(asked) > 1 else ()
