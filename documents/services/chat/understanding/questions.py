from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from documents.services.chat.contracts import Question, Turn


def understand(text: str, *, user: Any, case: uuid.UUID, documents: Sequence[uuid.UUID] = (), earlier: Sequence[Turn] = ()) -> Question:
    """`earlier` are the turns before it, the oldest first."""
    return Question(text.strip(), user, case, documents=tuple(documents), earlier=tuple(earlier))
