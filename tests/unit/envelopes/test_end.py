"""Deletion and the end of retention: the key goes, the ciphertext goes, the tombstone stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.envelopes import contents, services, sharing, tasks
from apps.envelopes.models import Envelope, EnvelopeEvent, EnvelopeItem
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob
from tests.unit.envelopes.conftest import READ, Files, client_id, guid, made, program


def filled(**options: object) -> tuple[services.Attached, str]:
    attached, key = made(**options)
    for number in range(3):
        contents.put(attached, name=f"{number}", media_type="text/plain", content=b"content")
    return attached, key


def is_destroyed(envelope: Envelope, state: str) -> bool:
    envelope.refresh_from_db()
    return (
        (envelope.state, bytes(envelope.wrapped_key)) == (state, b"")
        and envelope.ended_at is not None
        and not envelope.items.exists()
    )


def test_deleting_destroys_the_key_and_the_files(
    stored: Files, django_capture_on_commit_callbacks: Any
) -> None:
    attached, key = filled(label="Loan 12")
    kept, kept_key = filled()
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(program(), attached.envelope)
    assert is_destroyed(attached.envelope, "deleted")
    assert len(stored()) == Blob.objects.count() == 3
    with pytest.raises(PortalError) as caught:
        services.attach(program(), guid(attached), key)
    assert caught.value.code == ErrorCode.ENVELOPE_NOT_FOUND
    assert len(contents.items(services.attach(program(), guid(kept), kept_key))) == 3
    trail = list(attached.envelope.events.values_list("action", flat=True))
    assert trail == ["deleted", "item_added", "item_added", "item_added", "created"]


def test_who_held_the_data_key_reads_nothing_more(django_capture_on_commit_callbacks: Any) -> None:
    attached, _ = filled()
    item_id = str(contents.items(attached)[0].id)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(program(), attached.envelope)
    assert contents.items(attached) == []
    with pytest.raises(PortalError) as caught:
        contents.open(attached, item_id)
    assert caught.value.code == ErrorCode.ENVELOPE_ITEM_NOT_FOUND
    with pytest.raises(PortalError):
        services.reattach(program(), attached.envelope.pk, attached.data_key, access="write")


def test_deleting_twice_changes_nothing() -> None:
    attached, _ = filled()
    services.delete(program(), attached.envelope)
    ended = Envelope.objects.get().ended_at
    services.delete(program(), attached.envelope)
    assert Envelope.objects.get().ended_at == ended
    assert EnvelopeEvent.objects.filter(action="deleted").count() == 1


def test_only_the_owner_deletes_and_needs_the_scope() -> None:
    attached, key = filled()
    sharing.grant(attached, client_id("writer"), "write")
    services.attach(program("writer"), guid(attached), key)
    for actor, code in (
        (program("writer"), ErrorCode.ENVELOPE_DENIED),
        (program("stranger"), ErrorCode.ENVELOPE_DENIED),
        (program(scopes=READ), ErrorCode.SCOPE_MISSING),
        (Actor.viewer(), ErrorCode.SCOPE_MISSING),
    ):
        with pytest.raises(PortalError) as caught:
            services.delete(actor, attached.envelope)
        assert caught.value.code == code
    assert len(contents.items(attached)) == 3
    services.delete(Actor.system(), attached.envelope)
    assert EnvelopeEvent.objects.get(action="deleted").actor_kind == "system"


def test_the_key_goes_with_the_state_or_not_at_all() -> None:
    attached, _ = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.filter(pk=attached.envelope.pk).update(state="deleted")


def test_a_deletion_that_fails_leaves_everything(
    stored: Files, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    attached, key = filled()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(services.audit, "record", fails)
        with pytest.raises(RuntimeError):
            services.delete(program(), attached.envelope)
    later = services.attach(program(), guid(attached), key)
    texts = [b"".join(contents.open(later, str(one.id))) for one in contents.items(later)]
    assert texts == [b"content"] * 3
    assert len(stored()) == 3


def test_the_end_of_retention_destroys(
    stored: Files, django_capture_on_commit_callbacks: Any
) -> None:
    over, _ = filled(retention_days=1)
    kept, _ = filled(retention_days=2)
    Envelope.objects.filter(pk=over.envelope.pk).update(retain_until=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert is_destroyed(over.envelope, "expired")
    assert not is_destroyed(kept.envelope, "live")
    assert len(stored()) == 3
    last = over.envelope.events.latest("number")
    assert (last.action, last.actor_kind, last.actor) == ("expired", "system", "")
    assert services.sweep() == 0


def test_a_sweep_takes_a_batch_a_time_oldest_first() -> None:
    now = timezone.now()
    ages = [1, 3, 2]
    for age in ages:
        attached, _ = made()
        Envelope.objects.filter(pk=attached.envelope.pk).update(
            retain_until=now - timedelta(hours=age), label=str(age)
        )
    assert [services.sweep(batch=2), services.sweep(batch=2)] == [3, 0]
    order = Envelope.objects.order_by("ended_at").values_list("label", flat=True)
    assert list(order) == ["3", "2", "1"]


def test_ciphertext_in_use_is_spared_by_the_sweep_of_files(stored: Files) -> None:
    filled()
    Blob.objects.update(claimed_at=timezone.now() - timedelta(days=2))
    workfiles.sweep()
    assert len(stored()) == EnvelopeItem.objects.count() == 3


def test_what_a_failing_storage_keeps_is_left_to_the_sweep(
    stored: Files, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    attached, _ = filled()

    def fails(location: str) -> None:
        raise OSError(location)

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(workfiles.storage, "delete", fails)
        services.delete(program(), attached.envelope)
    assert is_destroyed(attached.envelope, "deleted")
    assert (len(stored()), Blob.objects.count()) == (3, 0)
