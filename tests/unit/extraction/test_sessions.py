"""What the database holds of a session, and what two callers at once do to it."""

from __future__ import annotations

import base64

import pytest
from django.db import connection

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.extraction import services
from apps.extraction.services import Extraction, Started, Wanted
from apps.extraction.vault import Keyring
from tests.dialects.datawollet.conftest import Caller, page, program
from tests.dialects.datawollet.test_documents import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Caller:
    return program()


def actor_of(caller: Caller) -> Actor:
    return Actor.of_client(caller.client, caller.client.scopes.values_list("name", flat=True))


def dump() -> bytes:
    """Every value of every row of every table, one after another."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (names of our own tables)
            for row in cursor.fetchall():
                found += [
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                ]
    return b"\n".join(found)


def test_a_dump_holds_neither_content_nor_key(server: Caller) -> None:
    """As soon as no job is under way. The working copies are files, removed with the session."""
    session = server.start(partitionKey="planted-partition")["sessionId"]
    found = sent(server, session, name="Planted name.pdf")
    assert found["result"]["fields"]["total"]["value"] == "119.00"
    extraction = services.find(actor_of(server), session, {})
    stored = dump()
    for secret in (session, "planted-partition", "Planted name", "119.00", "2026-117"):
        assert secret.encode() not in stored, secret
    data = extraction.keyring.data
    for spelled in (data, base64.b64encode(data), base64.urlsafe_b64encode(data), data.hex()):
        assert (spelled if isinstance(spelled, bytes) else spelled.encode()) not in stored


def resumable(browser: Caller) -> tuple[Extraction, Wanted, Started]:
    actor, key = actor_of(browser), ""
    started = services.start(actor, Wanted(partition="p"), dialect="test")
    key, handle = started.key, services.handle_of(started.extraction.detail)
    wanted = Wanted("p", started.extraction.identity, keys={handle: key})
    return services._continued(actor, wanted), wanted, started


def test_of_two_who_resume_at_once_one_wins() -> None:
    """Both have shown the right key before either has got a new one."""
    browser = page()
    one, wanted, started = resumable(browser)
    two = services._continued(actor_of(browser), wanted)
    first = services._resumed(one, wanted)
    with pytest.raises(PortalError) as caught:
        services._resumed(two, wanted)
    assert caught.value.code == ErrorCode.SESSION_KEY_WRONG
    handle = services.handle_of(started.extraction.detail)
    actor = actor_of(browser)
    assert services.find(actor, wanted.identity, {handle: first.key})
    with pytest.raises(PortalError):
        services.find(actor, wanted.identity, {handle: started.key})


def test_a_program_without_a_cookie_is_never_shut_out(server: Caller) -> None:
    actor = actor_of(server)
    identity = services.start(actor, Wanted(), dialect="test").extraction.identity
    wanted = Wanted(identity=identity)
    one, two = (services._continued(actor, wanted) for _ in range(2))
    assert services._resumed(one, wanted).resumed and services._resumed(two, wanted).resumed


def test_the_id_alone_unwraps_the_keys(server: Caller) -> None:
    extraction = services.start(actor_of(server), Wanted(), dialect="test").extraction
    detail = extraction.detail
    assert Keyring.unwrap(detail.keyring, extraction.identity) == extraction.keyring
