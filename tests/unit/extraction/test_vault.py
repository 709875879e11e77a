"""Keys: what opens what, and what does not."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from apps.core.ids import new_token
from apps.extraction import vault
from apps.extraction.vault import Keyring


def test_a_ring_opens_with_its_secret_only() -> None:
    secret = new_token()
    ring = Keyring.new(envelope=b"e" * 32)
    wrapped = ring.wrap(secret)
    assert Keyring.unwrap(wrapped, secret) == ring
    assert Keyring.unwrap(memoryview(wrapped), secret) == ring
    for other in (new_token(), "", secret[:-1], secret + "A"):
        with pytest.raises(InvalidTag):
            Keyring.unwrap(wrapped, other)


def test_a_ring_says_nothing_of_its_keys() -> None:
    ring = Keyring(b"d" * 32, b"e" * 32)
    assert "d" * 8 not in repr(ring) and "e" * 8 not in repr(ring)
    assert ring.data not in ring.wrap("s") and Keyring.new().data != Keyring.new().data


def test_content_is_bound_to_what_it_is() -> None:
    key = Keyring.new().data
    sealed = vault.encrypt(key, b"119.00", about="result 1 1")
    assert vault.decrypt(key, sealed, about="result 1 1") == b"119.00"
    assert vault.encrypt(key, b"119.00", about="result 1 1") != sealed
    with pytest.raises(InvalidTag):
        vault.decrypt(key, sealed, about="result 1 2")
    with pytest.raises(InvalidTag):
        vault.decrypt(Keyring.new().data, sealed, about="result 1 1")
    for place in (0, 12, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            vault.decrypt(key, bytes(changed), about="result 1 1")
    with pytest.raises(InvalidTag):
        vault.decrypt(key, sealed[:-1], about="result 1 1")
