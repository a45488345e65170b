"""STORAGE_URL: `file:///path/to/folder`, or `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1&path_style=yes`.

Keys of a bucket are no part of it (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment), so that it can be shown and logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

EXAMPLE = "file:///path/to/folder or s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1"
OPTIONS = ("endpoint", "region", "path_style")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:[\w!.*'()-]+(?:/[\w!.*'()-]+)*)?", re.ASCII)
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True)
class LocalAddress:
    path: Path


@dataclass(frozen=True)
class BucketAddress:
    """`prefix` is empty or ends without a slash; `endpoint` is empty where it is Amazon's own."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    path_style: bool = False


def parse(url: str) -> LocalAddress | BucketAddress:
    """Raises ImproperlyConfigured with one sentence, which does not repeat what may be a password."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/"):
        return LocalAddress(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return _bucket(parts)
    shown = f" is '{url}'; it" if "@" not in url else ""
    raise ImproperlyConfigured(f"STORAGE_URL{shown} must name a local folder or a bucket, as {EXAMPLE}.")


def _bucket(parts: SplitResult) -> BucketAddress:
    if "@" in parts.netloc:
        raise ImproperlyConfigured(
            "STORAGE_URL holds a user or a password; put the keys of the bucket into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
        )
    prefix = unquote(parts.path).strip("/")
    if not _BUCKET.fullmatch(parts.netloc) or not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/")):
        raise ImproperlyConfigured(f"STORAGE_URL must name a bucket and, if wanted, a prefix of plain letters and digits, as {EXAMPLE}.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - set(OPTIONS)):
        raise ImproperlyConfigured(f"STORAGE_URL has an option '{unknown[0]}'; there are {', '.join(OPTIONS)}.")
    endpoint = options.get("endpoint", "")
    _require_endpoint(endpoint)
    return BucketAddress(parts.netloc, prefix, endpoint, options.get("region") or "us-east-1", _path_style(options, endpoint))


def _require_endpoint(endpoint: str) -> None:
    try:
        found = urlsplit(endpoint)
        well = not endpoint or (found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0 and "@" not in found.netloc)
    except ValueError:
        well = False
    if not well:
        raise ImproperlyConfigured(
            "The endpoint in STORAGE_URL must be an address like https://s3.example.org, without a user or password."
        )


def _path_style(options: dict[str, str], endpoint: str) -> bool:
    """Servers other than Amazon's mostly have no names of hosts for their buckets."""
    wanted = options.get("path_style", "yes" if endpoint else "no")
    if wanted not in _ANSWERS:
        raise ImproperlyConfigured(f"path_style in STORAGE_URL is '{wanted}'; it must be yes or no.")
    return _ANSWERS[wanted]
