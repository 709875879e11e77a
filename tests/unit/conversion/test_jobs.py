"""Carrying out a job: what the engine says becomes parts, an end, or a named failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.conf import settings
from django.utils import timezone

from apps.conversion import jobs, leases, services
from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.core.errors import ErrorCode
from apps.workfiles import services as workfiles
from apps.workfiles import storage
from tests import factories, fakes

pytestmark = pytest.mark.django_db
State = Rendition.State


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine that is gone is given up soon; no job directory outlives its job."""
    monkeypatch.setattr(jobs, "_ENGINE_PATIENCE_SECONDS", 0.3)
    yield
    assert list(Path(settings.JOBS_DIR).iterdir()) == []
    assert leases.held == set()


def run(
    script: fakes.Script, recipe: recipes.Recipe = PDF, *, source: bytes = b""
) -> tuple[Rendition, fakes.Engine]:
    """Everything that is queued, with this engine."""
    work_file = factories.work_file(content=source or factories.docx("x"))
    rendition = services.request(work_file, recipe, client=None, password="geheim")
    with fakes.Engine(script) as engine:
        jobs.work()
    rendition.refresh_from_db()
    return rendition, engine


def content(rendition: Rendition, name: str) -> bytes:
    part = services.part(rendition, name)
    assert part is not None
    return workfiles.read_all(part.blob)


def test_a_document_becomes_a_pdf_with_its_first_page_before_the_rest() -> None:
    rendition, engine = run(fakes.succeeds(pages=3))
    assert (rendition.state, rendition.meta["pages"]) == (State.READY, 3)
    assert content(rendition, "first") == b"%PDF first"
    assert content(rendition, "whole") == b"%PDF whole"
    assert rendition.stats["maxrss_bytes"] == 30 * 1024**2
    assert rendition.password == ""
    assert rendition.duration is not None
    assert [job["op"] for job in engine.jobs] == ["pdf", "inspect"]  # the first page's size


def test_the_engine_gets_the_file_its_format_the_password_and_the_limits() -> None:
    _, engine = run(fakes.succeeds(pages=1))
    job = engine.jobs[0]
    assert job["source"] == "in/source.docx"
    assert job["params"] == {
        "format": "docx",
        "first_page": True,
        "password": "geheim",
        "standard": None,
    }
    assert job["deadline"] == settings.CONVERSION_SECONDS
    assert job["memory"] == settings.CONVERSION_MEMORY_BYTES
    assert Path(job["dir"]).parent == settings.JOBS_DIR


def test_a_page_follows_its_pdf_in_one_go() -> None:
    page = recipes.raster(0, None, format="png", width=640)
    rendition, engine = run(fakes.succeeds(pages=1), page)
    assert rendition.state == State.READY
    assert content(rendition, "page/0") == b"image 0"
    assert engine.jobs[-1]["params"] == {
        "first": 0,
        "last": 0,
        "format": "png",
        "rotate": 0,
        "width": 640,
    }


@pytest.mark.parametrize("read", [1, 2])
def test_a_search_gets_the_text_once_all_of_it_was_read(read: int) -> None:
    source = factories.work_file(content=factories.docx("x"))
    with fakes.Engine(fakes.succeeds(pages=3)) as engine:
        services.request(source, PDF, client=None)
        jobs.work()
        for recipe in recipes.all_text(3)[:read]:
            text = factories.text_part(factories.page_of("x", recipe.first))
            factories.ready(source, recipe, {"text": text})
        terms = factories.work_file(content=b'{"terms": []}', extension="json")
        services.request(source, recipes.SEARCH, client=None, against=terms)
        jobs.work()
    given = engine.jobs[-1]["params"]
    assert given["terms"] == "in/terms.json"
    whole = {"texts": ["in/text-0.json.gz", "in/text-1.json.gz"], "pages": 3}
    assert {key: given.get(key) for key in whole} == (whole if read == 2 else dict.fromkeys(whole))


