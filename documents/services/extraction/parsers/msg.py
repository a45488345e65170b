"""Outlook's messages (MSG): put into the form of e-mail, then read as every e-mail is. Messages inside become e-mail files."""

from __future__ import annotations

import email
import email.policy
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import PurePosixPath
from typing import NamedTuple

from documents.services.extraction.containers import outlook
from documents.services.extraction.containers.outlook import Properties
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, NO, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_ATTACHMENTS, MAX_CHARACTERS
from documents.services.extraction.parsers.base import Job, Parsed, storable
from documents.services.extraction.parsers.html import decoded
from documents.services.extraction.parsers.mail import AS_IT_CAME, MailParser, name_for

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CLASS_OF_MESSAGES = bytes.fromhex("0b0d020000000000c000000000000046")
_NAME_OF_PROPERTIES = "__properties_version1.0".encode("utf-16-le")
_BROKEN = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError, RecursionError, struct.error)
"""What olefile raises for compound files that are not what they say."""
_MAX_NESTING = 10
_FIRST_FIELD = re.compile(r"^[A-Za-z][A-Za-z0-9-]*:", re.MULTILINE)
_IDS = {"Message-ID": outlook.MESSAGE_ID, "In-Reply-To": outlook.IN_REPLY_TO, "References": outlook.REFERENCES}
_RECIPIENTS = {"To": (1, outlook.DISPLAY_TO), "Cc": (2, outlook.DISPLAY_CC), "Bcc": (3, outlook.DISPLAY_BCC)}


class File(NamedTuple):
    """An attachment; its content is None where it can't be read, a message where it is one."""

    name: str
    content: bytes | EmailMessage | None
    mime: str = ""


def parse(job: Job) -> Parsed:
    import olefile

    try:
        with olefile.OleFileIO(job.path) as file:
            message = Properties(file)
            html = _html(message)
            parsed = MailParser().read(_message(message, html), job, "Outlook message (olefile)", _written(message, html, job))
            if _has_only_rtf(message, html) and not _rtf(message).strip():
                parsed.notice("body_unreadable")
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's, not the file's
        raise Unreadable("unreadable", kind="MSG") from error
    return parsed


def _written(message: Properties, html: str, job: Job) -> Iterator[tuple[str, bytes | None]]:
    for name, content, _mime in _files(message, html, _MAX_NESTING):
        job.tick(0, 1)
        yield name, content.as_bytes(policy=AS_IT_CAME) if isinstance(content, EmailMessage) else content


def _message(source: Properties, html: str) -> EmailMessage:
    """Headers and bodies as an e-mail."""
    block = "".join(f"{name}: {value}\n" for name, value in _headers(source).items() if value)
    message = email.message_from_string(block + "\n", policy=email.policy.default)
    plain = storable(source.text(outlook.BODY))
    if _has_only_rtf(source, html):
        plain = _rtf(source)
    message.set_content(plain[:MAX_CHARACTERS], cte="base64")
    if html.strip():
        message.add_alternative(html[:MAX_CHARACTERS], subtype="html", cte="base64")
    return message


def _headers(source: Properties) -> dict[str, str]:
    """Those that the message travelled with, completed by what Outlook keeps of it; each on one line, in ASCII."""
    found = _as_sent(source.text(outlook.TRANSPORT_HEADERS))
    moment = source.time(outlook.SUBMITTED) or source.time(outlook.DELIVERED)
    own = {"From": _sender(source), **_recipients(source), "Date": format_datetime(moment) if moment else ""}
    own |= {name: _ascii(source.text(tag)) for name, tag in _IDS.items()}
    own["Subject"] = _ascii(source.text(outlook.SUBJECT))
    return {name: found.get(name.lower(), "") or value for name, value in own.items()}


def _as_sent(headers: str) -> dict[str, str]:
    first = _FIRST_FIELD.search(headers)
    fields = email.message_from_string(headers[first.start() :] if first else "", policy=email.policy.compat32)
    return {name.lower(): _ascii(str(value)) for name, value in reversed(fields.items())}


def _ascii(value: str) -> str:
    line = " ".join(storable(value).split())
    return line if line.isascii() else Header(line, "utf-8", maxlinelen=10**9).encode()


def _sender(source: Properties) -> str:
    """On whose behalf it was sent, else who sent it."""
    name = source.text(outlook.SENT_FOR_NAME) or source.text(outlook.SENDER_NAME)
    tags = (outlook.SENT_FOR_SMTP, outlook.SENT_FOR_ADDRESS, outlook.SENDER_SMTP, outlook.SENDER_ADDRESS)
    return _address(name, next((address for tag in tags if "@" in (address := source.text(tag))), ""))


