"""From a program's script to the finished document, by way of the form page."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from playwright.sync_api import Route, expect

from tests.browser import forms
from tests.browser.chromium import PHONE
from tests.browser.conftest import Person
from tests.browser.forms import FormPage, Library
from tests.browser.languages import choose, expect_language
from tests.stack import Stack

Filler = Callable[..., FormPage]


@pytest.fixture(scope="module")
def library(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The library and its program."""
    return Library.made(stack, tmp_path_factory.mktemp("templates"))


@pytest.fixture
def filler(person: Person) -> Filler:
    """Somebody at a form page of their own."""

    def come(**looks: Any) -> FormPage:
        viewer = person(**({"locale": "en-GB"} | looks))
        return FormPage(viewer.page, viewer.url, viewer.watch)

    return come


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_text_of(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def test_script_to_page_to_every_kind_to_documents(filler: Filler, library: Library) -> None:
    form = filler().fill_in(library.open())
    page = form.page
    expect(page.get_by_role("heading", name="Offer", level=1)).to_be_visible()
    expect(form.box("Subject")).to_have_value("From Sample Script")
    expect(form.box("Name")).to_have_value("Müller & Söhne")
    expect(page.get_by_text("INV-1234")).to_have_count(0)
    form.expect_preview()

    form.box("Subject").fill("Offer for the new lighthouse")
    form.box("Day").fill("2026-11-22")
    form.box("Town").fill("Zürich")
    page.get_by_role("radiogroup", name="Delivery").get_by_label("By sea").check()
    form.box("Text").fill("First line\nSecond line")
    form.box("Country").select_option(label="Switzerland")
    expect(form.field("Discount")).to_be_hidden()
    page.get_by_role("switch", name="Grant a discount").check()
    expect(form.field("Discount")).to_be_visible()
    form.box("Discount").fill("12,5")
    for number, (title, price) in enumerate((("Tower", "99'000"), ("Lamp", "1234.50"))):
        page.get_by_role("button", name="Positions: add entry").click()
        form.box("Title", form.entry(number)).fill(title)
        form.box("Price", form.entry(number)).fill(price)
    page.get_by_role("button", name="Move entry 2 up").click()
    expect(form.box("Title", form.entry(0))).to_have_value("Lamp")
    column = page.locator(".form-scroller")
    assert column.evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
    image = {"name": "logo.png", "mimeType": "image/png", "buffer": forms.picture()}
    form.box("Logo").set_input_files(image)
    expect(form.field("Logo").get_by_role("button", name="Remove")).to_be_visible()
    expect(form.field("Logo").get_by_alt_text("Chosen picture")).to_be_visible()
    form.expect_saved()
    expect(page.locator("#required-left")).to_have_text("All required fields are filled in")
    form.finish()

    expect(form.message).to_have_attribute("data-state", "finished", timeout=60_000)
    files = {}
    for kind in ("docx", "pdf", "pdfa"):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_test_id(f"download-{kind}").click()
        assert download.value.suggested_filename == f"Offer.{kind.rstrip('a')}"
        files[kind] = Path(download.value.path()).read_bytes()
    wanted = [
        "Offer for the new lighthouse",
        "22. November 2026",
        "Müller & Söhne, Zürich",
        "Delivery: By sea",
        "First line",
        "Second line",
        "Country: Switzerland",
        "Discount 12.5 percent",
        "Invoice INV-1234",
        "Lamp",
        "Tower",
        "000.00",
    ]
    for text in (text_of(files["docx"]), pdf_text_of(files["pdf"])):
        assert [one for one in wanted if one not in text] == []
        assert text.index("Lamp") < text.index("Tower")
    assert len(Document(io.BytesIO(files["docx"])).inline_shapes) == 1
    assert b"pdfaid:part" in files["pdfa"]
    back = page.get_by_test_id("return")
    expect(back).to_have_text(f"Return to {forms.CLIENT}")
    expect(back).to_have_attribute(
        "href",
        re.compile(r"^https://harbour\.example/done\?sessionId=[0-9a-f-]+&result=[\w-]{43}$"),
    )
    page.reload()
    expect(form.message).to_contain_text("Your document is ready")


def test_the_preview_follows_the_typing_and_turns_pages(
    filler: Filler, library: Library, tmp_path: Path
) -> None:
    form = filler().fill_in(
        library.open(
            library.script(library.add(tmp_path, "Note", forms.note()))
            .replace(
                '<Object Key="Customer"><Value Key="Name">Müller &amp; Söhne</Value></Object>', ""
            )
            .replace('<Value Key="InvoiceNumber">INV-1234</Value>', "")
        )
    )
    form.expect_preview()
    page = form.page
    picture = page.get_by_test_id("preview-image")
    before = picture.get_attribute("src")
    assert before is not None
    with page.expect_response("**/preview*") as answer:
        form.box("Subject").press_sequentially("Lighthouse")
    assert answer.value.status == 200
    expect(picture).not_to_have_attribute("src", before)
    expect(page.get_by_test_id("preview-page")).to_have_text("Page 1 of 2")
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_test_id("preview-page")).to_have_text("Page 2 of 2")
    expect(picture).to_have_attribute("alt", "Page 2 of 2")
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()


