"""People edit documents: what is saved is what is stored, and nothing is lost."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests import factories
from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.edits import OPEN_MS, EditorPage, Partner, annotations, pdf
from tests.browser.site import Site
from tests.stack import Stack

Editor = Callable[..., EditorPage]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def partner(stack: Stack, site: Site) -> Partner:
    """The program that launches the editor; its site may frame it."""
    return Partner.registered(stack, "--origin", site.origin)


@pytest.fixture
def editor(person: Person) -> Editor:
    """Somebody at an editor of their own."""

    def come(**looks: Any) -> EditorPage:
        viewer = person(**looks)
        return EditorPage(viewer.page, viewer.watch)

    return come


def page_of(editor: EditorPage) -> Locator:
    """The first page, with its text."""
    expect(editor.page.locator(".textLayer span").first).to_be_visible(timeout=OPEN_MS)
    return editor.page.locator(".page").first


def drag(editor: EditorPage, *points: tuple[float, float]) -> None:
    mouse = editor.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in points[1:]:
        mouse.move(*point, steps=6)
    mouse.up()


# --- Text ---------------------------------------------------------------------------------------


def test_text_is_saved_by_itself_and_seen_again(editor: Editor, partner: Partner) -> None:
    file = partner.upload(b"first\r\nsecond\r\n", "txt")
    anna = editor().open(partner.link(file))
    expect(anna.status).to_contain_text("version 1")
    anna.write("third")
    expect(anna.status).to_have_text("Changed, not saved yet")
    anna.expect_saved(2)
    expect(anna.status).to_have_text(re.compile(r"^Saved \d\d:\d\d:\d\d, version 2$"))
    assert anna.stored() == b"first\r\nsecond\r\nthird"
    ben = editor().open(partner.link(file, userId="ben"))
    expect(ben.text).to_contain_text("third")


def test_what_was_typed_last_survives_the_tab(editor: Editor, partner: Partner) -> None:
    file = partner.upload(b"first\n", "md")
    anna = editor().open(partner.link(file))
    anna.write("last words")
    anna.page.close()
    ben = editor().open(partner.link(file, userId="ben"))
    ben.expect_stored(b"first\nlast words")


def test_two_people_at_once(editor: Editor, partner: Partner) -> None:
    file = partner.upload(b'{"a": 1}\n', "json")
    anna = editor().open(partner.link(file))
    ben = editor(**DARK).open(partner.link(file, userId="ben"))
    ben.watch.expect("409")
    anna.write("// anna")
    anna.page.keyboard.press("Control+s")
    anna.expect_saved(2)
    ben.write("// ben")
    ben.page.keyboard.press("Control+s")
    conflict = ben.page.get_by_test_id("conflict")
    expect(conflict).to_contain_text("your work is kept as version s1")
    ben.page.keyboard.press("Escape")
    expect(conflict).to_be_visible()
    ben.page.get_by_test_id("conflict-compare").click()
    compare = ben.page.get_by_test_id("compare")
    expect(compare).to_contain_text("// anna")
    expect(compare).to_contain_text("// ben")
    ben.page.locator("#compare [data-close]").click()
    ben.page.get_by_test_id("conflict-mine").click()
    ben.expect_saved(3)
    assert ben.stored() == b'{"a": 1}\n// ben'
    assert ben.stored("2") == b'{"a": 1}\n// anna'
    assert ben.stored("s1") == b'{"a": 1}\n// ben'


def test_going_on_with_theirs(editor: Editor, partner: Partner) -> None:
    file = partner.upload(b"x\n", "txt")
    anna, ben = (editor().open(partner.link(file, userId=name)) for name in ("anna", "ben"))
    ben.watch.expect("409")
    for somebody, words in ((anna, "anna"), (ben, "ben")):
        somebody.write(words)
        somebody.page.keyboard.press("Control+s")
        somebody.page.wait_for_timeout(300)
    ben.page.get_by_test_id("conflict-theirs").click()
    expect(ben.text).to_contain_text("anna")
    expect(ben.text).not_to_contain_text("ben")
    ben.expect_saved(2)
    assert ben.stored("s1") == b"x\nben"


def test_versions(editor: Editor, partner: Partner) -> None:
    anna = editor().open(partner.link(partner.upload(b"one\n", "txt")))
    for number, words in ((2, "two"), (3, "three")):
        anna.write(words)
        anna.tool("Save").click()
        anna.expect_saved(number)
    anna.tool("Versions").click()
    expect(anna.page.get_by_test_id("version")).to_have_count(3)
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="Download version 2").click()
    assert Path(download.value.path()).read_bytes() == b"one\ntwo"
    anna.page.get_by_role("button", name="Restore version 1").click()
    anna.expect_saved(4)
    expect(anna.text).to_have_text("one")
    assert anna.stored() == b"one\n"


def test_the_server_is_gone(editor: Editor, partner: Partner) -> None:
    anna = editor().open(partner.link(partner.upload(b"one\n", "txt")))
    anna.watch.expect("ERR_FAILED")
    anna.page.route("**/api/v1/edits/**", lambda route: route.abort())
    anna.write("two")
    anna.page.keyboard.press("Control+s")
    expect(anna.status).to_have_text(
        re.compile(r"^Not saved for \d+ s. The server cannot be reached. Trying again$"),
        timeout=10_000,
    )
    with anna.page.expect_download() as download:
        anna.tool("Keep a copy").click()
    assert Path(download.value.path()).read_bytes() == b"one\ntwo"
    anna.page.unroute("**/api/v1/edits/**")
    anna.expect_saved(2)
    assert anna.stored() == b"one\ntwo"


def test_only_when_told(editor: Editor, partner: Partner) -> None:
    anna = editor().open(partner.link(partner.upload(b"one\n", "txt"), autosavedisabled=True))
    anna.write("two")
    anna.tool("Close").click()
    dialog = anna.page.get_by_role("dialog", name="Close without saving?")
    dialog.get_by_role("button", name="Go on editing").click()
    assert anna.stored() == b"one\n"
    anna.tool("Close").click()
    dialog.get_by_role("button", name="Save and close").click()
    expect(anna.message).to_contain_text("Version 2 is stored.")


def test_view_mode_writes_nothing(editor: Editor, partner: Partner) -> None:
    file = partner.upload(b"<p>one</p>\n", "html")
    anna = editor().open(partner.link(file, access="view"))
    expect(anna.status).to_have_text("Viewing version 1")
    expect(anna.tool("Save")).to_be_hidden()
    expect(anna.tool("Undo")).to_be_hidden()
    anna.write("two")
    expect(anna.text).to_have_text("<p>one</p>")
    anna.page.emulate_media(media="print")
    expect(anna.page.get_by_text("Download this document to print it")).to_be_visible()
    expect(anna.text).to_be_hidden()
    anna.watch.expect("403")
    status = anna.page.evaluate(
        """async () => (await fetch(`${document.getElementById("editor").dataset.api}/content`, {
            method: "PUT", body: "two", headers: {"Recto-Editor": "1", "If-Match": '"1"'},
        })).status"""
    )
    assert status == 403
    assert anna.stored() == b"<p>one</p>\n"


def test_the_session_ends_in_the_middle(editor: Editor, partner: Partner, stack: Stack) -> None:
    anna = editor().open(partner.link(partner.upload(b"one\n", "txt")))
    anna.watch.expect("status of 4")
    handle = anna.page.url.rsplit("/", 1)[1]
    stack.manage(
        "shell",
        "-c",
        "from apps.document_sessions.models import DocumentSession;"
        "from django.utils import timezone;"
        f"DocumentSession.objects.filter(editing__handle='{handle}')"
        ".update(expires_at=timezone.now(), ends_at=timezone.now())",
    )
    anna.write("two")
    anna.page.keyboard.press("Control+s")
    expect(anna.message).to_contain_text("Your last changes are kept as version s1")
    with anna.page.expect_download() as download:
        anna.tool("Keep a copy").click()
    assert Path(download.value.path()).read_bytes() == b"one\ntwo"


# --- PDF ----------------------------------------------------------------------------------------


def test_pdf_annotations_are_in_the_file(editor: Editor, partner: Partner) -> None:
    file = partner.upload(pdf("The harbour opens at nine.", field="captain"), "pdf")
    anna = editor().open(partner.link(file, autosavedisabled=True))
    place = page_of(anna).bounding_box()
    line = anna.page.locator(".textLayer span").first.bounding_box()
    assert place and line
    left, top = place["x"], place["y"]
    anna.page.locator(".annotationLayer input").fill("Ann Harbour")
    anna.tool("Text").click()
    expect(anna.tool("Text")).to_have_attribute("aria-pressed", "true")
    anna.page.mouse.click(left + 300, top + 220)
    anna.page.keyboard.type("Looks good")
    anna.page.keyboard.press("Escape")
    anna.tool("Draw").click()
    expect(anna.tool("Draw")).to_have_attribute("aria-pressed", "true")
    drag(anna, (left + 320, top + 300), (left + 400, top + 330), (left + 340, top + 360))
    anna.tool("Highlight").click()
    expect(anna.tool("Highlight")).to_have_attribute("aria-pressed", "true")
    middle = line["y"] + line["height"] / 2
    drag(anna, (line["x"] + 2, middle), (line["x"] + line["width"] - 3, middle))
    anna.tool("Save").click()
    expect(anna.status).to_contain_text("Saved")
    found = annotations(anna.stored())
    assert found["Widget"] == "Ann Harbour" and found["FreeText"] == "Looks good"
    assert {"Ink", "Highlight"} <= set(found)
    ben = editor().open(partner.link(file, userId="ben", access="view"))
    page_of(ben)
    expect(ben.page.locator(".freeTextAnnotation")).to_be_attached()
    expect(ben.tool("Highlight")).to_be_hidden()
    expect(ben.page.locator(".annotationLayer input")).to_have_count(0)


def test_pdf_by_itself_with_an_image(editor: Editor, partner: Partner) -> None:
    file = partner.upload(pdf("The harbour opens at nine."), "pdf")
    anna = editor().open(partner.link(file))
    page_of(anna)
    with anna.page.expect_file_chooser() as chooser:
        anna.page.locator("#pdf").press("i")
    chooser.value.set_files({"name": "stamp.png", "mimeType": "image/png", "buffer": PIXEL})
    anna.expect_saved(2)
    assert "Stamp" in annotations(anna.stored())


def test_an_office_document_becomes_an_annotated_pdf(editor: Editor, partner: Partner) -> None:
    file = partner.upload(factories.docx("The harbour opens at nine."), "docx")
    anna = editor().open(partner.link(file, autosavedisabled=True))
    expect(anna.page.locator("#pdf-tools")).to_contain_text("saved as an annotated PDF")
    place = page_of(anna).bounding_box()
    assert place
    anna.tool("Text").click()
    expect(anna.tool("Text")).to_have_attribute("aria-pressed", "true")
    anna.page.mouse.click(place["x"] + 200, place["y"] + 300)
    anna.page.keyboard.type("Seen")
    anna.page.keyboard.press("Escape")
    anna.tool("Save").click()
    anna.expect_saved(2)
    assert annotations(anna.stored()) == {"FreeText": "Seen"}
    assert anna.stored("1").startswith(b"PK")


# --- The page around ----------------------------------------------------------------------------


def test_events_and_commands(editor: Editor, partner: Partner, site: Site) -> None:
    link = partner.link(partner.upload(b"one\n", "txt"))
    (site.folder / "frame.html").write_text(
        f"""<!doctype html><title>Shop</title><link rel=icon href="data:,">
        <iframe width=1000 height=600 src="{link}"></iframe>
        <script>
        window.heard = [];
        addEventListener("message", ({{data, origin}}) => heard.push([data.type, origin]));
        const tell = (type, rest = {{}}) => document.querySelector("iframe")
          .contentWindow.postMessage({{type, ...rest}}, "{partner.url}");
        </script>"""
    )
    anna = editor()
    anna.watch.hosts.add(site.host)
    page = anna.page
    page.goto(f"{site.origin}/frame.html")
    heard = "(type) => window.heard.some((one) => one[0] === type)"
    page.wait_for_function(heard, arg="recto:ready", timeout=OPEN_MS)
    frame = page.frame_locator("iframe")
    frame.get_by_role("textbox", name="Text of").focus()
    page.keyboard.type("two ")
    page.wait_for_function(heard, arg="recto:dirty")
    page.evaluate("tell('recto:save')")
    page.wait_for_function(heard, arg="recto:saved")
    page.evaluate("tell('recto:setMode', {mode: 'view'})")
    expect(frame.get_by_test_id("save")).to_be_hidden()
    page.evaluate("tell('recto:close')")
    page.wait_for_function(heard, arg="recto:closed")
    assert {origin for _, origin in page.evaluate("window.heard")} == {partner.url}


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_telephone(editor: Editor, partner: Partner, width: int) -> None:
    anna = editor(**(PHONE | DARK | {"viewport": {"width": width, "height": 700}}))
    anna.open(partner.link(partner.upload(b"one " * 60, "txt")))
    assert anna.page.locator("html").evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    anna.write("two")
    anna.tool("Save").tap()
    anna.expect_saved(2)
