"""What browsers may do with an answer: pages, cookies, calls from other sites, documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.viewing import services as viewing
from tests import factories
from tests.security import holdings
from tests.security.holdings import Holdings
from tests.security.test_groups import PAGES, address
from tests.stack import PROJECT

AREA = "Pages: policies, cookies, calls from other sites, documents as pages"

pytestmark = pytest.mark.django_db
# The administration's framework evaluates its pages' attributes: the one exception.
EVALUATES = "/admin/"
SHOWN_BY_PORTALS = {"viewer", "connect", "review", "editor"}
ORIGIN = "https://portal.example"
SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PAGE = b"<!DOCTYPE html><html><body onload='alert(1)'><script>alert(1)</script></body></html>"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Holdings:
    """A client with one of everything, which may frame the pages."""
    holdings.nobody_waits(monkeypatch, settings)
    found = holdings.of("Archive")
    client = found.actor.require_client()
    client.origins = ORIGIN
    client.save()
    return found


def faults(answer: HttpResponseBase, path: str) -> list[str]:
    """What a page lacks."""
    policy = dict(
        [*part.strip().split(" ", 1), ""][:2]
        for part in answer.get("Content-Security-Policy", "").split(";")
    )
    scripts = policy.get("script-src", "")
    allowed = {"'self'", "'unsafe-eval'"} if path.startswith(EVALUATES) else {"'self'"}
    framed = "frame-ancestors" in policy or answer.get("X-Frame-Options") in ("DENY", "SAMEORIGIN")
    checks = {
        "default-src": policy.get("default-src") == "'none'",
        "script-src": bool(scripts) and set(scripts.split()) <= allowed,
        "base-uri": policy.get("base-uri") == "'none'",
        "form-action": "form-action" in policy,
        "object-src": "object-src" not in policy,
        "who may frame it": framed and "*" not in policy.get("frame-ancestors", ""),
        "opener": answer.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": answer.get("Cross-Origin-Resource-Policy") == "same-origin",
        "referrer": answer.get("Referrer-Policy") in ("no-referrer", "same-origin"),
        "nosniff": answer.get("X-Content-Type-Options") == "nosniff",
        "permissions": "camera=()" in answer.get("Permissions-Policy", ""),
    }
    return [name for name, holds in checks.items() if not holds]


def is_page(answer: HttpResponseBase) -> bool:
    return answer.get("Content-Type", "").startswith("text/html")


def every_path() -> Iterator[str]:
    """Every address of the URL map, with something made up for its parts."""
    waiting: list[tuple[str, URLPattern | URLResolver]] = [
        ("/", one) for one in get_resolver().url_patterns
    ]
    while waiting:
        before, one = waiting.pop()
        if isinstance(one, URLResolver):
            waiting += [(before + str(one.pattern), inner) for inner in one.url_patterns]
            continue
        path = before + str(one.pattern)
        for name, converter in one.pattern.converters.items():
            kind = type(converter).__name__
            made_up = {"IntConverter": "1", "UUIDConverter": "6f0d3c2e-6a0b-4b43-9d39-8f5c1f0a7e11"}
            for spelled in (f"<{name}>", f"<{kind[:-9].lower()}:{name}>"):
                path = path.replace(spelled, made_up.get(kind, "x"))
        yield path.replace("^", "").replace("$", "").replace("\\Z", "")


def test_every_address_that_answers_with_a_page_says_what_it_may() -> None:
    browser, pages = Client(raise_request_exception=False), 0
    for path in every_path():
        answer = browser.get(path, follow=True)
        if is_page(answer):
            where = answer.redirect_chain[-1][0] if answer.redirect_chain else path
            assert faults(answer, where) == [], path
            pages += 1
    assert pages > 100


def test_every_page_of_the_administration_says_what_it_may(
    held: Holdings, admin_client: Client
) -> None:
    others = [reverse(f"admin:{name}") for name in ("index", "second_factor", "password_change")]
    for path in [*(address(name) for name, _ in PAGES), *others]:
        answer = admin_client.get(path)
        assert not is_page(answer) or faults(answer, path) == [], path


def test_pages_that_portals_show_name_who_may_frame_them(held: Holdings) -> None:
    identity = held.ids["/api/v1/views"]["identity"]
    addresses = {
        "viewer": f"/view/u{identity}",
        "connect": f"/app/web/connect?sessionId={held.ids['/api/v1/forms']['identity']}",
        "review": f"/app/web/review?token={held.ids['/api/v1/reviews']['token']}",
        "editor": f"/editor/{held.ids['/api/v1/edits']['handle']}",
    }
    assert set(addresses) == SHOWN_BY_PORTALS
    browser = holdings.browser(held)
    for name, path in addresses.items():
        answer = browser.get(path)
        assert answer.status_code == 200, name
        assert faults(answer, path) == [], name
        assert f"frame-ancestors {ORIGIN}" in answer["Content-Security-Policy"], name
        assert "unsafe" not in answer["Content-Security-Policy"], name
        assert answer["Referrer-Policy"] == "no-referrer", name


def test_a_page_without_a_policy_would_be_noticed() -> None:
    assert len(faults(HttpResponse("<p>"), "/")) > 5
    loose = HttpResponse("<p>")
    loose["Content-Security-Policy"] = "default-src 'none'; script-src 'self' 'unsafe-inline'"
    assert "script-src" in faults(loose, "/")


# --- Cookies and other sites ----------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://docs.example"])
def test_cookies_of_the_administration(url: str, tmp_path: Path) -> None:
    flags = ("NAME", "HTTPONLY", "SECURE", "SAMESITE")
    names = [f"{what}_COOKIE_{flag}" for what in ("SESSION", "CSRF") for flag in flags]
    program = (
        "import json, django; from django.conf import settings; django.setup();"
        f"print(json.dumps([getattr(settings, name) for name in {names!r}]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=os.environ
        | {
            "PUBLIC_URL": url,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    https, answers = url.startswith("https:"), json.loads(told)
    for name, *rest in (answers[:4], answers[4:]):
        assert name.startswith("__Host-") == https
        assert rest == [True, https, "Lax"]


def test_a_call_from_another_site_does_nothing_in_the_administration(held: Holdings) -> None:
    person = User.objects.create_superuser("boss")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    before = AuditEvent.objects.count()
    others = ["login", "logout", "second_factor", "sign_in_code", "password_change"]
    for path in [*(address(name) for name, _ in PAGES), *(reverse(f"admin:{n}") for n in others)]:
        assert browser.post(path, {"post": "yes", "_save": "1"}).status_code == 403, path
    assert AuditEvent.objects.count() == before
    assert browser.get("/admin/").status_code == 200  # nor was the person signed out
    unwatched = Client()
    unwatched.force_login(person)
    unwatched.post(reverse("admin:logout"))
    assert unwatched.get("/admin/").status_code == 302


def test_signing_in_to_the_administration_opens_no_interface(admin_client: Client) -> None:
    for path in ("/api/v1/jobs", "/api/v1/sessions", "/PCCIS/V1/ViewingSession", "/session/start"):
        for method in (admin_client.get, admin_client.post):
            assert method(path).status_code in (400, 401, 403, 405), path


def test_the_editors_cookie_alone_changes_nothing(held: Holdings) -> None:
    edits = held.ids["/api/v1/edits"]
    path = f"/api/v1/edits/{edits['handle']}"
    calls = [one for one in holdings.operations() if one[1].startswith("/api/v1/edits/{handle}")]
    for strange in ({"Origin": "https://evil.example", "Recto-Editor": "1"}, {}):
        browser = Client(headers=strange)
        browser.cookies = holdings.browser(held).cookies
        for operation in calls:
            answer = holdings.call(browser, operation, held.places(operation[1]))
            if operation[0] not in ("GET", "HEAD"):
                assert answer.status_code == 403, (operation[:2], strange)
    assert holdings.browser(held).get(path).status_code == 200


# --- Documents that are pages ---------------------------------------------------------------------


def runs_in_a_browser(answer: HttpResponseBase) -> bool:
    """Whether a browser that is led there would carry out a script in it."""
    kind = answer.get("Content-Type", "").partition(";")[0]
    active = kind in ("text/html", "") or kind.endswith("xml")
    if answer.get("X-Content-Type-Options") == "nosniff" and not active:
        return False
    kept = answer.get("Content-Disposition", "").startswith("attachment")
    return not (kept or "sandbox" in answer.get("Content-Security-Policy", ""))


@pytest.mark.parametrize(("content", "extension"), [(SCRIPT, "svg"), (PAGE, "html"), (PAGE, "xml")])
def test_an_original_is_kept_never_shown(
    content: bytes, extension: str, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    holdings.nobody_waits(monkeypatch, settings)
    owner = factories.actor()
    caller = factories.caller()
    identity = factories.view(owner, content, extension=extension, allow_download=True)
    file = factories.work_file(owner, content, extension=extension)
    met = 0
    for operation in holdings.operations():
        if operation[0] != "GET":
            continue
        spelled = {"file_id": file.file_id, "file": file.file_id, "identity": identity}
        places = spelled | {"u_id": f"u{identity}", "DocumentID": f"u{identity}"}
        answer = holdings.call(caller, operation, holdings.ORDINARY | places)
        body = answer.getvalue()
        assert b"alert(1)" not in body or not runs_in_a_browser(answer), operation[:2]
        met += content in body
    assert met >= 2
    assert viewing.find(owner, identity)


def test_a_document_that_is_shown_would_be_noticed() -> None:
    assert runs_in_a_browser(HttpResponse(PAGE))
    assert runs_in_a_browser(HttpResponse(SCRIPT, content_type="image/svg+xml"))