def test_what_is_missing_is_listed_and_leads_to_its_field(filler: Filler, library: Library) -> None:
    form = filler().fill_in(library.open())
    page = form.page
    expect(page.locator("#required-left")).to_have_text("3 required fields left")
    page.get_by_role("switch", name="Grant a discount").check()
    form.box("Subject").fill("x" * 61)
    expect(form.field("Subject")).to_contain_text("1 character too many")
    form.box("Subject").blur()
    expect(form.field("Subject")).to_contain_text("At most 60 characters.")
    expect(form.box("Subject")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Positions: add entry").click()
    form.box("Price", form.entry(0)).fill("free")
    form.finish()
    expect(page.get_by_role("heading", name="6 fields need your attention")).to_be_focused()
    assert form.summary.get_by_role("button").all_inner_texts() == [
        "Subject",
        "Date",
        "Country",
        "Discount in percent",
        "Positions 1 – Title",  # noqa: RUF001
        "Positions 1 – Price",  # noqa: RUF001
    ]
    expect(form.field("Price", form.entry(0))).to_contain_text("This is not a number.")
    form.summary.get_by_role("button", name="Country").click()
    expect(form.box("Country")).to_be_focused()
    # A field that is not there is not missed.
    page.get_by_role("switch", name="Grant a discount").uncheck()
    form.box("Subject").fill("Short")
    expect(form.field("Subject")).not_to_contain_text("At most")
    form.finish()
    expect(page.get_by_role("heading", name="4 fields need your attention")).to_be_focused()


def test_the_servers_own_refusals_are_shown_at_the_field(filler: Filler, library: Library) -> None:
    form = filler()
    form.watch.expect("status of 422")
    form.fill_in(library.open())
    form.complete()
    body = {
        "title": "The form is not complete",
        "code": "form_invalid",
        "errors": [{"path": "Positions[0].Title", "code": "type", "message": "Not this one."}],
    }

    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(body))

    form.page.route("**/complete", refuse)
    form.finish()
    expect(form.summary).to_contain_text("Not this one.")
    expect(form.field("Title", form.entry(0))).to_contain_text("Not this one.")
    form.page.unroute("**/complete")
    form.box("Title", form.entry(0)).fill("Another")
    expect(form.field("Title", form.entry(0))).not_to_contain_text("Not this one.")
    expect(form.summary).to_be_hidden()
    form.finish()
    expect(form.message).to_have_attribute("data-state", "finished")


def test_everything_is_done_with_the_keyboard(filler: Filler, library: Library) -> None:
    form = filler().fill_in(library.open())
    keys = form.page.keyboard
    page = form.page

    def tab_to(target: Any, most: int = 40) -> None:
        for _ in range(most):
            if target.evaluate("(node) => node === document.activeElement"):
                return
            keys.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the form")).to_be_focused()
    keys.press("Enter")
    tab_to(form.box("Subject"))
    keys.press("Control+A")
    keys.type("Typed")
    keys.press("Enter")  # finishes nothing
    tab_to(form.box("Day"))
    keys.type("22112026")
    tab_to(form.box("Delivery"))
    keys.press("ArrowDown")
    expect(page.get_by_label("By rail")).to_be_checked()
    tab_to(form.box("Country"))
    keys.type("Switz")
    tab_to(page.get_by_role("switch", name="Grant a discount"))
    keys.press("Space")
    tab_to(form.box("Discount"))
    keys.type("7")
    add = page.get_by_role("button", name="Positions: add entry")
    for title, price in (("First", "1"), ("Second", "2")):
        tab_to(add)
        keys.press("Enter")
        expect(page.locator(":focus")).to_have_value("")
        keys.type(title)
        keys.press("Tab")
        keys.type(price)
    for _ in range(3):
        keys.press("Shift+Tab")
    # Back over title and "remove": "down" of the last entry is off, so "up" comes next.
    tab_to(page.get_by_role("button", name="Move entry 2 up"))
    keys.press("Enter")
    expect(page.locator("#live")).to_have_text("Now entry 1 of 2.")
    expect(page.get_by_role("button", name="Move entry 1 down")).to_be_focused()
    tab_to(page.get_by_role("button", name="Remove entry 2"))
    keys.press("Enter")
    expect(page.get_by_test_id("entry")).to_have_count(1)
    expect(form.box("Title", form.entry(0))).to_have_value("Second")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(form.box("Title", form.entry(1))).to_have_value("First")
    form.expect_saved()
    keys.press("Control+Enter")
    expect(form.message).to_have_attribute("data-state", "finished", timeout=60_000)
    expect(form.message).to_be_focused()


