"""V2 content converters (CONTRACT section 1), as @accusoft/prizmdoc-rest-client calls them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.viewing.models import Process
from apps.workfiles.models import WorkFile
from tests import factories

from .conftest import Integrator, assert_error

CONVERTERS = "/v2/contentConverters"
APART = "forceOneFilePerPage"


@pytest.fixture
def api(db: None) -> Integrator:
    return Integrator(factories.caller(), prefix="")


@pytest.fixture
def file_id(api: Integrator) -> str:
    return upload(api)


def upload(api: Integrator, content: bytes = factories.PDF_BYTES) -> str:
    return str(api.call("POST", "/PCCIS/V1/WorkFile", content).json()["fileId"])


def start(api: Integrator, format: str, *sources: dict[str, Any], **options: Any) -> HttpResponse:
    body = {"input": {"sources": list(sources), "dest": {"format": format}}}
    return api.call("POST", CONVERTERS, body, **options)


def get(api: Integrator, process: str) -> Any:
    answer = api.call("GET", f"{CONVERTERS}/{process}")
    assert answer.status_code == 200
    return answer.json()


def made(rendition: Rendition, meta: dict[str, Any], **parts: bytes) -> None:
    """The engine's part; `page_0` stands for the part page/0."""
    for name, content in parts.items():
        factories.add_part(rendition, name.replace("_", "/"), content, "application/octet-stream")
    factories.finish(rendition, meta)


def content(api: Integrator, file_id: str) -> bytes:
    return api.call("GET", f"/PCCIS/V1/WorkFile/{file_id}").getvalue()  # type: ignore[no-any-return, attr-defined]


@pytest.mark.conformance(
    "prizmdoc-v2", line="POST contentConverters: 200 with the process", outcome="supported"
)
@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET contentConverters/{processId}: complete with output.results as work files",
    outcome="supported",
)
def test_a_document_becomes_a_pdf(api: Integrator, file_id: str) -> None:
    answer = start(api, "pdf", {"fileId": file_id})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"], body["percentComplete"]) == ("processing", 0)
    assert body["input"] == {
        "sources": [{"fileId": file_id, "pages": ""}],
        "dest": {"format": "pdf"},
    }
    assert get(api, body["processId"])["state"] == "processing"
    factories.ready_pdf(WorkFile.objects.get(file_id=file_id), pages=3)
    [result] = get(api, body["processId"])["output"]["results"]
    assert result["sources"] == [{"fileId": file_id, "pages": "1-3"}]
    assert result["pageCount"] == 3
    assert content(api, result["fileId"]) == factories.PDF_BYTES
    info = api.call("GET", f"/PCCIS/V1/WorkFile/{result['fileId']}/Info").json()
    assert info["fileExtension"] == "pdf"


