"""Taking bytes in, handing them out, and removing what nobody refers to."""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet, Sum
from django.utils import timezone

from apps.clients import rates
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_token
from apps.tallies.figures import ORPHANS
from apps.workfiles import nearby, sniffing, storage
from apps.workfiles.formats import FORMATS, Format
from apps.workfiles.models import Blob as Blob
from apps.workfiles.models import WorkFile
from apps.workfiles.storage import failure as failure
from apps.workfiles.storage import outage as outage

logger = logging.getLogger(__name__)
# An upload in progress refers to a blob before its handle exists; no sweep takes one this young.
_GRACE = timedelta(hours=1)
# So long after it was asked for, work waits for a storage that is away.
OUTAGE = timedelta(minutes=10)
# A file that is stored or received for longer than this without a row was left by a crash.
_ORPHANED = timedelta(days=1)
Row = TypeVar("Row", Blob, WorkFile)


class Readable(Protocol):
    """A stream of bytes, such as a request."""

    def read(self, size: int, /) -> bytes: ...


def upload(
    actor: Actor,
    stream: Readable,
    *,
    extension: str = "",
    name: str = "",
    keep: timedelta,
    limit: int | None = None,
) -> WorkFile:
    """Streams an upload into storage and returns its handle, which expires after `keep`.

    Memory stays flat at any size; `limit` (bytes) counts beside the server's and the client's.
    Raises DOCUMENT_EMPTY, DOCUMENT_TOO_LARGE, QUOTA_EXCEEDED and what `sniffing.identify`
    raises; then nothing is kept.
    """
    client = actor.require_client()
    limits = (settings.MAX_UPLOAD_BYTES, client.maximum_upload_bytes, limit)
    limit = min(one for one in limits if one)
    with _spooled(stream, limit) as (path, size, sha256):
        with path.open("rb") as received:
            kind = sniffing.identify(received, size, extension)
        _require_room(client, size)
        blob = _keep(path, size, sha256)
        return hand_out(client, blob, extension=kind.extension, name=name, keep=keep)


def _require_room(client: ApiClient, size: int) -> None:
    most = rates.limits(client).storage_bytes
    if most is None:
        return
    kept = WorkFile.objects.filter(client=client, expires_at__gt=timezone.now())
    used = kept.aggregate(size=Sum("blob__size"))["size"] or 0
    if used + size > most:
        raise PortalError(
            ErrorCode.QUOTA_EXCEEDED,
            f"The client's work files hold {used} bytes of the {most} they may.",
            at="body",
            limit=most,
        )


@contextmanager
def _spooled(stream: Readable, limit: int | None = None) -> Iterator[tuple[Path, int, str]]:
    """What a stream holds, in a file until the end of the block; its size in bytes and sha256."""
    with tempfile.NamedTemporaryFile(dir=settings.SCRATCH_DIR, delete=False) as scratch:
        path = Path(scratch.name)
        try:
            size, digest = 0, hashlib.sha256()
            while chunk := stream.read(storage.CHUNK_BYTES):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise PortalError(
                        ErrorCode.DOCUMENT_TOO_LARGE,
                        f"The upload is larger than {limit} bytes, the limit here.",
                        at="body",
                        limit=limit,
                    )
                digest.update(chunk)
                scratch.write(chunk)
            scratch.flush()
            yield path, size, digest.hexdigest()
        finally:
            path.unlink(missing_ok=True)


def _keep(path: Path, size: int, sha256: str) -> Blob:
    """The blob of this content: the one that is here already, or a new one.

    Bytes first, row second: a crash in between leaves a file for the sweep of the storage, never
    a row without bytes. Of two uploads at once the unique hash lets one win.
    """
    if blob := _claim(sha256):
        return blob
    location = storage.put(path)
    try:
        with transaction.atomic():
            return Blob.objects.create(sha256=sha256, size=size, location=location)
    except IntegrityError:
        storage.delete(location)
        if blob := _claim(sha256):
            return blob
        raise


def _claim(sha256: str) -> Blob | None:
    if Blob.objects.filter(sha256=sha256).update(claimed_at=timezone.now()):
        return Blob.objects.filter(sha256=sha256).first()
    return None


def keep(stream: Readable) -> Blob:
    """Stores content the portal made itself, or had made: a copy that nobody else can change."""
    with _spooled(stream) as (path, size, sha256):
        return _keep(path, size, sha256)


def keep_bytes(content: bytes) -> Blob:
    """Stores something small the portal made itself."""
    return keep(io.BytesIO(content))


def hand_out(
    client: ApiClient, blob: Blob, *, extension: str, name: str = "", keep: timedelta
) -> WorkFile:
    """A handle for content the portal made, as if the client had uploaded it."""
    return WorkFile.objects.create(
        file_id=new_token(),
        client=client,
        blob=blob,
        name=clean_name(name),
        extension=extension,
        expires_at=timezone.now() + keep,
    )


def get(actor: Actor, file_id: str) -> WorkFile:
    """A live work file of the actor's client.

    Raises WORK_FILE_NOT_FOUND alike for an unknown, an expired and a foreign id.
    """
    found = (
        WorkFile.objects.filter(
            file_id=file_id, client=actor.require_client(), expires_at__gt=timezone.now()
        )
        .select_related("blob")
        .first()
    )
    if found is None:
        raise PortalError(
            ErrorCode.WORK_FILE_NOT_FOUND,
            "The given work file has expired or does not exist.",
            at="fileId",
        )
    return found