def test_every_control_has_a_name_and_its_help(filler: Filler, library: Library) -> None:
    form = filler().fill_in(library.open())
    page = form.page
    page.get_by_role("button", name="Positions: add entry").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, select, a, [role]")]
          .filter((element) => element.checkVisibility())
          .filter((element) => !element.ariaLabel && !element.textContent.trim()
            && !element.labels?.length && !element.hasAttribute("aria-labelledby")
            && element.role !== "status")
          .map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    subject = page.get_by_role("textbox", name="Subject")
    expect(subject).to_have_accessible_description("Stands above the letter.")
    expect(subject).to_have_attribute("aria-required", "true")
    expect(page.get_by_role("group", name="Positions, entry 1 of 1")).to_be_visible()
    expect(page.get_by_role("region", name="Preview")).to_be_visible()
    subject.fill("")
    subject.blur()
    expect(subject).to_have_accessible_description("Stands above the letter. Please fill this in.")
    expect(page.locator("#live")).to_have_text("Subject: Please fill this in.")
    page.emulate_media(media="print")
    expect(page.get_by_test_id("finish")).to_be_hidden()
    column = page.locator(".form-scroller")
    assert column.evaluate("(node) => node.scrollHeight - node.clientHeight") <= 0


def test_a_draft_survives_and_two_windows_lose_nothing(filler: Filler, library: Library) -> None:
    identity = library.open()
    first = filler().fill_in(identity)
    first.box("Subject").fill("Typed in the first")
    first.expect_saved()
    second = filler()
    second.watch.expect("status of 409")
    first.watch.expect("status of 409")
    second.fill_in(identity)
    expect(second.box("Subject")).to_have_value("Typed in the first")
    second.box("Town").fill("Bern")
    second.expect_saved()
    first.box("Text").fill("Mine")
    conflict = first.page.get_by_test_id("conflict")
    expect(conflict).to_be_in_viewport()
    expect(conflict).to_contain_text("also changed in another window")
    expect(first.box("Text")).to_have_value("Mine")
    first.page.get_by_test_id("conflict_mine").click()
    expect(conflict).to_be_hidden()
    first.expect_saved()
    second.box("Text").fill("Other")
    expect(second.page.get_by_test_id("conflict")).to_be_visible()
    second.page.get_by_test_id("conflict_theirs").click()
    expect(second.box("Text")).to_have_value("Mine")
    expect(second.box("Town")).to_have_value("")

    first.complete()
    first.expect_saved()
    first.finish()
    expect(first.message).to_have_attribute("data-state", "finished", timeout=60_000)
    tried: list[str] = []
    second.page.on("request", lambda one: tried.append(one.url) if one.method == "PUT" else None)
    second.box("Town").fill("Too late")
    expect(second.message).to_contain_text("finished in another window")
    second.page.wait_for_timeout(500)
    assert len(tried) == 1
    expect(second.page.get_by_test_id("download-docx")).to_be_visible()


def test_what_was_typed_is_saved_before_the_language_changes(
    filler: Filler, library: Library
) -> None:
    form = filler().fill_in(library.open())
    form.box("Town").fill("Typed just now")
    choose(form.page, "Deutsch")
    expect_language(form.page, "de", "connect")
    expect(form.box("Town")).to_have_value("Typed just now")


def test_without_a_server_nothing_typed_is_lost(filler: Filler, library: Library) -> None:
    form = filler()
    form.watch.expect("net::ERR_")
    identity = library.open()
    form.fill_in(identity)
    form.page.route("**/api/**", lambda route: route.abort())
    form.box("Subject").fill("Typed without a server")
    notice = form.page.locator('[data-notice="connection"]')
    expect(notice).to_contain_text("What you type stays here.")
    expect(form.page.get_by_test_id("save-state")).to_contain_text("Not saved")
    form.page.unroute("**/api/**")
    # The page may have found the server by itself in this very moment.
    form.page.evaluate("() => document.querySelector('[data-notice=connection] button')?.click()")
    form.expect_saved()
    expect(notice).to_have_count(0)
    form.page.reload()
    expect(form.box("Subject")).to_have_value("Typed without a server")


