"""A thousand saves, of which many go wrong: what was confirmed is stored, all else was told."""

from __future__ import annotations

import errno
import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError

from apps.core.errors import ErrorCode, PortalError
from apps.editing import events, saving, services
from apps.workfiles import storage
from tests.fakes import Breaking
from tests.unit.editing.conftest import Partner, again, content

SAVES = 1000


class Killed(BaseException):
    """The worker is gone."""


def fails(fault: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise fault

    return fail


# Where a save is struck, and by what.
STRIKES: dict[str, tuple[Any, str, BaseException]] = {
    "storage down": (storage, "put", ConnectionError("storage")),
    "disk full": (storage, "put", OSError(errno.ENOSPC, "No space left on device")),
    "database down": (events, "saved", DatabaseError("database")),
    "killed before the bytes": (storage, "put", Killed()),
    "killed before the row": (saving, "_write", Killed()),
    "killed before the commit": (saving, "_forget_autosaves", Killed()),
}


@contextmanager
def struck(name: str) -> Iterator[None]:
    target, attribute, fault = STRIKES[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, attribute, fails(fault))
        yield


def test_no_save_is_lost_in_silence(partner: Partner, settings: Any) -> None:
    settings.EDITOR_AUTOSAVES_KEPT = 10 * SAVES
    chance = random.Random(2026)  # noqa: S311
    editing = partner.open()
    confirmed: dict[str, bytes] = {}
    told, head = 0, 1

    def one(body: bytes, expected: int) -> str:
        made = saving.save(again(editing), io.BytesIO(body), expected=expected, reason="autosave")
        return made.label

    for number in range(SAVES):
        body = b"save %d\n" % number
        kind = chance.choice([*STRIKES, "broken off", "duplicate", "late", "", "", ""])
        try:
            if kind in STRIKES:
                with struck(kind):
                    one(body, head)
                raise AssertionError(kind)
            if kind == "broken off":
                stream = Breaking(100_000, OSError("connection reset"))
                saving.save(again(editing), stream, expected=head, reason="autosave")
                raise AssertionError(kind)
            label = one(body, head - 1 if kind == "late" else head)
            confirmed[label] = body
            if kind == "duplicate":
                assert one(body, head) == label
            head = int(label)
        except PortalError as error:
            told += 1
            if error.code == ErrorCode.REVISION_CONFLICT:
                confirmed[str(error.data["kept"])] = body
            else:
                wanted = "malformed_body" if kind == "broken off" else "storage_failed"
                assert error.code == wanted, kind
        except Killed:
            told += 1  # the page sees the connection end
        if number % 100 == 0:
            assert content(services.revision(again(editing))) == confirmed.get(
                str(head), b"first\nsecond\nthird\n"
            )
    assert told > 300
    stored = {one.label: content(one) for one in services.revisions(again(editing), limit=2000)}
    assert {label: stored[label] for label in confirmed} == confirmed
    # Nothing is there that nobody was told of.
    assert stored.keys() - confirmed.keys() == {"1"}
    assert head == len([label for label in stored if not label.startswith("s")])
