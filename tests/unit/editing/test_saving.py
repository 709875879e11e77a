"""Each save is a version, late ones are kept beside, and nothing that arrives is lost."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions import services as sessions
from apps.editing import saving, services, upkeep
from apps.editing.models import EditDetail, EditedDocument, PendingSave, Revision
from apps.workfiles import services as workfiles
from apps.workfiles import storage
from apps.workfiles.models import WorkFile
from tests import factories
from tests.unit.editing.conftest import TEXT, Partner, again, content, labels, save


def raised(code: ErrorCode, *arguments: Any, **options: Any) -> PortalError:
    with pytest.raises(PortalError) as caught:
        save(*arguments, **options)
    assert caught.value.code == code, caught.value.detail
    return caught.value


def events() -> list[tuple[str, dict[str, Any]]]:
    rows = WebhookDelivery.objects.order_by("pk")
    return [(row.event, json.loads(row.message)["data"]) for row in rows]


@pytest.fixture
def told(partner: Partner) -> Partner:
    webhooks.register(Actor.system(), partner.actor.require_client(), "https://example.org/hook")
    return partner


def newest(editing: services.Editing) -> Revision:
    return services.revision(again(editing))


def test_a_save_is_the_next_version(told: Partner) -> None:
    editing = told.open()
    assert labels(editing.document) == ["1"]
    made = save(editing, b"changed\n", 1)
    assert (made.number, made.base, made.side, made.author) == (2, 1, False, "anna")
    assert content(newest(editing)) == b"changed\n"
    assert content(services.revision(again(editing), "1")) == TEXT
    event, data = events()[0]
    assert event == "document.saved"
    assert (data["version"], data["userId"], data["file"]) == ("2", "anna", told.file)
    # What was saved can be fetched as a work file of the program.
    assert workfiles.read_all(workfiles.get(told.actor, data["fileId"]).blob) == b"changed\n"


def test_a_file_goes_on_where_the_last_session_ended(partner: Partner) -> None:
    save(partner.open(), b"changed\n", 1)
    other = partner.open(userId="ben")
    assert content(services.revision(other)) == b"changed\n"
    assert EditedDocument.objects.count() == 1


def test_of_another_client_it_is_another_document(partner: Partner) -> None:
    partner.open()
    stranger = factories.work_file(factories.actor("stranger"), TEXT, extension="txt")
    with pytest.raises(PortalError) as caught:
        partner.token(file=stranger.file_id)
    assert (caught.value.code, caught.value.at) == (ErrorCode.WORK_FILE_NOT_FOUND, "file")


def test_who_comes_too_late_is_told_and_kept(told: Partner) -> None:
    anna, ben = told.open(), told.open(userId="ben")
    save(anna, b"anna\n", 1)
    error = raised(ErrorCode.REVISION_CONFLICT, ben, b"ben\n", 1)
    assert error.data == {"current": 2, "kept": "s1"}
    assert content(newest(ben)) == b"anna\n"
    assert content(services.revision(again(ben), "s1")) == b"ben\n"
    event, data = events()[-1]
    assert (event, data["reason"], data["version"]) == ("save.failed", "revision_conflict", "s1")
    # It can be made the newest.
    made = saving.restore(again(ben), "s1", expected=2)
    assert (made.number, made.reason, content(made)) == (3, "restore", b"ben\n")


def test_the_same_save_delivered_twice_is_one_version(partner: Partner) -> None:
    editing = partner.open()
    first = save(editing, b"changed\n", 1)
    assert save(editing, b"changed\n", 1).pk == first.pk
    other = partner.open(userId="ben")
    raised(ErrorCode.REVISION_CONFLICT, other, b"ben\n", 1)
    raised(ErrorCode.REVISION_CONFLICT, other, b"ben\n", 1)
    assert labels(editing.document) == ["1", "2", "s1"]
    assert WorkFile.objects.count() == 3


def test_a_number_from_the_future_is_a_conflict(partner: Partner) -> None:
    editing = partner.open()
    raised(ErrorCode.REVISION_CONFLICT, editing, b"changed\n", 7)
    assert labels(editing.document) == ["1", "s1"]


def test_view_never_writes(partner: Partner) -> None:
    editing = partner.open(access="view")
    for reason in ("explicit", "autosave", "close"):
        raised(ErrorCode.EDIT_VIEW_ONLY, editing, b"changed\n", 1, reason)
    acts: list[Any] = [
        lambda: saving.restore(again(editing), "1", expected=1),
        lambda: saving.keep_draft(again(editing), io.BytesIO(b"x"), expected=1),
        lambda: saving.leave(again(editing), io.BytesIO(b"x"), expected=1),
    ]
    for act in acts:
        with pytest.raises(PortalError) as caught:
            act()
        assert caught.value.code == ErrorCode.EDIT_VIEW_ONLY
    saving.close(again(editing))
    assert labels(editing.document) == ["1"]


def test_without_autosave_only_an_explicit_save_stores(partner: Partner) -> None:
    editing = partner.open(autosavedisabled=True)
    for reason in ("autosave", "close"):
        raised(ErrorCode.AUTOSAVE_DISABLED, editing, b"changed\n", 1, reason)
    with pytest.raises(PortalError):
        saving.keep_draft(again(editing), io.BytesIO(b"x"), expected=1)
    assert save(editing, b"changed\n", 1).number == 2


@pytest.mark.parametrize("body", [factories.PDF_BYTES, factories.png(), factories.docx("Hello")])
def test_another_kind_of_file_is_refused(partner: Partner, body: bytes) -> None:
    editing = partner.open()
    raised(ErrorCode.FORMAT_MISMATCH, editing, body, 1)
    assert labels(editing.document) == ["1"]


def test_a_text_may_be_emptied_and_a_pdf_may_not(partner: Partner) -> None:
    editing = partner.open()
    assert content(save(editing, b"", 1)) == b""
    pdf = partner.open(file=partner.upload(factories.PDF_BYTES, "", "a.pdf"))
    raised(ErrorCode.DOCUMENT_EMPTY, pdf, b"", 1)


def test_a_word_document_may_be_saved_as_an_annotated_pdf(partner: Partner) -> None:
    editing = partner.open(file=partner.upload(factories.docx("Hello"), "", "a.docx"))
    assert save(editing, factories.PDF_BYTES, 1).work_file.extension == "pdf"
    assert saving.restore(again(editing), "1", expected=2).work_file.extension == "docx"


def test_too_large_is_refused_and_stores_nothing(partner: Partner) -> None:
    editing = partner.open()
    client = partner.actor.require_client()
    client.maximum_upload_bytes = 100
    client.save()
    raised(ErrorCode.DOCUMENT_TOO_LARGE, editing, b"x" * 101, 1)
    assert labels(editing.document) == ["1"]


# --- Leaving ------------------------------------------------------------------------------------
def test_a_draft_becomes_a_version_when_the_session_runs_out(told: Partner) -> None:
    editing = told.open()
    for text in (b"one\n", b"one two\n"):
        saving.keep_draft(again(editing), io.BytesIO(text), expected=1)
    assert labels(editing.document) == ["1"]
    upkeep.sweep()
    assert labels(editing.document) == ["1"]
    with time_machine.travel(timezone.now() + timedelta(minutes=21), tick=False):
        assert upkeep.sweep() == 1
        made = editing.document.revisions.get(number=2)
        assert (made.reason, content(made)) == ("close", b"one two\n")
        assert upkeep.sweep() == 0
    told_of = [(event, data.get("reason")) for event, data in events()]
    assert told_of == [("document.saved", "close"), ("session.closed", "expired")]


def test_a_draft_that_was_saved_meanwhile_is_given_up(partner: Partner) -> None:
    editing = partner.open()
    saving.keep_draft(again(editing), io.BytesIO(b"one\n"), expected=1)
    save(editing, b"one two\n", 1)
    assert EditDetail.objects.get().draft is None


def test_a_draft_in_the_way_of_a_newer_version_is_kept_beside(partner: Partner) -> None:
    anna, ben = partner.open(), partner.open(userId="ben")
    saving.keep_draft(again(anna), io.BytesIO(b"anna\n"), expected=1)
    save(ben, b"ben\n", 1)
    saving.close(again(anna))
    assert content(newest(ben)) == b"ben\n"
    assert content(services.revision(again(ben), "s1")) == b"anna\n"


def test_closing_saves_the_draft_and_tells_once(told: Partner) -> None:
    editing = told.open()
    saving.keep_draft(again(editing), io.BytesIO(b"one\n"), expected=1)
    saving.close(again(editing))
    upkeep.sweep()
    assert [event for event, _ in events()] == ["document.saved", "session.closed"]
    assert events()[1][1]["reason"] == "closed"
    assert events()[1][1]["saves"] == 1


def test_a_beacon_saves_what_it_holds_or_the_draft(partner: Partner) -> None:
    editing = partner.open()
    made = saving.leave(again(editing), io.BytesIO(b"beacon\n"), expected=1)
    assert made is not None and (made.reason, content(made)) == ("close", b"beacon\n")
    saving.keep_draft(again(editing), io.BytesIO(b"draft\n"), expected=2)
    made = saving.leave(again(editing), io.BytesIO(b""), expected=2)
    assert made is not None and content(made) == b"draft\n"
    assert saving.leave(again(editing), io.BytesIO(b""), expected=3) is None


def test_a_large_beacon_is_whole(partner: Partner) -> None:
    editing = partner.open()
    text = b"0123456789\n" * 300_000
    made = saving.leave(again(editing), io.BytesIO(text), expected=1)
    assert made is not None and content(made) == text


def test_what_comes_after_the_end_is_kept_beside(partner: Partner) -> None:
    editing = partner.open()
    with time_machine.travel(timezone.now() + timedelta(minutes=21), tick=False):
        error = raised(ErrorCode.EDIT_SESSION_OVER, editing, b"late\n", 1)
    assert error.data == {"kept": "s1"}
    other = partner.open()
    saving.close(again(other))
    assert raised(ErrorCode.EDIT_SESSION_OVER, other, b"later\n", 1).data == {"kept": "s2"}
    assert content(services.revision(again(other), "s2")) == b"later\n"


def test_who_was_stopped_is_told_of(told: Partner) -> None:
    editing = told.open()
    sessions.stop(editing.session)
    upkeep.sweep()
    upkeep.sweep()
    assert [(event, data["reason"]) for event, data in events()] == [("session.closed", "stopped")]


# --- Misfortune ---------------------------------------------------------------------------------
@pytest.fixture
def no_storage(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def refuse(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "put", refuse)
    return monkeypatch


def test_storage_that_refuses_is_told_and_changes_nothing(
    told: Partner, no_storage: pytest.MonkeyPatch
) -> None:
    editing = told.open()
    raised(ErrorCode.STORAGE_FAILED, editing, b"one\n", 1)
    raised(ErrorCode.STORAGE_FAILED, editing, b"one\n", 1)
    assert labels(editing.document) == ["1"]
    # Told once, until it works again.
    assert [event for event, _ in events()] == ["save.failed"]
    no_storage.undo()
    assert save(editing, b"one\n", 1).number == 2
    assert EditDetail.objects.get().failing_since is None


def test_a_small_beacon_outlives_storage_that_is_down(
    partner: Partner, no_storage: pytest.MonkeyPatch
) -> None:
    editing = partner.open()
    with pytest.raises(PortalError) as caught:
        saving.leave(again(editing), io.BytesIO(b"last words\n"), expected=1)
    assert caught.value.code == ErrorCode.STORAGE_FAILED
    upkeep.sweep()
    assert PendingSave.objects.count() == 1
    no_storage.undo()
    assert upkeep.sweep() == 1
    assert PendingSave.objects.count() == 0
    assert content(newest(editing)) == b"last words\n"


def test_a_worker_killed_between_bytes_and_row_leaves_the_version_before(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    editing = partner.open()

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(saving, "_write", die)
        with pytest.raises(Killed):
            save(editing, b"one\n", 1)
    assert labels(editing.document) == ["1"]
    assert content(newest(editing)) == TEXT
    assert save(editing, b"one\n", 1).number == 2


def test_a_database_that_fails_is_told(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    editing = partner.open()

    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("apps.editing.events.saved", fail)
        raised(ErrorCode.STORAGE_FAILED, editing, b"one\n", 1)
    assert EditedDocument.objects.get().head == 1
    assert save(editing, b"one\n", 1).number == 2


def test_a_body_that_breaks_off_is_not_the_storages_fault(told: Partner) -> None:
    from tests.fakes import Breaking

    editing = told.open(file=told.upload(factories.PDF_BYTES, "", "a.pdf"))
    with pytest.raises(PortalError) as caught:
        stream = Breaking(500_000, OSError("gone"))
        saving.save(again(editing), stream, expected=1, reason="explicit")
    assert caught.value.code == ErrorCode.MALFORMED_BODY
    assert events() == []


# --- Keeping ------------------------------------------------------------------------------------
def test_old_autosaves_go_and_other_versions_stay(partner: Partner, settings: Any) -> None:
    settings.EDITOR_AUTOSAVES_KEPT = 3
    editing = partner.open()
    save(editing, b"0\n", 1)
    for number in range(2, 8):
        save(editing, b"%d\n" % number, number, "autosave")
    assert labels(editing.document) == ["1", "2", "6", "7", "8"]


def test_a_document_in_use_outlives_its_file(partner: Partner) -> None:
    editing = partner.open()
    day = timedelta(days=1)
    with time_machine.travel(timezone.now() + 0.9 * day, tick=False):
        partner.open()
    with time_machine.travel(timezone.now() + 1.5 * day, tick=False):
        upkeep.sweep()
        workfiles.sweep()
        assert content(services.revision(partner.open())) == TEXT
    with time_machine.travel(timezone.now() + 4 * day, tick=False):
        sessions.sweep()
        upkeep.sweep()
        assert EditedDocument.objects.count() == 0
        workfiles.sweep()
        assert WorkFile.objects.count() == 0
    assert editing.document.pk
