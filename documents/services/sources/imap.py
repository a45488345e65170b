"""A mailbox over IMAP (RFC 9051, 3501), read-only: folders are opened with EXAMINE, messages fetched with BODY.PEEK, so that nothing there
changes. What the server sends is bounded in size and time, whatever it says."""

from __future__ import annotations

import base64
import imaplib
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from documents.services.sources.errors import SourceError

SECONDS = 30
"""that the server may stay silent,"""
SECONDS_AT_ONCE = 300
"""that one command may take,"""
PIECE = 1024 * 1024
MOST_AT_ONCE = 4 * PIECE
"""bytes that it may be answered with."""
WINDOW = 50_000
"""UIDs that are asked for at a time, so that no answer is longer than a line may be."""
_NUMBERED = re.compile(rb"UID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"', re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S{1,998})", re.IGNORECASE | re.MULTILINE)
_SHORT_BODY = re.compile(rb'BODY\[\](?:<\d+>)? (?:"((?:[^"\\]|\\.)*)"|NIL)', re.IGNORECASE)
_FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: str
    """ssl, starttls or plain."""
    user: str
    password: str


@dataclass(frozen=True)
class Opened:
    """A folder: UIDs are valid as long as `validity` stays, and below `next_uid`."""

    validity: int
    next_uid: int


@dataclass(frozen=True)
class Envelope:
    uid: int
    size: int
    message_id: bytes
    date: str


class Vanished(Exception):
    """The message is not there any more."""


class TooLarge(Exception):
    """The message is longer than it may be, whatever the server said of it."""


class _Bounded(imaplib.IMAP4):
    """Reads in small steps, with `pulse` between them, and no more in answer to one command than MOST_AT_ONCE."""

    pulse: Callable[[], None]
    _read_from: socket.socket | None = None

    def begin(self) -> None:
        """A new command may be answered."""
        self._left, self._until = MOST_AT_ONCE, time.monotonic() + SECONDS_AT_ONCE

    def read(self, size: int) -> bytes:
        if size > self._left:
            raise self.abort(f"an answer of {size} bytes")
        data = bytearray()
        while len(data) < size and (some := self._some(size - len(data))):
            data += some
        return bytes(data)

    def readline(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n"):
            waiting = self._reader().peek(1)
            end = waiting.find(b"\n") + 1 or len(waiting)
            if not (some := self._some(end)):
                break
            line += some
        return bytes(line)

    def _some(self, size: int) -> bytes:
        self.pulse()
        some: bytes = self._reader().read1(size) if size else b""
        self._left -= len(some)
        if self._left < 0 or time.monotonic() > self._until:
            raise self.abort("too long an answer")
        return some

    def _reader(self) -> Any:
        if self._read_from is not self.sock:  # also when TLS has begun: what was sent before it counts for nothing
            self._read_from, self._from = self.sock, self.sock.makefile("rb")
        return self._from

    def shutdown(self) -> None:
        if self._read_from is not None:
            self._from.close()
        super().shutdown()


class _Plain(_Bounded):
    def __init__(self, host: str, port: int, check: Callable[[], None]) -> None:
        self.pulse = check
        self.begin()
        super().__init__(host, port, timeout=SECONDS)


class _Secure(_Bounded, imaplib.IMAP4_SSL):
    def __init__(self, host: str, port: int, check: Callable[[], None]) -> None:
        self.pulse = check
        self.begin()
        imaplib.IMAP4_SSL.__init__(self, host, port, ssl_context=_context(), timeout=SECONDS)


def _context() -> ssl.SSLContext:
    """Certificates are verified, by the system's authorities and those of IMAP_CA_FILE."""
    context = ssl.create_default_context()
    if settings.IMAP_CA_FILE is not None:
        context.load_verify_locations(settings.IMAP_CA_FILE)
    return context


def is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class Mailbox:
    """A connection on which somebody has signed in."""

    def __init__(self, connection: _Bounded) -> None:
        self._connection = connection

    def open(self, folder: str) -> Opened | None:
        """Look into a folder without changing anything; None where there is none of that name."""
        self._connection.begin()
        status, _exists = self._connection.select(_quoted(folder), readonly=True)
        if status != "OK":
            return None
        return Opened(self._number("UIDVALIDITY"), self._number("UIDNEXT"))

    def _number(self, name: str) -> int:
        value = self._connection.response(name)[1][0]
        if value is None or not value.isdigit():
            raise SourceError(_("The mail server does not number its messages as it has to."), "imap_server", lasting=True)
        return int(value)

    def uids(self, after: int, opened: Opened) -> Iterator[list[int]]:
        """The messages' UIDs above `after` in rising order, some at a time."""
        for first in range(after + 1, opened.next_uid, WINDOW):
            last = min(first + WINDOW, opened.next_uid) - 1
            data = self._asked("SEARCH", f"UID {first}:{last}")
            # A range is never empty for a server: without one inside it gives the nearest.
            yield sorted(uid for line in data if line for uid in map(int, line.split()) if first <= uid <= last)

    def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """What is known of these messages without reading them; those that are gone are left out."""
        wanted = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        data = self._asked("FETCH", ",".join(map(str, uids)), wanted)
        found = (_envelope(*answer) for answer in _answers(data))
        return sorted((one for one in found if one is not None and one.uid in set(uids)), key=lambda one: one.uid)

    def body(self, uid: int, most: int) -> Body:
        return Body(self, uid, most)

    def piece(self, uid: int, start: int) -> bytes:
        """At most PIECE bytes of a message from `start` on. Raises Vanished."""
        data = self._asked("FETCH", str(uid), f"(UID BODY.PEEK[]<{start}.{PIECE}>)")
        for said, content in _answers(data):
            if _uid(said) == uid:
                return content if content else _short(said)
        raise Vanished

    def _asked(self, command: str, *words: str) -> list[Any]:
        self._connection.begin()
        status, data = self._connection.uid(command, *words)
        if status != "OK":
            raise SourceError(_("The mail server did not answer a question it has to answer. It is asked again later."), "imap_server")
        return data


class Body:
    """A message's bytes, fetched piece by piece. Reading raises Vanished, and TooLarge above `most` bytes."""

    def __init__(self, mailbox: Mailbox, uid: int, most: int) -> None:
        self._mailbox, self._uid, self._most = mailbox, uid, most
        self._start, self._ended = 0, False

    def read(self, size: int = -1, /) -> bytes:
        """A piece, of whatever size; b"" at the end."""
        if self._ended:
            return b""
        piece = self._mailbox.piece(self._uid, self._start)
        self._start += len(piece)
        self._ended = len(piece) < PIECE
        if self._start > self._most:
            raise TooLarge
        return piece


def _answers(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """(what was said around it, the literal) of each message: imaplib gives lines, and pairs of a line's beginning and its literal."""
    said, content = b"", b""
    for part in data:
        if isinstance(part, tuple):
            said, content = said + part[0], content + part[1]
        elif part is not None:
            yield said + b" " + part, content
            said, content = b"", b""
    if said:
        yield said, content


def _uid(said: bytes) -> int:
    found = _NUMBERED.search(said)
    return int(found[1]) if found else 0


def _short(said: bytes) -> bytes:
    found = _SHORT_BODY.search(said)
    return re.sub(rb"\\(.)", rb"\1", found[1]) if found and found[1] else b""


def _envelope(said: bytes, header: bytes) -> Envelope | None:
    size, date, named = _SIZE.search(said), _DATE.search(said), _MESSAGE_ID.search(header)
    if not _uid(said) or size is None:
        return None
    return Envelope(_uid(said), int(size[1]), named[1] if named else b"", date[1].decode("ascii", "replace").strip() if date else "")


@contextmanager
def signed_in(server: Server, check: Callable[[], None]) -> Iterator[Mailbox]:
    """Raises SourceError, in words, for whatever goes wrong with the server while the mailbox is open."""
    require_allowed(server)
    try:
        with (_Secure if server.security == "ssl" else _Plain)(server.host, server.port, check) as connection:
            if server.security == "starttls":
                _begin_tls(connection)
            _sign_in(connection, server)
            yield Mailbox(connection)
    except ssl.SSLCertVerificationError as error:
        sentence = _("The certificate of %(host)s is not to be believed (%(why)s), so nothing was sent to it. ")
        more = _("Where it comes from an authority of your own, your administrator names that in IMAP_CA_FILE.")
        raise SourceError(sentence % {"host": server.host, "why": error.verify_message} + more, "certificate") from error
    except ssl.SSLError as error:
        raise SourceError(_("%(host)s does not speak TLS at port %(port)d.") % vars(server), "tls") from error
    except socket.gaierror as error:
        raise SourceError(_("There is no server of the name %(host)s.") % vars(server), "no_host") from error
    except (imaplib.IMAP4.error, OSError) as error:
        sentence = _("The connection to %(host)s, port %(port)d, failed or broke off. It is tried again.")
        raise SourceError(sentence % vars(server), "connection") from error


def require_allowed(server: Server) -> None:
    """Raise SourceError for a server that the administrator has not named, and for one that would be told a password in the clear."""
    if (server.host, server.port) not in settings.IMAP_HOSTS:
        sentence = _("Your administrator has not allowed %(host)s, port %(port)d (setting IMAP_HOSTS); nothing is sent to other servers.")
        raise SourceError(sentence % vars(server), "host_not_allowed", lasting=True)
    if server.security == "plain" and not is_loopback(server.host):
        raise SourceError(_("Without TLS only a server on this machine is asked."), "plain_not_allowed", lasting=True)


def _begin_tls(connection: _Bounded) -> None:
    if "STARTTLS" not in connection.capabilities:
        raise SourceError(_("The mail server offers no STARTTLS. Try TLS from the start, usually at port 993."), "tls")
    connection.begin()
    connection.starttls(_context())


def _sign_in(connection: _Bounded, server: Server) -> None:
    connection.begin()
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            connection.authenticate("PLAIN", lambda _challenge: f"\0{server.user}\0{server.password}".encode())
        else:
            connection.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        if _FOR_NOW.search(str(error)):
            raise SourceError(_("The mail server does not let anybody in just now. It is tried again."), "connection") from error
        sentence = _("%(host)s does not accept this user and password. Give the right password; some providers want one made for programs.")
        raise SourceError(sentence % vars(server), "wrong_password", lasting=True) from error


def _quoted(folder: str) -> str:
    return '"' + encoded(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'


def encoded(folder: str) -> str:
    """A folder's name in the modified UTF-7 of RFC 3501, 5.1.3."""
    return re.sub(r"[^ -%'-~]+", _encoded_run, folder)


def _encoded_run(found: re.Match[str]) -> str:
    def packed(text: str) -> str:
        return "&" + base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return "&-".join(packed(part) if part else "" for part in found[0].split("&"))
