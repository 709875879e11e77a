"""Secrets and their digests.

Every secret is 256 random bits, so a keyed fast digest protects it as well as a slow password
hash would, and a token grant does not cost 100 ms.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import uuid

from cryptography.fernet import Fernet
from django.conf import settings

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def new_token() -> str:
    """256 random bits, spelled as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text could have come from :func:`new_token`."""
    return _TOKEN.fullmatch(text) is not None


def new_guid() -> str:
    """122 random bits, for protocols that spell an id as a GUID: 36 characters, lower case."""
    return str(uuid.uuid4())


def is_guid(text: str) -> bool:
    """Whether the text could have come from :func:`new_guid`."""
    return _GUID.fullmatch(text) is not None


def digest(secret: str) -> str:
    """HMAC-SHA-256 of a secret under SECRET_KEY, as 64 hexadecimal digits."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def _box() -> Fernet:
    key = hmac.new(settings.SECRET_KEY.encode(), b"sealed values", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    """Encrypts a short secret that must be read again later; blank stays blank."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret inside a sealed value. Raises cryptography.fernet.InvalidToken for another."""
    return _box().decrypt(sealed.encode()).decode() if sealed else ""
