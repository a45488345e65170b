"""E-mail as the standard library reads it: headers people care about, the body, and the attached files."""

from __future__ import annotations

import base64
import codecs
import email
import email.policy
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from email.errors import InvalidBase64LengthDefect, MessageError
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime

from documents.services.extraction.charsets import Decoded, decode, name_of
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import EML, LIKELY, NO, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, storable
from documents.services.extraction.parsers.html import decoded, html_to_text

_SHOWN = ("From", "To", "Cc", "Bcc", "Date", "Subject")
AS_IT_CAME = email.policy.compat32.clone(max_line_length=None)
"""For a message inside another: headers are written as they were read, also those in an encoding that nobody named. (Python 3.13's newer
policy puts question marks in their place.)"""
_MAX_PARTS = 2_000
_MAX_DEPTH = 50
_RICHER = 2
"""How many times the words of its plain text a message's HTML must have for the plain text to be only a word that there is HTML."""
LONGEST_HEADER = 50_000
LARGEST_DECORATION = 20_000
"""Bytes of a picture in the body up to which it is a logo or a smiley; what is larger is a photograph or a screenshot."""
_REPORTS = ("message/delivery-status", "text/rfc822-headers")
_BODIES = ("text/plain", "text/html", *_REPORTS)
_DOUBLES = frozenset(["text/x-amp-html", "text/watch-html"])
"""What says once more, for single readers, what the body says."""
_SUFFIXES = {"calendar": "ics", "plain": "txt", "jpeg": "jpg", "octet-stream": "bin"}
_MAX_IDS = 200
_LONGEST_ID = 500
_ID = re.compile(rf"<[^<>\s]{{1,{_LONGEST_ID}}}>")
# As mailers of several languages write "answer" and "forwarded", also counted ("Re[2]:").
_PREFIXES = re.compile(
    r"^(?:\s*(?:re|fwd?|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|odp|pd|ynt|r|i|отв|ответ|пересл|回复|答复|转发|返信)\s*"
    r"(?:\[\d+\]|\(\d+\))?\s*[:：])+\s*",
    re.IGNORECASE,
)
_BYTES = re.compile("[\ufffd\udc80-\udcff]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
# The header parser of the standard library stumbles over malformed addresses and dates in these ways.
_MALFORMED = (MessageError, ValueError, IndexError, TypeError, AttributeError, KeyError, RecursionError)


_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t\r\n]")
_FIELDS = frozenset(
    b"from to cc bcc date subject message-id received return-path mime-version content-type delivered-to reply-to sender x-mailer".split()
)


class MailParser:
    def parse(self, job: Job) -> Parsed:
        content = job.path.read_bytes().removeprefix(codecs.BOM_UTF8).lstrip()
        message = email.message_from_bytes(content, policy=email.policy.default)
        return self.read(message, job, "email (Python)")

    def read(self, message: EmailMessage, job: Job, engine: str, further: Iterable[tuple[str, bytes | None]] = ()) -> Parsed:
        """A message that may have come from anywhere, and `further` attachments of it; one without content could not be read."""
        moment = sent(message)
        parsed = Parsed([], engine, title=header(message, "Subject")[:300], date=moment.date() if moment else None)
        body, guessed = _body(message)
        block = "\n".join(f"{name}: {value}" for name in _SHOWN if (value := header(message, name)))
        self._attachments(parsed, message, job)
        for name, content in further:
            if content is None:
                parsed.notice("attachment_unreadable", name=name)
            else:
                parsed.attach(name, content, job.folder)
        parsed.pages = [RawPage(storable("\n\n".join(part for part in (block, _listed(parsed), body) if part)))]
        parsed.metadata.update(about(message))
        if guessed:
            parsed.notice("encoding_guessed", name=guessed)
        job.tick(1, 1)
        return parsed

    def _attachments(self, parsed: Parsed, message: EmailMessage, job: Job) -> None:
        for part in attached(message):
            if part.get_content_type() == EML:
                inner = _inner(part)
                name = filename(part) or (name_for(inner) if inner else "message.eml")
                data = inner.as_bytes(policy=AS_IT_CAME) if inner else b""
                parsed.attach(name if name.lower().endswith(".eml") else f"{name}.eml", data, job.folder)
            else:
                subtype = part.get_content_subtype()
                parsed.attach(filename(part) or f"attachment.{_SUFFIXES.get(subtype, subtype)}", payload(part), job.folder)


def header(message: Message, name: str) -> str:
    """A header as people read it, one line; "" where it is missing or beyond repair."""
    try:
        value = _long(message, name) or message.get(name)
    except _MALFORMED:
        value = dict(message.raw_items()).get(name, "") if isinstance(message, EmailMessage) else ""
    return " ".join(storable(_repaired(message, name, str(value or ""))).split())


