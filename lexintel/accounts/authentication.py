"""Who is asking: the session for browsers, `Authorization: Token <key>` for programs, alike over HTTP, SSE and WebSocket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from channels.auth import AuthMiddlewareStack
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lexintel.accounts.sessions import credential_of_session, credential_of_token
from lexintel.models import ApiToken, User

BAD_TOKEN = "This token is not valid (any more)."  # noqa: S105


def key_in(header: bytes | str) -> str | None:
    """The key of an `Authorization: Token <key>` header, or None where the header is another one."""
    words = (header.decode("latin-1") if isinstance(header, bytes) else header).split()
    return words[1] if len(words) == 2 and words[0].lower() == "token" else None


class TokenAuthentication(BaseAuthentication):
    """DRF's side of API tokens."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        key = key_in(get_authorization_header(request))
        if key is None:
            return None
        user = ApiToken.holder(key)
        if user is None:
            raise AuthenticationFailed(BAD_TOKEN)
        return user, key

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class TokenMiddleware:
    """Set `request.user` from a token on plain Django views too (files, SSE, pages); a bad token is refused at once."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        key = key_in(request.headers.get("Authorization", ""))
        request.credential = credential_of_token(key) if key else credential_of_session(request.session.session_key)  # type: ignore[attr-defined]
        if iscoroutinefunction(self):
            return self._async(request, key)
        return self._refuse_or_set(request, key) or self.get_response(request)

    async def _async(self, request: HttpRequest, key: str | None) -> Any:
        refused = await sync_to_async(self._refuse_or_set)(request, key) if key else None
        return refused or await self.get_response(request)

    def _refuse_or_set(self, request: HttpRequest, key: str | None) -> HttpResponse | None:
        if key is None:
            return None
        token = ApiToken.valid(key)
        if token is None:
            return JsonResponse({"detail": BAD_TOKEN}, status=401)
        user = request.user = token.user
        request.token_id = token.pk  # type: ignore[attr-defined]

        async def auser() -> User:
            return user

        request.auser = auser
        return None


class CredentialScope:
    """Set `scope["user"]` of a WebSocket from a token, where the handshake carries one, and `scope["credential"]` in any case."""

    def __init__(self, inner: Callable[..., Awaitable[Any]]) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        key = key_in(dict(scope.get("headers", [])).get(b"authorization", b""))
        user = await sync_to_async(ApiToken.holder)(key) if key else None
        if key and user is not None:
            scope = {**scope, "user": user, "credential": credential_of_token(key)}
        else:
            scope = {**scope, "credential": credential_of_session(scope["session"].session_key)}
        return await self.inner(scope, receive, send)


def authenticated(inner: Any) -> Any:
    """The stack in front of every WebSocket consumer: session first, token over it."""
    return AuthMiddlewareStack(CredentialScope(inner))
