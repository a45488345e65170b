"""The sessions of browsers: Django's database sessions that know whose they are, and which of them (and of the tokens) still stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lexintel.models import ApiToken, User, UserSession

SEEN_EVERY = timedelta(minutes=5)
AGENT, ADDRESS = "agent", "address"
TOKEN, SESSION = "token:", "session:"
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class SessionStore(DatabaseSessionStore):
    """What SESSION_ENGINE names. The class is called as Django's is, so that sessions of earlier versions can be read."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        return _owned(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> UserSession:
        return _owned(await super().acreate_model_instance(data), data)

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is not None and _is_long_ago(row):
            UserSession.objects.filter(pk=row.pk).update(last_seen=timezone.now())
        return self.decode(row.session_data) if row is not None else {}

    async def aload(self) -> dict[str, Any]:
        row = await self._aget_session_from_db()  # type: ignore[attr-defined]
        if row is not None and _is_long_ago(row):
            await UserSession.objects.filter(pk=row.pk).aupdate(last_seen=timezone.now())
        return self.decode(row.session_data) if row is not None else {}


def _owned(row: AbstractBaseSession, data: Mapping[str, Any]) -> UserSession:
    assert isinstance(row, UserSession)  # noqa: S101 (the store's model)
    row.user_id = data.get(SESSION_KEY)
    return row


def _is_long_ago(row: UserSession) -> bool:
    return timezone.now() - row.last_seen > SEEN_EVERY


@dataclass(frozen=True)
class SignedIn:
    """A session as its person sees it."""

    id: str
    device: str
    address: str
    since: datetime
    last_seen: datetime
    is_current: bool


def remember_device(sender: Any, request: HttpRequest, **_: Any) -> None:
    """At signing in (`user_logged_in`): what the person will recognise this session by."""
    request.session[AGENT] = request.headers.get("User-Agent", "")[:300]
    request.session[ADDRESS] = request.META.get("REMOTE_ADDR", "")


def sessions_of(user: User, current_key: str | None) -> list[SignedIn]:
    """Where the user is signed in: this browser first, then the one that was seen last."""
    listed = [_signed_in(row, current_key) for row in user.sessions.filter(expire_date__gt=timezone.now())]
    return sorted(listed, key=lambda session: not session.is_current)


def _signed_in(row: UserSession, current_key: str | None) -> SignedIn:
    data = row.get_decoded()
    own = row.session_key == current_key
    return SignedIn(str(row.public_id), device(data.get(AGENT, "")), data.get(ADDRESS, ""), row.created, row.last_seen, own)


def device(agent: str) -> str:
    """A browser's own description of itself in the words of people: "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent.partition(" ")[0] or _("Unknown program")


def credential_of_session(key: str | None) -> str:
    """How the progress hub names a session, so that a socket ends with the session that opened it."""
    return f"{SESSION}{key}" if key else ""


def credential_of_token(key: str) -> str:
    return f"{TOKEN}{ApiToken.digest_of(key)}"


def still_valid(credentials: Collection[str]) -> set[str]:
    """Those of the credentials with which one may go on: neither ended, nor revoked, nor expired, nor from before a change of password."""
    return _valid_sessions(_without(SESSION, credentials)) | _valid_tokens(_without(TOKEN, credentials))


def _without(kind: str, credentials: Collection[str]) -> list[str]:
    return [each.removeprefix(kind) for each in credentials if each.startswith(kind)]


def _valid_sessions(keys: list[str]) -> set[str]:
    if not keys:
        return set()
    rows = UserSession.objects.filter(session_key__in=keys, expire_date__gt=timezone.now(), user__is_active=True).select_related("user")
    return {credential_of_session(row.session_key) for row in rows if _fits_password(row)}


def _fits_password(row: UserSession) -> bool:
    assert row.user is not None  # noqa: S101 (the caller's filter)
    return constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), row.user.get_session_auth_hash())


def _valid_tokens(digests: list[str]) -> set[str]:
    if not digests:
        return set()
    tokens = ApiToken.objects.filter(digest__in=digests, user__is_active=True)
    return {f"{TOKEN}{token.digest}" for token in tokens if not token.is_expired}
