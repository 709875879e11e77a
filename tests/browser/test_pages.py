"""The pages around the viewer: the front page, the reference, and addresses that lead nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person

INLINE_CODE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=")


def fits(page: Page) -> bool:
    """Nothing stands out over the side of the window."""
    answer: bool = page.evaluate(
        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return answer


@pytest.mark.parametrize("look", [{}, DARK, PHONE], ids=["desk", "dark", "phone"])
def test_the_front_page_leads_to_the_doors(look: dict[str, object], person: Person) -> None:
    visitor = person(**look)
    page = visitor.page
    page.goto(visitor.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert fits(page)
    theme = page.get_by_role("button", name="Switch between light and dark")
    theme.click()
    expect(page.locator("html")).to_have_attribute("data-theme", re.compile("dark|light"))
    page.get_by_role("link", name=re.compile("Administration")).click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so_in_the_house_style(person: Person) -> None:
    visitor = person(**PHONE)
    visitor.watch.expect("status of 404")
    answer = visitor.page.goto(f"{visitor.url}/no/such/page")
    assert answer
    assert answer.status == 404
    expect(visitor.message.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.message.locator(".remedy")).not_to_be_empty()
    assert fits(visitor.page)


def test_no_page_has_code_of_its_own(person: Person, guide: Callable[[], str]) -> None:
    visitor = person()
    for path in ("/", "/no/such/page", "/view/unknown", f"/view/u{guide()}"):
        answer = visitor.page.request.get(visitor.url + path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not INLINE_CODE.search(answer.text()), path


def _chapters(page: Page) -> list[str]:
    expect(page.locator(".opblock-tag").first).to_be_visible()
    names: list[str] = page.locator(".opblock-tag").evaluate_all(
        "(all) => all.map((one) => one.dataset.tag)"
    )
    return names


def test_the_reference_lists_every_chapter_without_leaving_the_house(
    person: Person,
) -> None:
    visitor = person()
    page = visitor.page
    page.goto(f"{visitor.url}/api/docs/")
    schema = page.request.get(f"{visitor.url}/api/schema/?format=json").json()
    operations = Counter(
        operation["tags"][0]
        for methods in schema["paths"].values()
        for operation in methods.values()
    )
    assert [tag["name"] for tag in schema["tags"]] == _chapters(page)
    assert set(operations) == {tag["name"] for tag in schema["tags"]}
    # Only operations in view are drawn.
    page.locator('.opblock-tag[data-tag="Native: sessions"]').click()
    expect(page.locator(".opblock")).to_have_count(operations["Native: sessions"])
    page.evaluate("scrollTo(0, 0)")
    assert fits(page)
    page.set_viewport_size(PHONE["viewport"])
    assert fits(page)
    page.locator(".opblock").first.click(timeout=60_000)
    expect(page.locator(".opblock.is-open .responses-wrapper")).to_be_visible()
    assert fits(page)


def test_the_reference_is_dark_where_the_browser_is(person: Person) -> None:
    visitor = person(**DARK)
    visitor.page.goto(f"{visitor.url}/api/docs/")
    expect(visitor.page.locator(".opblock-tag").first).to_have_css("color", "rgb(228, 230, 230)")
    expect(visitor.page.locator("html")).to_have_css("background-color", "rgb(28, 32, 34)")
    # What was chosen on another page is kept to.
    visitor.page.goto(visitor.url)
    visitor.page.get_by_role("button", name="Switch between light and dark").click()
    visitor.page.goto(f"{visitor.url}/api/docs/")
    expect(visitor.page.locator("html")).to_have_css("background-color", "rgb(250, 250, 250)")
