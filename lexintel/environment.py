"""Reading settings from the environment: a wrong value raises ImproperlyConfigured with one clear sentence."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Collection
from urllib.parse import urlsplit

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


def command(name: str) -> list[str]:
    """A program of this machine with its arguments, written as for a shell (which is not used); empty where nothing is set."""
    try:
        words = shlex.split(text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be understood: {error}.") from error
    if words and shutil.which(words[0]) is None:
        raise ImproperlyConfigured(f"{name} names the program '{words[0]}', which cannot be run on this machine.")
    return words
