"""A small real IMAP server for tests: TLS from a certificate made on the spot, EXAMINE, UID SEARCH and UID FETCH; it writes down what it is
asked, and breaks off where a test wants it to."""

from __future__ import annotations

import base64
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "anna", "pässwörd"


@dataclass
class Folder:
    validity: int = 7
    messages: dict[int, bytes] = field(default_factory=dict)
    said_size: dict[int, int] = field(default_factory=dict)
    """Where the server lies about a message's size."""

    @property
    def next_uid(self) -> int:
        return max(self.messages, default=0) + 1

    def put(self, message: bytes) -> int:
        uid = self.next_uid
        self.messages[uid] = message
        return uid


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None, starttls: ssl.SSLContext | None = None) -> None:
        self.context, self.starttls = context, starttls
        self.folders: dict[str, Folder] = {"INBOX": Folder()}
        self.asked: list[str] = []
        self.breaks_off_at: int | None = None
        """Bytes of a body after which the connection breaks off, once."""
        super().__init__(("127.0.0.1", 0), Session)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that break off are no news."""


class Session(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        self.folder: Folder | None = None
        if self.server.context is not None:
            self.secure(self.server.context)
        self.reader = self.request.makefile("rb")
        self.say("* OK ready")
        with suppress(ConnectionError, ssl.SSLError):
            while line := self.reader.readline():
                if not self.answer(line.decode().strip()):
                    return

    def secure(self, context: ssl.SSLContext) -> None:
        self.request = context.wrap_socket(self.request, server_side=True)

    def say(self, line: str | bytes) -> None:
        self.request.sendall((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

    def answer(self, line: str) -> bool:
        tag, _space, rest = line.partition(" ")
        command = rest.upper()
        self.server.asked.append(rest if not command.startswith(("LOGIN", "AUTHENTICATE")) else command.split()[0])
        if command.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN" + (" STARTTLS" if self.server.starttls else ""))
        elif command.startswith("STARTTLS") and self.server.starttls:
            self.say(f"{tag} OK go on")
            self.secure(self.server.starttls)
            self.reader = self.request.makefile("rb")
            return True
        elif command.startswith("AUTHENTICATE"):
            self.say("+ ")
            _nobody, user, password = base64.b64decode(self.reader.readline()).decode().split("\0")
            if (user, password) != (USER, PASSWORD):
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] no")
                return True
        elif command.startswith("EXAMINE"):
            self.folder = self.server.folders.get(rest.split(" ", 1)[1].strip('"'))
            if self.folder is None:
                self.say(f"{tag} NO there is none")
                return True
            self.say(f"* {len(self.folder.messages)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {self.folder.validity}] valid")
            self.say(f"* OK [UIDNEXT {self.folder.next_uid}] next")
        elif command.startswith("UID SEARCH"):
            first, last = map(int, re.findall(r"\d+", rest))
            uids = [uid for uid in self.folder.messages if first <= uid <= last] or list(self.folder.messages)[-1:]  # as servers do
            self.say("* SEARCH " + " ".join(map(str, uids)))
        elif command.startswith("UID FETCH"):
            self.fetch(rest)
        elif command.startswith("LOGOUT"):
            self.say("* BYE")
            self.say(f"{tag} OK")
            return False
        else:
            self.say(f"{tag} BAD")
            return True
        self.say(f"{tag} OK done")
        return True

    def fetch(self, rest: str) -> None:
        uids = [int(uid) for uid in rest.split()[2].split(",")]
        for number, uid in enumerate(uids, 1):
            if uid not in self.folder.messages:
                continue
            message = self.folder.messages[uid]
            if piece := re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", rest):
                start, size = int(piece[1]), int(piece[2])
                self.literal(f"* {number} FETCH (UID {uid} BODY[]<{start}> ", message[start : start + size], ")")
            else:
                named = re.search(rb"^Message-ID:.*\r\n", message, re.MULTILINE)
                size = self.folder.said_size.get(uid, len(message))
                date = "12-Mar-2026 10:00:00 +0000"
                said = f'* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{date}" BODY[HEADER.FIELDS (MESSAGE-ID)] '
                self.literal(said, (named[0] if named else b"") + b"\r\n", ")")

    def literal(self, before: str, content: bytes, after: str) -> None:
        self.request.sendall(f"{before}{{{len(content)}}}\r\n".encode())
        limit = self.server.breaks_off_at
        if limit is not None and "BODY[]" in before and len(content) > limit:
            self.server.breaks_off_at = None
            self.request.sendall(content[:limit])
            self.request.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        self.request.sendall(content + after.encode() + b"\r\n")


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for `name` and 127.0.0.1, and the file with which a client believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1)).add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    believed, both = folder / "ca.pem", folder / "server.pem"
    believed.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both.write_bytes(private + believed.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, believed


@contextmanager
def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def message(number: int | str, words: str = "", identity: str | None = "", attachment: str = "") -> bytes:
    """An e-mail; `identity` None: without Message-ID."""
    named = "" if identity is None else f"Message-ID: <{identity or number}@example.org>\r\n"
    body = f"The crane of pier {number} was inspected. {words}\r\n"
    head = f"From: ada@example.org\r\nTo: ben@example.org\r\nSubject: Pier {number}\r\nDate: Thu, 12 Mar 2026 10:00:00 +0000\r\n{named}"
    if not attachment:
        return f"{head}\r\n{body}".encode()
    parts = f'--B\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--B\r\nContent-Type: text/plain; name="list.txt"\r\n'
    parts += f'Content-Disposition: attachment; filename="list.txt"\r\n\r\n{attachment}\r\n--B--\r\n'
    return f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n{parts}".encode()
