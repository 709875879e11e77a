"""Taking bytes in: streamed, kept once, and never a row without bytes."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.workfiles import services, storage
from apps.workfiles.models import Blob, WorkFile
from tests import factories, fakes

from .conftest import Files

pytestmark = pytest.mark.django_db


def test_an_upload_is_a_handle_on_its_bytes(stored: Files, scratch: Files) -> None:
    work_file = factories.work_file(content=b"a,b\n1,2\n", extension="CSV", name="table.csv")
    assert services.read_all(work_file.blob) == b"a,b\n1,2\n"
    assert (work_file.extension, work_file.name, work_file.blob.size) == ("csv", "table.csv", 8)
    assert len(stored()) == 1
    assert scratch() == []


def test_files_are_readable_by_their_owner_only(stored: Files) -> None:
    factories.work_file()
    assert stored()[0].stat().st_mode & 0o077 == 0


def test_the_same_content_is_kept_once_under_as_many_handles_as_uploads(stored: Files) -> None:
    first, second = factories.work_file(), factories.work_file(factories.actor("other"))
    assert first.blob == second.blob
    assert first.file_id != second.file_id
    assert len(stored()) == Blob.objects.count() == 1


def test_a_location_does_not_tell_the_content(stored: Files) -> None:
    blob = factories.work_file().blob
    assert blob.sha256[:8] not in blob.location
    assert (Path(stored()[0]).name in blob.location) is True


def test_an_upload_of_content_that_was_swept_meanwhile_is_stored_anew(stored: Files) -> None:
    work_file = factories.work_file()
    work_file.delete()
    Blob.objects.update(claimed_at=timezone.now() - timedelta(days=2))
    assert services.sweep() == 1
    assert stored() == []
    again = factories.work_file()
    assert services.read_all(again.blob) == factories.PDF_BYTES
    assert len(stored()) == 1


@pytest.mark.parametrize("blocks", [b"", b"noise \0\1\2" * 100])
def test_a_refused_upload_leaves_nothing(stored: Files, scratch: Files, blocks: bytes) -> None:
    with pytest.raises(PortalError):
        factories.work_file(content=blocks)
    assert (stored(), scratch(), Blob.objects.count()) == ([], [], 0)


def test_a_connection_that_is_lost_leaves_nothing(stored: Files, scratch: Files) -> None:
    stream = fakes.Breaking(600_000, ConnectionResetError("gone"))
    with pytest.raises(ConnectionResetError):
        services.upload(factories.actor(), stream, keep=timedelta(days=1))
    assert (stored(), scratch(), WorkFile.objects.count()) == ([], [], 0)


@pytest.mark.parametrize(("surplus", "fits"), [(-1, True), (0, True), (1, False)])
def test_the_limit_is_the_last_byte_that_fits(
    settings: LazySettings, surplus: int, fits: bool
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    content = factories.PDF_BYTES.ljust(1000 + surplus)
    if fits:
        assert factories.work_file(content=content).blob.size == 1000 + surplus
        return
    with pytest.raises(PortalError) as caught:
        factories.work_file(content=content)
    assert caught.value.code == ErrorCode.DOCUMENT_TOO_LARGE
    assert caught.value.data["limit"] == 1000


@pytest.mark.parametrize(("own", "limit"), [(500, 500), (5000, 1000), (None, 1000)])
def test_a_client_may_have_a_lower_limit_but_no_higher_one(
    settings: LazySettings, own: int | None, limit: int
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    actor = factories.actor(maximum_upload_bytes=own)
    factories.work_file(actor, factories.PDF_BYTES.ljust(limit))
    with pytest.raises(PortalError, match=f"larger than {limit} bytes"):
        factories.work_file(actor, factories.PDF_BYTES.ljust(limit + 1))


def test_reading_stops_at_the_limit(settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 1024**2
    stream = fakes.Endless(10 * 1024**3)
    with pytest.raises(PortalError):
        services.upload(factories.actor(), stream, keep=timedelta(days=1))
    assert stream._left > 10 * 1024**3 - 2 * 1024**2


def test_a_crash_between_bytes_and_row_leaves_a_file_and_no_row(
    stored: Files, scratch: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> None:
        raise OperationalError("the database went away")

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(Blob.objects, "create", crash)
        factories.work_file()
    assert (len(stored()), Blob.objects.count(), scratch()) == (1, 0, [])
    # The next upload of the same content is not troubled by what was left.
    work_file = factories.work_file()
    assert services.read_all(work_file.blob) == factories.PDF_BYTES


def test_an_upload_that_loses_a_race_uses_the_winners_copy(
    stored: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores the same content between our look-up and our insert."""
    put = storage.put

    def put_late(path: Path) -> str:
        location = put(path)
        monkeypatch.setattr(storage, "put", put)
        factories.work_file(factories.actor("other"))
        return location

    monkeypatch.setattr(storage, "put", put_late)
    work_file = factories.work_file()
    assert len(stored()) == Blob.objects.count() == 1
    assert services.read_all(work_file.blob) == factories.PDF_BYTES


