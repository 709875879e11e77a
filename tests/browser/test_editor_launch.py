"""What a launch asks of the editor's page, and what else a PDF can be given there."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.edits import OPEN_MS, EditorPage, Partner, pdf
from tests.stack import Stack

Editor = Callable[..., EditorPage]
LINES = ("The harbour is open.", "Every harbour master signs.", "Nothing else.")


@pytest.fixture(scope="module")
def partner(stack: Stack) -> Partner:
    """The program that launches the editor."""
    return Partner.registered(stack)


@pytest.fixture(scope="module")
def file(partner: Partner) -> str:
    """A PDF with three lines."""
    return partner.upload(pdf(*LINES), "pdf")


@pytest.fixture
def editor(person: Person) -> Editor:
    """Somebody at an editor of their own, with its document drawn."""

    def come(link: str, **looks: Any) -> EditorPage:
        viewer = person(**looks)
        editor = EditorPage(viewer.page, viewer.watch).open(link)
        expect(editor.page.locator(".textLayer span").first).to_be_visible(timeout=OPEN_MS)
        return editor

    return come


def images(content: bytes) -> list[Any]:
    """The pictures that were put on the first page."""
    with pikepdf.open(io.BytesIO(content)) as document:
        found = document.pages[0].get("/Annots", pikepdf.Array())
        return [[float(edge) for edge in one.Rect] for one in found if one.Subtype == "/Stamp"]


def test_workspaces_show_their_tools(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor(partner.link(file, workspace="Simple", viewerWorkspace="unheard of"))
    for name in ("Highlight", "Sign", "Versions"):
        expect(anna.tool(name)).to_be_hidden()
    expect(anna.tool("Save")).to_be_visible()
    expect(anna.tool("Undo")).to_be_visible()
    anna.page.keyboard.press("h")
    expect(anna.tool("Read and fill in")).to_have_attribute("aria-pressed", "true")

    ben = editor(partner.link(file, workspace="review"))
    expect(ben.tool("Highlight")).to_be_visible()
    expect(ben.tool("Versions")).to_be_visible()
    expect(ben.tool("Sign")).to_be_hidden()

    carl = editor(partner.link(file, access="view", viewerWorkspace="unheard of"))
    expect(carl.tool("Versions")).to_be_visible()


def test_fingers_find_large_targets(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor(partner.link(file, mobile=True), **PHONE)
    tools = anna.page.get_by_role("toolbar", name="Annotations").get_by_role("button")
    boxes = [tool.bounding_box() for tool in tools.all() if tool.is_visible()]
    assert len(boxes) > 8
    for box in boxes:
        assert box and min(box["width"], box["height"]) >= 48
    assert len({round(box["x"]) for box in boxes if box}) == 1
    assert anna.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_debugging_tells_what_was_asked(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor(partner.link(file, debug=True, sessionId="partner-secret"))
    panel = anna.page.get_by_test_id("debug")
    handle = anna.page.url.rsplit("/", 1)[1]
    expect(panel).to_contain_text(handle)
    expect(panel).to_contain_text(re.compile(r"Version\s*\d+\.\d+\.\d+"))
    expect(panel.get_by_test_id("debug-correlation")).to_have_text(re.compile(r"^[\w-]{8,}$"))
    log = panel.get_by_test_id("debug-log")
    expect(log).to_contain_text(re.compile(rf"GET /api/v1/edits/{handle}/\w+ 200 [\d,]+ ms"))
    expect(log).to_contain_text("recto:ready")
    cookie = next(one for one in anna.page.context.cookies() if "edit" in str(one.get("name")))
    shown = anna.page.content()
    assert str(cookie.get("value")) not in shown
    assert "partner-secret" not in shown
    quiet = editor(partner.link(file))
    expect(quiet.page.get_by_test_id("debug")).to_have_count(0)


@pytest.mark.parametrize("look", [{}, DARK | PHONE], ids=["day", "night, telephone"])
def test_searching_a_pdf(editor: Editor, partner: Partner, file: str, look: dict[str, Any]) -> None:
    anna = editor(partner.link(file, access="view"), **look)
    page = anna.page
    page.keyboard.press("Control+f")
    query, found = page.get_by_test_id("pdf-query"), page.get_by_test_id("pdf-found")
    expect(query).to_be_focused()
    query.fill("harbour")
    expect(found).to_have_text("1 of 2")
    expect(page.locator(".textLayer .highlight.selected")).to_have_text("harbour")
    page.keyboard.press("Enter")
    expect(found).to_have_text("2 of 2")
    page.keyboard.press("Shift+Enter")
    expect(found).to_have_text("1 of 2")
    query.fill("Harb")
    expect(found).to_have_text("1 of 2")
    page.get_by_label("Match case").check()
    expect(found).to_have_text("No results")
    query.focus()
    page.keyboard.press("Escape")
    expect(query).to_be_hidden()
    expect(page.locator(".textLayer .highlight")).to_have_count(0)


def test_a_signature_is_placed_and_stays(editor: Editor, partner: Partner) -> None:
    anna = editor(partner.link(partner.upload(pdf(*LINES), "pdf"), autosavedisabled=True))
    page = anna.page
    dialog = page.get_by_role("dialog", name="Sign")

    anna.tool("Sign").click()
    dialog.get_by_role("button", name="Place on the page").click()
    expect(dialog.get_by_role("alert")).to_have_text("There is no signature yet.")
    box = page.locator("#signing-paper").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(6):
        page.mouse.move(box["x"] + 60 + 40 * step, box["y"] + 30 + 50 * (step % 2), steps=3)
    page.mouse.up()
    dialog.get_by_role("button", name="Place on the page").click()
    expect(page.locator(".stampEditor")).to_have_count(1)
    anna.tool("Undo").click()
    expect(page.locator(".stampEditor")).to_have_count(0)
    anna.tool("Redo").click()
    expect(page.locator(".stampEditor")).to_have_count(1)

    page.keyboard.press("Escape")
    anna.tool("Sign").click()
    dialog.get_by_label("Type").check()
    dialog.get_by_label("Your name").fill("Anna Quay")
    dialog.get_by_role("button", name="Place on the page").click()
    expect(page.locator(".stampEditor")).to_have_count(2)

    anna.tool("Sign").click()
    dialog.get_by_label("Upload a picture").check()
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(stream, "PNG")
    picture = {"name": "mine.png", "mimeType": "image/png", "buffer": stream.getvalue()}
    dialog.locator("#signing-file").set_input_files(picture)
    dialog.get_by_role("button", name="Place on the page").click()
    expect(page.locator(".stampEditor")).to_have_count(3)
    anna.tool("Save").click()
    anna.expect_saved(2)
    placed = images(anna.stored())
    assert len(placed) == 3
    for left, _, right, _ in placed:
        assert 170 < right - left < 190
