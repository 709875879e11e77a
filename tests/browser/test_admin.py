"""An administrator's day: connect a system, watch its sessions, end one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import expect

from tests.browser import documents
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import Person
from tests.browser.viewer import Viewer
from tests.stack import Integrator, Stack


@pytest.fixture
def administrator(person: Person, password: str) -> Viewer:
    return log_in(person(), password)


@pytest.fixture(scope="package")
def password(stack: Stack) -> str:
    """What the first start printed, once."""
    printed = re.search(r"Password +(\S+)", stack.log.read_text())
    assert printed
    return printed.group(1)


def log_in(visitor: Viewer, password: str) -> Viewer:
    """With the keyboard alone."""
    page = visitor.page
    page.goto(f"{visitor.url}/admin/")
    name = page.get_by_label("Username")
    # Browsers may give it the focus themselves, but not always before a key is pressed.
    for _ in range(8):
        if name.evaluate("(field) => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(name).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Is it well?")).to_be_visible()
    return visitor


def test_a_system_is_connected_and_its_secret_shown_once(administrator: Viewer) -> None:
    page = administrator.page
    page.goto(f"{administrator.url}/admin/clients/apiclient/add/")
    page.get_by_label("Name", exact=False).first.fill("Archive")
    for scope in ("viewing:read", "viewing:write"):
        boxes = page.get_by_role("checkbox", name=re.compile(f"^{scope}"))
        boxes.first.check()
        boxes.last.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("this is the only time it is shown")).to_be_visible()
    identifier = page.get_by_label("Client id").input_value()
    secret = page.get_by_label("Secret").input_value()

    answer = requests.post(
        f"{administrator.url}/o/token/",
        data={"grant_type": "client_credentials"},
        auth=(identifier, secret),
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["scope"].split()) == {"viewing:read", "viewing:write"}

    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("region", name="Credentials")).to_contain_text("first secret")
    assert secret not in page.content()


def test_a_session_is_found_stopped_and_its_viewer_told(
    administrator: Viewer, person: Person, integrator: Integrator
) -> None:
    identity = documents.show(integrator, "Stop me.pdf", documents.long_pdf(40))
    reader = person().read(identity)
    reader.watch.expect("status of 403")
    page = administrator.page

    page.goto(f"{administrator.url}/admin/document_sessions/documentsession/?q=Stop+me")
    row = page.get_by_role("row").filter(has_text="Stop me.pdf")
    expect(row).to_contain_text("active")
    assert identity not in page.content()
    row.get_by_role("checkbox").check()
    page.get_by_role("combobox", name="Action").select_option("stop_sessions")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("1 session will end at once")).to_be_visible()
    page.get_by_label("Message to the person").fill("Please call the office.")
    page.get_by_role("button", name="Stop 1 session").click()
    expect(page.get_by_text("1 session(s) stopped.")).to_be_visible()
    expect(row).to_contain_text("stopped")

    reader.scroller.press("End")
    expect(reader.message).to_have_attribute("data-state", "stopped")
    expect(reader.message).to_contain_text("Please call the office.")


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_the_home_and_the_lists_fit_the_screen(
    look: dict[str, object], person: Person, password: str, guide: Callable[[], str]
) -> None:
    visitor = person(**look)
    page = visitor.page
    visitor.read(guide())  # leaves sessions, jobs and files to list
    log_in(visitor, password)
    expect(page.get_by_text("engine-office")).to_be_visible()
    for path, text in (
        ("", "Live sessions"),
        ("document_sessions/documentsession/?o=6", "Demo"),
        ("conversion/rendition/", "Ready"),
        ("clients/apiclient/", "Demo"),
        ("workfiles/workfile/", "Welcome to Recto.docx"),
    ):
        page.goto(f"{visitor.url}/admin/{path}")
        expect(page.get_by_text(text).first).to_be_visible()
        overhang = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overhang <= 0, f"{path}: {overhang} px beyond the window"
