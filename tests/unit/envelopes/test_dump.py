"""Whoever copies the database and the disk gets no content, no name and no key."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import override_settings

from apps.envelopes import contents, services, sharing
from tests.unit.envelopes.conftest import client_id, guid, made, program

NAME, NOTE, TEXT = "Planted-Name-7261.pdf", "planted-note-5512", b"planted text 9034 "


def dump() -> bytes:
    """Every value of every table, and every byte of every file."""
    values: list[bytes] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                values += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                ]
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file():
            values.append(path.read_bytes())
    return b"\n".join(values)


def spellings(key: bytes) -> list[bytes]:
    """How a key could stand somewhere."""
    return [
        key,
        key.hex().encode(),
        base64.urlsafe_b64encode(key).rstrip(b"="),
        base64.b64encode(key).rstrip(b"="),
        json.dumps(list(key)).encode(),
        repr(key).encode(),
    ]


@override_settings(DEBUG=False)
def test_a_dump_holds_no_content_no_name_and_no_key() -> None:
    attached, key = made(label="planted label 1111")
    sharing.grant(attached, client_id("reader"), "write", subject="anna")
    reader = services.attach(program("reader"), guid(attached), key, subject="anna")
    for content in (TEXT, TEXT * 20_000):
        item = contents.put(
            reader, name=NAME, media_type="text/x-planted", content=content, meta={"note": NOTE}
        )
        assert b"".join(contents.open(reader, str(item.id))) == content
    secret = base64.urlsafe_b64decode(key + "=")
    found = dump()
    # It does hold what it is meant to hold.
    assert guid(attached).replace("-", "") in found.decode("latin-1").replace("-", "")
    for present in ("planted label 1111", "item_read", "anna"):
        assert present.encode() in found
    assert (
        sum(path.stat().st_size for path in Path(settings.DATA_DIR).rglob("*")) > len(TEXT) * 20_000
    )
    hidden = [NAME.encode(), NOTE.encode(), b"x-planted", TEXT, TEXT[:12], TEXT.hex().encode()]
    hidden += spellings(secret) + spellings(attached.data_key)
    for value in hidden:
        assert value not in found, value
        assert value.lower() not in found, value
