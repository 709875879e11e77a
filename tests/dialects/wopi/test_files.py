"""CheckFileInfo, GetFile, PutFile, and whom they are for."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery
from apps.document_sessions import services as sessions
from apps.document_sessions.models import DocumentSession
from apps.editing.models import EditDetail, EditedDocument, OfficeToken, Revision
from apps.workfiles import services as workfiles
from apps.workfiles import storage
from tests.dialects.kudo.conftest import Backend, Browser
from tests.dialects.wopi.conftest import WORDS, Office, docx, person


def newest() -> Revision:
    document = EditedDocument.objects.get()
    return document.revisions.get(side=False, number=document.head)


def stored(label: str) -> bytes:
    side, number = label.startswith("s"), int(label.lstrip("s"))
    return workfiles.read_all(Revision.objects.get(side=side, number=number).work_file.blob)


# --- CheckFileInfo ------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-files", line="CheckFileInfo: the file, the person and what both may", outcome="supported"
)
def test_check_file_info(office: Office, settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example.com"
    info = office.info()
    assert info["BaseFileName"] == info["BreadcrumbDocName"] == "letter.docx"
    assert (info["FileExtension"], info["Size"], info["Version"]) == (".docx", len(WORDS), "1")
    assert base64.b64decode(info["SHA256"]) == hashlib.sha256(WORDS).digest()
    assert datetime.fromisoformat(info["LastModifiedTime"]) == newest().created_at
    assert (info["UserFriendlyName"], info["IsAnonymousUser"]) == ("anna", False)
    assert info["UserId"].isalnum() and info["OwnerId"]
    assert info["PostMessageOrigin"] == "https://portal.example.com"
    for name in ("Update", "Locks", "GetLock", "ExtendedLockLength", "Rename"):
        assert info[f"Supports{name}"] is True
    assert (info["UserCanWrite"], info["UserCanRename"], info["ReadOnly"]) == (True, True, False)
    assert info["UserCanNotWriteRelative"] is False


@pytest.mark.conformance(
    "wopi-files", line="CheckFileInfo: UserCanWrite false with access=view", outcome="supported"
)
def test_view_only(partner: Backend) -> None:
    office = Office.opened(person(partner, access="view"))
    info = office.info()
    assert (info["UserCanWrite"], info["ReadOnly"]) == (False, True)
    assert (info["SupportsRename"], info["UserCanNotWriteRelative"]) == (False, True)
    assert office.content() == WORDS


def test_users_have_ids_that_stay(partner: Backend, office: Office) -> None:
    file = EditedDocument.objects.get().file
    again, ben = (
        Office.opened(person(partner, file, userId=name)).info() for name in ("anna", "ben")
    )
    assert again["UserId"] == office.info()["UserId"] != ben["UserId"]


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-files",
    line="Access token: 401 for one that is unknown or has expired",
    outcome="supported",
)
def test_bad_tokens(office: Office) -> None:
    good = office.token
    for office.token in ("", "x" * 43, good[:-1], good + "x", "1"):
        for answer in (office.check(), office.get(), office.lock("L1"), office.put(b"x", "L1")):
            assert answer.status_code == 401
    office.token = good
    OfficeToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert office.check().status_code == 401


def test_the_token_is_known_by_its_digest_only(office: Office) -> None:
    row = OfficeToken.objects.get()
    assert office.token not in json.dumps([str(value) for value in vars(row).values()])


def test_a_bearer_header_does_as_well(office: Office) -> None:
    office.headers, office.token = {"Authorization": f"Bearer {office.token}"}, ""
    assert office.check().status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="Access token: 404 for another file than the one it is for",
    outcome="supported",
)
def test_other_files(partner: Backend, office: Office) -> None:
    other = Office.opened(person(partner))
    office.path = other.path
    assert office.check().status_code == office.get().status_code == 404
    office.path = "/wopi/files/1"
    assert office.check().status_code == 404


@pytest.mark.conformance(
    "wopi-files", line="Access token: no good once the session has ended", outcome="ours"
)
def test_the_end_of_a_session(browser: Browser, office: Office) -> None:
    browser.post("/close")
    assert (office.check().status_code, office.get().status_code) == (401, 401)
    assert office.lock("L1").status_code == 401


def test_not_configured(office: Office, settings: Any) -> None:
    settings.WOPI_CLIENT_URL = ""
    assert office.check().status_code == 404


def test_each_call_is_a_use_of_the_session(office: Office) -> None:
    before = DocumentSession.objects.get().expires_at
    with time_machine.travel(timezone.now() + timedelta(minutes=15), tick=False):
        office.locked()
    assert DocumentSession.objects.get().expires_at > before


# --- GetFile --------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-files", line="GetFile: the content, with X-WOPI-ItemVersion", outcome="supported"
)
def test_get_file(office: Office) -> None:
    answer = office.get()
    assert (b"".join(answer.streaming_content), answer["X-WOPI-ItemVersion"]) == (WORDS, "1")


@pytest.mark.conformance(
    "wopi-files",
    line="GetFile: 412 for a file larger than X-WOPI-MaxExpectedSize",
    outcome="supported",
)
def test_max_expected_size(office: Office) -> None:
    assert office.get(**{"X-WOPI-MaxExpectedSize": str(len(WORDS))}).status_code == 200
    assert office.get(**{"X-WOPI-MaxExpectedSize": str(len(WORDS) - 1)}).status_code == 412
    assert office.get(**{"X-WOPI-MaxExpectedSize": "many"}).status_code == 400


# --- PutFile --------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: 200 with X-WOPI-ItemVersion under the lock; a version as any other save",
    outcome="supported",
)
def test_put_file(partner: Backend, office: Office) -> None:
    webhooks.register(Actor.system(), partner.actor.require_client(), "https://example.org/hook")
    answer = office.locked().put(docx("changed"), "L1")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "2")
    info = office.info()
    assert (info["Version"], info["LastModifiedTime"]) == ("2", answer.json()["LastModifiedTime"])
    assert office.content() == docx("changed")
    made = newest()
    assert (made.author, made.reason, made.base) == ("anna", "explicit", 1)
    delivered = WebhookDelivery.objects.get(event="document.saved")
    assert json.loads(delivered.message)["data"]["version"] == "2"


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: 409 without a lock on a file that is not empty",
    outcome="supported",
)
def test_put_unlocked(office: Office) -> None:
    for lock in ("", "L1"):
        answer = office.put(docx("changed"), lock)
        assert (answer.status_code, answer["X-WOPI-Lock"]) == (409, "")
    assert newest().number == 1


@pytest.mark.conformance(
    "wopi-files", line="PutFile: 200 without a lock on a file that is empty", outcome="supported"
)
def test_put_on_an_empty_file(office: Office) -> None:
    Revision.objects.update(size=0)
    answer = office.put(docx("begun"))
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "2")


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: 409 with X-WOPI-Lock under another lock or none",
    outcome="supported",
)
def test_put_with_another_lock(office: Office) -> None:
    office.locked("L1")
    for lock in ("", "L2"):
        answer = office.put(docx("changed"), lock)
        assert (answer.status_code, answer["X-WOPI-Lock"]) == (409, "L1")
    assert newest().number == 1


@pytest.mark.conformance(
    "wopi-files", line="PutFile: 404 for whoever may only view", outcome="supported"
)
def test_viewers_put_nothing(partner: Backend, office: Office) -> None:
    file = EditedDocument.objects.get().file
    viewer = Office.opened(person(partner, file, access="view", userId="eve"))
    office.locked("L1")
    assert viewer.put(docx("changed"), "L1").status_code == 404
    assert newest().number == 1


@pytest.mark.conformance(
    "wopi-files", line="PutFile: 413 for a file that is too large", outcome="supported"
)
def test_too_large(office: Office, settings: Any) -> None:
    office.locked()
    settings.MAX_UPLOAD_BYTES = 100
    assert office.put(docx("changed"), "L1").status_code == 413
    assert office.do("PUT_RELATIVE", body=b"", X_WOPI_SuggestedTarget=".odt",
                     X_WOPI_Size="101").status_code == 413  # fmt: skip


@pytest.mark.conformance(
    "wopi-files", line="PutFile: 400 for something of another format, or nothing", outcome="ours"
)
@pytest.mark.parametrize("body", [b"", b"no office document", b"%PDF-1.4\n%%EOF\n"])
def test_other_formats(office: Office, body: bytes) -> None:
    answer = office.locked().put(body, "L1")
    assert answer.status_code == (200 if body.startswith(b"%PDF") else 400)


@pytest.mark.conformance(
    "wopi-files", line="PutFile: 500 while storage is down; nothing is stored", outcome="supported"
)
def test_storage_is_down(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.locked()

    def broken(*_: object) -> str:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "put", broken)
        assert office.put(docx("changed"), "L1").status_code == 500
    assert office.put(docx("changed"), "L1").status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: the newest version's content once more makes no version",
    outcome="ours",
)
def test_sent_twice(office: Office) -> None:
    office.locked()
    for _ in range(2):
        answer = office.put(docx("changed"), "L1")
        assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "2")


@pytest.mark.conformance(
    "wopi-files",
    line="Lock: nobody else writes while a suite has it; what they send is kept",
    outcome="supported",
)
def test_nobody_else_writes(browser: Browser, office: Office) -> None:
    office.locked()
    answer = browser.put("/content", docx("from the page"))
    assert (answer.status_code, answer.json()["kept"]) == (409, "s1")
    assert browser.post("/revisions/1/restore").status_code == 409
    assert office.put(docx("from the suite"), "L1")["X-WOPI-ItemVersion"] == "2"
    office.do("UNLOCK", "L1")
    assert browser.put("/content", docx("later"), 2).status_code == 200


# --- Collabora's and ONLYOFFICE's additions -------------------------------------------------------


@pytest.mark.conformance(
    "wopi-collabora",
    line="X-COOL-WOPI-Timestamp: 409 with COOLStatusCode 1010 where the file was changed; without "
    "the header it is overwritten",
    outcome="supported",
)
def test_changed_behind_the_suite(browser: Browser, office: Office) -> None:
    known = office.info()["LastModifiedTime"]
    assert browser.put("/content", docx("theirs")).status_code == 200
    office.locked()
    answer = office.put(docx("ours"), "L1", X_COOL_WOPI_Timestamp=known)
    assert (answer.status_code, answer["X-WOPI-Lock"]) == (409, "")
    assert answer.json()["COOLStatusCode"] == 1010
    assert newest().number == 2
    answer = office.put(docx("ours"), "L1")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "3")
    known = answer.json()["LastModifiedTime"]
    assert office.put(docx("more"), "L1", X_COOL_WOPI_Timestamp=known).status_code == 200
    assert stored("2") == docx("theirs")


@pytest.mark.conformance(
    "wopi-collabora",
    line="X-COOL-WOPI-IsAutosave, -IsExitSave: the version's reason (X-LOOL-WOPI- too)",
    outcome="supported",
)
@pytest.mark.parametrize("prefix", ["X_COOL_WOPI_", "X_LOOL_WOPI_"])
def test_reasons(office: Office, prefix: str) -> None:
    office.locked()
    flags: list[tuple[str, dict[str, str]]] = [
        ("explicit", {"IsAutosave": "false"}),
        ("autosave", {"IsAutosave": "true"}),
        ("close", {"IsAutosave": "true", "IsExitSave": "true"}),
    ]
    for reason, sent in flags:
        headers = {prefix + name: value for name, value in sent.items()}
        assert office.put(docx(reason), "L1", **headers).status_code == 200
        assert newest().reason == reason


@pytest.mark.conformance(
    "wopi-collabora",
    line="X-COOL-WOPI-IsAutosave: with autosavedisabled kept beside the document",
    outcome="ours",
)
def test_autosave_disabled(partner: Backend) -> None:
    office = Office.opened(person(partner, autosavedisabled=True)).locked()
    answer = office.put(docx("by itself"), "L1", X_COOL_WOPI_IsAutosave="true")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "1")
    assert stored("s1") == docx("by itself")
    assert not WebhookDelivery.objects.exists()
    assert office.put(docx("told to"), "L1")["X-WOPI-ItemVersion"] == "2"


# --- Endings --------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: the suite's last save after the page was closed is the next version",
    outcome="ours",
)
def test_last_save_after_closing(browser: Browser, office: Office) -> None:
    office.locked()
    assert browser.post("/close").status_code == 204
    answer = office.put(docx("last words"), "L1", X_COOL_WOPI_IsExitSave="true")
    assert (answer.status_code, answer["X-WOPI-ItemVersion"]) == (200, "2")
    assert (newest().reason, stored("2")) == ("close", docx("last words"))


@pytest.mark.conformance(
    "wopi-files",
    line="PutFile: 401 after the end without a lock; kept beside the document",
    outcome="ours",
)
def test_too_late(browser: Browser, office: Office) -> None:
    browser.post("/close")
    assert office.put(docx("too late"), "L1").status_code == 401
    assert stored("s1") == docx("too late")


def test_expired_in_the_middle(office: Office) -> None:
    """The lock and the session lapse together: what is sent then is not lost."""
    office.locked()
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert office.check().status_code == 401
        assert office.put(docx("after lunch"), "L1").status_code == 401
        assert stored("s1") == docx("after lunch")


def test_stopped_by_the_client(office: Office) -> None:
    """Its rights were taken away: nothing of it is taken any more."""
    office.locked()
    sessions.stop(EditDetail.objects.get().session)
    assert office.put(docx("no more"), "L1").status_code == 401
    assert Revision.objects.count() == 1


# --- What is not there ----------------------------------------------------------------------------


@pytest.mark.conformance("wopi-files", line="Other operations: 501", outcome="supported")
@pytest.mark.parametrize("operation", ["DELETE", "PUT_USER_INFO", "COBALT", "ADD_ACTIVITIES"])
def test_other_operations(office: Office, operation: str) -> None:
    assert office.do(operation).status_code == 501


def test_operations_that_are_not_named(office: Office) -> None:
    office.locked()
    assert office.do("").status_code == 400
    assert office._send("POST", "/contents", {"X-WOPI-Lock": "L1"}, WORDS).status_code == 400
    assert office._send("PUT", "", {}).status_code == 501
