from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from documents.services.chat.contracts import Question, Turn
from documents.services.chat.understanding import referring, stated
from documents.services.chat.understanding.parts import parts_of, sentences_asked
from documents.services.chat.understanding.seeking import LONGEST, sought
from documents.services.chat.understanding.types import is_answerable, type_of


def understand(text: str, *, user: Any, case: uuid.UUID, documents: Sequence[uuid.UUID] = (), earlier: Sequence[Turn] = ()) -> Question:
    """`earlier` are the turns before it, the oldest first. Asks the database only where the question leans on them."""
    text = text.strip()
    whole = referring.standalone(text, earlier, user, case) if len(text) <= LONGEST else text
    parts = parts_of(whole)
    asked = sentences_asked(whole) if len(whole) > LONGEST or parts else []
    first = parts[0] if parts else asked[0] if asked else whole[:LONGEST]
    return Question(
        text,
        user,
        case,
        standalone=whole if whole != text else "",
        type=type_of(first),
        documents=tuple(documents),
        earlier=tuple(earlier),
        sought=sought(whole),
        parts=parts,
        names=stated.names_in(whole),
        figures=stated.figures_in(whole),
        dates=stated.dates_stated(whole),
        quoted=stated.quoted_in(whole),
        premise=stated.premise_of(first),
        answerable=is_answerable(whole),
    )