def test_the_output_is_made_once(api: Integrator, file_id: str) -> None:
    process = start(api, "pdf", {"fileId": file_id}).json()["processId"]
    factories.ready_pdf(WorkFile.objects.get(file_id=file_id))
    first = get(api, process)
    Rendition.objects.all().delete()
    assert get(api, process) == first
    assert WorkFile.objects.count() == 2


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: the body is JSON also under text/plain",
    outcome="supported",
)
def test_the_content_type_does_not_matter(api: Integrator, file_id: str) -> None:
    body = b'{"input":{"sources":[{"fileId":"%s"}],"dest":{"format":"pdf"}}}' % file_id.encode()
    for content_type in ("text/plain;charset=UTF-8", "application/json", ""):
        answer = api.call("POST", CONVERTERS, body, content_type=content_type)
        assert answer.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: png, jpeg, svg: a file for each page",
    outcome="supported",
)
@pytest.mark.parametrize("format", ["png", "jpeg", "svg"])
def test_a_file_for_each_page(api: Integrator, file_id: str, format: str) -> None:
    source = {"fileId": file_id, "pages": "2,4-"}
    process = start(api, format, source).json()["processId"]
    rendition = Rendition.objects.get(kind="file")
    assert rendition.what == recipes.file(format, "1,3-")
    made(rendition, {"pages": 4, "chosen": 2}, page_1=b"two", page_3=b"four")
    results = get(api, process)["output"]["results"]
    assert [result["sources"] for result in results] == [
        [{"fileId": file_id, "pages": "2"}],
        [{"fileId": file_id, "pages": "4"}],
    ]
    assert [content(api, result["fileId"]) for result in results] == [b"two", b"four"]


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: tiff, txt, and pdf of some pages: one file",
    outcome="supported",
)
@pytest.mark.parametrize("format", ["tiff", "txt", "pdf"])
def test_one_file_of_some_pages(api: Integrator, file_id: str, format: str) -> None:
    process = start(api, format, {"fileId": file_id, "pages": " 1 - 2 , 7 "}).json()["processId"]
    rendition = Rendition.objects.get(kind="file")
    assert rendition.what == recipes.file(format, "0-1,6")
    made(rendition, {"pages": 9, "chosen": 3}, file=b"made")
    [result] = get(api, process)["output"]["results"]
    assert result["pageCount"] == 3
    assert result["sources"] == [{"fileId": file_id, "pages": "1-2,7"}]


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: several sources become one pdf or tiff",
    outcome="supported",
)
def test_several_sources_are_joined_in_their_order(api: Integrator) -> None:
    files = [upload(api, b"%%PDF-%d" % number) for number in range(3)]
    process = start(api, "tiff", *({"fileId": one} for one in files)).json()["processId"]
    for number, one in enumerate(files):
        work_file = WorkFile.objects.get(file_id=one)
        made(
            Rendition.objects.get(source=work_file.blob, kind="pdf"),
            {"pages": number + 1},
            whole=b"PDF %d" % number,
        )
    # Nobody asks meanwhile: each step begins by itself when what it needs is there.
    for step in (b"0 and 1", b"0, 1 and 2"):
        made(Rendition.objects.get(kind="join", state="queued"), {"pages": 2}, whole=step)
    joined = Rendition.objects.get(kind="file", state="queued")
    assert joined.what == recipes.file("tiff", "")
    assert get(api, process)["state"] == "processing"
    made(joined, {"pages": 3, "chosen": 3}, file=b"all")
    [result] = get(api, process)["output"]["results"]
    assert content(api, result["fileId"]) == b"all"
    assert result["sources"] == [
        {"fileId": one, "pages": pages}
        for one, pages in zip(files, ("1", "1-2", "1-3"), strict=True)
    ]


