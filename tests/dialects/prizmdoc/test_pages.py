"""What a viewer asks for: pages, thumbnails, text, attributes (CONTRACT section 1).

The renditions stand here as if the engine had made them; tests/flows has the engine make them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from tests import factories

from .conftest import Integrator, assert_error, assert_status_message

PAGES = 3


@pytest.fixture
def shown(api: Integrator) -> str:
    """A session whose document has three ready pages of 8.5 x 11 inches."""
    identity = api.show()
    factories.ready_pdf(factories.source_of(identity), PAGES, title="A title")
    return identity


def get(api: Integrator, path: str, identity: str, query: str = "") -> Any:
    """A viewer's call: without credentials, opened by the session's id."""
    viewer = Integrator(type(api.http)())
    return viewer.call("GET", f"{path}?DocumentID=u{identity}{query}")


def make(identity: str, recipe: recipes.Recipe, media_type: str = "image/png") -> None:
    """The content of each page is its number."""
    parts = {
        f"page/{page}": (b"page %d" % page, media_type)
        for page in range(recipe.first, recipe.last + 1)
    }
    factories.ready(factories.source_of(identity), recipe, parts)


@pytest.mark.conformance("prizmdoc-v1", line="GET Document Attributes: pageCount", outcome="ours")
def test_a_document_tells_its_page_count(api: Integrator, shown: str) -> None:
    answer = get(api, "/Document/q/Attributes", shown)
    assert answer.status_code == 200
    assert answer.json()["pageCount"] == PAGES
    assert answer.json()["title"] == "A title"


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: PNG at the session's resolution, pages from 0", outcome="ours"
)
def test_a_page_is_an_image(api: Integrator, shown: str) -> None:
    make(shown, recipes.raster(0, PAGES, format="png", dpi=150))
    make(shown, recipes.raster(1, PAGES, format="png", dpi=150))
    for page in range(PAGES):
        answer = get(api, f"/Page/q/{page}", shown)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/png"
        assert answer.getvalue() == b"page %d" % page
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: ContentType png, jpeg, webp or svg, in any case", outcome="ours"
)
@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_the_format_is_the_callers_choice(api: Integrator, shown: str, format: str) -> None:
    make(shown, recipes.raster(0, PAGES, format=format, dpi=150), f"image/{format}")
    for spelled in (format, format.upper()):
        answer = get(api, "/Page/q/0", shown, f"&ContentType={spelled}")
        assert answer["Content-Type"] == f"image/{format}"


@pytest.mark.conformance("prizmdoc-v1", line="GET Page: SVG", outcome="ours")
def test_a_page_is_a_drawing(api: Integrator, shown: str) -> None:
    make(shown, recipes.svg(0, PAGES), "image/svg+xml")
    answer = get(api, "/Page/q/0", shown, "&ContentType=svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: the session's contentType is the default", outcome="ours"
)
def test_the_session_may_choose_the_format(api: Integrator) -> None:
    identity = api.show(contentType="svg")
    factories.ready_pdf(factories.source_of(identity))
    make(identity, recipes.svg(0, 1), "image/svg+xml")
    assert get(api, "/Page/q/0", identity)["Content-Type"] == "image/svg+xml"


@pytest.mark.conformance("prizmdoc-v1", line="GET Page: Scale", outcome="ours")
@pytest.mark.parametrize(
    ("scale", "dpi"),
    [("0.5", 75), ("1", 150), ("1.01", 188), ("1.2", 188), ("2", 300), ("3.7", 600), ("9", 1200)],
)
def test_a_scale_multiplies_the_resolution(
    api: Integrator, shown: str, scale: str, dpi: int
) -> None:
    make(shown, recipes.raster(0, PAGES, format="png", dpi=dpi))
    assert get(api, "/Page/q/0", shown, f"&Scale={scale}").status_code == 200


@pytest.mark.conformance("prizmdoc-v1", line="GET Page: query values are checked", outcome="ours")
@pytest.mark.parametrize(
    ("query", "at"),
    [("&ContentType=gif", "ContentType"), ("&Scale=0", "Scale"), ("&Scale=x", "Scale")],
)
def test_query_values_are_checked(api: Integrator, shown: str, query: str, at: str) -> None:
    details = assert_error(get(api, "/Page/q/0", shown, query), 480, "InvalidInput", at)
    assert details["in"] == "query"


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: outside the document is 404", outcome="ours"
)
@pytest.mark.parametrize(
    "path", ["/Page/q/3", "/Page/q/999999999", "/Page/q/3/Attributes", "/Page/q/3/100x100"]
)
def test_a_page_outside_the_document_is_404(api: Integrator, shown: str, path: str) -> None:
    assert_error(get(api, path, shown), 404, "PageNotFound")
    assert Rendition.objects.count() == 1


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page Attributes: pixels and resolution", outcome="ours"
)
@pytest.mark.parametrize("dpi", [150, 300])
def test_a_page_tells_the_size_of_its_image(api: Integrator, dpi: int) -> None:
    identity = api.show(render={"html5": {"rasterResolution": dpi}})
    factories.ready_pdf(factories.source_of(identity))
    answer = get(api, "/Page/q/0/Attributes", identity, "&ContentType=png").json()
    assert (answer["imageWidth"], answer["imageHeight"]) == (dpi * 17 // 2, dpi * 11)
    assert answer["imageResolution"] == dpi


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page thumbnail: fits into the box, in proportion", outcome="ours"
)
@pytest.mark.parametrize(("box", "width"), [("850x1100", 850), ("200x9999", 200), ("9999x110", 85)])
def test_a_thumbnail_fits_into_its_box(api: Integrator, shown: str, box: str, width: int) -> None:
    make(shown, recipes.raster(0, PAGES, format="png", width=width))
    assert get(api, f"/Page/q/0/{box}", shown).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET Document Text: pages with text and the box of each word",
    outcome="ours",
)
def test_a_range_of_pages_tells_its_text(api: Integrator, shown: str) -> None:
    source = factories.source_of(shown)
    pages = [factories.page_of(f"text of\npage {number}", number) for number in range(PAGES)]
    factories.ready(source, recipes.text(0, PAGES), {"text": factories.text_part(pages[0])})
    factories.ready(source, recipes.text(1, PAGES), {"text": factories.text_part(*pages[1:])})
    for span, numbers in (("0-0", [0]), ("1-2", [1, 2]), ("0-99", [0, 1, 2])):
        answer = json.loads(get(api, f"/Document/q/{span}/Text", shown).getvalue())
        assert [page["pageNumber"] for page in answer["pages"]] == numbers
    page = answer["pages"][2]
    assert page["text"] == "text of\npage 2"
    assert page["words"][-1] == {"text": "2", "box": [60, 40, 70, 55]}


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Document Text: a range outside the document is 404", outcome="ours"
)
@pytest.mark.parametrize("span", ["3-3", "2-1"])
def test_no_page_in_range_is_404(api: Integrator, shown: str, span: str) -> None:
    assert_error(get(api, f"/Document/q/{span}/Text", shown), 404, "PageNotFound")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET Page: a document that needs a password is 480 with number 4001",
    outcome="ours",
)
@pytest.mark.parametrize(
    ("code", "name"),
    [("password_required", "PasswordRequired"), ("password_wrong", "PasswordInvalid")],
)
@pytest.mark.parametrize("path", ["/Document/q/Attributes", "/Page/q/0", "/Document/q/0-0/Text"])
def test_a_password_is_asked_for(api: Integrator, path: str, code: str, name: str) -> None:
    identity = api.show()
    factories.fail(Rendition.objects.get(), code, "Encrypted.")
    answer = get(api, path, identity)
    assert_error(answer, 480, name)
    assert answer["Accusoft-Status-Number"] == "4001"


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: a document that cannot be converted is 580", outcome="ours"
)
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("document_corrupt", "DocumentCorrupt"),
        ("timeout", "ConversionTimeout"),
        ("out_of_memory", "ConversionOutOfMemory"),
        ("engine_crashed", "ConversionFailed"),
        ("limit_exceeded", "LimitExceeded"),
    ],
)
def test_a_failed_conversion_is_580(api: Integrator, code: str, name: str) -> None:
    identity = api.show()
    factories.fail(Rendition.objects.get(), code, "Why.")
    answer = get(api, "/Page/q/0", identity)
    assert_error(answer, 580, name)
    assert answer["Accusoft-Status-Number"] == "580"
    assert answer["Accusoft-Status-Message"] == "Why."


@pytest.mark.conformance("prizmdoc-v1", line="GET Page: before the upload 480", outcome="ours")
def test_without_a_document_there_is_no_page(api: Integrator) -> None:
    assert_error(get(api, "/Page/q/0", api.open()), 480, "DocumentNotProvidedYet")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page: DocumentID needs its prefix and must be known", outcome="ours"
)
@pytest.mark.parametrize("identity", ["", "x" * 43])
def test_an_unknown_document_id_is_500(api: Integrator, identity: str) -> None:
    assert_status_message(get(api, "/Page/q/0", identity), 500, "")
    assert_status_message(api.call("GET", "/Page/q/0"), 500, "")
    assert_status_message(api.call("GET", f"/Page/q/0?DocumentID={identity}"), 500, "")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET Page: the id opens it; no other credentials are asked for",
    outcome="ours",
)
def test_wrong_credentials_do_not_matter_to_a_viewer(api: Integrator, shown: str) -> None:
    viewer = Integrator(type(api.http)(headers={"Authorization": "Bearer wrong"}))
    answer = viewer.call("GET", f"/Document/q/Attributes?DocumentID=u{shown}")
    assert answer.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page Tile: the pixels from x, y on, width x height", outcome="ours"
)
def test_a_tile_of_a_page(api: Integrator, shown: str) -> None:
    recipe = recipes.tile(1, (0, 256, 512, 300), format="png", dpi=300)
    factories.ready(factories.source_of(shown), recipe, {"tile": (b"tile", "image/png")})
    answer = get(api, "/Page/q/1/Tile/0/256/512/300", shown, "&Scale=2")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.getvalue() == b"tile"


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET Page Tile: outside the page or the document is 404", outcome="ours"
)
def test_a_tile_that_is_not_there(api: Integrator, shown: str) -> None:
    assert_error(get(api, "/Page/q/3/Tile/0/0/9/9", shown), 404, "PageNotFound")
    recipe = recipes.tile(0, (5000, 0, 9, 9), format="png", dpi=150)
    source = factories.source_of(shown)
    rendition = conversion.request(source, recipe, client=source.client)
    factories.fail(rendition, "page_not_found", "The tile lies outside the page.")
    assert_error(get(api, "/Page/q/0/Tile/5000/0/9/9", shown), 404, "PageNotFound")


@pytest.mark.parametrize(
    ("path", "at"), [("0/0/0/9", "width"), ("0/0/9/0", "height"), ("0/0/4097/9", "width")]
)
def test_a_tile_has_a_size(api: Integrator, shown: str, path: str, at: str) -> None:
    answer = get(api, f"/Page/q/0/Tile/{path}", shown)
    assert assert_error(answer, 480, "InvalidInput", at)["in"] == "path"
