"""What no page of the portal may do, whatever a test is about."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.effectiveDirective} ${event.blockedURI}`));
"""


class Watch:
    """Collects console errors, exceptions, violations of the content security policy and
    requests to other hosts, of all pages of a context."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.hosts = {urlsplit(url).netloc}
        self.faults: list[str] = []
        self._expected: list[str] = []
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("request", self._request)
        context.on("page", self._page)

    def expect(self, pattern: str) -> None:
        """A test that provokes a refusal says so: browsers report each as a console error."""
        self._expected.append(pattern)

    def assert_clean(self) -> None:
        """Nothing but what was expected."""
        surprises = [
            fault
            for fault in self.faults
            if not any(re.search(pattern, fault) for pattern in self._expected)
        ]
        assert not surprises, "\n".join(surprises)

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text} {message.location['url']}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc not in self.hosts:
            self.faults.append(f"request: {request.url}")
