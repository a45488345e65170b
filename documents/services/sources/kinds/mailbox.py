"""Folders of a mailbox. Each message becomes a document (an e-mail file) with its attachments as children. One with the same Message-ID and
size as one that came is not taken again, in whatever folder: a different size is a different message, whoever named it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.errors import Refused
from documents.models import Source, SourceItem
from documents.services.ingest.acceptance import limit_bytes
from documents.services.pipeline import passwords
from documents.services.sources import imap
from documents.services.sources.errors import SourceError
from documents.services.sources.imap import Envelope, Mailbox, Opened, Server, TooLarge, Vanished
from documents.services.sources.intake import Found, key_of
from documents.services.sources.kind import Field, Kind, Look

AT_ONCE = 20
"""Messages that are taken and noted in one transaction."""
MOST_FOLDERS = 50
LONGEST = 250
SECURITY = (
    ("ssl", gettext_lazy("TLS from the start (usual)")),
    ("starttls", gettext_lazy("STARTTLS")),
    ("plain", gettext_lazy("none (a server on this machine only)")),
)
Outcome = SourceItem.Outcome


def off() -> str:
    return "" if settings.IMAP_HOSTS else _("Your administrator allows mail servers to be asked with the setting IMAP_HOSTS.")


def clean(typed: Mapping[str, Any], case: Case) -> dict[str, Any]:
    said = {name: str(typed.get(name, "")).strip() for name in ("host", "port", "security", "user")}
    folders = typed.get("folders") or ["INBOX"]
    folders = folders.splitlines() if isinstance(folders, str) else folders
    names = list(dict.fromkeys(str(name).strip() for name in folders if str(name).strip())) or ["INBOX"]
    if not all(value.isprintable() and len(value) <= LONGEST for value in [*said.values(), *names]) or len(names) > MOST_FOLDERS:
        raise Refused(_("Names are at most %(most)d letters, and at most 50 folders.") % {"most": LONGEST}, "too_long")
    if not said["host"] or not said["user"]:
        raise Refused(_("Give the mail server and the name to sign in with."), "mailbox_incomplete")
    security = said["security"] or "ssl"
    port = said["port"] or {"ssl": "993"}.get(security, "143")
    if security not in dict(SECURITY) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Refused(_("The port is a number from 1 to 65535, the security one of ssl, starttls, plain."), "mailbox_port")
    options = {"host": said["host"].lower(), "port": int(port), "security": security, "user": said["user"], "folders": names}
    try:
        imap.require_allowed(server_of(options))
    except SourceError as error:
        raise Refused(error.message, error.code) from error
    return options


def server_of(options: Mapping[str, Any], password: str = "") -> Server:
    return Server(options["host"], options["port"], options["security"], options["user"], password)


def look(look: Look) -> None:
    password = passwords.unsealed(look.source.secret)
    if not password:
        raise SourceError(_("The password is missing, or was kept under another SECRET_KEY. Give it again."), "no_password", lasting=True)
    missing = []
    folders: list[str] = look.source.options["folders"]
    with imap.signed_in(server_of(look.source.options, password), look.run.check) as mailbox:
        for number, folder in enumerate(folders):
            look.run.progress(95 * number / len(folders), "looking", folder)
            opened = mailbox.open(folder)
            if opened is None:
                missing.append(folder)
            else:
                _read(mailbox, folder, opened, look)
    if missing:
        sentence = _("The mailbox has no folder %(names)s. Correct the name, or make the folder there.")
        raise SourceError(sentence % {"names": get_text_list([f"“{name}”" for name in missing], _("and"))}, "no_folder")


def _read(mailbox: Mailbox, folder: str, opened: Opened, look: Look) -> None:
    """Take what is new in a folder, some messages at a time, and remember how far it was read."""
    after = 0 if look.again else _read_before(look.source, folder, opened)
    for uids in mailbox.uids(after, opened):
        for first in range(0, len(uids), AT_ONCE):
            some = uids[first : first + AT_ONCE]
            _take(mailbox, folder, mailbox.envelopes(some), look)
            look.intake.flush(_read_to(look.source, folder, opened, some[-1]))
    look.intake.flush(_read_to(look.source, folder, opened, opened.next_uid - 1))


def _read_before(source: Source, folder: str, opened: Opened) -> int:
    """The last UID that was read; none where the server has numbered its messages anew."""
    state = source.state.get(folder, {})
    return int(state["last"]) if state.get("validity") == opened.validity else 0


def _read_to(source: Source, folder: str, opened: Opened, last: int) -> dict[str, Any]:
    return {**source.state, folder: {"validity": opened.validity, "last": last}}


def _take(mailbox: Mailbox, folder: str, envelopes: Sequence[Envelope], look: Look) -> None:
    found = [_found(folder, envelope) for envelope in envelopes]
    known = look.intake.known(found)
    for envelope, one in zip(envelopes, found, strict=True):
        look.run.check()
        if one.key and (item := known.get(one.key)) is not None and not _is_wanted(item, look):
            continue
        try:
            look.intake.take(one, mailbox.body(envelope.uid, limit_bytes()))
        except Vanished:
            continue
        except TooLarge:
            refusal = _("It is larger than the limit of %(limit)s MB.") % {"limit": settings.MAX_UPLOAD_MB}
            look.intake.settle(one, Outcome.REFUSED, "too_large", refusal)


def _is_wanted(item: SourceItem, look: Look) -> bool:
    return look.again and item.outcome not in SourceItem.DONE


def _found(folder: str, envelope: Envelope) -> Found:
    key = key_of(envelope.message_id, str(envelope.size)) if envelope.message_id else ""
    about = ", ".join(filter(None, [_("message %(n)d") % {"n": envelope.uid}, envelope.date, filesizeformat(envelope.size)]))
    named = folder.rpartition("/")[2] or folder
    return Found(key, f"{folder}: {about}", f"{named} {envelope.uid}.eml", _tagged(folder), envelope.size)


def _tagged(folder: str) -> str:
    """The folder as its messages' tags: without INBOX, where everything is. Servers part names with / or with dots after INBOX."""
    if folder.upper().startswith("INBOX."):
        folder = folder.replace(".", "/")
    return "/".join(part for part in folder.split("/") if part.upper() != "INBOX")


KIND = Kind(
    key="imap",
    label=gettext_lazy("Mailbox (IMAP)"),
    icon="mail",
    teaches=gettext_lazy("What arrives in a mailbox comes into the case. Nothing there is changed or marked as read."),
    fields=(
        Field("host", gettext_lazy("Mail server"), gettext_lazy("As mail.example.org.")),
        Field("security", gettext_lazy("Security"), initial="ssl", choices=SECURITY),
        Field("port", gettext_lazy("Port"), initial="993"),
        Field("user", gettext_lazy("User")),
        Field("password", gettext_lazy("Password"), gettext_lazy("Kept sealed, never shown."), secret=True),
        Field("folders", gettext_lazy("Folders of the mailbox"), gettext_lazy("One a line."), initial="INBOX", lines=True),
    ),
    off=off,
    clean=clean,
    place=lambda options: f"{options.get('user', '')} ({options.get('host', '')})",
    look=look,
)
