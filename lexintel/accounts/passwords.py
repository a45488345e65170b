"""The one place that compares a password: the pages, the admin and the API all come here through `django.contrib.auth`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from lexintel.accounts import throttle
from lexintel.models import User

WAIT = "sign_in_wait"
"""Attribute of a request that was refused without a look at its password: the seconds to wait."""


class ThrottledBackend(ModelBackend):
    """Django's own comparison behind `throttle`. A command that signs somebody in has no request, and no address to count."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        name = username if username is not None else kwargs.get(User.USERNAME_FIELD)
        if request is None or not name or password is None:
            found: User | None = super().authenticate(request, username, password, **kwargs)
            return found
        attempt = throttle.Try(request, str(name))
        if seconds := attempt.seconds_to_wait():
            setattr(request, WAIT, seconds)
            attempt.refused()
            raise PermissionDenied(throttle.sentence(seconds))
        found = super().authenticate(request, username, password, **kwargs)
        if found is None:
            attempt.failed()
        else:
            attempt.succeeded()
        return found


def seconds_to_wait(request: HttpRequest) -> int:
    """Why `authenticate` gave nobody: 0 where name or password were wrong."""
    return int(getattr(request, WAIT, 0))
