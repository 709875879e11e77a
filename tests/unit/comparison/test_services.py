"""Asking for a comparison and reading it: states, errors, pages of revisions, places."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.comparison import services
from apps.comparison.services import Redline
from apps.conversion import jobs
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF, text
from apps.core.errors import ErrorCode, PortalError
from apps.workfiles.models import WorkFile
from tests import factories, fakes

pytestmark = pytest.mark.django_db

STORY = "Pay within 1030 days. New clause.\n"
FOUND = [
    {"id": "r1", "kind": "replaced", "text": "10", "new_text": "30", "substantive": True,
     "location": "body", "story": 0, "span": [11, 15]},
    {"id": "r2", "kind": "formatted", "text": "days", "substantive": False,
     "location": "body", "story": 0, "span": [16, 20]},
    {"id": "r3", "kind": "moved", "text": "New clause.", "substantive": True,
     "location": "body", "story": 0, "span": [22, 33], "source": [0, 0, 10]},
    {"id": "r4", "kind": "deleted", "text": "[picture]", "substantive": True,
     "location": "body", "story": 0, "span": [33, 34]},
]  # fmt: skip
PROOF = {"accept_all": True, "reject_all": False, "not_compared": ["headers"], "details": ["So."]}


def pair() -> tuple[WorkFile, WorkFile]:
    return (
        factories.work_file(content=factories.docx("Pay within 10 days.")),
        factories.work_file(content=factories.docx("Pay within 30 days.")),
    )


def content(found: list[dict[str, Any]]) -> bytes:
    shape = {
        "revisions": found,
        "stories": [{"location": "body", "text": STORY}],
        "proof": PROOF,
        "engine": {"name": "Docxodus", "version": "1"},
    }
    return gzip.compress(json.dumps(shape).encode())


@pytest.fixture
def compared() -> Rendition:
    rendition = services.request(*pair(), client=None)
    factories.add_part(rendition, "redline", factories.docx(STORY), "application/x-docx")
    factories.add_part(rendition, "revisions", content(FOUND), "application/gzip")
    return factories.finish(rendition, {"revisions": len(FOUND)})


def make_pages(rendition: Rendition) -> None:
    """The red-lined document's pages, as if the engines had made them."""
    source = services.redline_source(rendition)
    pdf = conversion.request(source, PDF, client=None)
    factories.add_part(pdf, "whole", factories.PDF_BYTES, "application/pdf")
    factories.finish(pdf, {"pages": 1})
    words = conversion.request(source, text(0, 1), client=None)
    made, kind = factories.text_part(factories.page_of(STORY.strip()))
    factories.add_part(words, "text", made, kind)
    factories.finish(words, {})


def test_one_pair_is_one_comparison() -> None:
    original, revised = pair()
    first = services.request(original, revised, client=None)
    assert services.request(original, revised, client=None).pk == first.pk
    assert services.request(revised, original, client=None).pk != first.pk
    assert services.request(original, original, client=None).pk != first.pk


@pytest.mark.parametrize(("side", "number"), [("original", 0), ("revised", 1)])
def test_only_word_documents(side: str, number: int) -> None:
    sources = list(pair())
    sources[number] = factories.work_file(content=factories.PDF_BYTES, extension="pdf")
    with pytest.raises(PortalError) as caught:
        services.request(*sources, client=None)
    assert (caught.value.code, caught.value.at) == (ErrorCode.FORMAT_NOT_COMPARABLE, side)


def test_what_was_found(compared: Rendition) -> None:
    comparison = services.result(compared)
    assert [revision.kind for revision in comparison.revisions] == [
        "replaced", "formatted", "moved", "deleted",
    ]  # fmt: skip
    assert comparison.proof.details == ("So.",)
    assert not comparison.proof.holds
    assert not comparison.proof.complete
    assert comparison.engine == "Docxodus (1)"
    assert isinstance(services.redline_source(compared), Redline)


def test_not_yet_and_never() -> None:
    rendition = services.request(*pair(), client=None)
    for read in (services.result, services.redline_source, services.revisions):
        with pytest.raises(PortalError) as caught:
            read(rendition)
        assert caught.value.code == ErrorCode.NOT_READY
    factories.fail(rendition, "password_required", "The original document asks for a password.")
    with pytest.raises(PortalError) as caught:
        services.result(rendition)
    assert caught.value.code == ErrorCode.PASSWORD_REQUIRED
    assert caught.value.remedy.startswith("Remove the password")  # there is no place to give it


