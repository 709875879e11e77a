"""Takes the pictures of docs/img from the running product: `make screenshots`.

`python -m tests.browser.screenshots --every FOLDER [SCENE ...]` takes every page in every state
instead, wide and narrow, by day and by night.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from PIL import Image
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser import documents
from tests.browser.chromium import DARK, DESK, PHONE, browser
from tests.browser.reviews import Office, ReviewPage, invoice
from tests.browser.watch import Watch
from tests.stack import Stack, running_stack

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "img"
BROKEN = b"%PDF-1.7\n" + b"\x00\xff" * 400
WAIT_MS = 20_000
TINY: dict[str, Any] = PHONE | {"viewport": {"width": 320, "height": 568}}
LOOKS: dict[str, dict[str, Any]] = {
    "1280-day": DESK,
    "1280-night": DESK | DARK,
    "390-day": PHONE,
    "320-night": TINY | DARK,
}


def main() -> int:
    """Starts a portal of its own and photographs it."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots")
    parser.add_argument("--every", type=Path, metavar="FOLDER", help="every page in every state")
    parser.add_argument("--looks", nargs="+", default=list(LOOKS), choices=LOOKS)
    parser.add_argument("scenes", nargs="*", metavar="SCENE")
    options = parser.parse_args()
    expect.set_options(timeout=WAIT_MS)
    if options.every:
        return _every(options.every, options.scenes, options.looks)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_stack() as stack, browser() as chromium:
        _viewer(stack, chromium)
        _administration(stack, chromium)
        _reference(stack, chromium)
        _review(stack, chromium)
    return 0


def _every(folder: Path, names: list[str], looks: list[str]) -> int:
    """How many scenes could not be shown; those say why."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()  # some of their documents are made by modules that know the models
    from tests.browser import office
    from tests.browser.scenes import SCENES, Stage

    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with (
        office.running() as suite,
        running_stack(WOPI_CLIENT_URL=suite) as stack,
        browser() as chromium,
        tempfile.TemporaryDirectory() as templates,
    ):
        stage = Stage(stack, Path(templates))
        for name in names or SCENES:
            for look in looks:
                context = chromium.new_context(reduced_motion="reduce", **LOOKS[look])
                page = context.new_page()
                try:
                    SCENES[name](stage, page)
                except (AssertionError, Error) as error:
                    failed += 1
                    print(f"{name}, {look}: {error}", file=sys.stderr)  # noqa: T201
                page.screenshot(path=folder / f"{name}.{look}.png", animations="disabled")
                context.close()
    return failed


def _viewer(stack: Stack, chromium: Browser) -> None:
    demo = _printed(stack, r"(/view/u\S+)")
    integrator = stack.integrator("Web shop")

    def read(page: Page) -> None:
        page.goto(stack.url + demo)
        expect(page.get_by_test_id("page").first).to_have_attribute("data-state", "ready")
        # The neighbours too, and their small pictures.
        expect(page.locator('[data-testid="page"]:not([data-state="ready"])')).to_have_count(0)
        page.wait_for_load_state("networkidle")

    def search(page: Page) -> None:
        read(page)
        page.get_by_test_id("search-open").click()
        page.get_by_test_id("search-input").fill("lighthouse")
        expect(page.get_by_test_id("search-count")).to_have_text("1 of 3")
        page.get_by_test_id("search-input").press("Enter")
        expect(page.get_by_test_id("search-count")).to_have_text("2 of 3")
        page.wait_for_load_state("networkidle")

    def state(name: str, content: bytes, state: str) -> Callable[[Page], None]:
        def show(page: Page) -> None:
            identity = documents.show(integrator, name, content)
            page.goto(f"{stack.url}/view/u{identity}")
            expect(page.get_by_test_id("state-message")).to_have_attribute("data-state", state)

        return show

    _take(chromium, "viewer", DESK, read)
    _take(chromium, "viewer-phone", PHONE | DARK, read)
    _take(chromium, "viewer-search", DESK, search)
    secret = documents.encrypted_pdf("secret")
    _take(chromium, "viewer-password", DESK, state("Offer.pdf", secret, "password_required"))
    _take(chromium, "viewer-failed", DESK, state("Plan.pdf", BROKEN, "failed"))


def _administration(stack: Stack, chromium: Browser) -> None:
    password = _printed(stack, r"Password +(\S+)")

    def home(page: Page) -> None:
        page.goto(f"{stack.url}/admin/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Is it well?")).to_be_visible()

    def client(page: Page) -> None:
        home(page)
        page.goto(f"{stack.url}/admin/clients/apiclient/")
        page.get_by_role("link", name="Web shop").click()
        expect(page.get_by_role("region", name="Credentials")).to_be_visible()

    _take(chromium, "admin-home", DESK, home)
    _take(chromium, "admin-client", DESK, client)


def _reference(stack: Stack, chromium: Browser) -> None:
    def show(page: Page) -> None:
        page.goto(f"{stack.url}/api/docs/")
        page.locator('.opblock-tag[data-tag="PrizmDoc: sessions"]').click()
        expect(page.locator(".opblock").first).to_be_visible()

    _take(chromium, "api-reference", DESK, show)


def _review(stack: Stack, chromium: Browser) -> None:
    office = Office.opened(stack)
    for number, name in enumerate(("Lamp oil.pdf", "Ropes.pdf", "Pier.pdf")):
        office.send(invoice(f"INV-100{number}", tax="17.00" if number else "19.00"), name)

    def show(page: Page) -> None:
        review = ReviewPage(page, Watch(page.context, stack.url)).read(office.link())
        review.entries.nth(1).click()
        expect(page.get_by_test_id("page").first).to_have_attribute("data-state", "ready")
        review.main("buyerName").click()
        review.press("Enter")
        review.expect_saved()
        review.main("tax").click()

    _take(chromium, "review", DESK, show)


def _printed(stack: Stack, pattern: str) -> str:
    found = re.search(pattern, stack.log.read_text())
    if found is None:
        raise RuntimeError(f"The portal did not print {pattern} when it started.")
    return found.group(1)


def _take(chromium: Browser, name: str, look: dict[str, Any], show: Callable[[Page], None]) -> None:
    context = chromium.new_context(reduced_motion="reduce", **look)
    page = context.new_page()
    show(page)
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    # 256 colours are plenty for pages, and a quarter of the size.
    picture.convert("RGB").quantize(256).save(FOLDER / f"{name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