def test_a_source_that_fails_fails_the_whole(api: Integrator) -> None:
    files = [upload(api, b"%%PDF-%d" % number) for number in range(3)]
    process = start(api, "tiff", *({"fileId": one} for one in files)).json()["processId"]
    last = WorkFile.objects.get(file_id=files[2])
    factories.fail(Rendition.objects.get(source=last.blob, kind="pdf"), "password_required")
    states = set(Rendition.objects.filter(kind="file").values_list("state", flat=True))
    assert states == {"failed"}
    body = get(api, process)
    assert (body["state"], body["errorCode"]) == ("error", "PasswordRequired")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: forceOneFilePerPage of pdf and tiff: a file for each page",
    outcome="supported",
)
@pytest.mark.parametrize("format", ["pdf", "tiff"])
def test_a_file_for_each_page_of_several_sources(api: Integrator, format: str) -> None:
    files = [upload(api, b"%%PDF-%d" % number) for number in range(2)]
    dest = {"format": format, f"{format}Options": {"forceOneFilePerPage": "true"}}
    body = {"input": {"sources": [{"fileId": one} for one in files], "dest": dest}}
    answer = api.call("POST", CONVERTERS, body).json()
    options = {"forceOneFilePerPage": True}
    assert answer["input"]["dest"] == {"format": format, f"{format}Options": options}
    for number, rendition in enumerate(Rendition.objects.filter(kind="file").order_by("pk")):
        assert rendition.what == recipes.file(format, "", apart=True)
        pages = {f"page_{page}": b"%d" % page for page in range(number + 1)}
        made(rendition, {"pages": 2, "chosen": 2}, **pages)
    assert not Rendition.objects.filter(kind="join").exists()
    results = get(api, answer["processId"])["output"]["results"]
    assert [result["sources"] for result in results] == [
        [{"fileId": files[0], "pages": "1"}],
        [{"fileId": files[1], "pages": "1"}],
        [{"fileId": files[1], "pages": "2"}],
    ]


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: pngOptions, jpegOptions, tiffOptions maxWidth and maxHeight",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("given", "width", "height"),
    [
        ({"maxWidth": "640px"}, 640, 0),
        ({"maxHeight": "480"}, 0, 480),
        ({"maxWidth": 300, "maxHeight": "200px"}, 300, 200),
    ],
)
@pytest.mark.parametrize("format", ["png", "jpeg", "tiff"])
def test_images_fit_into_a_box(
    api: Integrator, file_id: str, format: str, given: dict[str, Any], width: int, height: int
) -> None:
    dest = {"format": format, f"{format}Options": given}
    body = {"input": {"sources": [{"fileId": file_id}], "dest": dest}}
    assert api.call("POST", CONVERTERS, body).status_code == 200
    recipe = recipes.file(format, "", width=width, height=height)
    assert Rendition.objects.get(kind="file").what == recipe
    assert recipe.dpi == 0


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: minSecondsAvailable: input and output live that long at least",
    outcome="supported",
)
def test_the_files_live_as_long_as_asked(api: Integrator, file_id: str) -> None:
    week = 7 * 86400
    body = {
        "input": {"sources": [{"fileId": file_id}], "dest": {"format": "pdf"}},
        "minSecondsAvailable": week,
    }
    process = api.call("POST", CONVERTERS, body).json()["processId"]
    factories.ready_pdf(WorkFile.objects.get(file_id=file_id))
    get(api, process)
    for file in WorkFile.objects.all():
        assert file.expires_at - timezone.now() > timedelta(seconds=week - 60)
    body["minSecondsAvailable"] = 60
    process = api.call("POST", CONVERTERS, body).json()["processId"]
    assert Process.objects.latest("pk").expires_at - timezone.now() > timedelta(hours=23)
    body["minSecondsAvailable"] = 0
    answer = api.call("POST", CONVERTERS, body)
    assert_error(answer, 480, "InvalidInput", "minSecondsAvailable")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: pdfOptions.ocr, header, footer and whatever else is not done "
    "here: 480 InvalidInput at the property, never silence",
    outcome="refused",
)
@pytest.mark.parametrize(
    ("format", "dest", "at"),
    [
        ("pdf", {"pdfOptions": {"ocr": {"language": "english"}}}, "input.dest.pdfOptions.ocr"),
        ("pdf", {"header": {"lines": [{"left": "x"}]}}, "input.dest.header"),
        ("pdf", {"footer": {"lines": [{"left": "x"}]}}, "input.dest.footer"),
        ("pdf", {"pngOptions": {"maxWidth": "1px"}}, "input.dest.pngOptions"),
        ("pdf", {"pages": "1"}, "input.dest.pages"),
        ("pdf", {"password": "x"}, "input.dest.password"),
        ("svg", {"svgOptions": {}}, "input.dest.svgOptions"),
        ("png", {"pngOptions": {APART: True}}, f"input.dest.pngOptions.{APART}"),
        ("png", {"pngOptions": {"maxWidth": "0px"}}, "input.dest.pngOptions.maxWidth"),
        ("png", {"pngOptions": {"maxWidth": "99999px"}}, "input.dest.pngOptions.maxWidth"),
        ("png", {"pngOptions": {"maxHeight": True}}, "input.dest.pngOptions.maxHeight"),
        ("png", {"pngOptions": {"maxHeight": "5cm"}}, "input.dest.pngOptions.maxHeight"),
        ("png", {"pngOptions": []}, "input.dest.pngOptions"),
        ("tiff", {"tiffOptions": {APART: 1}}, f"input.dest.tiffOptions.{APART}"),
    ],
)  # fmt: skip
def test_what_is_not_done_is_refused_by_name(
    api: Integrator, file_id: str, format: str, dest: dict[str, Any], at: str
) -> None:
    body = {"input": {"sources": [{"fileId": file_id}], "dest": {"format": format, **dest}}}
    details = assert_error(api.call("POST", CONVERTERS, body), 480, "InvalidInput", at)
    assert details["expected"]
    assert not Process.objects.exists()


@pytest.mark.parametrize(
    ("input", "at"),
    [
        ({"sources": [{"fileId": "x", "page": 1}]}, "input.sources[0].page"),
        ({"sources": [{"fileId": "x"}], "src": {}}, "input.src"),
    ],
)
def test_a_misspelt_property_is_named(api: Integrator, input: dict[str, Any], at: str) -> None:
    body = {"input": {"dest": {"format": "pdf"}, **input}}
    assert_error(api.call("POST", CONVERTERS, body), 480, "InvalidInput", at)