def test_what_the_portal_made_is_kept_once(stored: Files, scratch: Files) -> None:
    blobs = [services.keep_bytes(content) for content in (b"a", b"b", b"a", b"c")]
    assert [services.read_all(blob) for blob in blobs] == [b"a", b"b", b"a", b"c"]
    assert blobs[0] == blobs[2]
    assert (len(stored()), scratch()) == (3, [])


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"0123456789"), (3, 4, b"3456"), (9, None, b"9"), (10, None, b""), (4, 0, b"")],
)
def test_a_range_is_read_as_a_range(start: int, length: int | None, expected: bytes) -> None:
    blob = factories.kept(b"0123456789")
    assert b"".join(services.read(blob, start, length)) == expected


def test_get_finds_live_files_of_the_actors_client_only() -> None:
    mine = factories.work_file()
    assert services.get(factories.actor(), mine.file_id) == mine
    for actor, file_id in (
        (factories.actor("other"), mine.file_id),
        (factories.actor(), "unknown"),
        (factories.actor(), ""),
    ):
        with pytest.raises(PortalError) as caught:
            services.get(actor, file_id)
        assert caught.value.code == ErrorCode.WORK_FILE_NOT_FOUND
    with pytest.raises(PortalError) as caught:
        services.get(Actor.viewer(), mine.file_id)
    assert caught.value.code == ErrorCode.NOT_AUTHENTICATED


def test_a_life_is_prolonged_and_never_shortened() -> None:
    work_file = factories.work_file(keep=timedelta(hours=2))
    ends = work_file.expires_at
    services.keep_until(work_file, ends - timedelta(hours=1))
    assert services.get(factories.actor(), work_file.file_id).expires_at == ends
    services.keep_until(work_file, ends + timedelta(hours=1))
    later = services.get(factories.actor(), work_file.file_id).expires_at
    assert later == ends + timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Report.docx", "Report.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Report.docx", "Report.docx"),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"),
        ("rechnung\u202efdp.txt", "rechnungfdp.txt"),
        ("рахунок-üäö-請求書.txt", "рахунок-üäö-請求書.txt"),
        ("  ", ""),
        ("..", ""),
        ("/", ""),
        ("x" * 400, "x" * 255),
    ],
)
def test_names_are_made_safe_and_otherwise_left_alone(name: str, safe: str) -> None:
    assert services.clean_name(name) == safe


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("", "SourceFile.csv"),
        ("Sales", "Sales.csv"),
        ("Sales.csv", "Sales.csv"),
        ("Sales.CSV", "Sales.CSV"),
        ("Sales.exe", "Sales.exe.csv"),
        ("..", "SourceFile.csv"),
    ],
)
def test_a_download_has_the_right_extension(wanted: str, given: str) -> None:
    work_file = WorkFile(extension="csv")
    assert services.download_name(work_file, wanted) == given


def test_an_upload_is_for_clients() -> None:
    with pytest.raises(PortalError) as caught:
        services.upload(Actor.viewer(), io.BytesIO(b"%PDF-"), keep=timedelta(days=1))
    assert caught.value.code == ErrorCode.NOT_AUTHENTICATED