def _long(message: Message, name: str) -> str:
    """A header that is too long for the standard library to take apart in time, as it came; "" for any other."""
    raw = next((str(content) for key, content in message.raw_items() if key.lower() == name.lower()), "")
    return raw[:LONGEST_HEADER] if len(raw) > LONGEST_HEADER else ""


def _repaired(message: Message, name: str, value: str) -> str:
    """A header that was sent in bytes of its own, without saying how they are encoded, as old mailers do."""
    if not _BYTES.search(value):
        return value
    raw = next((str(content) for key, content in message.raw_items() if key.lower() == name.lower()), "")
    if not _BYTES.search(raw):
        return value
    return decode(raw.encode("utf-8", "surrogateescape")).text


def sent(message: Message) -> datetime | None:
    """When it says it was sent, with the zone where that is given."""
    with suppress(*_MALFORMED):
        return parsedate_to_datetime(header(message, "Date"))
    return None


def about(message: Message) -> dict[str, str | list[str]]:
    """What ties a message to others, alike for every format of mail: who, when (ISO 8601), the ids of the message and of those it answers,
    its subject without what answering and forwarding put before it, and all addresses, in small letters."""
    moment = sent(message)
    found = {key: header(message, key.title()) for key in ("from", "to", "cc")}
    everybody = getaddresses([*found.values(), header(message, "Bcc")])
    answers = _ids(message, "In-Reply-To")
    found |= {
        "subject": bare_subject(header(message, "Subject")),
        "sent": moment.isoformat() if moment else "",
        "message_id": next(iter(_ids(message, "Message-ID")), ""),
        "in_reply_to": answers[0] if answers else "",
    }
    lists = {
        "references": _ids(message, "References")[-_MAX_IDS:],
        "addresses": list(dict.fromkeys(address.lower() for _name, address in everybody if "@" in address))[:_MAX_IDS],
    }
    return {key: value[:2000] for key, value in found.items() if value} | {key: value for key, value in lists.items() if value}


def _ids(message: Message, name: str) -> list[str]:
    """Message ids in angle brackets, as they are compared; old mailers leave the brackets out. Read from the header as it came: many real
    ids are against the grammar that the standard library holds them to."""
    value = storable(next((str(content) for key, content in message.raw_items() if key.lower() == name.lower()), ""))
    bracketed: list[str] = _ID.findall(value)
    return bracketed or [f"<{word}>" for word in value.split() if "@" in word and len(word) < _LONGEST_ID]


def bare_subject(subject: str) -> str:
    return _PREFIXES.sub("", subject)


def name_for(message: Message) -> str:
    """A file name for a message that has none."""
    subject = header(message, "Subject").replace("/", "-").replace("\\", "-")
    return f"{subject[:150].strip() or 'message'}.eml"


def line_for(message: Message) -> str:
    """One line of a mailbox's list: when, from whom, what."""
    moment = sent(message)
    when = moment.strftime("%Y-%m-%d %H:%M") if moment else ""
    return " | ".join(part for part in (when, header(message, "From"), header(message, "Subject")) if part)


def _listed(parsed: Parsed) -> str:
    names = [name for name, _path, _about in parsed.attachments]
    return f"Attachments: {', '.join(names)}" if names else ""


def _leaves(message: Message) -> Iterator[EmailMessage]:
    """The parts that hold content, in order, without looking into attached messages. Raises Unreadable for a message bomb."""
    stack: list[Message] = [message]
    for _ in range(_MAX_PARTS):
        if not stack:
            return
        part = stack.pop()
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            stack.extend(child for child in reversed(inside) if isinstance(child, Message))
        elif isinstance(part, EmailMessage):
            yield part
    if stack:
        raise Unreadable("too_many_attachments", limit=_MAX_PARTS)


def _is_body(part: EmailMessage) -> bool:
    return part.get_content_type() in _BODIES and _disposition(part) != "attachment" and not filename(part)


def attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """Files and forwarded messages, also those without a name; small pictures that only decorate the HTML (a Content-ID and no file
    disposition) are left out."""
    for part in _leaves(message):
        if _is_body(part) or (part.is_multipart() and part.get_content_type() != EML):
            continue
        if part.get_content_type() not in _DOUBLES and not _is_decoration(part):
            yield part


def _is_decoration(part: EmailMessage) -> bool:
    picture = part.get_content_maintype() == "image" and "Content-ID" in part and _disposition(part) != "attachment"
    return picture and len(payload(part)) <= LARGEST_DECORATION


