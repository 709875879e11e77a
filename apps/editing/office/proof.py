"""Whether a request comes from the office suite: it signs each with the key of its discovery.

Source: [MS-WOPI] and "Verify that requests originate from Microsoft 365 for the web by using proof
keys": RSA with PKCS #1 v1.5 and SHA-256 over lengths and values of the access token, the address
in upper case, and the time in ticks of 100 ns since the year 1.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

_AGE = timedelta(minutes=20)
_TICKS_PER_SECOND = 10_000_000
_EPOCH_TICKS = 621_355_968_000_000_000  # 1970-01-01


@dataclass(frozen=True, slots=True)
class Key:
    """A public RSA key, its numbers as discovery has them: big-endian, base64."""

    modulus: str
    exponent: str

    def signed(self, signature: str, content: bytes) -> bool:
        """Whether `signature` (base64) is this key's signature of `content`."""
        try:
            numbers = RSAPublicNumbers(_number(self.exponent), _number(self.modulus))
            raw = base64.b64decode(signature, validate=True)
            numbers.public_key().verify(raw, content, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request shows: signatures of the suite's current and last key, and its time."""

    token: str
    url: str
    timestamp: str
    current: str
    old: str

    @property
    def content(self) -> bytes:
        """The bytes that are signed. Raises ValueError for a time that is no number."""
        ticks = int(self.timestamp).to_bytes(8, "big", signed=True)
        parts = (self.token.encode(), self.url.upper().encode(), ticks)
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was made at most 20 minutes ago, or ahead of our clock."""
        try:
            seconds = (int(self.timestamp) - _EPOCH_TICKS) / _TICKS_PER_SECOND
        except ValueError:
            return False
        return abs(now.timestamp() - seconds) <= _AGE.total_seconds()

    def holds(self, current: Key | None, old: Key | None) -> bool:
        """Whether one of the keys that we know made one of the signatures.

        A suite that has changed its key signs with the new one and the old one; a host that has
        not heard of it knows the old one as current, and the other way round.
        """
        try:
            content = self.content
        except (ValueError, OverflowError):
            return False
        pairs = ((current, self.current), (current, self.old), (old, self.current))
        return any(key is not None and key.signed(signed, content) for key, signed in pairs)


def _number(text: str) -> int:
    return int.from_bytes(base64.b64decode(text, validate=True), "big")