def test_without_pages_there_are_no_places(compared: Rendition) -> None:
    listing = services.revisions(compared)
    assert (listing.total, listing.located) == (4, False)
    assert all(revision.page is None for revision in listing.revisions)


def test_places(compared: Rendition) -> None:
    make_pages(compared)
    listing = services.revisions(compared)
    assert listing.located
    shapes = [revision.as_json() for revision in listing.revisions]
    assert [(shape["page"], shape["boxes"]) for shape in shapes] == [
        (0, [[120.0, 20.0, 160.0, 35.0]]),
        (0, [[170.0, 20.0, 210.0, 35.0]]),
        (0, [[230.0, 20.0, 340.0, 35.0]]),
        (None, []),
    ]
    assert shapes[2]["original"] == {"page": 0, "boxes": [[10.0, 20.0, 110.0, 35.0]]}
    # Kept: read again without the pages.
    Rendition.objects.exclude(pk=compared.pk).delete()
    again = services.revisions(compared)
    assert again == listing


def test_pages_of_revisions(compared: Rendition) -> None:
    make_pages(compared)
    listing = services.revisions(compared, offset=1, limit=2)
    assert [revision.id for revision in listing.revisions] == ["r2", "r3"]
    listing = services.revisions(compared, substantive_only=True, offset=1)
    assert [revision.id for revision in listing.revisions] == ["r3", "r4"]
    assert listing.total == 3


def test_pages_that_cannot_be_made_are_not_waited_for(compared: Rendition) -> None:
    pdf = conversion.request(services.redline_source(compared), PDF, client=None)
    factories.fail(pdf, "timeout")
    listing = services.revisions(compared, seconds=5)
    assert (listing.located, listing.total) == (True, 4)
    assert listing.revisions[0].page is None


def test_the_worker_stages_both_documents() -> None:
    original, revised = pair()
    seen: dict[str, bytes] = {}

    def script(request: dict[str, Any], directory: Path) -> Iterator[fakes.Event]:
        for name in (request["source"], request["params"]["revised"]):
            seen[name] = (directory / name).read_bytes()[:2]
        for name in ("redline", "revisions"):
            (directory / "out" / name).write_bytes(content(FOUND))
            yield {"event": "part", "name": name, "file": f"out/{name}",
                   "media_type": "application/gzip", "meta": {}}  # fmt: skip
        yield {"event": "done", "meta": {"revisions": 4, "proof": PROOF}}
        yield fakes.EXIT

    with fakes.Engine(script) as engine:
        rendition = services.request(original, revised, client=None)
        jobs.work()
    assert [job["op"] for job in engine.jobs] == ["compare"]
    assert seen == {"in/source.docx": b"PK", "in/revised.docx": b"PK"}
    assert services.result(Rendition.objects.get(pk=rendition.pk)).revisions[0].text == "10"


def test_other_word_formats_become_docx_first() -> None:
    original = factories.work_file(content=b"{\\rtf1 One.}", extension="rtf")
    revised = factories.work_file(content=factories.docx("Two."))

    def script(request: dict[str, Any], directory: Path) -> Iterator[fakes.Event]:
        if request["op"] == "docx":
            (directory / "out" / "document.docx").write_bytes(b"made of rtf")
            yield {"event": "part", "name": "docx", "file": "out/document.docx",
                   "media_type": "application/x-docx", "meta": {}}  # fmt: skip
            yield {"event": "done", "meta": {}}
        else:
            assert (directory / request["source"]).read_bytes() == b"made of rtf"
            yield {"event": "failed", "code": "password_required", "detail": "Locked."}
        yield fakes.EXIT

    with fakes.Engine(script) as engine:
        rendition = services.request(original, revised, client=None)
        jobs.work()
    assert [(job["op"], job["source"]) for job in engine.jobs] == [
        ("docx", "in/source.rtf"), ("compare", "in/source.docx"),
    ]  # fmt: skip
    rendition.refresh_from_db()
    assert rendition.error_code == ErrorCode.PASSWORD_REQUIRED
