"""The keys of a session, and what is encrypted under them.

A session has a random data key; results and file names are encrypted under it (AES-256-GCM). The
ring that holds it is kept only wrapped, under a key derived (HKDF-SHA-256) from a secret that only
callers hold: the session's id, or the token of a review link. The database has digests of those,
so that a dump of it holds neither content nor key. docs/adr tells what this is meant to withstand.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_NONCE_BYTES = 12
_INFO = b"recto extraction keyring 1"
# As databases give it back.
Stored = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Keyring:
    """The session's data key, and the data key of the envelope that is attached, if one is."""

    data: bytes = field(repr=False)
    envelope: bytes = field(default=b"", repr=False)

    @classmethod
    def new(cls, envelope: bytes = b"") -> Keyring:
        """A ring with a fresh data key."""
        return cls(os.urandom(_KEY_BYTES), envelope)

    def as_text(self) -> str:
        """The keys in the clear, to be sealed by whoever keeps them."""
        keys = [base64.b64encode(key).decode() for key in (self.data, self.envelope)]
        return json.dumps(keys)

    @classmethod
    def of_text(cls, text: str) -> Keyring:
        """The ring that :meth:`as_text` wrote."""
        data, envelope = (base64.b64decode(key) for key in json.loads(text))
        return cls(data, envelope)

    def wrap(self, secret: str) -> bytes:
        """The ring, readable only with `secret`: at least 122 random bits."""
        return encrypt(_derived(secret), self.as_text().encode(), about="keyring")

    @classmethod
    def unwrap(cls, wrapped: Stored, secret: str) -> Keyring:
        """The ring inside. Raises cryptography.exceptions.InvalidTag for another secret."""
        return cls.of_text(decrypt(_derived(secret), wrapped, about="keyring").decode())


def encrypt(key: bytes, content: bytes, *, about: str) -> bytes:
    """Nonce and ciphertext. `about` says what it is: it cannot be passed off for something else."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def decrypt(key: bytes, sealed: Stored, *, about: str) -> bytes:
    """The content. Raises cryptography.exceptions.InvalidTag when anything was changed."""
    content = bytes(sealed)
    return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], about.encode())


def _derived(secret: str) -> bytes:
    # No salt: the secrets are random and used for nothing else (RFC 5869 section 3.1).
    derivation = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=_INFO)
    return derivation.derive(secret.encode())