def _disposition(part: EmailMessage) -> str:
    try:
        return part.get_content_disposition() or ""
    except _MALFORMED:
        return ""


def filename(part: EmailMessage) -> str:
    try:
        return storable(part.get_filename() or "")
    except _MALFORMED:
        return ""


def payload(part: EmailMessage) -> bytes:
    """The decoded bytes of a part; broken base64, which the standard library hands over undecoded, gives what is whole of it."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    cut_off = any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects)
    broken = cut_off and header(part, "Content-Transfer-Encoding").lower() == "base64"
    return _whole_base64(content) if broken else content


def _whole_base64(content: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", content)
    return base64.b64decode(letters[: len(letters) // 4 * 4])


def _inner(part: EmailMessage) -> Message | None:
    inside = part.get_payload()
    return inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else None


def _body(message: EmailMessage) -> tuple[str, str]:
    """All texts in order, of alternatives the plain one; the HTML where there is no other, or it says far more. And the encoding, where
    that was guessed."""
    texts = [(text, plain) for text, plain in _texts(message, 0) if plain.strip()]
    return "\n\n".join(plain for _, plain in texts).strip(), _guessed([text for text, _ in texts])


_Texts = list[tuple[Decoded, str]]


def _texts(part: Message, depth: int) -> _Texts:
    """Each text of the body as it was decoded, and as people read it."""
    inside = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(inside, list):
        if depth >= _MAX_DEPTH:
            return []
        choices = [_texts(child, depth + 1) for child in inside if isinstance(child, Message)]
        if part.get_content_type() == "multipart/alternative":
            return _chosen([choice for choice in choices if any(plain.strip() for _, plain in choice)])
        return [text for choice in choices for text in choice]
    if not isinstance(part, EmailMessage) or not _is_body(part):
        return []
    if part.get_content_type() == _REPORTS[0]:
        fields = "\n\n".join(str(one).strip() for one in inside) if isinstance(inside, list) else str(inside)
        return [(Decoded(storable(fields), "utf-8"), storable(fields))]
    text = _text(part)
    return [(text, html_to_text(text.text)[0] if part.get_content_type() == "text/html" else text.text)]


def _chosen(choices: list[_Texts]) -> _Texts:
    """Of alternatives the first, which is the plain one, unless the fullest has far more words."""
    if not choices:
        return []
    words = [sum(len(plain.split()) for _, plain in choice) for choice in choices]
    fullest = words.index(max(words))
    return choices[fullest] if words[fullest] > _RICHER * words[0] else choices[0]


def _guessed(texts: list[Decoded]) -> str:
    return next((name_of(text.encoding) for text in texts if text.guessed), "")


def _text(part: EmailMessage) -> Decoded:
    """Decoded with the charset it names, where that can be true: a wrong or unknown one costs letters at most, not the message."""
    try:
        declared = str(part.get_content_charset() or "")
    except _MALFORMED:
        declared = ""
    read = decoded if part.get_content_type() == "text/html" else decode
    return read(payload(part), declared)


def _sniff(sample: Sample) -> int:
    if not sample.is_text:
        return NO
    return LIKELY + 20 if _is_mail(sample.narrow) or (sample.suffix == ".eml" and _FIELD.match(sample.head)) else NO


def _is_mail(head: bytes) -> bool:
    """The first line is a header field (or mbox's From line), and two fields that only mail has stand before the first empty line."""
    block = re.split(rb"\r?\n\r?\n", head.lstrip(b"\xef\xbb\xbf\r\n \t"), maxsplit=1)[0]
    lines = block.splitlines()
    if not lines or not (_FIELD.match(lines[0] + b"\n") or lines[0].startswith(b"From ")):
        return False
    fields = {found[1].lower() for line in lines if (found := _FIELD.match(line + b"\n"))}
    strict = fields & {b"message-id", b"mime-version", b"received", b"return-path", b"content-type", b"delivered-to"}
    return len(fields & _FIELDS) >= 2 and bool(strict or {b"from", b"subject", b"date"} <= fields or {b"from", b"to", b"subject"} <= fields)


FORMATS = (
    Format(
        mime=EML,
        label=gettext_noop("E-mail"),
        listed=gettext_noop("e-mail (EML)"),
        parse=MailParser().parse,
        suffixes=(".eml",),
        recognised_by="header fields that only e-mail has, before the first empty line",
        order=60,
        sniff=_sniff,
        limits=FormatLimits(bytes=8 * MAX_CHARACTERS),
        also_named=(".txt", ".mht", ".mhtml"),
        kind="email",
        titled=True,
    ),
)
