from __future__ import annotations

from documents.services.chat.contracts import Answerer


def answerer() -> Answerer | None:
    """None where no language model is configured."""
    return None


def leaves_to() -> str:
    """The host that questions and passages are sent to; "" where nothing leaves the machine."""
    return ""
