"""Who else may open an envelope, and who may say so."""

from __future__ import annotations

import pytest

from apps.core.errors import ErrorCode, PortalError
from apps.envelopes import services, sharing
from apps.envelopes.models import Envelope, EnvelopeGrant
from apps.envelopes.services import Attached
from tests import factories
from tests.unit.envelopes.conftest import ALL, READ, client_id, guid, made, program


def refused(code: ErrorCode, attached: Attached, *arguments: object, **options: object) -> str:
    """`grant`, or with one argument `revoke`, raises this; what is at fault."""
    act = sharing.grant if len(arguments) == 2 else sharing.revoke
    with pytest.raises(PortalError) as caught:
        act(attached, *arguments, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
    return caught.value.at


def listed(attached: Attached) -> list[tuple[str, str, str, str]]:
    return [
        (one.client_id, one.subject, one.access, one.grant_type) for one in sharing.acl(attached)
    ]


def test_the_list_begins_with_the_owner() -> None:
    owned, _ = made()
    owner, reader, writer = map(client_id, ("archive", "reader", "writer"))
    sharing.grant(owned, reader, "read", subject="anna")
    sharing.grant(owned, writer, "write")
    assert listed(owned) == [
        (owner, "", "write", "owner"),
        (reader, "anna", "read", "direct"),
        (writer, "", "write", "direct"),
    ]


def test_others_see_their_own_access_only() -> None:
    owned, key = made()
    for name in ("reader", "writer"):
        sharing.grant(owned, client_id(name), "write")
    reader = services.attach(program("reader"), guid(owned), key)
    assert [one[0] for one in listed(reader)] == [client_id("archive"), client_id("reader")]
    events = sharing.trail(reader)
    assert [event.action for event in events] == ["attached", "granted"]
    assert all(client_id("reader") in (event.actor, event.grantee) for event in events)


def test_only_the_owner_grants_and_revokes() -> None:
    owned, key = made()
    sharing.grant(owned, client_id("writer"), "write")
    writer = services.attach(program("writer"), guid(owned), key)
    refused(ErrorCode.ENVELOPE_DENIED, writer, client_id("reader"), "read")
    refused(ErrorCode.ENVELOPE_DENIED, writer, client_id("archive"))
    refused(ErrorCode.ENVELOPE_DENIED, writer, client_id("writer"))


def test_the_owner_needs_the_scope() -> None:
    owned, key = made()
    sharing.grant(owned, client_id("reader"), "read")
    reading = services.attach(program(scopes=READ), guid(owned), key)
    refused(ErrorCode.SCOPE_MISSING, reading, client_id("reader"), "read")
    refused(ErrorCode.SCOPE_MISSING, reading, client_id("reader"))
    made_only = made(program(scopes=("envelopes:create",)))[0]
    for read in (sharing.acl, sharing.trail):
        with pytest.raises(PortalError) as caught:
            read(made_only)
        assert caught.value.data["scope"] == "envelopes:read"


def test_a_grant_that_makes_no_sense_is_refused() -> None:
    owned, _ = made()
    invalid = ErrorCode.GRANT_INVALID
    assert refused(invalid, owned, client_id("reader"), "owner") == "access"
    assert refused(invalid, owned, "no such client", "read") == "clientId"
    assert refused(invalid, owned, client_id("archive"), "read") == "clientId"
    assert refused(invalid, owned, client_id("reader"), "read", subject="x" * 256) == "subject"
    factories.actor("gone", is_active=False)
    assert refused(invalid, owned, client_id("gone"), "read") == "clientId"
    public = factories.actor("page", client_type="public").require_client()
    assert refused(invalid, owned, public.client_id, "read", subject="anna") == "subject"
    sharing.grant(owned, public.client_id, "read")


def test_the_same_grant_twice_is_refused() -> None:
    owned, _ = made()
    reader = client_id("reader")
    sharing.grant(owned, reader, "read")
    refused(ErrorCode.GRANT_EXISTS, owned, reader, "read")
    refused(ErrorCode.GRANT_EXISTS, owned, reader, "write")
    sharing.grant(owned, reader, "read", subject="anna")
    assert [event.action for event in sharing.trail(owned)] == ["granted", "granted", "created"]


def test_revoked_access_can_be_granted_again() -> None:
    owned, _ = made()
    reader = client_id("reader")
    for access in ("read", "write"):
        sharing.grant(owned, reader, access)
        sharing.revoke(owned, reader)
    refused(ErrorCode.GRANT_NOT_FOUND, owned, reader)
    assert EnvelopeGrant.objects.exclude(revoked_at=None).count() == 2
    assert len(listed(owned)) == 1


def test_revoking_a_client_revokes_its_people_too() -> None:
    owned, _ = made()
    reader, other = client_id("reader"), client_id("other")
    for subject in ("", "anna", "bert"):
        sharing.grant(owned, reader, "read", subject=subject)
    sharing.grant(owned, other, "read")
    sharing.revoke(owned, reader, subject="anna")
    refused(ErrorCode.GRANT_NOT_FOUND, owned, reader, subject="anna")
    assert [one[1] for one in listed(owned) if one[0] == reader] == ["", "bert"]
    sharing.revoke(owned, reader)
    assert [one[0] for one in listed(owned)] == [client_id("archive"), other]
    revoked = [event for event in sharing.trail(owned) if event.action == "revoked"]
    assert sorted(event.grantee_subject for event in revoked) == ["", "anna", "bert"]


def test_the_owner_cannot_revoke_itself() -> None:
    owned, _ = made()
    refused(ErrorCode.ENVELOPE_DENIED, owned, client_id("archive"))


def test_an_envelope_that_has_ended_is_granted_to_nobody() -> None:
    owned, _ = made()
    services.delete(program(), owned.envelope)
    with pytest.raises(PortalError) as caught:
        sharing.grant(owned, client_id("reader"), "read")
    assert caught.value.code == ErrorCode.ENVELOPE_NOT_FOUND
    assert not EnvelopeGrant.objects.exists()


def test_the_trail_is_read_in_pages_newest_first() -> None:
    owned, key = made()
    for _ in range(4):
        services.attach(program(), guid(owned), key)
    numbers = [event.number for event in sharing.trail(owned, limit=2)]
    assert numbers == [5, 4]
    services.attach(program(), guid(owned), key)
    assert [event.number for event in sharing.trail(owned, before=4, limit=2)] == [3, 2]
    assert [event.number for event in sharing.trail(owned, before=2)] == [1]
    assert sharing.trail(owned, before=1) == []


def test_what_clients_did_is_told_after_they_are_gone() -> None:
    owned, key = made()
    reader = client_id("reader")
    sharing.grant(owned, reader, "read")
    services.attach(program("reader"), guid(owned), key)
    program("reader").require_client().delete()
    assert sharing.trail(owned)[0].actor == reader
    assert not EnvelopeGrant.objects.exists()


def test_a_client_with_envelopes_is_not_deleted() -> None:
    made()
    with pytest.raises(Exception, match="protected"):
        program(scopes=ALL).require_client().delete()
    assert Envelope.objects.exists()
