"""Text from programs, people and documents stays text in every page that shows it.

Every text of every row is replaced by one that becomes a program where a page forgets to spell it
as text. All pages are read for what became of it; Chromium opens them, without the policy that
would stop it, and nothing runs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Request, Route

from tests.browser import chromium
from tests.security import holdings, poison
from tests.security.holdings import Holdings
from tests.security.test_groups import PAGES, address

AREA = "Stored texts in pages: every text of every row, every page"

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"
TRAP = "window.trap = (number) => { window.trapped = number; return ''; };"
# Pages that portals show, and a text of each that their scripts put there.
POISONED = {
    path: "trap(1)"
    for path in ("/view/u{view}", "/app/web/connect?sessionId={form}", "/editor/{edit}")
}


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Holdings:
    """A client with one of everything, all of it poisoned."""
    holdings.nobody_waits(monkeypatch, settings)
    found = holdings.of("Archive")
    assert poison.spread() > 50
    return found


def administration() -> list[str]:
    """The addresses of the administration's pages about things that are there."""
    lists = [address(name) for name, _ in PAGES]
    searched = [f"{path}?q=trap" for path in lists if path.count("/") == 4]
    others = [reverse("admin:index"), reverse("admin:search") + "?s=trap&extended=1"]
    return [*lists, *searched, *others, *(reverse("admin:app_list", args=[a]) for a in APPS)]


APPS = ("accounts", "clients", "conversion", "document_templates", "editing", "envelopes")


def spelled(path: str, held: Holdings) -> str:
    return path.format(
        view=held.ids["/api/v1/views"]["identity"],
        form=held.ids["/api/v1/forms"]["identity"],
        edit=held.ids["/api/v1/edits"]["handle"],
    )


def test_no_page_of_the_administration_takes_a_text_for_more(
    held: Holdings, admin_client: Client
) -> None:
    shown, broken = 0, []
    admin_client.raise_request_exception = False
    for path in administration():
        page = admin_client.get(path)
        broken += [path] * (page.status_code >= 500)
        if page.get("Content-Type", "").startswith("text/html"):
            content = page.content.decode()
            assert poison.taken(content) == [], path
            shown += "trap(" in content
    assert broken == [] and shown > 60


def test_no_other_page_takes_a_text_for_more(held: Holdings) -> None:
    browser, shown = holdings.browser(held), 0
    token = held.ids["/api/v1/reviews"]["token"]
    strange = [f"/{poison.TEXT}", f"/view/{poison.TEXT}", f"/editor?apitoken={poison.TEXT}"]
    for path in [*POISONED, f"/app/web/review?token={token}", *strange]:
        content = browser.get(spelled(path, held) if path in POISONED else path).content.decode()
        assert poison.taken(content) == [], path
        shown += "trap(" in content
    assert shown >= 2


def test_a_page_that_took_it_would_be_noticed() -> None:
    for page in (
        f"<p>{poison.TEXT}</p>",
        f"<a title='{poison.TEXT}'>x</a>",
        f"<a href='{poison.URL}'>x</a>",
        f"<script>const name = '{poison.TEXT}';</script>",
    ):
        assert poison.taken(f"<html><body>{page}</body></html>"), page


# --- In a browser ---------------------------------------------------------------------------------


def in_chromium(client: Client, look: Callable[[Page], None], extra: dict[str, bytes]) -> None:
    """Lets a window look at the portal, as a server that forgot its policy would answer.

    The window has a thread of its own: the database of the tests belongs to this one.
    """
    asked: Queue[tuple[Request, Queue[dict[str, Any]]]] = Queue()

    def route(route: Route) -> None:
        answer: Queue[dict[str, Any]] = Queue()
        asked.put((route.request, answer))
        route.fulfill(**answer.get(timeout=30))

    def open_window() -> None:
        with chromium.browser() as browser:
            context = browser.new_context(**chromium.DESK)
            context.add_init_script(TRAP)
            page = context.new_page()
            page.route("**/*", route)
            look(page)

    with ThreadPoolExecutor(1) as pool:
        window = pool.submit(open_window)
        while not window.done():
            with suppress(Empty):
                request, answer = asked.get(timeout=0.05)
                answer.put(_answer(client, request, extra))
        window.result()


def _answer(client: Client, request: Request, extra: dict[str, bytes]) -> dict[str, Any]:
    parts = urlsplit(request.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if path in extra:
        return {"body": extra[path], "content_type": "text/html"}
    if parts.path.startswith("/static/"):
        file = finders.find(parts.path.removeprefix("/static/"))
        return {"path": str(file)} if file else {"status": 404}
    body, kind = request.post_data_buffer or b"", request.headers.get("content-type", "")
    got = client.generic(request.method, path, body, content_type=kind)
    headers = {"Location": got["Location"]} if "Location" in got else {}
    return {
        "status": got.status_code,
        "body": got.getvalue(),
        "headers": headers | {"Content-Type": got.get("Content-Type", "")},
    }


def runs(page: Page, path: str) -> object:
    """Opens an address; the number of the trap that something ran into."""
    page.goto(ORIGIN + path, wait_until="load")
    page.wait_for_function("document.readyState === 'complete'")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
    return page.evaluate("() => window.trapped ?? null")


@pytest.mark.security_slow
def test_nothing_runs_in_the_administration(held: Holdings, admin_client: Client) -> None:
    bare = f"<!DOCTYPE html><p>{poison.TEXT}</p>".encode()
    answers = [(path, admin_client.get(path)) for path in administration()]
    paths = [path for path, answer in answers if answer.status_code == 200 and answer.templates]
    assert len(paths) > 80

    def look(page: Page) -> None:
        assert runs(page, "/bare") is not None  # the trap works
        for path in paths:
            assert runs(page, path) is None, path

    in_chromium(admin_client, look, {"/bare": bare})


@pytest.mark.security_slow
def test_nothing_runs_in_pages_that_portals_show(held: Holdings) -> None:
    def look(page: Page) -> None:
        for path, sign in POISONED.items():
            assert runs(page, spelled(path, held)) is None, path
            page.get_by_text(sign).first.wait_for(state="attached", timeout=30_000)
            assert page.evaluate("() => window.trapped ?? null") is None, path

    in_chromium(holdings.browser(held), look, {})
