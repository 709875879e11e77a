"""Making and opening envelopes: who may, with what key, for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_token, new_guid, new_token
from apps.envelopes import audit, contents, services, sharing
from apps.envelopes.models import Envelope, EnvelopeEvent
from apps.envelopes.services import Attached
from tests.unit.envelopes.conftest import ALL, READ, client_id, guid, made, program

CREATE = ("envelopes:create",)


def refused(code: ErrorCode, *arguments: object, **options: object) -> PortalError:
    """`attach` with these arguments raises this."""
    with pytest.raises(PortalError) as caught:
        services.attach(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
    return caught.value


def again(attached: Attached, scopes: tuple[str, ...] = ALL, access: str = "write") -> Attached:
    """The same session's next request."""
    actor = program(attached.actor.require_client().name, scopes)
    return services.reattach(actor, attached.envelope.pk, attached.data_key, access=access)  # type: ignore[arg-type]


def shared(access: str = "read", subject: str = "") -> tuple[Attached, str]:
    """An envelope that its owner has granted to the reader, and its key."""
    owned, key = made()
    sharing.grant(owned, client_id("reader"), access, subject=subject)
    return owned, key


# --- Creating ---------------------------------------------------------------------------------


def test_a_new_envelope_is_writable_and_its_key_opens_it() -> None:
    attached, key = made(label="Loan 12")
    assert attached.access == "write"
    assert is_token(key)
    opened = services.attach(program(), guid(attached), key)
    assert (opened.data_key, opened.access) == (attached.data_key, "write")
    assert services.attach(program(), guid(attached).upper(), key).envelope == attached.envelope


def test_creating_needs_its_scope() -> None:
    with pytest.raises(PortalError) as caught:
        made(program(scopes=("envelopes:read", "envelopes:write")))
    assert (caught.value.code, caught.value.data["scope"]) == (
        ErrorCode.SCOPE_MISSING,
        "envelopes:create",
    )


def test_retention_is_the_clients_unless_it_asks() -> None:
    client = program().require_client()
    client.envelope_days, client.envelope_maximum_days = 30, 60
    now = timezone.now()
    for asked, days in ((None, 30), (1, 1), (60, 60)):
        envelope = made(services.Actor.of_client(client, ALL), retention_days=asked)[0].envelope
        assert timedelta(0) <= envelope.retain_until - now - timedelta(days=days) < timedelta(0, 60)


@pytest.mark.parametrize("days", [0, -1, 366, 10**9])
def test_a_retention_that_is_not_offered_is_refused(days: int) -> None:
    with pytest.raises(PortalError) as caught:
        made(retention_days=days)
    assert caught.value.code == ErrorCode.INPUT_INVALID
    assert caught.value.at == "envelope.retentionDays"
    assert caught.value.data["expected"] == {"type": "integer", "minimum": 1, "maximum": 365}
    assert not Envelope.objects.exists()


def test_a_label_that_is_too_long_is_refused() -> None:
    with pytest.raises(PortalError, match="label"):
        made(label="x" * 201)


# --- Attaching --------------------------------------------------------------------------------


def test_write_access_needs_the_scope_and_the_grant() -> None:
    owned, key = shared("write")
    assert services.attach(program("reader"), guid(owned), key).access == "write"
    assert services.attach(program("reader", READ), guid(owned), key).access == "read"
    assert services.attach(program("archive", READ), guid(owned), key).access == "read"
    sharing.revoke(owned, client_id("reader"))
    sharing.grant(owned, client_id("reader"), "read")
    assert services.attach(program("reader"), guid(owned), key).access == "read"


def test_attaching_needs_the_scope() -> None:
    attached, key = made()
    error = refused(ErrorCode.SCOPE_MISSING, program(scopes=CREATE), guid(attached), key)
    assert error.data["scope"] == "envelopes:read"


@pytest.mark.parametrize("wrong", ["", "x", "x" * 43, "x" * 10_000, "\0" * 43, new_token()])
def test_a_wrong_key_is_denied_to_who_is_known(wrong: str) -> None:
    owned, _ = shared()
    for name in ("archive", "reader"):
        refused(ErrorCode.ENVELOPE_DENIED, program(name), guid(owned), wrong)


def test_a_key_of_another_envelope_is_wrong() -> None:
    _, key = made()
    other, _ = made()
    refused(ErrorCode.ENVELOPE_DENIED, program(), guid(other), key)


def test_a_stranger_cannot_tell_whether_an_envelope_exists() -> None:
    owned, key = made()
    stranger = program("stranger")
    told = set()
    for identity, tried in (
        (guid(owned), key),
        (guid(owned), new_token()),
        (new_guid(), key),
        (new_guid(), new_token()),
        ("no id at all", key),
    ):
        error = refused(ErrorCode.ENVELOPE_NOT_FOUND, stranger, identity, tried)
        told.add((str(error), error.detail, error.remedy, error.at, tuple(error.data)))
    assert len(told) == 1


