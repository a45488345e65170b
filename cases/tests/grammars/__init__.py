"""A file for each grammar: what it sees, under which keys, with which pins, and what it leaves alone."""

from __future__ import annotations

from cases.services.citations import Mention, extract


def seen(text: str) -> list[tuple[str, str]]:
    """What is found in the order of the text, as (text, key); every offset is checked on the way."""
    return [(mention.text, mention.key) for mention in mentions(text)]


def keys(text: str) -> list[str]:
    return [mention.key for mention in mentions(text)]


def mentions(text: str) -> list[Mention]:
    found = extract(text)
    for mention in found:
        assert text[mention.start : mention.end] == mention.text == mention.text.strip() != ""
    return found
