"""The interactive reference works in a browser, offline: everything comes from the portal."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import chromium
from tests.stack import Stack


def test_reference_is_served_from_here_and_can_be_tried(stack: Stack) -> None:
    credentials = stack.register("Reference")
    requested: list[str] = []
    faults: list[str] = []
    with chromium.browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda sent: requested.append(sent.url))
        page.goto(f"{stack.url}/api/docs/")
        chapter = page.locator('.opblock-tag[data-tag="PrizmDoc: sessions"]')
        chapter.click(timeout=30_000)
        expect(page.get_by_text("Creates a new viewing session.")).to_be_visible()

        page.get_by_role("button", name="Authorize").first.click()
        dialog = page.locator(".auth-container").filter(has_text="clientCredentials")
        dialog.get_by_label("client_id:").fill(credentials["client_id"])
        dialog.get_by_label("client_secret:").fill(credentials["client_secret"])
        dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
        expect(dialog.get_by_text("Logout")).to_be_visible()
        page.get_by_role("button", name="Close").first.click()

        operation = page.locator(".opblock").filter(has_text="Creates a new viewing session.")
        operation.locator(".opblock-summary").click()
        operation.get_by_role("button", name="Try it out").click()
        operation.get_by_role("button", name="Execute").click()
        answer = operation.locator(".live-responses-table")
        expect(answer.locator("tbody .response-col_status").first).to_have_text(re.compile("200"))
        expect(answer).to_contain_text("viewingSessionId")
    assert [url for url in requested if not url.startswith((stack.url, "data:", "blob:"))] == []
    assert faults == []
