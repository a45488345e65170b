"""What of a long question is searched for."""

from __future__ import annotations

from documents.services.chunking.sentences import sentences_of

LONGEST = 1000


def searchable(question: str) -> str:
    """A question as it is; of one with a page of text around it what asks (its last questions first), then how it begins, within
    LONGEST characters."""
    if len(question) <= LONGEST:
        return question
    sentences = [question[at:to].strip() for at, to in sentences_of(question)]
    asking = [sentence for sentence in reversed(sentences) if sentence.endswith("?")]
    room = LONGEST
    kept: list[str] = []
    for sentence in asking:
        if len(sentence) >= room:
            break
        kept.append(sentence)
        room -= len(sentence) + 1
    beginning = question[:room].rsplit(maxsplit=1)[0] if room > 100 else ""
    return " ".join([*reversed(kept), beginning]).strip()
