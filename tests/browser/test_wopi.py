"""Office documents open in the office suite, inside the editor's page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from docx import Document
from playwright.sync_api import FrameLocator, expect

from tests import factories
from tests.browser import office
from tests.browser.conftest import Person
from tests.browser.edits import EditorPage, Partner
from tests.browser.languages import choose
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def suite() -> Iterator[str]:
    """The office suite's base address."""
    with office.running() as base:
        yield base


@pytest.fixture(scope="module")
def stack(suite: str) -> Iterator[Stack]:
    """A portal that knows the suite."""
    with running_stack(WOPI_CLIENT_URL=suite) as stack:
        yield stack


@pytest.fixture(scope="module")
def partner(stack: Stack) -> Partner:
    """The program that launches the editor."""
    return Partner.registered(stack)


def opened(person: Person, suite: str, link: str) -> tuple[EditorPage, FrameLocator]:
    viewer = person()
    viewer.watch.hosts.add(suite.removeprefix("http://"))
    viewer.watch.expect("allow-scripts and allow-same-origin")
    anna = EditorPage(viewer.page, viewer.watch).open(link)
    return anna, anna.page.frame_locator("iframe[name=office]")


def words(content: bytes) -> str:
    return " ".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def test_edited_in_the_suite(person: Person, suite: str, partner: Partner) -> None:
    file = partner.upload(factories.docx("As it came"), "docx")
    anna, frame = opened(person, suite, partner.link(file, locale="de-CH"))
    expect(frame.locator("#who")).to_have_text("anna, de-CH")
    expect(anna.status).to_have_text(re.compile(r" 1$"))
    frame.locator("#type").click()
    expect(anna.page.locator('#save-state[data-state="dirty"]')).to_be_visible()
    frame.locator("#save").click()
    # The line speaks from storage.
    expect(anna.status).to_have_text(re.compile(r"^Gespeichert .* 2$"))
    assert words(anna.stored()).startswith("Save")
    # Our own button saves through the suite.
    first = words(anna.stored())
    anna.page.get_by_test_id("save").click()
    expect(anna.status).to_have_text(re.compile(r" 3$"))
    assert words(anna.stored()) != first
    assert "access_token" not in anna.page.content()


def test_closing_saves_first(person: Person, suite: str, partner: Partner) -> None:
    file = partner.upload(factories.docx("As it came"), "docx")
    anna, frame = opened(person, suite, partner.link(file))
    expect(frame.locator("h1")).to_have_text("Document.docx")
    frame.locator("#type").click()
    expect(anna.status).to_have_text("Changed, not saved yet")
    frame.locator("#close").click()
    expect(anna.message).to_contain_text("Version 2 is stored.")
    expect(anna.page.locator("iframe")).to_have_count(0)


def test_the_suite_saves_before_the_language_changes(
    person: Person, suite: str, partner: Partner
) -> None:
    file = partner.upload(factories.docx("As it came"), "docx")
    anna, frame = opened(person, suite, partner.link(file))
    frame.locator("#type").click()
    expect(anna.status).to_have_text("Changed, not saved yet")
    choose(anna.page, "Deutsch")
    expect(anna.page.locator("html")).to_have_attribute("lang", "de")
    expect(anna.status).to_have_text(re.compile(r" 2$"))
    assert words(anna.stored()).startswith("Save")


def test_other_documents_stay_here(person: Person, suite: str, partner: Partner) -> None:
    anna, _ = opened(person, suite, partner.link(partner.upload(b"words\n", "txt")))
    expect(anna.text).to_contain_text("words")
    expect(anna.page.locator("iframe")).to_have_count(0)
