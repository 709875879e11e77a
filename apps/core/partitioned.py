"""Partitioned cookies (CHIPS): one jar for each site that a page of ours is embedded in.

Such a cookie may be sent across origins, but only within the top-level site it was set under.
Python before 3.14 does not know the attribute, and Django has no argument for it.
"""

from __future__ import annotations

from http.cookies import Morsel

from django.http import HttpResponseBase

_EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"
_reserved: dict[str, str] = Morsel._reserved  # type: ignore[attr-defined]
_flags: set[str] = Morsel._flags  # type: ignore[attr-defined]
if "partitioned" not in _reserved:
    _reserved["partitioned"] = "Partitioned"
    # Without this it would be written as `Partitioned=True`.
    _flags.add("partitioned")


def set_cookie(response: HttpResponseBase, name: str, value: str, *, seconds: int) -> None:
    """Sets a cookie that no script can read. The name must begin with `__Host-` (RFC 6265bis)."""
    _write(response, name, value, max_age=max(0, seconds))


def delete_cookie(response: HttpResponseBase, name: str) -> None:
    """Deletes such a cookie. All flags are repeated: without them another jar would be meant."""
    _write(response, name, "", max_age=0, expires=_EPOCH)


def _write(
    response: HttpResponseBase, name: str, value: str, *, max_age: int, expires: str | None = None
) -> None:
    if not name.startswith("__Host-"):
        raise ValueError(f"{name}: a partitioned cookie of ours has the prefix __Host-")
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        expires=expires,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )
    response.cookies[name]["partitioned"] = True
