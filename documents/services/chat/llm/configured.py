from __future__ import annotations

from documents.services.chat.contracts import Answerer


def answerer() -> Answerer | None:
    """None where no language model is configured."""
    return None
