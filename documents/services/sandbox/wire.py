"""Messages between parent and child: JSON objects with a length of four bytes in front."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">I")
MAX_MESSAGE = 1024**3
GREETING = b"\0"
"""With which the descriptors of a request come to a holder, before the request itself."""
Message = dict[str, Any]


class Garbled(Exception):
    """What arrived is no message: the other side is broken, or something else writes into its pipe."""


def pack(message: Message) -> bytes:
    """The bytes of a message. Lone surrogates (a file name from a broken system may hold some) become question marks."""
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > MAX_MESSAGE:
        raise MemoryError("a message beyond all measure")
    return _LENGTH.pack(len(body)) + body


def read(stream: IO[bytes]) -> Message | None:
    """The next message of a blocking stream, None at its end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return _message(stream.read(_LENGTH.unpack(head)[0]))


def _message(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled from error
    if not isinstance(message, dict):
        raise Garbled
    return message


class Inbox:
    """Bytes arriving in pieces become messages. Linear: a 100 MB message is joined once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = _LENGTH.size
        self._in_body = False

    def feed(self, piece: bytes) -> list[Message]:
        """Take a piece; the messages completed by it. Raises Garbled."""
        self._pieces.append(piece)
        self._size += len(piece)
        messages = []
        while self._size >= self._wanted:
            taken = self._take()
            if self._in_body:
                messages.append(_message(taken))
                self._wanted = _LENGTH.size
            else:
                self._wanted = _LENGTH.unpack(taken)[0]
                if self._wanted > MAX_MESSAGE:
                    raise Garbled
            self._in_body = not self._in_body
        return messages

    def _take(self) -> bytes:
        joined = b"".join(self._pieces)
        taken, rest = joined[: self._wanted], joined[self._wanted :]
        self._pieces, self._size = [rest], len(rest)
        return taken