def test_pages_of_a_group_are_parts_of_one_job() -> None:
    rendition, _ = run(fakes.succeeds(pages=9), recipes.raster(2, 9, format="png", dpi=150))
    names = sorted(rendition.parts.values_list("name", flat=True))
    assert names == [f"page/{page}" for page in range(1, 9)]


@pytest.mark.parametrize(
    ("engine_code", "code"),
    [
        ("password_required", ErrorCode.PASSWORD_REQUIRED),
        ("password_wrong", ErrorCode.PASSWORD_WRONG),
        ("document_corrupt", ErrorCode.DOCUMENT_CORRUPT),
        ("document_empty", ErrorCode.DOCUMENT_EMPTY),
        ("format_mismatch", ErrorCode.FORMAT_MISMATCH),
        ("format_unsupported", ErrorCode.FORMAT_UNSUPPORTED),
        ("too_large", ErrorCode.LIMIT_EXCEEDED),
        ("timeout", ErrorCode.TIMEOUT),
        ("out_of_memory", ErrorCode.OUT_OF_MEMORY),
        ("engine_crashed", ErrorCode.ENGINE_CRASHED),
    ],
)
def test_each_failure_of_the_engine_has_a_name_here(engine_code: str, code: ErrorCode) -> None:
    rendition, _ = run(fakes.fails(engine_code))
    assert (rendition.state, rendition.error_code) == (State.FAILED, code)
    assert rendition.error_detail == "On purpose."
    assert rendition.password == ""
    assert rendition.stats["rc"] == 0


def test_a_child_that_dies_without_a_word_is_a_crash() -> None:
    rendition, _ = run(fakes.crashes(signal=11))
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_CRASHED)
    assert "signal 11" in rendition.error_detail
    assert rendition.stats["signal"] == 11


def test_a_crash_after_the_first_page_fails_the_job_and_keeps_no_page_waiting() -> None:
    rendition, _ = run(
        fakes.crashes(after="first"), recipes.raster(1, None, format="png", width=640)
    )
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_CRASHED)


def test_an_engine_that_hangs_up_in_the_middle_is_unavailable() -> None:
    rendition, _ = run(fakes.hangs_up)
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_UNAVAILABLE)


def test_no_engine_is_waited_for_and_then_named() -> None:
    source = factories.work_file()
    rendition = services.request(source, PDF, client=None)
    jobs.work()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_UNAVAILABLE)


def test_many_parts_are_as_many_parts() -> None:
    rendition, _ = run(fakes.floods(60), source=factories.PDF_BYTES)
    assert rendition.parts.count() == 60
    assert rendition.state == State.READY


def test_an_engine_cannot_publish_a_file_outside_its_directory(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the server's own file")
    rendition, _ = run(fakes.escapes(secret))
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_CRASHED)
    assert rendition.parts.count() == 0


def test_an_engine_cannot_change_what_was_published() -> None:
    handles = []

    def script(request: dict[str, object], directory: Path) -> Iterator[fakes.Event]:
        part = fakes.part(directory, "whole", b"%PDF whole")
        handles.append((directory / part["file"]).open("r+b"))
        yield part
        yield fakes.done(pages=1, sizes=[[10, 10, 1]])
        yield fakes.EXIT

    rendition, _ = run(script)
    with handles[0] as handle:
        handle.write(b"%PDF evil!")
    assert content(rendition, "whole") == b"%PDF whole"


def test_an_engine_cannot_publish_another_file_under_a_second_name() -> None:
    secret = Path(settings.DATA_DIR) / "secret_key"

    def script(request: dict[str, object], directory: Path) -> Iterator[fakes.Event]:
        part = fakes.part(directory, "whole", b"")
        (directory / part["file"]).unlink()
        (directory / part["file"]).hardlink_to(secret)
        yield part
        yield fakes.done(pages=1, sizes=[[10, 10, 1]])
        yield fakes.EXIT

    rendition, _ = run(script)
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_CRASHED)
    assert secret.exists()


def test_an_end_without_a_document_is_a_failure() -> None:
    def script(request: dict[str, object], directory: Path) -> Iterator[fakes.Event]:
        yield fakes.done()
        yield fakes.EXIT

    rendition, _ = run(script)
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.ENGINE_CRASHED)