def test_null_asks_for_nothing(api: Integrator, file_id: str) -> None:
    dest = {"format": "pdf", "header": None, "pdfOptions": {"ocr": None}, "pngOptions": None}
    body = {"input": {"sources": [{"fileId": file_id, "pages": None}], "dest": dest}}
    assert api.call("POST", CONVERTERS, body).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET contentConverters/{processId}: a failed conversion is 200 with errorCode",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("code", "name"),
    [("document_corrupt", "DocumentCorrupt"), ("page_not_found", "ResourceNotFound")],
)
def test_a_failed_conversion_says_why(api: Integrator, file_id: str, code: str, name: str) -> None:
    process = start(api, "png", {"fileId": file_id}).json()["processId"]
    factories.fail(Rendition.objects.get(kind="file"), code)
    body = get(api, process)
    assert (body["state"], body["errorCode"]) == ("error", name)


def test_a_password_is_not_echoed(api: Integrator, file_id: str) -> None:
    answer = start(api, "pdf", {"fileId": file_id, "password": "open sesame"})
    assert b"sesame" not in answer.content
    assert "sesame" not in str(Process.objects.values())
    assert Rendition.objects.get().password


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: 480 WorkFileDoesNotExist at the source",
    outcome="supported",
)
def test_a_work_file_that_is_not_there_is_named(api: Integrator, file_id: str) -> None:
    answer = start(api, "pdf", {"fileId": file_id}, {"fileId": "gone"})
    assert_error(answer, 480, "WorkFileDoesNotExist", "input.sources[1].fileId")


@pytest.mark.conformance(
    "prizmdoc-v2", line="POST contentConverters: 480 InvalidPageSyntax", outcome="supported"
)
@pytest.mark.parametrize(
    "pages", ["wat", "0", "1,,2", "3-1", "-2", "1;2", "1-2-3", "1 2", "\u0661"]
)
def test_pages_are_as_in_a_print_dialog(api: Integrator, file_id: str, pages: str) -> None:
    answer = start(api, "pdf", {"fileId": file_id, "pages": pages})
    assert_error(answer, 480, "InvalidPageSyntax", "input.sources[0].pages")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: 480 MultipleSourcesAreNotSupportedForThisDestinationFormat",
    outcome="supported",
)
@pytest.mark.parametrize("format", ["png", "jpeg", "svg", "txt"])
def test_not_every_format_takes_several_sources(api: Integrator, file_id: str, format: str) -> None:
    answer = start(api, format, {"fileId": file_id}, {"fileId": file_id})
    code = "MultipleSourcesAreNotSupportedForThisDestinationFormat"
    assert_error(answer, 480, code, "input.sources")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: 480 MissingInput, InvalidInput with errorDetails",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("input", "code", "at"),
    [
        ({}, "MissingInput", "input.sources"),
        ({"sources": []}, "InvalidInput", "input.sources"),
        ({"sources": [{}]}, "MissingInput", "input.sources[0].fileId"),
        ({"sources": [{"fileId": 1}]}, "InvalidInput", "input.sources[0].fileId"),
        ({"sources": [{"fileId": "x"}]}, "MissingInput", "input.dest.format"),
        (
            {"sources": [{"fileId": "x"}], "dest": {"format": "docx"}},
            "InvalidInput",
            "input.dest.format",
        ),
    ],
)
def test_an_input_at_fault_is_named(api: Integrator, input: Any, code: str, at: str) -> None:
    assert_error(api.call("POST", CONVERTERS, {"input": input}), 480, code, at)


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET contentConverters/{processId}: 404 for an unknown or foreign process",
    outcome="supported",
)
def test_a_process_is_its_clients_own(api: Integrator, file_id: str) -> None:
    process = start(api, "pdf", {"fileId": file_id}).json()["processId"]
    stranger = Integrator(factories.caller("stranger"), prefix="")
    for caller, identity in ((stranger, process), (api, "x")):
        answer = caller.call("GET", f"{CONVERTERS}/{identity}")
        assert_error(answer, 404, "ResourceNotFound")


@pytest.mark.parametrize("scopes", [(), ("workfiles:read",), ("viewing:write",)])
def test_converting_needs_scopes(db: None, scopes: tuple[str, ...]) -> None:
    api = Integrator(factories.caller(scopes=scopes), prefix="")
    assert start(api, "pdf", {"fileId": "x"}).status_code == 403
