"""Packages, v3 sessions, searches and conversions on the running product, with real documents."""

from __future__ import annotations

import io
import time
from typing import Any

import pikepdf
import pypdfium2
import pytest
import requests
from PIL import Image

from tests import factories
from tests.stack import Integrator, Stack


def docx(pages: int, *end: str) -> bytes:
    """Each page says its number and tells of a fox."""
    paragraphs: list[str] = []
    for number in range(pages):
        paragraphs += ["\f"] * (number > 0) + [f"Page {number} has a quick fox, price $3.50 (net)."]
    return factories.docx(*paragraphs, *end)


def work_file(integrator: Integrator, content: bytes, extension: str = "docx") -> str:
    path = f"/PCCIS/V1/WorkFile?FileExtension={extension}"
    return str(integrator.call("POST", path, data=content).json()["fileId"])


def ended(integrator: Integrator, path: str, seconds: float = 120) -> dict[str, Any]:
    """A process once it is no longer processing."""
    deadline = time.monotonic() + seconds
    while (body := integrator.call("GET", path).json())["state"] == "processing":
        assert time.monotonic() < deadline, body
        time.sleep(0.1)
    return dict(body)


@pytest.fixture(scope="module")
def package(integrator: Integrator) -> str:
    """A complete package of 53 pages: page groups of 1, 50 and 2."""
    source = {"type": "workFile", "fileId": work_file(integrator, docx(53))}
    body = {"input": {"source": source, "packageId": "flow", "lifetimeAfterLastUse": "1d"}}
    started = integrator.call("POST", "/v3/viewingPackageCreators", json=body).json()
    process = ended(integrator, f"/v3/viewingPackageCreators/{started['processId']}")
    assert process["state"] == "complete", process
    return "flow"


def test_a_package_is_read_in_page_groups(
    stack: Stack, integrator: Integrator, package: str
) -> None:
    source = {"type": "viewingPackage", "packageId": package}
    answer = integrator.call("POST", "/v3/viewingSessions", json={"input": {"source": source}})
    root = f"{stack.url}/v3/viewingSessions/{answer.json()['viewingSessionId']}"
    metadata = requests.get(f"{root}/content/root/metadata", timeout=60).json()
    assert metadata == {"pageGroups": [{"startPage": 1}, {"startPage": 2}, {"startPage": 52}]}
    counts = []
    for index in range(3):
        url = f"{root}/content/root/pageGroups/{index}"
        whole = requests.get(url, timeout=60)
        assert (whole.status_code, whole.headers["Content-Type"]) == (200, "application/pdf")
        assert int(whole.headers["Content-Length"]) == len(whole.content)
        pdf = pypdfium2.PdfDocument(whole.content)
        counts.append(len(pdf))
        first = metadata["pageGroups"][index]["startPage"] - 1
        assert f"Page {first} has" in pdf[0].get_textpage().get_text_range()
        part = requests.get(url, headers={"Range": "bytes=100-199"}, timeout=60)
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        head = requests.head(url, headers={"Range": "bytes=0-1"}, timeout=60)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]
        beyond = requests.get(url, headers={"Range": f"bytes={len(whole.content)}-"}, timeout=60)
        assert (beyond.status_code, beyond.reason) == (416, "Requested Range Not Satisfiable")
    assert counts == [1, 50, 2]
    assert requests.post(f"{root}/heartbeat", timeout=60).json() == {}


def test_the_status_line_has_prizmdocs_own_words(integrator: Integrator) -> None:
    source = {"type": "viewingPackage", "packageId": "unknown"}
    answer = integrator.call("POST", "/v3/viewingSessions", json={"input": {"source": source}})
    assert (answer.status_code, answer.reason) == (480, "ResourceNotFound")


def test_a_package_is_one_pdf(integrator: Integrator, package: str) -> None:
    answer = integrator.call("GET", f"/v3/viewingPackages/{package}/content/pdf")
    assert len(pypdfium2.PdfDocument(answer.content)) == 53


