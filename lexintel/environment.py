"""Reading settings from the environment: a wrong value raises ImproperlyConfigured with one clear sentence."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Collection
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def words(name: str, default: Collection[str] = ()) -> list[str]:
    """A list, separated by commas."""
    value = os.environ.get(name)
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def types(name: str) -> frozenset[str]:
    """Kinds of files in lower case: endings as .exe, media types as video/mp4, and whole families as video/*."""
    values = [value.lower() for value in words(name)]
    for value in values:
        if not re.fullmatch(r"\.[^./\s]+|[a-z]+/(?:\*|[a-z0-9.+-]+)", value):
            raise ImproperlyConfigured(
                f"{name} names '{value}'; each must be an ending like .exe or a media type like video/mp4 or video/*."
            )
    return frozenset(values)


def integer(name: str, default: int, at_least: int, at_most: int) -> int:
    value = text(name) or str(default)
    if not value.isdecimal() or not at_least <= int(value) <= at_most:
        raise ImproperlyConfigured(f"{name} is '{value}'; it must be a whole number from {at_least} to {at_most}.")
    return int(value)


def share(name: str, default: float, at_most: float) -> float:
    """From 0 to `at_most`."""
    value = text(name) or str(default)
    if not re.fullmatch(r"\d{0,9}(?:\.\d{1,9})?", value, re.ASCII) or not 0 <= float(value) <= at_most:
        raise ImproperlyConfigured(f"{name} is '{value}'; it must be a number from 0 to {at_most:g}.")
    return float(value)


def boolean(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} is '{value}'; it must be yes or no.")
    return value in YES


def one_of(name: str, default: str, choices: Collection[str]) -> str:
    value = text(name) or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is '{value}'; it must be one of {', '.join(choices)}.")
    return value


def address(name: str, schemes: Collection[str], example: str) -> str:
    """A URL of one of these schemes, or empty. The value itself is not repeated: it may hold a password."""
    value = text(name)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must be an address like {example}.")
    return value


def base_address(name: str, example: str, key_in: str) -> str:
    """The http(s) address of a service, without a slash at its end, or empty. Keys don't belong in it, and it is shown to people."""
    value = text(name)
    try:
        parts = urlsplit(value)
        known = not value or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        known = False
    if not known or re.search(r"\s", value):
        raise ImproperlyConfigured(f"{name} must be an address like {example}.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be an address like {example}, and nothing more; a key belongs in {key_in}.")
    return value.rstrip("/")


def secret(name: str) -> str:
    """A key that goes into a header, or empty. Its value is not repeated."""
    value = text(name)
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise ImproperlyConfigured(f"{name} must consist of printable ASCII characters without spaces.")
    return value


def price(name: str) -> float | None:
    """A price, or None where none is set."""
    value = text(name)
    if not value:
        return None
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value, re.ASCII):
        raise ImproperlyConfigured(f"{name} is '{value}'; it must be a number like 2.50.")
    return float(value)


def mail_server(name: str) -> tuple[str, dict[str, Any]]:
    """The address of a mail server, or "", and Django's settings for it. The value itself is not repeated: it may hold a password."""
    example = "smtp+tls://user:password@mail.example.org:587"
    value = address(name, ("smtp", "smtps", "smtp+tls", "smtp+ssl"), example)
    try:
        found = environ.Env().email_url_config(value or "dummymail://")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be an address like {example}.") from error
    if value and not found["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"{name} names no host; it must be an address like {example}.")
    return value, found


def sender(name: str, needed: bool) -> str:
    """The address from which e-mail comes, alone or as `LexIntel <lexintel@example.org>`."""
    value = text(name)
    if (needed or value) and "@" not in parseaddr(value)[1]:
        raise ImproperlyConfigured(f"{name} is '{value}'; e-mail needs a sender like lexintel@example.org.")
    return value


def command(name: str) -> list[str]:
    """A program of this machine with its arguments, written as for a shell (which is not used); empty where nothing is set."""
    try:
        words = shlex.split(text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be understood: {error}.") from error
    if words and shutil.which(words[0]) is None:
        raise ImproperlyConfigured(f"{name} names the program '{words[0]}', which cannot be run on this machine.")
    return words


def folders(name: str, apart_from: Path) -> list[Path]:
    """Absolute folders, separated by commas; `{case}` in one stands for a case's id. None may hold, or lie in, the folder `apart_from`."""
    found = [Path(value) for value in words(name)]
    for folder in found:
        if not folder.is_absolute() or ".." in folder.parts:
            raise ImproperlyConfigured(f"{name} names '{folder}'; each must be an absolute path like /srv/scans.")
        real = folder.resolve()
        if real.is_relative_to(apart_from) or apart_from.is_relative_to(real):
            raise ImproperlyConfigured(f"{name} names '{folder}', but LexIntel's own files are there ({apart_from}); choose another.")
    return found


def hosts(name: str, default_ports: Collection[int]) -> frozenset[tuple[str, int]]:
    """Hosts as `name` or `name:port`, separated by commas; one without a port stands for all of `default_ports`."""
    found: set[tuple[str, int]] = set()
    for value in words(name):
        parts = urlsplit(f"//{value}")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if not parts.hostname or port == 0 or parts.path or parts.username is not None:
            raise ImproperlyConfigured(f"{name} names '{value}'; each must be a host like mail.example.org or mail.example.org:993.")
        found.update((parts.hostname, one) for one in ([port] if port else default_ports))
    return frozenset(found)


def file(name: str) -> Path | None:
    """A file that exists, or None where nothing is set."""
    path = Path(text(name)) if text(name) else None
    if path is not None and not path.is_file():
        raise ImproperlyConfigured(f"{name} names '{path}', which is no file.")
    return path
