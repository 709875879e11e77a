"""Where scenes play: a portal, and programs that open pages on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Page, Route

from tests.browser import documents, forms
from tests.browser.edits import EditorPage, Partner
from tests.browser.forms import FormPage, Library
from tests.browser.reviews import Office, ReviewPage, invoice
from tests.browser.viewer import Viewer
from tests.browser.watch import Watch
from tests.stack import Integrator, Stack

BROKEN = b"%PDF-1.7\n" + b"\x00\xff" * 400
READY_MS = 60_000


@dataclass
class Stage:
    """A portal, and the programs that open pages on it."""

    stack: Stack
    folder: Path

    @cached_property
    def shop(self) -> Integrator:
        """Opens views."""
        return self.stack.integrator("Web shop")

    @cached_property
    def library(self) -> Library:
        """Opens forms."""
        library = Library.made(self.stack, self.folder, "Office")
        for name, tags in (("Tide table", ("sea", "table")), ("Sea chart", ("sea", "map"))):
            library.add(self.folder, name, forms.note(), None, *tags)
        return library

    @cached_property
    def partner(self) -> Partner:
        """Launches the editor."""
        return Partner.registered(self.stack)

    @cached_property
    def office(self) -> Office:
        """Has three documents checked, one of which cannot be read."""
        office = Office.opened(self.stack)
        office.send(invoice(tax="17.00"), "Lamp oil.pdf")
        office.send(invoice("INV-1002"), "Ropes.pdf")
        office.refused(BROKEN, "Broken.pdf")
        return office

    def viewer(self, page: Page) -> Viewer:
        return Viewer(page, self.stack.url, Watch(page.context, self.stack.url))

    def form(self, page: Page) -> FormPage:
        return FormPage(page, self.stack.url, Watch(page.context, self.stack.url))

    def review(self, page: Page) -> ReviewPage:
        return ReviewPage(page, Watch(page.context, self.stack.url))

    def editor(self, page: Page) -> EditorPage:
        return EditorPage(page, Watch(page.context, self.stack.url))

    def guide(self, page: Page) -> Viewer:
        """Somebody who reads the guide."""
        return self.viewer(page).read(
            documents.show(self.shop, documents.GUIDE_NAME, documents.guide())
        )

    def text(self, page: Page, **launch: object) -> EditorPage:
        """Somebody who edits a text."""
        file = self.partner.upload(b"The harbour opens at nine.\nThe lamp is lit.\n", "txt")
        return self.editor(page).open(self.partner.link(file, **launch))


Scene = Callable[[Stage, Page], None]
SCENES: dict[str, Scene] = {}


def scene(show: Scene) -> Scene:
    SCENES[show.__name__.replace("_", "-")] = show
    return show


def refusal(status: int, **told: object) -> Callable[[Route], None]:
    def refuse(route: Route) -> None:
        route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(told))

    return refuse


def lose(page: Page) -> None:
    page.route("**/api/**", lambda route: route.abort())