def test_a_pdf_is_its_own_pdf() -> None:
    """The engine names no file when the source can be used as it is."""

    def script(request: dict[str, object], directory: Path) -> Iterator[fakes.Event]:
        yield fakes.part(directory, "x", b"") | {"name": "whole", "file": None}
        yield fakes.done(pages=1, sizes=[[10, 10, 1]])
        yield fakes.EXIT

    rendition, _ = run(script, source=factories.PDF_BYTES)
    assert content(rendition, "whole") == factories.PDF_BYTES


def test_an_unexpected_exception_fails_the_job_and_tells_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is geheim")

    monkeypatch.setattr(jobs, "route", broken)
    rendition, _ = run(fakes.succeeds())
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.INTERNAL)
    assert "geheim" not in rendition.error_detail


def test_a_job_whose_rendition_was_removed_meanwhile_ends_quietly() -> None:
    def script(request: dict[str, object], directory: Path) -> Iterator[fakes.Event]:
        yield fakes.part(directory, "whole", b"%PDF whole")
        yield fakes.done(pages=1, sizes=[[10, 10, 1]])
        yield fakes.EXIT

    removed = services.request(factories.work_file(content=b"%PDF-1"), PDF, client=None)
    other = services.request(factories.work_file(content=b"%PDF-2"), PDF, client=None)
    job = leases.claim({0})
    assert job is not None
    assert job.pk == removed.pk
    Rendition.objects.filter(pk=removed.pk).delete()
    with fakes.Engine(script):
        jobs.run(job)
        assert jobs.work() == 1
    other.refresh_from_db()
    assert other.state == State.READY


LONG_AGO = timedelta(minutes=11)


def _without_room(request: dict[str, Any], directory: Path) -> Iterator[dict[str, Any]]:
    yield {"event": "failed", "code": "document_corrupt", "detail": "Io Class:Write Code:16"}
    yield fakes.EXIT


def test_a_full_disk_is_not_the_documents_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job is taken up again when its lease is over, and says why when that never helped."""
    monkeypatch.setattr(jobs, "_has_room", lambda: False)
    rendition, _ = run(_without_room)
    assert (rendition.state, rendition.error_code) == (State.RUNNING, "")
    assert rendition.attempts == 0
    Rendition.objects.update(state=State.QUEUED, requested_at=timezone.now() - LONG_AGO)
    with fakes.Engine(_without_room):
        jobs.work()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == (State.FAILED, "storage_unavailable")
    assert rendition.error_detail == "The server's disk is full."


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"ResponseMetadata": {"HTTPStatusCode": 503}}, "GetObject"),
        EndpointConnectionError(endpoint_url="http://bucket"),
    ],
)
def test_a_bucket_that_is_away_is_not_the_documents_fault(
    monkeypatch: pytest.MonkeyPatch, settings: Any, error: Exception
) -> None:
    def away(*_: object) -> None:
        raise error

    monkeypatch.setattr(storage, "copy_to", away)
    settings.STORAGE_URL = "s3://a:b@bucket"
    rendition, _ = run(fakes.succeeds())
    assert (rendition.state, rendition.error_code) == (State.RUNNING, "")
    assert rendition.attempts == 0
    Rendition.objects.update(state=State.QUEUED, requested_at=timezone.now() - LONG_AGO)
    jobs.work()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == (State.FAILED, "storage_unavailable")
    assert rendition.error_detail == "The storage of documents does not answer."


def test_a_bucket_that_refuses_is_no_outage(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def refused(*_: object) -> None:
        raise ClientError({"ResponseMetadata": {"HTTPStatusCode": 403}}, "GetObject")

    monkeypatch.setattr(storage, "copy_to", refused)
    settings.STORAGE_URL = "s3://a:b@bucket"
    rendition, _ = run(fakes.succeeds())
    assert (rendition.state, rendition.error_code) == (State.FAILED, ErrorCode.INTERNAL)
