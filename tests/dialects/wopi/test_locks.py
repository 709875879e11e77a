"""Lock, Unlock, RefreshLock, UnlockAndRelock, GetLock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.editing.models import OfficeFile
from tests.dialects.kudo.conftest import Backend
from tests.dialects.wopi.conftest import Office, docx, person


def mismatch(answer: Any, holder: str) -> None:
    assert answer.status_code == 409, answer.content
    assert answer["X-WOPI-Lock"] == holder
    assert answer["X-WOPI-LockFailureReason"]


@pytest.mark.conformance(
    "wopi-files",
    line="Lock: 200 on an unlocked file, and again with the same lock",
    outcome="supported",
)
def test_lock(office: Office) -> None:
    assert office.holder() == ""
    answer = office.lock("L1")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "1")
    assert "X-WOPI-Lock" not in answer
    assert office.holder() == "L1"
    assert office.lock("L1").status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="Lock: 409 with X-WOPI-Lock, the lock there is, where that is another",
    outcome="supported",
)
def test_locked_by_another(office: Office) -> None:
    office.locked("L1")
    mismatch(office.lock("L2"), "L1")
    assert office.holder() == "L1"


@pytest.mark.conformance(
    "wopi-files", line="Lock: one lock for everybody who edits the file", outcome="supported"
)
def test_one_lock_for_all(partner: Backend, office: Office) -> None:
    file = OfficeFile.objects.get().document.file
    other = Office.opened(person(partner, file, userId="ben"))
    assert other.source == office.source
    office.locked("L1")
    mismatch(other.lock("L2"), "L1")
    assert other.lock("L1").status_code == 200


@pytest.mark.conformance(
    "wopi-files", line="Unlock: 200 with the lock; 409 with another or none", outcome="supported"
)
def test_unlock(office: Office) -> None:
    mismatch(office.do("UNLOCK", "L1"), "")
    office.locked("L1")
    mismatch(office.do("UNLOCK", "L2"), "L1")
    answer = office.do("UNLOCK", "L1")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "1")
    assert office.holder() == ""


@pytest.mark.conformance(
    "wopi-files", line="RefreshLock: 30 minutes more; 409 with another or none", outcome="supported"
)
def test_refresh(office: Office) -> None:
    mismatch(office.do("REFRESH_LOCK", "L1"), "")
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        office.locked("L1")
        clock.move_to(start + timedelta(minutes=19))
        mismatch(office.do("REFRESH_LOCK", "L2"), "L1")
        assert office.do("REFRESH_LOCK", "L1").status_code == 200
        clock.move_to(start + timedelta(minutes=38))
        assert office.holder() == "L1"
        clock.move_to(start + timedelta(minutes=50))
        assert office.holder() == ""
        mismatch(office.do("REFRESH_LOCK", "L1"), "")
        assert office.lock("L2").status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="UnlockAndRelock: the new lock in the old one's place; 409 where that is another",
    outcome="supported",
)
def test_relock(office: Office) -> None:
    mismatch(office.do("LOCK", "L2", X_WOPI_OldLock="L1"), "")
    office.locked("L1")
    mismatch(office.do("LOCK", "L3", X_WOPI_OldLock="L2"), "L1")
    assert office.do("LOCK", "L2", X_WOPI_OldLock="L1").status_code == 200
    assert office.holder() == "L2"


@pytest.mark.conformance(
    "wopi-files",
    line="Lock: 400 for a lock that is missing, too long or not ASCII",
    outcome="supported",
)
@pytest.mark.parametrize("name", ["", "x" * 1025, "L\u00e4"])
@pytest.mark.parametrize("operation", ["LOCK", "UNLOCK", "REFRESH_LOCK"])
def test_bad_locks(office: Office, operation: str, name: str) -> None:
    office.headers = {"X-WOPI-Lock": name} if name else {}
    assert office.do(operation).status_code == 400


def test_long_locks(office: Office) -> None:
    name = '{"S":"' + "x" * 1010 + '", "F":4}'
    assert office.lock(name[:1024]).status_code == 200
    assert office.holder() == name[:1024]


@pytest.mark.conformance(
    "wopi-files", line="Lock: 404 for whoever may only view", outcome="supported"
)
def test_viewers_lock_nothing(partner: Backend) -> None:
    office = Office.opened(person(partner, access="view"))
    for operation in ("LOCK", "UNLOCK", "REFRESH_LOCK"):
        assert office.do(operation, "L1").status_code == 404
    assert office.holder() == ""


@pytest.mark.conformance(
    "wopi-files", line="Unlock: also after the person has closed the page", outcome="ours"
)
def test_unlock_after_the_end(browser: Any, office: Office) -> None:
    office.locked("L1")
    assert browser.post("/close").status_code == 204
    assert office.do("REFRESH_LOCK", "L1").status_code == 401
    assert office.do("UNLOCK", "L1").status_code == 200


def test_whoever_comes_back_knows_what_it_knew(browser: Any, office: Office) -> None:
    """The lock lapsed and somebody saved: the same lock taken again does not overwrite that."""
    office.locked("L1")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        OfficeFile.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    OfficeFile.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert browser.put("/content", docx("theirs")).status_code == 200
    office.locked("L1")
    assert office.put(docx("ours"), "L1").status_code == 409
    assert office.content() == browser.get("/content").getvalue()
