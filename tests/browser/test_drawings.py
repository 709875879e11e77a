"""People look at drawings, measure in them and put mark-up on them, which is then in the file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import ezdxf
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.edits import OPEN_MS, EditorPage, Partner
from tests.engine.drawing_documents import LAYER, content, plan
from tests.engine.test_drawings import PLAN
from tests.stack import Stack

Editor = Callable[..., EditorPage]
Point = tuple[float, float]


@pytest.fixture(scope="module")
def partner(stack: Stack) -> Partner:
    """The program that launches the editor."""
    return Partner.registered(stack)


@pytest.fixture
def editor(person: Person) -> Editor:
    """Somebody at an editor of their own."""

    def come(**looks: Any) -> EditorPage:
        viewer = person(**looks)
        return EditorPage(viewer.page, viewer.watch)

    return come


@pytest.fixture
def file(partner: Partner) -> str:
    """A plan in millimetres, with a line of 500 from (1000, 1000) to (1300, 1400)."""
    return partner.upload(content(plan()), "dxf")


def view(somebody: EditorPage) -> Locator:
    return somebody.page.get_by_test_id("drawing")


def marks(somebody: EditorPage) -> Locator:
    """The mark-up that the page shows."""
    return view(somebody).locator(".mark")


def at(somebody: EditorPage, x: float, y: float) -> Point:
    """Where a point of the drawing is on the screen."""
    point: list[float] = somebody.page.evaluate(
        """async ([x, y]) => {
          const answer = await fetch(`/api/v1/edits/${location.pathname.split("/")[2]}/drawing`);
          const { matrix: [a, b, c, d, e, f], size } = (await answer.json()).layouts[0];
          const box = document.getElementById("drawing-sheet").getBoundingClientRect();
          const scale = box.width / size[0];
          return [box.x + (a * x + c * y + e) * scale, box.y + (b * x + d * y + f) * scale];
        }""",
        [x, y],
    )
    return point[0], point[1]


def drag(somebody: EditorPage, *points: Point) -> None:
    mouse = somebody.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in points[1:]:
        mouse.move(*point, steps=5)
    mouse.up()


def modelspace(somebody: EditorPage) -> Any:
    return ezdxf.read(io.StringIO(somebody.stored().decode())).modelspace()


def test_markup_survives_in_the_file(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file, autosavedisabled=True))
    anna.tool("Cloud").click()
    drag(anna, at(anna, 1050, 1050), at(anna, 1150, 1150))
    anna.tool("Text").click()
    anna.page.mouse.click(*at(anna, 1060, 1300))
    anna.page.get_by_test_id("mark-text").fill("Door too narrow")
    anna.page.keyboard.press("Enter")
    expect(marks(anna)).to_have_count(2)
    anna.tool("Save").click()
    anna.expect_saved(2)
    ben = editor(**DARK).open(partner.link(file, userId="ben", autosavedisabled=True))
    expect(marks(ben)).to_have_count(2)
    expect(marks(ben).last).to_contain_text("Door too narrow")
    ours = modelspace(ben).query(f'*[layer=="{LAYER}"]')
    assert sorted(one.dxftype() for one in ours) == ["LWPOLYLINE", "TEXT"]
    [text] = ours.query("TEXT")
    assert text.dxf.text == "Door too narrow"
    assert text.dxf.insert.x == pytest.approx(1060, abs=2)
    [cloud] = ours.query("LWPOLYLINE")
    left, right = (pick(point[0] for point in cloud) for pick in (min, max))
    assert (left, right) == (pytest.approx(1050, abs=2), pytest.approx(1150, abs=2))
    assert len(modelspace(ben)) == 3 + 2

    ben.tool("Choose mark-up").click()
    ben.page.mouse.click(*at(ben, 1050, 1100))
    expect(marks(ben).first).to_have_attribute("aria-pressed", "true")
    ben.page.keyboard.press("Delete")
    expect(marks(ben)).to_have_count(1)
    ben.page.keyboard.press("Control+s")
    ben.expect_saved(3)
    assert [one.dxftype() for one in modelspace(ben).query(f'*[layer=="{LAYER}"]')] == ["TEXT"]


def test_what_was_drawn_last_survives_the_tab(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file))
    anna.tool("Draw").click()
    drag(anna, at(anna, 1000, 1200), at(anna, 1100, 1250), at(anna, 1200, 1200))
    anna.page.close()
    ben = editor().open(partner.link(file, userId="ben"))
    ben.page.wait_for_function(
        """async () => {
          const base = `/api/v1/edits/${location.pathname.split("/")[2]}`;
          return (await (await fetch(base)).json()).revision.number === 2;
        }"""
    )
    marked = [one.dxftype() for one in modelspace(ben) if one.dxf.layer == LAYER]
    assert marked == ["LWPOLYLINE"], ben.page.request.get(f"{ben.door}/revisions").text()


def test_changing_and_taking_back(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file, autosavedisabled=True))
    anna.tool("Rectangle").click()
    drag(anna, at(anna, 1050, 1250), at(anna, 1100, 1300))
    anna.tool("Choose mark-up").click()
    drag(anna, at(anna, 1050, 1275), at(anna, 1150, 1275))
    anna.page.get_by_test_id("mark-colour").select_option("#0b57d0")
    outline = marks(anna).locator("path:not(.grip)")
    expect(outline).to_have_attribute("stroke", "#0b57d0")
    anna.page.keyboard.press("Escape")
    view(anna).focus()
    for count in (1, 1, 0):
        anna.page.keyboard.press("Control+z")
        expect(marks(anna)).to_have_count(count)
    for _ in range(2):
        anna.page.keyboard.press("Control+Shift+z")
    anna.page.keyboard.press("Control+s")
    anna.expect_saved(2)
    [box] = modelspace(anna).query(f'LWPOLYLINE[layer=="{LAYER}"]')
    assert min(point[0] for point in box) == pytest.approx(1150, abs=2)


def test_with_keys_alone(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file))
    keyboard = anna.page.keyboard
    view(anna).focus()
    keyboard.press("a")
    for key in ("Enter", "Enter", "ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        keyboard.press(key)
    expect(marks(anna)).to_have_count(1)
    expect(marks(anna)).to_have_accessible_name("Arrow, anna")
    keyboard.press("v")
    keyboard.press("Tab")
    expect(marks(anna)).to_be_focused()
    keyboard.press("Delete")
    expect(marks(anna)).to_have_count(0)


def test_layers_are_hidden(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file))
    anna.tool("Layers").click()
    layers = anna.page.get_by_test_id("layers")
    expect(layers.get_by_role("checkbox", name="PIPES")).not_to_be_checked()
    expect(layers.get_by_role("checkbox", name="OLD")).not_to_be_checked()
    assert dark(anna, at(anna, 1150, 1200))
    layers.get_by_role("checkbox", name="WALLS").uncheck()
    wait_for_paint(anna, at(anna, 1150, 1200), drawn=False)
    assert not dark(anna, at(anna, 1150, 1100))
    layers.get_by_role("checkbox", name="PIPES").check()
    wait_for_paint(anna, at(anna, 1150, 1100), drawn=True)


def dark(somebody: EditorPage, point: Point) -> bool:
    """Whether something is drawn within two pixels of a point of the sheet."""
    found: bool = somebody.page.evaluate(
        """async ([x, y]) => {
          const sheet = document.getElementById("drawing-sheet");
          const box = sheet.getBoundingClientRect();
          const canvas = new OffscreenCanvas(Math.round(box.width), Math.round(box.height));
          const context = canvas.getContext("2d");
          context.drawImage(sheet, 0, 0, canvas.width, canvas.height);
          const place = [Math.round(x - box.x) - 2, Math.round(y - box.y) - 2, 5, 5];
          const { data } = context.getImageData(...place);
          return data.some((value, at) => at % 4 < 3 && data[at - (at % 4) + 3] && value < 120);
        }""",
        list(point),
    )
    return found


def wait_for_paint(somebody: EditorPage, point: Point, *, drawn: bool) -> None:
    for _ in range(100):
        if dark(somebody, point) == drawn:
            return
        somebody.page.wait_for_timeout(100)
    raise AssertionError(point)


def test_measuring(editor: Editor, partner: Partner, file: str) -> None:
    anna = editor().open(partner.link(file, access="view"))
    measured = anna.page.get_by_test_id("measure")
    anna.tool("Measure distances").click()
    for point in ((1000, 1000), (1300, 1400)):
        x, y = at(anna, *point)
        anna.page.mouse.click(x + 3, y - 3)
    # The ends of the line are snapped to.
    expect(measured).to_have_text("Distance 500 mm")
    anna.page.keyboard.press("Enter")
    anna.tool("Measure an area").click()
    mouse = anna.page.mouse
    for point in ((1000, 1000), (1300, 1000), (1300, 1400)):
        mouse.click(*at(anna, *point), button="left")
    expect(measured).to_contain_text("Area")
    text = measured.inner_text().replace(",", "")
    area = float(text.split("Area ")[1].split(" ")[0])
    assert area == pytest.approx(60_000, rel=0.01)
    assert "mm²" in text


def test_zooming_keeps_the_point_under_the_pointer(
    editor: Editor, partner: Partner, file: str
) -> None:
    anna = editor().open(partner.link(file))
    before = at(anna, 1300, 1400)
    anna.page.mouse.move(*before)
    for _ in range(4):
        anna.page.mouse.wheel(0, -100)
    expect(anna.page.locator("#drawing-zoom")).not_to_have_text("100%")
    assert at(anna, 1300, 1400) == (
        pytest.approx(before[0], abs=1.5),
        pytest.approx(before[1], abs=1.5),
    )
    drag(anna, (before[0] - 200, before[1]), (before[0] - 260, before[1] + 40))
    assert at(anna, 1300, 1400) == (
        pytest.approx(before[0] - 60, abs=1.5),
        pytest.approx(before[1] + 40, abs=1.5),
    )
    view(anna).focus()
    anna.page.keyboard.press("0")
    expect(anna.page.locator("#drawing-zoom")).to_have_text("100%")


def test_view_mode_refuses_at_the_server(editor: Editor, partner: Partner, file: str) -> None:
    ben = editor().open(partner.link(file, access="view"))
    expect(ben.tool("Cloud")).to_be_hidden()
    expect(ben.status).to_have_text("Viewing version 1")
    ben.watch.expect("403")
    answer = ben.page.evaluate(
        """async () => {
          const base = `/api/v1/edits/${location.pathname.split("/")[2]}`;
          const headers = { "If-Match": '"1"', "Recto-Editor": "1" };
          const options = { method: "PUT", body: "[]", headers };
          const answer = await fetch(`${base}/content?extension=markup`, options);
          return [answer.status, (await answer.json()).code];
        }"""
    )
    assert answer == [403, "edit_view_only"]


def test_svg_on_a_telephone(editor: Editor, partner: Partner) -> None:
    anna = editor(**PHONE).open(partner.link(partner.upload(PLAN, "svg"), mobile=True))
    anna.tool("Cloud").tap()
    drag(anna, at(anna, 20, 40), at(anna, 60, 80))
    anna.expect_saved(2)
    assert b'id="recto-markup"' in anna.stored()
    anna.tool("Layers").tap()
    layers = anna.page.get_by_test_id("layers")
    expect(layers.get_by_role("checkbox", name="Walls")).to_be_checked(timeout=OPEN_MS)
    expect(layers.get_by_role("checkbox", name="Pipes")).not_to_be_checked()
    assert anna.page.evaluate("document.documentElement.scrollWidth") <= 390
