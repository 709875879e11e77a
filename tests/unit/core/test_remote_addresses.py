"""Addresses that stand for others are as public as those."""

from __future__ import annotations

import pytest

from apps.core.remote import is_public


@pytest.mark.parametrize(
    "address",
    ["::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "fec0::1", "::1"],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


def test_public() -> None:
    assert is_public("2001:4860:4860::8888") and is_public("8.8.8.8")
