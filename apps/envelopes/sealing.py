"""Keys and ciphertext: pure functions over bytes, composed of published constructions only.

- A key is wrapped as RFC 3394 has it (AES key wrap). Unwrapping with a wrong key fails by the
  wrap's own check, so that nothing else has to be stored to compare keys with.
- Keys are derived with HKDF-SHA-256 (RFC 5869).
- Content is a stream of segments as Google's Tink writes it, key type AesGcmHkdfStreaming with
  SHA-256, 32-byte keys and segments of SEGMENT bytes: a key of its own for each stream, derived
  from a random salt and the associated data; AES-256-GCM for each segment, whose nonce holds the
  segment's number and whether it is the last one. Segments left out, added, moved or taken from
  another stream do not open. Source: developers.google.com/tink/streaming-aead/
  aes_gcm_hkdf_streaming, and Hoang and Shen, "Security of Streaming Encryption in Google's Tink
  Library" (2020).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

KEY_BYTES = 32
SEGMENT = 64 * 1024  # of ciphertext; the first one includes the header
_SALT_BYTES, _PREFIX_BYTES, _TAG_BYTES = KEY_BYTES, 7, 16
_HEADER_BYTES = 1 + _SALT_BYTES + _PREFIX_BYTES


class WrongKey(Exception):
    """The key does not unwrap this."""


class Tampered(Exception):
    """The ciphertext is not what was written, is cut off, belongs elsewhere, or has another key."""


def new_key() -> bytes:
    """256 random bits."""
    return os.urandom(KEY_BYTES)


def derive(secret: bytes, *, salt: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes from a secret that is as random as a key, for one purpose."""
    return HKDF(SHA256(), KEY_BYTES, salt=salt, info=purpose).derive(secret)


def wrap(key: bytes, *, under: bytes) -> bytes:
    """A key, encrypted under another: 8 bytes more than the key."""
    return aes_key_wrap(under, key)


def unwrap(wrapped: bytes, *, under: bytes) -> bytes:
    """The key inside. Raises WrongKey."""
    try:
        return aes_key_unwrap(under, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise WrongKey from error


def encrypt(chunks: Iterable[bytes], key: bytes, associated: bytes) -> Iterator[bytes]:
    """The ciphertext of a stream, whose chunks may have any size; holds about one segment of it.

    `associated` says where the content belongs; it is not part of the ciphertext, and nothing opens
    without it.
    """
    salt, prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
    yield bytes([_HEADER_BYTES]) + salt + prefix
    cipher = AESGCM(derive(key, salt=salt, purpose=associated))
    most = SEGMENT - _TAG_BYTES
    for number, (plain, last) in enumerate(_segments(chunks, most, first=most - _HEADER_BYTES)):
        yield cipher.encrypt(_nonce(prefix, number, last), plain, None)


def decrypt(chunks: Iterable[bytes], key: bytes, associated: bytes) -> Iterator[bytes]:
    """The content of a ciphertext, a segment at a time, each checked before it is handed out.

    Raises Tampered: at the segment that is not what was written, or at the end of a stream that was
    cut off. Who needs all or nothing must read to the end first.
    """
    cipher, prefix = None, b""
    for number, (segment, last) in enumerate(_segments(chunks, SEGMENT, first=SEGMENT)):
        if cipher is None:
            header, segment = segment[:_HEADER_BYTES], segment[_HEADER_BYTES:]
            if len(header) < _HEADER_BYTES or header[0] != _HEADER_BYTES:
                raise Tampered("This is no ciphertext.")
            salt, prefix = header[1 : 1 + _SALT_BYTES], header[1 + _SALT_BYTES :]
            cipher = AESGCM(derive(key, salt=salt, purpose=associated))
        try:
            yield cipher.decrypt(_nonce(prefix, number, last), segment, None)
        except InvalidTag as error:
            raise Tampered(f"Segment {number} does not open.") from error


def seal(content: bytes, key: bytes, associated: bytes) -> bytes:
    """The ciphertext of something small: 56 bytes more."""
    return b"".join(encrypt([content], key, associated))


def unseal(sealed: bytes, key: bytes, associated: bytes) -> bytes:
    """The content of something small. Raises Tampered."""
    return b"".join(decrypt([sealed], key, associated))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


def _segments(chunks: Iterable[bytes], most: int, *, first: int) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of `most`, the first of `first`; and whether it is the last piece.

    There is always a last piece. It is empty only where there are no bytes at all.
    """
    buffer, size = bytearray(), first
    for chunk in chunks:
        buffer += chunk
        # One byte more than a piece must be there to know that the piece is not the last.
        while len(buffer) > size:
            piece = bytes(buffer[:size])
            del buffer[:size]
            size = most
            yield piece, False
    yield bytes(buffer), True