def keep_until(work_file: WorkFile, moment: datetime) -> None:
    """Lets a work file live at least as long as `moment`; never shortens its life."""
    WorkFile.objects.filter(pk=work_file.pk, expires_at__lt=moment).update(expires_at=moment)


def describe(work_file: WorkFile) -> Format:
    """The work file's format."""
    return FORMATS[work_file.extension]


def download_name(work_file: WorkFile, wanted: str = "", default: str = "SourceFile") -> str:
    """The file name for a download: `wanted` or `default`, with the right extension."""
    stem = clean_name(wanted) or default
    suffix = f".{work_file.extension}"
    return stem if stem.lower().endswith(suffix) else stem + suffix


def clean_name(name: str) -> str:
    """A name that is safe in a header and on a page: no folders, no control characters."""
    base = PurePath(name.replace("\\", "/")).name
    name = "".join(c for c in base if c.isprintable()).strip()[:255]
    return name if name.strip(".") else ""


def read(blob: Blob, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """The blob's bytes from `start` on, in chunks."""
    return storage.read(blob.location, start, blob.size - start if length is None else length)


def signed_address(blob: Blob, *, media_type: str, disposition: str) -> str:
    """Where the storage itself hands the blob out for a short time; blank where it does not."""
    return storage.signed_address(blob.location, media_type=media_type, disposition=disposition)


def read_all(blob: Blob) -> bytes:
    """The whole blob in memory; for content the portal made itself and bounded."""
    return b"".join(read(blob))


def copy_to(blob: Blob, path: Path, *, again: bool = False) -> None:
    """Writes the blob's bytes to a new file.

    What is wanted `again` soon stays near this host for a while, where it came from a bucket.
    """
    if again and nearby.take(blob.sha256, path):
        return
    storage.copy_to(blob.location, blob.size, path)
    if again:
        nearby.keep(blob.sha256, path)


def discard(blob: Blob, *, unclaimed_for: timedelta = timedelta()) -> None:
    """Removes content at once, once its handle is gone: for what nobody else can have stored too.

    That is so for ciphertext. Anything else may have been claimed by an upload in progress, which
    has no handle yet: it has to be `unclaimed_for` some time, or is left to `sweep`. The file goes
    after commit.
    """
    before = timezone.now() - unclaimed_for
    if _unreferenced(Blob).filter(pk=blob.pk, claimed_at__lte=before)._raw_delete("default"):
        transaction.on_commit(lambda: storage.delete(blob.location), robust=True)


def sweep(batch: int = batches.SIZE) -> int:
    """Removes expired handles and content nobody refers to; returns how many blobs went."""
    now = timezone.now()
    # Those a session still shows are left out: they would fill the batch, time after time.
    expired = _unreferenced(WorkFile).filter(expires_at__lte=now).order_by("expires_at")
    batches.delete(expired, batch)
    old = _unreferenced(Blob).filter(claimed_at__lt=now - _GRACE)
    stale = batches.slice_of(old)
    return sum(_remove(stale, chosen) for chosen in batches.in_turn(stale, batch))


def _remove(stale: QuerySet[Blob], chosen: list[Blob]) -> int:
    """Removes content, rows first and files second: a crash in between leaves files to sweep."""
    with transaction.atomic():
        rows = stale.filter(pk__in=[blob.pk for blob in chosen])
        gone = batches.held(rows, len(chosen))
        # The condition is part of the statement: an upload that has claimed one now wins.
        gone = [blob for blob in gone if stale.filter(pk=blob.pk)._raw_delete("default")]
    for blob in gone:
        storage.delete(blob.location)
    return len(gone)


def sweep_orphans(share: int | None = None) -> int:
    """Removes stored files without a row and uploads cut off by a crash; returns how many.

    Looks at one of the storage's shares (0 to 255) a time, by default the next one every five
    minutes, so that a large storage is never listed at once.
    """
    before = timezone.now() - _ORPHANED
    if share is None:
        share = int(timezone.now().timestamp() // 300) % storage.SHARES
    old = set(storage.older_than(before, share))
    orphans = old - set(Blob.objects.filter(location__in=old).values_list("location", flat=True))
    for location in orphans:
        ORPHANS.add(storage.size(location))
        storage.delete(location)
    count = len(orphans)
    for file in Path(settings.SCRATCH_DIR).iterdir():
        with suppress(FileNotFoundError):  # of an upload that ends at this moment
            if file.is_file() and file.stat().st_mtime < before.timestamp():
                file.unlink()
                count += 1
    return count


def try_storage() -> None:
    """Stores a small file, reads it and removes it. Raises what the storage raises, or OSError."""
    content = b"Recto was here."
    with _spooled(io.BytesIO(content)) as (path, size, _):
        location = storage.put(path)
    try:
        if b"".join(storage.read(location, 0, size)) != content:
            raise OSError("The storage gives back other bytes than it was given.")
    finally:
        storage.delete(location)


def unreferenced_bytes() -> int:
    """Bytes of content that nobody refers to, and that a sweep may remove."""
    stale = _unreferenced(Blob).filter(claimed_at__lt=timezone.now() - _GRACE)
    return stale.aggregate(size=Sum("size"))["size"] or 0


def _unreferenced(model: type[Row]) -> QuerySet[Row]:
    """Rows no other row points at, whichever app that belongs to."""
    rows = model._default_manager.all()
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            pointing = relation.related_model._default_manager.filter(
                **{relation.field.name: OuterRef("pk")}
            )
            rows = rows.filter(~Exists(pointing))
    return rows
