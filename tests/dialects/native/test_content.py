"""Pages, text, search, downloads and passwords of the native API."""

from __future__ import annotations

from typing import Any

import pytest

from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.dialects.native import views
from tests import corpus, factories
from tests.stack import Integrator, Stack

from .conftest import Viewer, assert_problem

PAGES = 3


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there at once is told at once."""
    monkeypatch.setattr(views, "_SECONDS", 0.0)
    monkeypatch.setattr(views, "_DOWNLOAD_SECONDS", 0.0)


def make(identity: str, recipe: recipes.Recipe, media_type: str = "image/png") -> None:
    parts = {
        f"page/{page}": (b"page %d" % page, media_type)
        for page in range(recipe.first, recipe.last + 1)
    }
    factories.ready(factories.source_of(identity), recipe, parts)


@pytest.mark.parametrize(
    "rest", ["/pages/0/image", "/pages/1/image?width=640", "/pages/0/svg", "/pages/2/text"]
)
def test_what_is_being_made_is_202(viewer: Viewer, ready: str, rest: str) -> None:
    answer = viewer.get(ready, rest)
    assert answer.status_code == 202
    assert answer.json()["retry_after_ms"] > 0


@pytest.mark.parametrize("rest", ["/pages/0/image", "/pages/7/text", "/pdf"])
def test_while_converting_everything_is_202(viewer: Viewer, rest: str) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    assert viewer.get(identity, rest).status_code == 202


@pytest.mark.parametrize(
    ("asked", "made"), [("1", 160), ("160", 160), ("161", 320), ("", 1280), ("99999", 4800)]
)
def test_an_image_has_the_next_width_of_the_ladder(
    viewer: Viewer, ready: str, asked: str, made: int
) -> None:
    make(ready, recipes.raster(0, PAGES, format="png", width=made))
    answer = viewer.get(ready, f"/pages/0/image?width={asked}" if asked else "/pages/0/image")
    assert (answer.status_code, answer.getvalue()) == (200, b"page 0")
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("rotate", ["90", "180", "270"])
def test_an_image_may_be_turned(viewer: Viewer, ready: str, rotate: str) -> None:
    recipe = recipes.raster(0, PAGES, format="webp", width=640, rotate=int(rotate))
    make(ready, recipe, "image/webp")
    query = f"?width=640&format=webp&rotate={rotate}"
    assert viewer.get(ready, f"/pages/0/image{query}")["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("width=0", "width"),
        ("width=-5", "width"),
        ("width=wide", "width"),
        ("width=²", "width"),
        ("width=", "width"),
        ("width=9999999", "width"),
        ("format=gif", "format"),
        ("rotate=45", "rotate"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(
    viewer: Viewer, ready: str, query: str, at: str
) -> None:
    members = assert_problem(viewer.get(ready, f"/pages/0/image?{query}"), 422, "input_invalid")
    assert members["at"] == at
    assert members["expected"]["type"]


@pytest.mark.parametrize("rest", ["/pages/3/image", "/pages/3/svg", "/pages/99999999999/text"])
def test_a_page_outside_the_document_is_404(viewer: Viewer, ready: str, rest: str) -> None:
    assert_problem(viewer.get(ready, rest), 404, "page_not_found")
    assert Rendition.objects.count() == 1


def test_a_drawing_is_sandboxed(viewer: Viewer, ready: str) -> None:
    make(ready, recipes.svg(0, PAGES), "image/svg+xml")
    answer = viewer.get(ready, "/pages/0/svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def with_text(identity: str, *texts: str) -> None:
    source = factories.source_of(identity)
    pages = [factories.page_of(text, number) for number, text in enumerate(texts)]
    factories.ready(source, recipes.text(0, PAGES), {"text": factories.text_part(pages[0])})
    factories.ready(source, recipes.text(1, PAGES), {"text": factories.text_part(*pages[1:])})


def test_text_comes_with_a_box_for_each_word(viewer: Viewer, ready: str) -> None:
    with_text(ready, "one", "two words", "three")
    page = viewer.get(ready, "/pages/1/text").json()
    assert (page["page"], page["text"]) == (1, "two words")
    assert page["words"] == [[0, 3, 10, 20, 40, 35], [4, 5, 50, 20, 100, 35]]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("q=house", [(0, "House"), (0, "house"), (2, "house")]),
        ("q=house&case=1", [(0, "house"), (2, "house")]),
        ("q=house&whole=1", [(0, "House"), (2, "house")]),
        ("q=house&case=1&whole=1", [(2, "house")]),
        ("q=at+the+end", [(1, "at the end")]),
        ("q=nowhere", []),
        ("q=.*", []),
        ("q=", []),
        ("", []),
    ],
)
def test_search(viewer: Viewer, ready: str, query: str, hits: list[Any]) -> None:
    with_text(ready, "House and lighthouse", "a line ends at\nthe end", "one house")
    found = viewer.get(ready, f"/search?{query}").json()
    assert [(hit["page"], hit["match"]) for hit in found["hits"]] == hits
    assert (found["total"], found["complete"], found["truncated"]) == (len(hits), True, False)
    for hit in found["hits"]:
        assert hit["boxes"]
        for x0, y0, x1, y1 in hit["boxes"]:
            assert 0 <= x0 < x1 <= 612
            assert 0 <= y0 < y1 <= 792


def test_a_match_over_a_line_end_has_two_boxes(viewer: Viewer, ready: str) -> None:
    with_text(ready, "x", "a line ends at\nthe end", "x")
    [hit] = viewer.get(ready, "/search?q=at+the").json()["hits"]
    assert len(hit["boxes"]) == 2
    assert (hit["before"], hit["after"]) == ("a line ends ", " end")


def test_a_search_says_when_text_is_still_being_read(viewer: Viewer, ready: str) -> None:
    found = viewer.get(ready, "/search?q=x").json()
    assert (found["complete"], found["hits"]) == (False, [])


def test_too_long_a_query_is_refused(viewer: Viewer, ready: str) -> None:
    members = assert_problem(viewer.get(ready, f"/search?q={'x' * 201}"), 422, "input_invalid")
    assert members["at"] == "q"


def test_the_original_is_downloaded_under_its_name(viewer: Viewer) -> None:
    identity = factories.view(content=factories.PDF_BYTES, display_name="Bericht über.PDF")
    answer = viewer.get(identity, "/download")
    assert answer.getvalue() == factories.PDF_BYTES
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "Bericht%20%C3%BCber.PDF" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"


def test_the_pdf_is_downloaded(viewer: Viewer, ready: str) -> None:
    answer = viewer.get(ready, "/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="Report.pdf"'


@pytest.mark.parametrize("rest", ["/download", "/pdf"])
def test_a_download_may_be_refused(viewer: Viewer, rest: str) -> None:
    identity = factories.view(content=factories.PDF_BYTES, allow_download=False)
    factories.ready_pdf(factories.source_of(identity))
    assert viewer.state(identity)["permissions"]["download"] is False
    assert_problem(viewer.get(identity, rest), 403, "download_refused")


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": 1}, {"password": "x" * 1001}])
def test_a_password_must_be_one(viewer: Viewer, ready: str, body: dict[str, Any]) -> None:
    members = assert_problem(viewer.post(ready, "/password", body), 422, "input_invalid")
    assert members["at"] == "password"


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_must_be_json(viewer: Viewer, ready: str, body: bytes) -> None:
    assert_problem(viewer.post(ready, "/password", body), 400, "malformed_body")


ENCRYPTED = [
    pytest.param(entry, id=entry.id)
    for entry in corpus.entries("hostile")
    if entry.password and "poppler" not in entry.id  # these open without it, too
]


@pytest.fixture(scope="module")
def integrator(stack: Stack) -> Integrator:
    return stack.integrator("Encrypted")


@corpus.requires_corpus
@pytest.mark.parametrize("entry", ENCRYPTED)
def test_an_encrypted_document_opens_with_its_password_only(
    integrator: Integrator, entry: corpus.Entry
) -> None:
    identity = integrator.show(entry.path)
    state = integrator.settled(identity)
    assert state["state"] == "password_required"
    assert state["error"]["code"] == "password_required"
    path = f"/api/v1/views/{identity}/password"
    wrong = integrator.call("POST", path, json={"password": "not it"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password_wrong")
    right = integrator.call("POST", path, json={"password": entry.password})
    assert right.status_code == 200, right.text
    state = integrator.settled(identity)
    assert (state["state"], state["error"]) == ("ready", None)
    page = integrator.call("GET", f"/PCCIS/V1/Page/q/0?DocumentID=u{identity}")
    assert page.status_code == 200


@corpus.requires_corpus
def test_a_password_given_with_the_session_is_used(integrator: Integrator) -> None:
    file = corpus.file("hostile/made/agile-encrypted.docx")
    identity = integrator.show(file, password="geheim-dev")
    assert integrator.settled(identity)["state"] == "ready"
    # The same bytes for somebody who does not know it: what was made stays closed.
    assert integrator.settled(integrator.show(file))["state"] == "password_required"
