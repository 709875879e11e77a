"""Secrets and their digests.

Every secret is 256 random bits, so a keyed fast digest protects it as well as a slow password
hash would, and a token grant does not cost 100 ms.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from django.conf import settings

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits, spelled as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text could have come from :func:`new_token`."""
    return _TOKEN.fullmatch(text) is not None


def digest(secret: str) -> str:
    """HMAC-SHA-256 of a secret under SECRET_KEY, as 64 hexadecimal digits."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()
