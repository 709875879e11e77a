"""The viewer page as a person uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import Watch

FIRST_PAGE_MS = 60_000


@dataclass
class Viewer:
    """A viewer page. Commands are found where a person finds them: in the toolbar or behind
    "More"."""

    page: Page
    url: str
    watch: Watch

    def open(self, identity: str, prefix: str = "u") -> Viewer:
        """Follows the link to a session, without waiting for its document."""
        self.page.goto(f"{self.url}/view/{prefix}{identity}")
        return self

    def read(self, identity: str, prefix: str = "u") -> Viewer:
        """Follows the link and waits for the first page."""
        self.open(identity, prefix)
        expect(self.sheet(0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
        return self

    def sheet(self, number: int) -> Locator:
        """A page of the document, from 0."""
        return self.page.locator(f'[data-testid="page"][data-page="{number}"]')

    @property
    def sheets(self) -> Locator:
        """Pages of the document that exist as elements now."""
        return self.page.get_by_test_id("page")

    @property
    def scroller(self) -> Locator:
        """The place where the pages are."""
        return self.page.get_by_role("group", name="Document pages")

    @property
    def page_box(self) -> Locator:
        """The number of the page in view."""
        return self.page.get_by_test_id("page-input")

    @property
    def message(self) -> Locator:
        """What covers the document while there is something to say instead."""
        return self.page.get_by_test_id("state-message")

    @property
    def zoom_level(self) -> Locator:
        """The zoom as people read it."""
        return self.page.get_by_test_id("zoom-level")

    # While pages are being made, a plus stands behind the number.
    complete_count = re.compile(r"^\d+$")

    def notice(self, name: str) -> Locator:
        """A line at the foot of the document."""
        return self.page.locator(f'[data-notice="{name}"]')

    def command(self, name: str) -> None:
        """Presses a command's button."""
        tool = self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)
        if tool.is_visible():
            tool.click()
            return
        self.page.get_by_role("button", name="More", exact=True).click()
        menu = self.page.get_by_role("menu", name="More")
        menu.get_by_role("menuitem").filter(has_text=re.compile(rf"^\s*{name}")).click()

    def expect_page(self, number: int) -> None:
        """The page is in view and drawn."""
        expect(self.page_box).to_have_value(str(number + 1))
        expect(self.sheet(number)).to_be_in_viewport()
        expect(self.sheet(number)).to_have_attribute("data-state", "ready", timeout=30_000)

    def expect_crisp(self, number: int) -> None:
        """The picture of a page has a pixel for each pixel of the screen."""
        self.page.wait_for_function(
            """(number) => {
              const page = document.querySelector(`.page[data-page="${number}"]`);
              const image = page?.querySelector("img, canvas");
              const needed = image?.offsetWidth * devicePixelRatio;
              const width = image?.naturalWidth ?? image?.width;
              return image?.complete !== false && width >= needed - 1;
            }""",
            arg=number,
        )

    def announced(self, text: str | re.Pattern[str]) -> None:
        """People who listen to the page are told."""
        expect(self.page.locator("#live")).to_have_text(text)
