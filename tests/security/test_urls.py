"""Every address that is answered, inside the API reference or not, has its place here.

What stands in the reference is held by the matrix. A second spelling is held with it, as it is the
same view. All else is named below with what a caller without any credentials is answered; an
address that is new fails until it is placed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.security.holdings import REFERENCE
from tests.stack import PROJECT

AREA = "Addresses outside the API reference"

GUID = "6f0d3c2e-6a0b-4b43-9d39-8f5c1f0a7e11"
# Route: what a GET and a POST without credentials are answered; 403 for a POST is the protection
# against forged requests (CSRF), which is before the pages.
PLACED = {
    "": (200, 403),
    "livez": (200, 403),
    "readyz": (503, 403),
    "metrics": (403, 403),
    "api/schema/": (200, 405),
    "api/docs/": (200, 405),
    "api/collection": (200, 403),
    "api/docs/errors": (200, 403),
    "o/revoke_token/": (405, 400),
    "o/introspect/": (405, 400),
    ".well-known/oauth-authorization-server": (200, 403),
    "view/<str:spelled>": (404, 403),
    "app/web/connect": (404, 403),
    "app/web/review": (404, 403),
    "editor": (403, 403),
    "editor/<uuid:handle>": (403, 403),
    "favicon.ico": (302, 403),
    "wopi/files/<str:handle>": (404, 400),
    "wopi/files/<str:handle>/contents": (404, 400),
    # Where nothing is.
    "api/v1/": (404, 404),
    "^[wW][eE][bB][aA][pP][iI]/": (404, 404),
    "^(?:session|documents|requests|envelope)(?:/|$)": (404, 404),
    "^v[23]/": (404, 404),
    "^PCCIS/": (404, 404),
}
# Pages of the administration that are there for everybody.
BEFORE_SIGNING_IN = {"admin/login/", "admin/logout/"}


def patterns(resolver: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield route, pattern


def view(pattern: URLPattern) -> Any:
    """The class behind a pattern, or its function."""
    callback = pattern.callback
    return getattr(callback, "cls", getattr(callback, "view_class", callback))


def described(route: str) -> bool:
    """Whether the address stands in the reference."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) in REFERENCE["paths"]


def an_address(route: str) -> str:
    """An address that the route answers; ids in it are nobody's."""
    shown = (
        route.lstrip("^")
        .replace("(?:/|$)", "/")
        .replace("(?:session|documents|requests|envelope)", "session")
    )
    shown = re.sub(r"\[(\w)\w*\]", r"\1", shown).rstrip("$").replace("/?", "/")
    shown = re.sub(r"\(\?P<\w+>[^)]+\)", "1", shown)
    shown = shown.replace("<uuid:handle>", GUID).replace("<path:object_id>", "1")
    return "/" + re.sub(r"<(?:int|str|path|slug|uuid):\w+>", "1", shown).replace("\\Z", "")


ALL = list(patterns(get_resolver()))
OF_ADMINISTRATION = [(route, one) for route, one in ALL if route.startswith("admin/")]
OTHERS = [(route, one) for route, one in ALL if not route.startswith("admin/")]


def test_every_address_has_its_place() -> None:
    held = {view(one) for route, one in OTHERS if described(route)}
    unplaced = [
        route
        for route, one in OTHERS
        if not described(route) and view(one) not in held and route not in PLACED
    ]
    assert unplaced == []
    assert set(PLACED) <= {route for route, _ in OTHERS}
    assert len(held) > 100


@pytest.mark.django_db
@pytest.mark.parametrize("route", PLACED)
def test_without_credentials_an_address_gives_nothing_away(route: str) -> None:
    address = an_address(route) + ("nothing-here" if route.startswith("^") else "")
    asked = Client(REMOTE_ADDR="203.0.113.7", enforce_csrf_checks=True)
    answers = asked.get(address).status_code, asked.post(address).status_code
    assert answers == PLACED[route], address


@pytest.mark.django_db
def test_the_administration_lets_nobody_in_unseen() -> None:
    asked = Client(REMOTE_ADDR="203.0.113.7")
    open_, tried = [], 0
    for route, _ in OF_ADMINISTRATION:
        if route in BEFORE_SIGNING_IN:
            continue
        for answer in (asked.get(an_address(route)), asked.post(an_address(route))):
            tried += 1
            to_login = answer.status_code == 302 and "/admin/login/" in answer["Location"]
            if not to_login and answer.status_code not in (403, 404, 405):
                open_.append((route, answer.status_code))
    assert open_ == []
    assert tried > 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *(
            "../secret_key",
            "..%2fsecret_key",
            "%2e%2e/secret_key",
            "..\\secret_key",
            "//etc/passwd",
        ),
        *("css/../../portal.sqlite3", "%00", "css/%252e%252e/%252e%252e/portal.sqlite3"),
    ],
)
def test_nothing_but_static_files_is_served_below_static(path: str) -> None:
    answer = Client().get(f"/static/{path}")
    assert answer.status_code == 404
    assert (PROJECT / "static").is_dir()
