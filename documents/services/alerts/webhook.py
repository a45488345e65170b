"""A notice to a webhook: JSON by POST, signed with HMAC-SHA256 (RFC 2104) over the time and the body.

Only hosts that an administrator has listed are asked (ALERT_WEBHOOK_HOSTS). The name is resolved once, and what it resolves to is connected
to, so that it cannot become another address in between; addresses inside the network have to be listed themselves. Redirects are not
followed, and of the answer only its status is read.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from documents import sealing
from documents.errors import Refused
from documents.models import SearchAlert
from documents.services.alerts.errors import DeliveryError

PORTS = {"https": 443, "http": 80}
TIMEOUT = 10.0
"""Seconds for connecting, and for each piece of the answer."""
LONGEST = 20.0
"""Seconds for all together."""
LONGEST_URL = 500
MOST_ADDRESSES = 4
"""Of one host that are tried, one after the other, until one takes the connection."""
PURPOSE = "secrets of webhooks"
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str


def is_on() -> bool:
    return bool(settings.ALERT_WEBHOOK_HOSTS)


def new_secret() -> tuple[str, str]:
    """A secret, and as it is kept."""
    secret = "whsec_" + secrets.token_urlsafe(32)
    return secret, sealing.sealed(secret, PURPOSE)


def signature(secret: str, at: int, body: bytes) -> str:
    """Of a message that was sent at this second: what X-LexIntel-Signature says."""
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + body, hashlib.sha256).hexdigest()}"


def target_of(url: str) -> Target:
    """Raises Refused (webhook_is_off, webhook_refused) for what may not be asked."""
    if not is_on():
        raise Refused(_("Webhooks are switched off; an administrator allows them host by host (ALERT_WEBHOOK_HOSTS)."), "webhook_is_off")
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _refused() from None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or parts.username is not None or len(url) > LONGEST_URL or not _plain(url):
        raise _refused()
    if (host, port) not in settings.ALERT_WEBHOOK_HOSTS:
        told = {"host": f"{host}:{port}"}
        raise Refused(_("Nothing may be sent to %(host)s; an administrator can allow it (ALERT_WEBHOOK_HOSTS).") % told, "webhook_refused")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def host_of(url: str) -> str:
    """For people; "" for none."""
    return urlsplit(url).hostname or "" if url else ""


def _refused() -> Refused:
    return Refused(_("A webhook is an address like https://hooks.example.org/lexintel, without a user or password."), "webhook_refused")


def _plain(url: str) -> bool:
    return url.isascii() and not any(char.isspace() or ord(char) < 33 for char in url)


def send(alert: SearchAlert, key: str, message: Mapping[str, Any]) -> None:
    """`key` is the same whenever this message is tried. Raises DeliveryError."""
    secret = sealing.unsealed(alert.secret, PURPOSE)
    if not secret:
        raise DeliveryError(_("The secret of this webhook cannot be read any more; make a new one."), lasting=True)
    try:
        target = target_of(alert.webhook_url)
    except Refused as error:
        raise DeliveryError(error.message, lasting=True) from error
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "LexIntel",
        "X-LexIntel-Delivery": key,
        "X-LexIntel-Signature": signature(secret, int(time.time()), body),
    }
    status = _status(target, body, headers)
    if 300 <= status < 400:
        raise DeliveryError(_("The webhook answered with a redirect (%(status)d), which is not followed.") % {"status": status})
    if not 200 <= status < 300:
        raise DeliveryError(_("The webhook answered with status %(status)d.") % {"status": status})


def _status(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """Of the answer. Raises DeliveryError."""
    addresses = _addresses(target)
    try:
        with _connected(target, addresses) as connection:
            connection.request("POST", target.path, body, dict(headers))
            return connection.getresponse().status
    except ssl.SSLError as error:
        raise DeliveryError(_("The webhook's certificate or encryption is not accepted: %(reason)s") % {"reason": error.reason}) from error
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(_("The webhook did not answer: %(reason)s") % {"reason": type(error).__name__}) from error


def _addresses(target: Target) -> list[str]:
    """What the host's name resolves to. Raises DeliveryError where any of it is inside the network and not listed."""
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise DeliveryError(_("There is no host %(host)s.") % {"host": target.host}) from error
    for address in found:
        if not _is_public(address) and (address, target.port) not in settings.ALERT_WEBHOOK_HOSTS:
            sentence = _("%(host)s is an address inside the network, which an administrator has to allow by its number.")
            raise DeliveryError(sentence % {"host": target.host}, lasting=True)
    return list(dict.fromkeys(found))[:MOST_ADDRESSES]


def _is_public(address: str) -> bool:
    """Whether an address is the internet's, also where it is one of IPv4 written as one of IPv6 (mapped, 6to4, NAT64, Teredo)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and (ip in NAT64 or int(ip) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.is_site_local or (inner is not None and not inner.is_global):
            return False
    return ip.is_global and not ip.is_multicast


@contextmanager
def _connected(target: Target, addresses: Sequence[str]) -> Iterator[http.client.HTTPConnection]:
    """A connection to the first of these very addresses that takes one, which is cut when all takes too long."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT)
    plain = _opened(target, addresses)
    connection.sock = plain
    cut = threading.Timer(LONGEST, _cut, [connection])
    try:
        cut.start()
        if target.scheme == "https":
            secured = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
            connection.sock = secured
            secured.do_handshake()
        yield connection
    finally:
        cut.cancel()
        connection.close()


def _opened(target: Target, addresses: Sequence[str]) -> socket.socket:
    """They share the time for connecting. Raises OSError, the last one's."""
    refused = OSError()
    for address in addresses:
        try:
            opened = socket.create_connection((address, target.port), timeout=TIMEOUT / len(addresses))
        except OSError as error:
            refused = error
        else:
            opened.settimeout(TIMEOUT)
            return opened
    raise refused


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError):  # it has just ended by itself
        connection.sock.shutdown(socket.SHUT_RDWR)
