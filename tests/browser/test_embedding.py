"""A registered site frames the viewer; any other sees nothing of it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.site import Site


def framed(site: Site, address: str) -> str:
    """The address of a page of the site that frames another."""
    (site.folder / "shop.html").write_text(
        '<!doctype html><link rel="icon" href="data:,"><title>Shop</title>'
        f'<iframe width="900" height="600" src="{address}"></iframe>'
    )
    return f"{site.origin}/shop.html"


def test_a_registered_site_frames_the_viewer(
    site: Site, person: Person, guide: Callable[[], str]
) -> None:
    viewer = person()
    viewer.watch.hosts.add(site.host)
    viewer.page.goto(framed(site, f"{viewer.url}/view/u{guide()}"))
    frame = viewer.page.frame_locator("iframe")
    expect(frame.get_by_test_id("page").first).to_have_attribute("data-state", "ready")
    frame.get_by_test_id("search-open").click()
    frame.get_by_test_id("search-input").fill("lighthouse")
    expect(frame.get_by_test_id("search-hit")).to_have_count(3)


def test_a_site_that_is_not_registered_cannot(site: Site, person: Person, look_only: str) -> None:
    viewer = person()
    viewer.watch.hosts.add(site.host)
    viewer.watch.expect("frame-ancestors")
    with viewer.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        viewer.page.goto(framed(site, f"{viewer.url}/view/u{look_only}"))
    expect(viewer.page.frame_locator("iframe").get_by_test_id("viewer")).to_have_count(0)


def test_no_site_frames_the_other_pages(site: Site, person: Person) -> None:
    viewer = person()
    viewer.watch.hosts.add(site.host)
    viewer.watch.expect("frame-ancestors|X-Frame-Options|Refused to display")
    for path in ("/", "/admin/login/"):
        with viewer.page.expect_console_message(
            lambda message: "frame-ancestors" in message.text or "X-Frame" in message.text
        ):
            viewer.page.goto(framed(site, viewer.url + path))
