"""Secrets, their digests, and values that are sealed."""

from __future__ import annotations

import pytest
from cryptography.fernet import InvalidToken
from django.conf import LazySettings

from apps.core.ids import digest, is_token, new_token, seal, unseal


def test_tokens_are_long_random_and_fit_into_an_address() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(is_token(token) for token in tokens)


@pytest.mark.parametrize(
    "text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "\n", "a" * 43 + "\n", "ä" * 43]
)
def test_anything_else_is_no_token(text: str) -> None:
    assert not is_token(text)


def test_a_digest_depends_on_the_secret_key(settings: LazySettings) -> None:
    before = digest("secret")
    assert before == digest("secret") != digest("Secret")
    assert len(before) == 64
    settings.SECRET_KEY = "another"
    assert digest("secret") != before


@pytest.mark.parametrize("secret", ["", "geheim", "пароль 密码 🔑", "x" * 5000])
def test_what_is_sealed_can_be_read_again(secret: str) -> None:
    assert unseal(seal(secret)) == secret


def test_blank_stays_blank_and_nothing_shows_through_the_seal() -> None:
    assert seal("") == ""
    assert "geheim" not in seal("geheim")
    assert seal("geheim") != seal("geheim")


def test_a_seal_of_another_key_is_refused(settings: LazySettings) -> None:
    sealed = seal("geheim")
    settings.SECRET_KEY = "another"
    with pytest.raises(InvalidToken):
        unseal(sealed)
