"""Partitioned cookies as they are spelled."""

from __future__ import annotations

import pickle

import pytest
from django.http import HttpResponse

from apps.core import partitioned

FLAGS = {"HttpOnly", "Partitioned", "Path=/", "SameSite=None", "Secure"}


def test_set() -> None:
    response = HttpResponse()
    partitioned.set_cookie(response, "__Host-x", "v", seconds=60)
    spelled = response.cookies["__Host-x"].OutputString().split("; ")
    assert spelled[0] == "__Host-x=v"
    assert set(spelled) >= FLAGS | {"Max-Age=60"}
    assert not any(part.startswith(("Domain", "Partitioned=")) for part in spelled)


def test_delete_repeats_the_flags() -> None:
    response = HttpResponse()
    partitioned.delete_cookie(response, "__Host-x")
    spelled = response.cookies["__Host-x"].OutputString().split("; ")
    assert set(spelled) >= FLAGS | {"Max-Age=0", "expires=Thu, 01 Jan 1970 00:00:00 GMT"}


def test_other_cookies_are_as_before() -> None:
    response = HttpResponse()
    response.set_cookie("x", "v", secure=True)
    assert "Partitioned" not in response.cookies["x"].OutputString()


def test_the_prefix_is_needed() -> None:
    with pytest.raises(ValueError, match="__Host-"):
        partitioned.set_cookie(HttpResponse(), "x", "v", seconds=1)


def test_answers_can_be_cached() -> None:
    response = HttpResponse()
    partitioned.set_cookie(response, "__Host-x", "v", seconds=60)
    again = pickle.loads(pickle.dumps(response.cookies))  # noqa: S301
    assert "Partitioned" in again["__Host-x"].OutputString()
