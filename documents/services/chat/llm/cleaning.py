"""What a model writes, without thoughts and dress: nothing but text is left."""

from __future__ import annotations

import re
from collections.abc import Collection

from documents.services.chat.injection import without_invisible

_OPEN = re.compile(r"<(think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)
LONGEST_MARK = 12
"""Characters of the longest of these marks."""

_TARGET = r"\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)"
_IMAGE = re.compile(rf"!\[([^\[\]\n]{{0,300}})\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]\n]{{1,300}})\](?=\(\s{{0,3}}<?[a-z][a-z0-9+.-]{{0,20}}:){_TARGET}", re.IGNORECASE)
_URL = re.compile(
    r"\b(?:https?|ftp|file|data|javascript|mailto|ws|wss)://?[^\s<>\"”’)\]]+|\b(?:mailto|javascript|data):\S+|\bwww\.[^\s<>\"”)\]]+", re.I
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,2000}>|<!--[^<>\n]{0,2000}-->|<{2}[^<>\n]{0,200}>{2}")
_BULLET = re.compile(r"^\s*(?:[-*•–—▪◦]|\(?\d{1,2}[.)])\s+(?=\S)")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_STRESS = re.compile(
    r"\*{1,3}(?=\S)([^*\n]{1,500})(?<=\S)\*{1,3}|(?<!\w)__(?=\S)([^_\n]{1,500})(?<=\S)__(?!\w)|`{1,3}([^`\n]{1,500})`{1,3}"
)
_RULE = re.compile(r"^[\s|:*_=`~-]*$")
_SPACES = re.compile(r"[ \t\u00a0]+")


class Thoughts:
    """Takes out of a stream what stands between <think> and </think>, also where a piece ends inside of a mark."""

    def __init__(self) -> None:
        self._held, self._inside = "", False

    def feed(self, words: str) -> str:
        self._held += words
        said = ""
        while found := (_CLOSE if self._inside else _OPEN).search(self._held):
            said += "" if self._inside else self._held[: found.start()]
            self._held, self._inside = self._held[found.end() :], not self._inside
        start = self._held.rfind("<", max(0, len(self._held) - LONGEST_MARK))
        keep = len(self._held) if start < 0 or ">" in self._held[start:] else start
        out, self._held = self._held[:keep], self._held[keep:]
        return said if self._inside else said + out

    def end(self) -> str:
        out, self._held = self._held, ""
        return "" if self._inside else out


def without_thoughts_before(text: str) -> str:
    """Some models think first and mark the end of it only."""
    return _CLOSE.split(text)[-1]


def plain(line: str, known: Collection[str] = ()) -> str:
    """One line as text: no Markdown, no HTML, no address but those that a text in `known` has."""
    line = without_invisible(line)
    if _RULE.match(line):
        return ""
    line = _HEADING.sub("", _BULLET.sub("", line))
    line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    line = _URL.sub(lambda found: found[0] if _known(found[0], known) else "", line)
    line = _TAG.sub("", line)
    line = _STRESS.sub(lambda found: found[1] or found[2] or found[3], line)
    return _SPACES.sub(" ", line).strip()


def _known(address: str, texts: Collection[str]) -> bool:
    address = address.rstrip(".,;:!?")
    return any(address in text for text in texts)
