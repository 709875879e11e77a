"""What nobody refers to any more goes; what somebody might still need stays."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.document_sessions.models import DocumentSession
from apps.workfiles import services, storage
from apps.workfiles.models import Blob, WorkFile
from tests import factories

from .conftest import Files

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=2)


def age() -> None:
    """Two days pass for every file."""
    then = timezone.now() - LONG_AGO
    Blob.objects.update(claimed_at=then)
    WorkFile.objects.update(expires_at=then)


def test_an_expired_file_goes_with_its_bytes(stored: Files) -> None:
    factories.work_file()
    age()
    assert services.sweep() == 1
    assert (stored(), Blob.objects.count(), WorkFile.objects.count()) == ([], 0, 0)


def test_a_live_file_stays(stored: Files) -> None:
    work_file = factories.work_file()
    Blob.objects.update(claimed_at=timezone.now() - LONG_AGO)
    assert services.sweep() == 0
    assert services.read_all(work_file.blob) == factories.PDF_BYTES


def test_bytes_stay_for_an_hour_after_the_last_upload_of_them(stored: Files) -> None:
    factories.work_file().delete()
    Blob.objects.update(claimed_at=timezone.now() - timedelta(minutes=59))
    assert services.sweep() == 0
    Blob.objects.update(claimed_at=timezone.now() - timedelta(minutes=61))
    assert services.sweep() == 1


def test_bytes_that_another_handle_shares_stay(stored: Files) -> None:
    factories.work_file()
    kept = factories.work_file(factories.actor("other"))
    age()
    services.keep_until(kept, timezone.now() + timedelta(hours=1))
    assert services.sweep() == 0
    assert services.read_all(kept.blob) == factories.PDF_BYTES
    assert WorkFile.objects.get() == kept


def test_an_expired_file_that_a_session_shows_stays_as_long_as_the_session() -> None:
    factories.view(content=factories.PDF_BYTES)
    Rendition.objects.all().delete()
    age()
    assert services.sweep() == 0
    assert WorkFile.objects.count() == 1
    DocumentSession.objects.all().delete()
    assert services.sweep() == 1


def test_files_in_use_do_not_keep_a_sweep_from_the_others() -> None:
    """More of them than a batch holds, and newer than the one that is to go."""
    alone = factories.work_file(content=factories.PDF_BYTES + b"alone")
    for _ in range(3):
        factories.view(content=factories.PDF_BYTES)
    age()
    services.sweep(batch=2)
    assert not WorkFile.objects.filter(pk=alone.pk).exists()
    assert WorkFile.objects.count() == 3


def test_a_blob_that_a_rendition_was_made_from_stays() -> None:
    work_file = factories.work_file()
    conversion.request(work_file, PDF, client=None)
    age()
    assert services.sweep() == 0
    Rendition.objects.all().delete()
    assert services.sweep() == 1


def test_an_upload_that_claims_a_blob_while_the_sweep_runs_wins(
    stored: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two blobs are to go; while the first goes, an upload of the second's content arrives."""
    for number in range(2):
        factories.work_file(content=factories.PDF_BYTES + b"%d" % number).delete()
    age()
    delete, uploads = storage.delete, []

    def delete_slowly(location: str) -> None:
        delete(location)
        if not uploads:
            other = Blob.objects.get()
            content = services.read_all(other)
            uploads.append((factories.work_file(content=content), content))

    monkeypatch.setattr(storage, "delete", delete_slowly)
    assert services.sweep(batch=1) == 1
    [(work_file, content)] = uploads
    assert services.read_all(work_file.blob) == content
    assert len(stored()) == 1


def test_a_sweep_takes_batches_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        factories.work_file(content=factories.PDF_BYTES + b"%d" % number).delete()
    age()
    sizes, remove = [], services._remove
    monkeypatch.setattr(
        services,
        "_remove",
        lambda stale, chosen: sizes.append(len(chosen)) or remove(stale, chosen),
    )
    assert (services.sweep(batch=2), sizes) == (5, [2, 2, 1])


def aged(path: Path, days: float) -> Path:
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))
    return path


def test_stored_files_without_a_row_go_after_a_day(stored: Files) -> None:
    kept = factories.work_file().blob
    folder = Path(settings.DATA_DIR) / "blobs" / kept.location[:2]
    old, young = folder / "left-by-a-crash", folder / "being-written"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    aged(old, 1.1)
    aged(folder / kept.location[3:], 30)
    share = int(kept.location[:2], 16)
    assert services.sweep_orphans((share + 1) % storage.SHARES) == 0
    assert services.sweep_orphans(share) == 1
    assert sorted(stored()) == sorted([folder / kept.location[3:], young])


def test_uploads_cut_off_by_a_crash_go_after_a_day(scratch: Files) -> None:
    for name, days in (("old", 1.1), ("young", 0.9)):
        path = Path(settings.SCRATCH_DIR) / name
        path.write_bytes(b"x")
        aged(path, days)
    assert services.sweep_orphans(0) == 1
    assert [path.name for path in scratch()] == ["young"]
