"""What racers do with envelopes. Imported by `racer`, once Django is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.ids import digest
from apps.envelopes import contents, services, sharing
from apps.envelopes.models import Envelope, EnvelopeEvent
from apps.envelopes.services import Attached
from tests import factories

_SCOPES = ("envelopes:create", "envelopes:read", "envelopes:write")


def _actor() -> Actor:
    return Actor.of_client(ApiClient.objects.get(name="full"), _SCOPES)


def _attached(guid: str, key: str) -> Attached:
    return services.attach(_actor(), guid, key)


def envelope() -> dict[str, str]:
    """A new one, and a client to share it with."""
    attached, key = services.create(_actor())
    reader = factories.actor(f"reader {digest(key)[:8]}").require_client()
    return {"guid": str(attached.envelope.guid), "key": key, "reader": str(reader.client_id)}


def grant(guid: str, key: str, reader: str, access: str = "read") -> str:
    """POST /envelope/acl."""
    sharing.grant(_attached(guid, key), reader, access)
    return "granted"


def revoke(guid: str, key: str, reader: str) -> str:
    """DELETE /envelope/acl/{clientId}."""
    sharing.revoke(_attached(guid, key), reader)
    return "revoked"


def put_item(guid: str, key: str, reader: str, pieces: int = 1) -> str:
    """A document that comes in pieces."""

    def content() -> Iterator[bytes]:
        for _ in range(pieces):
            yield b"x" * 50_000

    contents.put(_attached(guid, key), name="x", media_type="text/plain", content=content())
    return "kept"


def delete_envelope(guid: str, key: str, reader: str) -> str:
    """DELETE /envelope."""
    services.delete(_actor(), _attached(guid, key).envelope)
    return "deleted"


def look(guid: str, key: str, reader: str) -> dict[str, object]:
    """What came of it: state, live grants, items, and the trail's actions by number."""
    row = Envelope.objects.get(guid=guid)
    events = EnvelopeEvent.objects.filter(envelope=row).order_by("number")
    return {
        "state": row.state,
        "grants": list(row.grants.filter(revoked_at=None).values_list("access", flat=True)),
        "items": row.items.count(),
        "numbers": list(events.values_list("number", flat=True)),
        "actions": list(events.values_list("action", flat=True)),
    }


ACTS: dict[str, Callable[..., object]] = {
    act.__name__: act for act in (envelope, grant, revoke, put_item, delete_envelope, look)
}
