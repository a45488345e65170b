"""People and the tokens their programs use."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from tasks.ids import uuid7


class User(AbstractUser):
    """A person. What a person may see is decided by memberships of cases, never by flags here."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("empty: the one of the browser"))
    link_made = models.DateTimeField(null=True, blank=True, editable=False)
    """When the last one-time link for choosing a password was made; only that one is valid, until it has been used."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class UserSession(AbstractBaseSession):
    """A browser that is signed in (or on its way): Django's session with whose it is, so that people can see and end theirs."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the key itself is a secret
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="sessions")
    created = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_seen"]

    def __str__(self) -> str:
        return str(self.public_id)

    def save(self, *args: Any, force_update: bool = False, **kwargs: Any) -> None:
        """Of a session that is there already, the store knows only these columns."""
        if force_update:
            kwargs["update_fields"] = ["session_data", "expire_date", "user"]
        super().save(*args, force_update=force_update, **kwargs)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class ApiToken(models.Model):
    """A named key for a program; only the SHA-256 of it is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    expires = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @staticmethod
    def digest_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires < timezone.now()

    @classmethod
    def issue(cls, user: User, name: str, expires: datetime | None = None) -> tuple[ApiToken, str]:
        """Make a token; the key itself is returned once and never stored."""
        key = "lex_" + secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, digest=cls.digest_of(key), expires=expires), key

    @classmethod
    def holder(cls, key: str) -> User | None:
        """The active user to whom a key belongs, or None."""
        token = cls.valid(key)
        return token.user if token is not None else None

    @classmethod
    def valid(cls, key: str) -> ApiToken | None:
        """The token of a key, with its user who is active, or None."""
        token = cls.objects.select_related("user").filter(digest=cls.digest_of(key)).first()
        if token is None or not token.user.is_active or token.is_expired:
            return None
        if token.last_used is None or (timezone.now() - token.last_used).total_seconds() > 60:
            cls.objects.filter(pk=token.pk).update(last_used=timezone.now())
        return token


class SignInTally(models.Model):
    """How many wrong passwords there were for a name or from an address (`lexintel.accounts.throttle`); the key is a digest."""

    key = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True, help_text="when it is forgotten")

    class Meta:
        verbose_name = _("tally of wrong passwords")
        verbose_name_plural = _("tallies of wrong passwords")

    def __str__(self) -> str:
        return f"{self.number} until {self.until}"
