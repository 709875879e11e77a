"""Text is selected with the mouse as it stands, and copied as it reads."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser import documents
from tests.browser.conftest import Person
from tests.browser.viewer import Viewer

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def drag(viewer: Viewer, first: Locator, last: Locator) -> None:
    """From the beginning of one word to the end of another."""
    start, end = first.bounding_box(), last.bounding_box()
    assert start
    assert end
    mouse = viewer.page.mouse
    mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
    mouse.move(end["x"] + end["width"] - 1, end["y"] + end["height"] / 2, steps=4)
    mouse.up()


def copied(viewer: Viewer) -> str:
    viewer.page.keyboard.press("Control+c")
    text: str = viewer.page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_line_is_selected_and_copied(person: Person, guide: Callable[[], str]) -> None:
    viewer = person(permissions=CLIPBOARD).read(guide())
    words = viewer.sheet(0).locator(".text span")
    expect(words.filter(has_text="lighthouse")).to_have_count(1)
    drag(viewer, words.filter(has_text="The").first, words.filter(has_text="ship.").first)
    assert viewer.page.evaluate("getSelection().toString()") == documents.FIRST_LINE
    assert copied(viewer) == documents.FIRST_LINE


def test_a_selection_over_two_pages_is_copied_whole(
    person: Person, guide: Callable[[], str]
) -> None:
    viewer = person(permissions=CLIPBOARD).read(guide())
    viewer.page.keyboard.press("2")  # whole pages, smaller
    viewer.page.keyboard.press("-")
    viewer.page.keyboard.press("-")
    second = viewer.sheet(1).locator(".text span")
    expect(second.filter(has_text="left.")).to_be_in_viewport()
    first = viewer.sheet(0).locator(".text span")
    drag(viewer, first.filter(has_text="paragraph").first, second.filter(has_text="sea,").first)
    assert copied(viewer) == "paragraph tells of the weather.\nSeen from the sea,"


def test_a_page_is_selected_by_keys(person: Person, guide: Callable[[], str]) -> None:
    viewer = person(permissions=CLIPBOARD).read(guide())
    expect(viewer.sheet(0).locator(".text span").first).to_be_attached()
    viewer.scroller.press("Control+a")
    assert copied(viewer).startswith(documents.FIRST_LINE)


def test_nothing_is_selected_where_copying_is_not_allowed(person: Person, look_only: str) -> None:
    viewer = person(permissions=CLIPBOARD).read(look_only)
    viewer.page.evaluate("navigator.clipboard.writeText('before')")
    words = viewer.sheet(0).locator(".text span")
    expect(words.first).to_be_attached()
    drag(viewer, words.first, words.nth(3))
    assert viewer.page.evaluate("getSelection().toString()") == ""
    viewer.page.keyboard.press("Control+a")
    expect(viewer.notice("refused")).to_contain_text("Copying from this document is not allowed")
    assert copied(viewer) == "before"
    expect(viewer.page.get_by_role("button", name="Print")).to_have_count(0)
    viewer.page.keyboard.press("p")
    expect(viewer.notice("refused")).to_contain_text("Printing this document is not allowed")