def _recipients(source: Properties) -> dict[str, str]:
    lists: dict[int, list[str]] = {}
    for one in source.parts("recip")[: 10 * MAX_ATTACHMENTS]:
        address = one.text(outlook.SMTP_ADDRESS) or one.text(outlook.ADDRESS)
        lists.setdefault(one.number(outlook.RECIPIENT_KIND) & 0xF, []).append(_address(one.text(outlook.DISPLAY_NAME), address))
    return {name: ", ".join(lists.get(kind, [])) or _ascii(source.text(shown)) for name, (kind, shown) in _RECIPIENTS.items()}


def _address(name: str, address: str) -> str:
    """As headers have it; the inner addresses of Exchange, which are none for people, are left out."""
    name, address = (" ".join(storable(part).split()) for part in (name, address))
    if "@" not in address or not address.isascii():
        return _ascii(name)
    return address if name in ("", address) else formataddr((name, address))


def _html(source: Properties) -> str:
    content = source.binary(outlook.HTML_BODY)
    if content is not None:
        return storable(decoded(content, outlook.encoding_of(source.number(outlook.BODY_CODEPAGE))).text)
    return storable(source.text(outlook.HTML_BODY))


def _has_only_rtf(source: Properties, html: str) -> bool:
    return not html.strip() and not source.text(outlook.BODY).strip() and bool(source.binary(outlook.RTF_BODY))


def _rtf(source: Properties) -> str:
    """The text of a body that is kept as RTF alone; "" where it is broken or beyond all measure."""
    content = source.binary(outlook.RTF_BODY) or b""
    from striprtf.striprtf import rtf_to_text

    with suppress(Unreadable, ValueError, LookupError, TypeError, OverflowError):
        return storable(rtf_to_text(outlook.unpacked_rtf(content).decode("latin-1"), errors="ignore"))
    return ""


def _files(source: Properties, html: str, levels: int) -> Iterator[File]:
    """The attachments; pictures that only decorate the HTML are left out, as they are of other e-mail."""
    for part in source.parts("attach"):
        name = part.text(outlook.LONG_NAME) or part.text(outlook.SHORT_NAME) or part.text(outlook.DISPLAY_NAME)
        mime = part.text(outlook.MEDIA_TYPE).lower()
        identity = part.text(outlook.CONTENT_ID)
        if identity and f"cid:{identity}" in html and _is_picture(name, mime):
            continue
        try:
            yield _file(part, " ".join(storable(name).split()), mime, levels)
        except _BROKEN:
            yield File(name, None)


def _file(part: Properties, name: str, mime: str, levels: int) -> File:
    inner = part.embedded()
    if inner is None:
        content = part.binary(outlook.DATA)
        return File(name or "attachment", content, mime)
    if levels <= 0:
        return File(name or "message", None)
    message = _whole(inner, levels - 1)
    shown = re.sub(r"\.(?:msg|eml)$", "", name.replace("/", "-"), flags=re.IGNORECASE)
    return File(f"{shown}.eml" if shown else name_for(message), message)


def _is_picture(name: str, mime: str) -> bool:
    return mime.startswith("image/") or PurePosixPath(name.lower()).suffix in (".png", ".jpg", ".jpeg", ".gif", ".bmp")


def _whole(source: Properties, levels: int) -> EmailMessage:
    """An embedded message with all that is attached to it, as an e-mail of its own."""
    html = _html(source)
    message = _message(source, html)
    for name, content, mime in _files(source, html, levels):
        if isinstance(content, EmailMessage):
            message.add_attachment(content, filename=name)
        elif content is not None:
            main, _slash, sub = mime.partition("/") if re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", mime) else ("application", "/", "octet-stream")
            if main in ("multipart", "message"):
                main, sub = "application", "octet-stream"
            message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


def _sniff(sample: Sample) -> int:
    """A compound file whose root is of the class of messages, or begins as theirs do. Damaged ones are told by their name."""
    if not sample.head.startswith(COMPOUND):
        return NO
    shift, first = int.from_bytes(sample.head[30:32], "little"), int.from_bytes(sample.head[48:52], "little")
    entries = sample.part((first + 1) << min(shift, 12), 4096)
    is_message = entries[80:96] == _CLASS_OF_MESSAGES or _NAME_OF_PROPERTIES in entries
    return CERTAIN if is_message or sample.suffix == ".msg" else NO


FORMATS = (
    Format(
        mime="application/vnd.ms-outlook",
        label=gettext_noop("Outlook message"),
        listed=gettext_noop("Outlook e-mail (MSG)"),
        parse=parse,
        suffixes=(".msg",),
        recognised_by="a compound file of the class of Outlook's messages",
        order=61,
        sniff=_sniff,
        limits=FormatLimits(bytes=8 * MAX_CHARACTERS),
        also_named=(".oft",),
        binary=True,
        kind="email",
        titled=True,
    ),
)
