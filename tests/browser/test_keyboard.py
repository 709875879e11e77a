"""Everything can be done without a mouse, and one always sees where one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.viewer import Viewer

FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  return {
    name: element.getAttribute("aria-label") ?? element.textContent.trim(),
    tag: element.localName,
    id: element.id,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    image: style.backgroundImage,
    visible: element.getBoundingClientRect().width > 0,
  };
}"""
TOOLS = [
    "Page thumbnails",
    "Next page",
    "Zoom out",
    "Zoom in",
    "Search in the document",
    "Rotate",
    "Print",
    "Download",
    "About this document",
    "Full screen",
    "More",
]


def focused(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(FOCUSED)
    return answer


@pytest.fixture
def viewer(person: Person, guide: Callable[[], str]) -> Viewer:
    return person().read(guide())


def test_tab_reaches_every_tool_in_order_and_shows_where_it_is(viewer: Viewer) -> None:
    met = []
    for _ in range(40):
        viewer.page.keyboard.press("Tab")
        here = focused(viewer.page)
        if here["tag"] == "body":
            break
        assert here["visible"], here
        assert here["outline"] >= 1 or here["image"] != "none", f"no focus ring: {here}"
        met.append(here["name"] or here["id"])
    assert [name for name in met if name in TOOLS] == TOOLS
    assert met[0] == "Skip to the content"
    assert "Page number" in met
    assert met.index("Page 1") < met.index("Document pages")
    assert met[-1] == "Document pages"


def test_there_are_shorter_ways_than_tab(viewer: Viewer) -> None:
    keys = viewer.page.keyboard
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    assert focused(viewer.page)["name"] == "Document pages"
    viewer.page.get_by_role("button", name="Zoom out").focus()
    keys.press("ArrowRight")
    assert focused(viewer.page)["name"].startswith("Zoom")
    keys.press("ArrowRight")
    assert focused(viewer.page)["name"] == "Zoom in"


def test_keys_move_through_the_document(viewer: Viewer) -> None:
    keys = viewer.page.keyboard
    viewer.scroller.focus()
    keys.press("ArrowRight")
    viewer.expect_page(1)
    keys.press("ArrowLeft")
    viewer.expect_page(0)
    keys.press("End")
    viewer.expect_page(3)
    keys.press("Home")
    viewer.expect_page(0)
    for key, back in (
        ("ArrowDown", "ArrowUp"),
        ("Space", "Shift+Space"),
        ("PageDown", "PageUp"),
    ):
        keys.press(key)
        viewer.page.wait_for_function("() => document.getElementById('scroller').scrollTop > 0")
        keys.press(back)
        viewer.page.wait_for_function("() => document.getElementById('scroller').scrollTop === 0")
    keys.press("g")
    expect(viewer.page_box).to_be_focused()
    keys.type("3")
    keys.press("Enter")
    viewer.expect_page(2)
    expect(viewer.scroller).to_be_focused()


def test_keys_change_the_look(viewer: Viewer) -> None:
    keys, page = viewer.page.keyboard, viewer.page
    keys.press("1")
    expect(viewer.zoom_level).to_have_text("100%")
    keys.press("+")
    expect(viewer.zoom_level).to_have_text("110%")
    keys.press("-")
    keys.press("-")
    expect(viewer.zoom_level).to_have_text("90%")
    keys.press("0")
    expect(viewer.zoom_level).not_to_have_text("90%")
    assert page.evaluate(
        "() => { const box = document.getElementById('scroller');"
        " return Math.abs(document.querySelector('.page').offsetWidth + 48 - box.clientWidth) < 3;}"
    )
    keys.press("2")
    page.wait_for_function(
        "() => document.querySelector('.page').offsetHeight"
        " <= document.getElementById('scroller').clientHeight"
    )
    upright = viewer.sheet(0).bounding_box()
    keys.press("r")
    turned = viewer.sheet(0).bounding_box()
    assert upright
    assert turned
    assert upright["width"] < upright["height"]
    assert turned["width"] > turned["height"]
    keys.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    keys.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    thumbnails = page.get_by_role("navigation", name="Page thumbnails")
    expect(thumbnails).to_be_visible()
    keys.press("t")
    expect(thumbnails).to_be_hidden()
    keys.press("t")
    expect(thumbnails).to_be_visible()
    keys.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    keys.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")


def test_keys_search(viewer: Viewer) -> None:
    keys, page = viewer.page.keyboard, viewer.page
    count, field = page.get_by_test_id("search-count"), page.get_by_test_id("search-input")
    for opening in ("/", "Control+f"):
        keys.press(opening)
        expect(field).to_be_focused()
        keys.press("Escape")
        expect(field).to_be_hidden()
        expect(viewer.scroller).to_be_focused()
    keys.press("/")
    keys.insert_text("lighthouse")
    expect(count).to_have_text("1 of 3")
    viewer.scroller.focus()
    keys.press("Enter")
    expect(count).to_have_text("2 of 3")
    keys.press("F3")
    expect(count).to_have_text("3 of 3")
    keys.press("Shift+Enter")
    expect(count).to_have_text("2 of 3")
    keys.press("Shift+F3")
    expect(count).to_have_text("1 of 3")
    keys.press("Control+g")
    expect(count).to_have_text("2 of 3")
    keys.press("Escape")
    expect(field).to_be_hidden()


def test_keys_open_dialogs_and_escape_gives_the_focus_back(viewer: Viewer) -> None:
    page = viewer.page
    tool = page.get_by_role("button", name="Rotate")
    for key, name in (
        ("p", "Print"),
        ("Control+p", "Print"),
        ("i", "About this document"),
        ("?", "Keyboard shortcuts"),
    ):
        dialog = page.get_by_role("dialog", name=name)
        tool.focus()
        page.keyboard.press(key)
        expect(dialog).to_be_visible()
        assert dialog.evaluate("(dialog) => dialog.contains(document.activeElement)")
        for _ in range(8):
            page.keyboard.press("Tab")
            outside = "() => document.activeElement.closest('.viewer > :not(dialog)') !== null"
            assert not page.evaluate(outside), "Tab left the dialog"
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(tool).to_be_focused()


def test_menus_open_walk_and_close_by_keys(viewer: Viewer) -> None:
    page = viewer.page
    more = page.get_by_role("button", name="More", exact=True)
    more.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="More")
    expect(menu).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(menu.get_by_role("menuitem", name="Light or dark")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Keyboard shortcuts")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


def test_the_help_lists_every_key_that_does_something(viewer: Viewer) -> None:
    viewer.page.keyboard.press("?")
    shown = viewer.page.get_by_role("dialog", name="Keyboard shortcuts").locator("kbd")
    expect(shown.first).to_be_visible()
    assert set(shown.all_inner_texts()) == {
        *("→", "←", "↓", "↑", "Space", "Shift Space", "Home", "End", "G"),
        *("+", "−", "0", "1", "2", "R", "F", "D", "T"),  # noqa: RUF001
        *("/", "Ctrl F", "Enter", "Shift Enter", "P", "Ctrl P", "Ctrl A", "I", "?", "Esc"),
    }


def test_thumbnails_are_walked_and_widened_with_arrows(viewer: Viewer) -> None:
    viewer.page.get_by_test_id("thumb").first.focus()
    viewer.page.keyboard.press("ArrowDown")
    expect(viewer.page.get_by_role("button", name="Page 2")).to_be_focused()
    viewer.expect_page(1)
    viewer.page.keyboard.press("End")
    viewer.expect_page(3)
    edge = viewer.page.get_by_role("separator", name="Width of the thumbnails")
    edge.focus()
    before = int(edge.get_attribute("aria-valuenow") or 0)
    viewer.page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", str(before + 16))


def test_escape_in_the_page_box_changes_nothing(viewer: Viewer) -> None:
    viewer.page.keyboard.press("g")
    viewer.page.keyboard.type("4")
    viewer.page.keyboard.press("Escape")
    expect(viewer.page_box).to_have_value("1")
    for wrong, shown in (("0", "1"), ("99", "4"), ("abc", "4")):
        viewer.page_box.fill(wrong)
        viewer.page_box.press("Enter")
        viewer.scroller.focus()
        expect(viewer.page_box).to_have_value(re.compile(f"^{shown}$"))