def test_a_failing_converter_is_named_and_nothing_is_lost(filler: Filler, library: Library) -> None:
    form = filler()
    form.watch.expect("status of 503")
    form.fill_in(library.open())
    form.expect_preview()
    page = form.page
    body = {"title": "Starting", "code": "engine_unavailable", "detail": "The engine is starting."}

    def fail(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(body))

    for path in ("preview", "complete"):
        page.route(f"**/{path}", fail)
    form.complete()
    preview = page.get_by_test_id("preview")
    expect(preview).to_contain_text("The engine is starting.")
    expect(page.get_by_test_id("preview-image")).to_be_visible()
    form.finish()
    expect(page.get_by_role("heading", name="The document could not be made")).to_be_focused()
    expect(form.summary).to_contain_text("The engine is starting.")
    for path in ("preview", "complete"):
        page.unroute(f"**/{path}")
    preview.get_by_role("button", name="Try again").click()
    expect(preview).not_to_contain_text("The engine is starting.")
    form.finish()
    expect(form.message).to_have_attribute("data-state", "finished", timeout=60_000)


def test_over_unknown_and_withdrawn(filler: Filler, library: Library, tmp_path: Path) -> None:
    form = filler(locale="de-CH")
    form.watch.expect("status of 404")
    answer = form.page.request.get(f"{form.url}/app/web/connect?sessionId=nothing")
    assert answer.status == 404
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    form.open("76288508-c861-4af7-a151-46ed946e5d1f")
    expect(form.message).to_contain_text("Dieser Link ist nicht mehr gültig")
    expect(form.page.locator("html")).to_have_attribute("lang", "de-CH")

    identity = library.open()
    form.fill_in(identity)
    form.expect_preview()
    expect_language(form.page, "de-CH", "connect")
    library.shell(
        "from apps.document_sessions.models import DocumentSession;"
        "from django.utils import timezone;"
        "DocumentSession.objects.filter(connect__isnull=False)"
        ".update(expires_at=timezone.now(), ends_at=timezone.now())"
    )
    form.box("Subject").fill("Too late")
    expect(form.message).to_have_attribute("data-state", "expired")
    expect(form.box("Subject")).to_be_hidden()

    gone = library.add(tmp_path, "Withdrawn", forms.letter(), forms.DEFINITION)
    identity = library.open(library.script(gone))
    library.shell(
        "from apps.document_templates.models import DocumentTemplate;"
        f"DocumentTemplate.objects.filter(guid={gone!r}).update(is_active=False)"
    )
    form.open(identity)
    expect(form.message).to_have_attribute("data-state", "gone")
    expect(form.message.get_by_role("button")).to_have_count(0)


def test_a_person_picks_a_template_and_may_change_it(
    filler: Filler, library: Library, tmp_path: Path
) -> None:
    for name, tags in (("Tide table", ("sea", "table")), ("Sea chart", ("sea", "map"))):
        library.add(tmp_path, name, forms.note(), None, *tags)
    form = filler().open(library.open(forms.PICKER.format(tag="sea")))
    page = form.page
    templates = page.get_by_test_id("template")
    expect(templates).to_have_count(2)
    page.get_by_test_id("picker-search").fill("tide")
    expect(templates).to_have_count(1)
    page.get_by_test_id("picker-search").fill("nothing like it")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="map", exact=True).click()
    expect(templates).to_have_count(1)
    templates.click()
    expect(page.get_by_role("heading", name="Sea chart", level=1)).to_be_visible()
    form.box("Subject").fill("Kept")
    form.expect_saved()
    page.get_by_role("button", name="Other template").click()
    templates.filter(has_text="Tide table").click()
    expect(page.get_by_role("heading", name="Tide table", level=1)).to_be_visible()
    expect(form.box("Subject")).to_have_value("Kept")
    form.expect_preview()


def test_on_a_phone_one_at_a_time(filler: Filler, library: Library) -> None:
    form = filler(**PHONE).fill_in(library.open())
    page = form.page
    preview = page.get_by_test_id("preview")
    expect(preview).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Preview", exact=True).tap()
    form.expect_preview()
    expect(page.get_by_test_id("finish")).to_be_hidden()
    page.get_by_role("button", name="Form", exact=True).tap()
    form.complete()
    form.finish()
    expect(form.message).to_have_attribute("data-state", "finished", timeout=60_000)