def test_a_document_is_searched_for_many_terms(stack: Stack, integrator: Integrator) -> None:
    identity = integrator.open(externalId="fox.docx")
    integrator.upload(identity, docx(30, f"A{'a' * 40}h."))
    terms: list[dict[str, Any]] = [
        {"type": "simple", "pattern": "quick fox"},
        {"type": "simple", "pattern": "$3.50 (net)"},
        {"type": "regex", "pattern": r"Page [12]\d"},
        {"type": "regex", "pattern": r"(a+)+!"},  # takes for ever on the last page
        *({"type": "simple", "pattern": f"absent {number}"} for number in range(996)),
    ]
    path = f"{stack.url}/v2/viewingSessions/{identity}/searchTasks"
    task = requests.post(path, json={"input": {"searchTerms": terms}}, timeout=60).json()
    assert task["state"] == "processing"
    found: list[dict[str, Any]] = []
    token, deadline = "0", time.monotonic() + 120
    while token:
        answer = requests.get(
            f"{stack.url}/v2/searchTasks/{task['processId']}/results?continueToken={token}&limit=7",
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        found += answer.json()["results"]
        if not answer.json()["results"]:
            time.sleep(0.2)
        token = answer.json().get("continueToken", "")
        assert time.monotonic() < deadline
    task = requests.get(f"{stack.url}/v2/searchTasks/{task['processId']}", timeout=60).json()
    assert (task["state"], task["output"]["timedOutTerms"]) == ("complete", [3])
    assert [hit["id"] for hit in found] == list(range(len(found)))
    by_term = [sum(hit["termIndex"] == number for hit in found) for number in range(3)]
    assert by_term == [30, 30, 20]
    assert {hit["pageIndex"] for hit in found} == set(range(30))
    hit = next(hit for hit in found if (hit["termIndex"], hit["pageIndex"]) == (0, 4))
    assert hit["text"] == "quick fox"
    assert hit["context"]["before"].endswith("Page 4 has a ")
    assert len(hit["boxes"]) == 1


@pytest.mark.parametrize(
    ("format", "pages", "files"),
    [
        ("pdf", "", 1),
        ("pdf", "2-3", 1),
        ("png", "", 3),
        ("jpeg", "3", 1),
        ("svg", "1", 1),
        ("tiff", "", 1),
        ("txt", "1,3", 1),
    ],
)
def test_a_document_is_converted(
    integrator: Integrator, format: str, pages: str, files: int
) -> None:
    source = {"fileId": work_file(integrator, docx(3)), "pages": pages}
    body = {"input": {"sources": [source], "dest": {"format": format}}}
    started = integrator.call("POST", "/v2/contentConverters", json=body).json()
    process = ended(integrator, f"/v2/contentConverters/{started['processId']}")
    assert process["state"] == "complete", process
    results = process["output"]["results"]
    assert len(results) == files
    contents = [
        integrator.call("GET", f"/PCCIS/V1/WorkFile/{result['fileId']}").content
        for result in results
    ]
    count = len(pages.split(",")) + pages.count("-") if pages else 3
    if format == "pdf":
        assert len(pypdfium2.PdfDocument(contents[0])) == count
    elif format == "svg":
        assert b"<svg" in contents[0]
    elif format == "txt":
        assert [page[:6] for page in contents[0].decode().split("\f")] == ["Page 0", "Page 2"]
    else:
        assert getattr(Image.open(io.BytesIO(contents[0])), "n_frames", 1) == count // files


def test_documents_are_joined(integrator: Integrator) -> None:
    files = [work_file(integrator, docx(pages)) for pages in (2, 1)]
    files.append(work_file(integrator, factories.png(), "png"))
    sources = [{"fileId": files[0], "pages": "2"}, *({"fileId": one} for one in files[1:])]
    body = {"input": {"sources": sources, "dest": {"format": "pdf"}}}
    started = integrator.call("POST", "/v2/contentConverters", json=body).json()
    process = ended(integrator, f"/v2/contentConverters/{started['processId']}")
    assert process["state"] == "complete", process
    [result] = process["output"]["results"]
    content = integrator.call("GET", f"/PCCIS/V1/WorkFile/{result['fileId']}").content
    with pikepdf.open(io.BytesIO(content)) as joined:
        assert len(joined.pages) == 3


def test_a_page_that_is_not_there_is_a_failed_process(integrator: Integrator) -> None:
    source = {"fileId": work_file(integrator, docx(1)), "pages": "9"}
    body = {"input": {"sources": [source], "dest": {"format": "png"}}}
    started = integrator.call("POST", "/v2/contentConverters", json=body).json()
    process = ended(integrator, f"/v2/contentConverters/{started['processId']}")
    assert (process["state"], process["errorCode"]) == ("error", "ResourceNotFound")
