"""What goes into envelopes and comes out of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_guid
from apps.envelopes import contents, services, sharing
from apps.envelopes.models import EnvelopeItem
from apps.envelopes.services import Attached
from apps.workfiles.models import Blob
from tests.unit.envelopes.conftest import READ, Files, client_id, guid, made, program

BIG = b"0123456789abcdef" * 20_000


def put(attached: Attached, content: bytes = b"content", **options: object) -> str:
    """The id of a new item."""
    values = {"name": "Payslip March.pdf", "media_type": "application/pdf"} | options
    return str(contents.put(attached, content=content, **values).id)  # type: ignore[arg-type]


def read(attached: Attached, item_id: str) -> bytes:
    return b"".join(contents.open(attached, item_id))


def refused(code: ErrorCode, *steps: object) -> PortalError:
    with pytest.raises(PortalError) as caught:
        list(steps[0](*steps[1:]) or ())  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("content", [b"", b"x", BIG, [b"a", b"", b"b" * 70_000, b"c"]])
def test_an_item_comes_back_in_another_session(content: bytes | list[bytes]) -> None:
    attached, key = made()
    meta = {"class": "payslip", "pages": 2}
    item = contents.put(
        attached, name="Löhne 3.pdf", media_type="application/pdf", content=content, meta=meta
    )
    later = services.attach(program(scopes=READ), guid(attached), key)
    assert contents.items(later) == [item] == [contents.item(later, str(item.id))]
    whole = content if isinstance(content, bytes) else b"".join(content)
    assert read(later, str(item.id)) == whole
    assert (item.name, item.media_type, item.kind, item.meta, item.size) == (
        "Löhne 3.pdf",
        "application/pdf",
        "document",
        meta,
        len(whole),
    )


def test_items_are_listed_in_pages() -> None:
    attached, _ = made()
    ids = [put(attached, str(number).encode()) for number in range(5)]

    numbers = [one.number for one in contents.items(attached)]

    def listed(**options: int) -> list[str]:
        return [str(one.id) for one in contents.items(attached, **options)]

    assert listed() == ids
    assert listed(limit=2) == ids[:2]
    contents.remove(attached, ids[1])
    assert listed(after=numbers[1], limit=2) == ids[2:4]
    assert listed(after=numbers[4]) == []


def test_data_and_documents_are_told_apart() -> None:
    attached, _ = made()
    put(attached, b"{}", kind="data")
    assert contents.items(attached)[0].kind == "data"
    with pytest.raises(ValueError, match="other"):
        put(attached, kind="other")


def test_reading_access_does_not_write() -> None:
    attached, key = made()
    item_id = put(attached)
    reader = services.attach(program(scopes=READ), guid(attached), key)
    refused(ErrorCode.ENVELOPE_DENIED, put, reader)
    refused(ErrorCode.ENVELOPE_DENIED, contents.remove, reader, item_id)
    assert read(reader, item_id) == b"content"


@pytest.mark.parametrize("item_id", ["", "x", new_guid(), "0" * 36])
def test_an_unknown_item_is_not_found(item_id: str) -> None:
    attached, _ = made()
    refused(ErrorCode.ENVELOPE_ITEM_NOT_FOUND, contents.item, attached, item_id)
    refused(ErrorCode.ENVELOPE_ITEM_NOT_FOUND, contents.open, attached, item_id)
    refused(ErrorCode.ENVELOPE_ITEM_NOT_FOUND, contents.remove, attached, item_id)


def test_an_item_of_another_envelope_is_not_found() -> None:
    attached, _ = made()
    other, _ = made()
    refused(ErrorCode.ENVELOPE_ITEM_NOT_FOUND, contents.open, other, put(attached))


def test_a_removed_item_is_gone_with_its_file(
    stored: Files, django_capture_on_commit_callbacks: object
) -> None:
    attached, _ = made()
    kept, removed = put(attached, b"kept"), put(attached, b"removed")
    assert len(stored()) == 2
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        contents.remove(attached, removed)
    refused(ErrorCode.ENVELOPE_ITEM_NOT_FOUND, contents.remove, attached, removed)
    assert [str(one.id) for one in contents.items(attached)] == [kept]
    assert len(stored()) == 1


# --- What somebody with the files or the database could try ------------------------------------


def file_of(item_id: str) -> Path:
    location = EnvelopeItem.objects.get(guid=item_id).blob.location
    return Path(settings.DATA_DIR) / "blobs" / location


def test_a_changed_file_is_noticed() -> None:
    attached, _ = made()
    item_id = put(attached, BIG)
    file = file_of(item_id)
    sealed = file.read_bytes()
    for changed in (
        sealed[:-1],
        sealed[:65536],
        sealed + b"x",
        sealed[:50] + bytes([sealed[50] ^ 1]) + sealed[51:],
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
    ):
        # The row knows the size, so that a longer file does not show; what is there must fit.
        Blob.objects.update(size=len(changed))
        file.chmod(0o600)
        file.write_bytes(changed)
        refused(ErrorCode.INTERNAL, contents.open, attached, item_id)
    Blob.objects.update(size=len(sealed))
    file.write_bytes(sealed)
    assert read(attached, item_id) == BIG


def test_a_lost_file_is_an_error_before_anything_is_sent() -> None:
    attached, _ = made()
    item_id = put(attached)
    file_of(item_id).unlink()
    with pytest.raises(PortalError):
        contents.open(attached, item_id)


def test_contents_and_names_exchanged_between_items_are_noticed() -> None:
    attached, _ = made()
    one, other = put(attached, b"one"), put(attached, b"other")
    first, second = EnvelopeItem.objects.order_by("pk")
    EnvelopeItem.objects.filter(pk=first.pk).update(blob=second.blob)
    refused(ErrorCode.INTERNAL, contents.open, attached, one)
    EnvelopeItem.objects.filter(pk=second.pk).update(sealed_details=bytes(first.sealed_details))
    refused(ErrorCode.INTERNAL, contents.item, attached, other)


def test_an_item_moved_to_another_envelope_does_not_open_there() -> None:
    attached, _ = made()
    other, _ = made()
    item_id = put(attached)
    EnvelopeItem.objects.update(envelope=other.envelope)
    refused(ErrorCode.INTERNAL, contents.open, other, item_id)
    refused(ErrorCode.INTERNAL, contents.items, other)


# --- While it goes in --------------------------------------------------------------------------


def test_nothing_is_kept_of_content_that_breaks_off(stored: Files) -> None:
    attached, _ = made()

    def broken() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        put(attached, broken())  # type: ignore[arg-type]
    assert contents.items(attached) == []
    assert stored() == []


def test_nothing_is_kept_when_access_ends_while_it_goes_in(
    stored: Files, django_capture_on_commit_callbacks: object
) -> None:
    owned, key = made()
    sharing.grant(owned, client_id("reader"), "write")
    reader = services.attach(program("reader"), guid(owned), key)

    def slow() -> Iterator[bytes]:
        yield b"x"
        sharing.revoke(owned, client_id("reader"))
        yield b"y"

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        refused(ErrorCode.ENVELOPE_DENIED, put, reader, slow())
    assert (contents.items(owned), stored(), Blob.objects.count()) == ([], [], 0)


def test_nothing_is_kept_when_the_envelope_ends_while_it_goes_in(
    stored: Files, django_capture_on_commit_callbacks: object
) -> None:
    attached, _ = made()

    def slow() -> Iterator[bytes]:
        yield b"x"
        services.delete(program(), attached.envelope)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        refused(ErrorCode.ENVELOPE_NOT_FOUND, put, attached, slow())
    assert (stored(), Blob.objects.count(), EnvelopeItem.objects.count()) == ([], 0, 0)
