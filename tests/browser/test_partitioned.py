"""The key cookie of extraction sessions in a real Chromium, across origins and sites (CHIPS)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import chromium, tls
from tests.stack import Stack

SHOP, BANK, EVIL = "shop.example", "bank.test", "shop.example.evil.test"
_CALL = """async ([url, method, session, body]) => {
    try {
        const answer = await fetch(url, {
            method, credentials: "include",
            headers: session ? {"Session-Id": session} : {},
            body: body === null ? undefined : body,
        });
        const text = await answer.text();
        return {status: answer.status, body: text ? JSON.parse(text) : null};
    } catch (error) { return {status: 0, body: String(error)}; }
}"""


@dataclass
class Web:
    """Sites behind TLS and a browser in which cookies of third parties are blocked."""

    browser: Browser
    port: int

    def page(self, context: BrowserContext, host: str) -> Page:
        page = context.new_page()
        page.goto(f"https://{host}:{self.port}/")
        return page

    def call(
        self, page: Page, method: str, path: str, session: str = "", body: str | None = None
    ) -> tuple[int, Any]:
        url = f"https://{tls.PORTAL_HOST}:{self.port}{path}"
        found = page.evaluate(_CALL, [url, method, session, body])
        return found["status"], found["body"]


@pytest.fixture(scope="module", params=["third-party cookies blocked", "allowed"])
def web(
    request: pytest.FixtureRequest,
    browser: Browser,
    stack: Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Web]:
    arguments = [
        *chromium.ARGUMENTS,
        "--ignore-certificate-errors",
        "--host-resolver-rules=MAP * 127.0.0.1",
    ]
    if request.param != "allowed":
        arguments.append("--test-third-party-cookie-phaseout")
    launched = browser.browser_type.launch(executable_path=chromium.EXECUTABLE, args=arguments)
    with tls.sites(stack.url, tmp_path_factory.mktemp("tls")) as port:
        origins = [f"https://{host}:{port}" for host in (SHOP, BANK)]
        words = [word for origin in origins for word in ("--origin", origin)]
        name = f"Shop page, {request.param}"
        stack.register(name, "--public", "--scope", "sessions:write", *words)
        yield Web(launched, port)
    launched.close()


@pytest.fixture
def context(web: Web) -> Iterator[BrowserContext]:
    context = web.browser.new_context(ignore_https_errors=True)
    yield context
    context.close()


def test_across_origins(web: Web, context: BrowserContext) -> None:
    page = web.page(context, SHOP)
    status, started = web.call(page, "POST", "/session/start", body='{"partitionKey": "u1"}')
    assert status == 200, started
    (cookie,) = context.cookies()
    assert cookie["name"].startswith("__Host-recto-")
    assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "None"
    assert cookie["partitionKey"] == "https://shop.example"
    assert cookie["domain"] == tls.PORTAL_HOST
    assert page.evaluate("document.cookie") == ""
    session = started["sessionId"]
    assert web.call(page, "GET", "/session", session)[0] == 200
    page.reload()
    body = f'{{"partitionKey": "u1", "sessionId": "{session}"}}'
    status, resumed = web.call(page, "POST", "/session/start", body=body)
    assert status == 200 and resumed["resumed"] is True
    assert web.call(page, "GET", "/session", session)[0] == 200
    assert web.call(page, "POST", "/session/end", session)[0] == 204
    assert context.cookies() == []


def test_another_site_has_another_jar(web: Web, context: BrowserContext) -> None:
    """The same client's other site: its pages are let in, but without the first one's key."""
    shop = web.page(context, SHOP)
    session = web.call(shop, "POST", "/session/start")[1]["sessionId"]
    bank = web.page(context, BANK)
    status, problem = web.call(bank, "GET", "/session", session)
    assert (status, problem["code"]) == (403, "session_key_wrong")
    own = web.call(bank, "POST", "/session/start", body=f'{{"sessionId": "{session}"}}')[1]
    assert own["resumed"] is False and own["sessionId"] != session
    assert {cookie["partitionKey"] for cookie in context.cookies()} == {
        "https://shop.example",
        "https://bank.test",
    }
    for page, identity in ((shop, session), (bank, own["sessionId"])):
        assert web.call(page, "GET", "/session", identity)[0] == 200
    assert web.call(bank, "POST", "/session/end", own["sessionId"])[0] == 204
    assert web.call(shop, "GET", "/session", session)[0] == 200


def test_a_look_alike_reads_nothing(web: Web, context: BrowserContext) -> None:
    shop = web.page(context, SHOP)
    session = web.call(shop, "POST", "/session/start")[1]["sessionId"]
    evil = web.page(context, EVIL)
    for method, path in (("GET", "/session"), ("POST", "/session/start"), ("POST", "/session/end")):
        assert web.call(evil, method, path, session)[0] == 0
    assert web.call(shop, "GET", "/session", session)[0] == 200


def test_a_sandboxed_frame_reads_nothing(web: Web, context: BrowserContext) -> None:
    """Its origin is `null`."""
    shop = web.page(context, SHOP)
    session = web.call(shop, "POST", "/session/start")[1]["sessionId"]
    url = f"https://{tls.PORTAL_HOST}:{web.port}/session"
    shop.set_content('<iframe sandbox="allow-scripts" srcdoc="<p>x</p>"></iframe>')
    frame = next(one for one in shop.frames if one != shop.main_frame)
    assert frame.evaluate(_CALL, [url, "GET", session, None])["status"] == 0


def test_two_windows(web: Web, context: BrowserContext) -> None:
    one, two = web.page(context, SHOP), web.page(context, SHOP)
    sessions = [web.call(page, "POST", "/session/start")[1]["sessionId"] for page in (one, two)]
    assert sessions[0] != sessions[1]
    assert len(context.cookies()) == 1
    for page in (one, two):
        for session in sessions:
            assert web.call(page, "GET", "/session", session)[0] == 200
    resumed = web.call(two, "POST", "/session/start", body=f'{{"sessionId": "{sessions[0]}"}}')[1]
    assert resumed["resumed"] is True
    assert web.call(one, "GET", "/session", sessions[1])[0] == 200