def test_for_a_stranger_the_same_is_done_whether_it_exists_or_not() -> None:
    """So that the time it takes tells nothing either: one query, and no key is tried."""
    owned, key = made()
    stranger, counts = program("stranger"), []
    for identity in (guid(owned), new_guid()):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            refused(ErrorCode.ENVELOPE_NOT_FOUND, stranger, identity, key)
        counts.append(len(queries))
    assert counts == [1, 1]


def test_what_was_revoked_is_denied() -> None:
    owned, key = shared()
    sharing.revoke(owned, client_id("reader"))
    refused(ErrorCode.ENVELOPE_DENIED, program("reader"), guid(owned), key)
    refused(ErrorCode.ENVELOPE_DENIED, program("reader"), guid(owned), new_token())


def test_a_grant_to_a_person_is_for_that_person() -> None:
    owned, key = shared(subject="anna")
    reader = program("reader")
    assert services.attach(reader, guid(owned), key, subject="anna").subject == "anna"
    for subject in ("", "bert", "Anna"):
        refused(ErrorCode.ENVELOPE_NOT_FOUND, reader, guid(owned), key, subject=subject)


def test_a_grant_to_a_client_is_for_all_of_its_people() -> None:
    owned, key = shared()
    sharing.grant(owned, client_id("reader"), "write", subject="anna")
    reader = program("reader")
    assert services.attach(reader, guid(owned), key, subject="bert").access == "read"
    assert services.attach(reader, guid(owned), key, subject="anna").access == "write"


def test_an_envelope_whose_retention_has_ended_is_unknown_before_any_sweep() -> None:
    attached, key = made()
    Envelope.objects.update(retain_until=timezone.now())
    refused(ErrorCode.ENVELOPE_NOT_FOUND, program(), guid(attached), key)
    with pytest.raises(PortalError, match="no such envelope"):
        again(attached)


# --- The session's next requests --------------------------------------------------------------


def test_who_made_it_goes_on_with_the_scope_it_made_it_with() -> None:
    attached, _ = made(program(scopes=CREATE))
    assert again(attached, CREATE).access == "write"
    assert again(attached, CREATE, "read").access == "read"


def test_at_each_request_everything_is_looked_at_anew() -> None:
    owned, key = shared("write")
    reader = services.attach(program("reader"), guid(owned), key)
    assert again(reader).access == "write"
    assert again(reader, READ).access == "read"
    assert again(reader, access="read").access == "read"
    with pytest.raises(PortalError) as caught:
        again(reader, CREATE)
    assert caught.value.data["scope"] == "envelopes:read"
    sharing.revoke(owned, client_id("reader"))
    with pytest.raises(PortalError) as caught:
        again(reader)
    assert caught.value.code == ErrorCode.ENVELOPE_DENIED
    services.delete(program(), owned.envelope)
    with pytest.raises(PortalError) as caught:
        again(reader)
    assert caught.value.code == ErrorCode.ENVELOPE_NOT_FOUND


# --- What is written down ---------------------------------------------------------------------


def test_the_key_shows_nowhere_in_what_programs_print() -> None:
    attached, key = made()
    printed = repr(attached) + str(attached) + repr(attached.envelope)
    assert key not in printed
    assert repr(attached.data_key) not in printed


def test_every_step_leaves_a_numbered_event() -> None:
    owned, key = shared("write", subject="anna")
    reader = services.attach(program("reader"), guid(owned), key, subject="anna")
    item = contents.put(reader, name="a.txt", media_type="text/plain", content=b"a")
    list(contents.open(reader, str(item.id)))
    contents.remove(reader, str(item.id))
    services.detach(reader)
    sharing.revoke(owned, client_id("reader"))
    refused(ErrorCode.ENVELOPE_DENIED, program("reader"), guid(owned), key, subject="anna")
    services.delete(program(), owned.envelope)
    events = list(EnvelopeEvent.objects.order_by("number"))
    assert [event.action for event in events] == [
        "created",
        "granted",
        "attached",
        "item_added",
        "item_read",
        "item_removed",
        "detached",
        "revoked",
        "denied",
        "deleted",
    ]
    assert [event.number for event in events] == list(range(1, 11))
    granted, attach, added = events[1:4]
    assert (granted.actor, granted.grantee) == (client_id("archive"), client_id("reader"))
    assert (granted.grantee_subject, granted.access) == ("anna", "write")
    assert (attach.actor, attach.actor_subject, attach.access) == (
        client_id("reader"),
        "anna",
        "write",
    )
    assert added.item == item.id


def test_an_event_is_never_changed() -> None:
    made()
    event = EnvelopeEvent.objects.get()
    event.action = EnvelopeEvent.Action.DELETED
    with pytest.raises(TypeError):
        event.save()


def test_no_two_events_have_the_same_number() -> None:
    attached, _ = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        EnvelopeEvent.objects.create(envelope=attached.envelope, number=1, action="attached")


def test_an_event_of_what_did_not_happen_does_not_stay() -> None:
    attached, _ = made()
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(program(), attached.envelope, audit.Action.GRANTED)
        raise RuntimeError
    assert EnvelopeEvent.objects.count() == 1
