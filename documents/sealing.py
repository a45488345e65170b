"""Secrets at rest: sealed by keys made of SECRET_KEY, one for each purpose."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def sealed(secret: str, purpose: str) -> str:
    return _fernet(purpose).encrypt(secret.encode()).decode()


def unsealed(token: str, purpose: str) -> str:
    """ "" for none, and for one that was sealed under another SECRET_KEY."""
    try:
        return _fernet(purpose).decrypt(token.encode()).decode() if token else ""
    except InvalidToken:
        return ""


def _fernet(purpose: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=f"lexintel: {purpose}".encode()).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
