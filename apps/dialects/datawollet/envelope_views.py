"""DataWollet's envelopes: what is in the envelope of a session, who may open it, what was done.

Source: seed 003 for what envelopes are; CONTRACT section 3 for the paths.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from apps.dialects.base import file_response
from apps.dialects.datawollet import envelope_schema as schema
from apps.dialects.datawollet import envelope_wire as wire
from apps.dialects.datawollet.base import DatawolletView, answer
from apps.envelopes import contents, services, sharing


@schema.described
class Envelope(DatawolletView):
    """GET and DELETE /envelope"""

    @schema.get_envelope
    def get(self, request: Request) -> HttpResponseBase:
        """The envelope of the session: whose it is, until when, and how far the access goes."""
        return answer(wire.envelope(self.attached()))

    @schema.delete_envelope
    def delete(self, request: Request) -> HttpResponseBase:
        """Destroys the envelope's key and all that is in it, for good; its owner may."""
        services.delete(self.actor, self.attached().envelope)
        return HttpResponse(status=204)


@schema.described
class Items(DatawolletView):
    """GET /envelope/items?cursor=&limit="""

    @schema.list_items
    def get(self, request: Request) -> HttpResponseBase:
        """Lists documents and data, in the order they came."""
        limit, cursor = wire.paging(request.query_params)
        # One more than is shown tells whether there are more.
        found = contents.items(self.attached(), after=cursor, limit=limit + 1)
        return answer(wire.items(found, limit))


@schema.described
class Item(DatawolletView):
    """GET and DELETE /envelope/items/{id}"""

    @schema.get_item
    def get(self, request: Request, item_id: str) -> HttpResponseBase:
        """The content of an item, as it was put in."""
        attached = self.attached()
        item = contents.item(attached, item_id)
        return file_response(
            contents.open(attached, item_id),
            size=item.size,
            media_type=wire.media_type(item),
            name=wire.file_name(item),
        )

    @schema.delete_item
    def delete(self, request: Request, item_id: str) -> HttpResponseBase:
        """Takes an item out of the envelope and destroys it."""
        contents.remove(self.attached(), item_id)
        return HttpResponse(status=204)


@schema.described
class AccessList(DatawolletView):
    """GET and POST /envelope/acl"""

    @schema.get_acl
    def get(self, request: Request) -> HttpResponseBase:
        """Lists who may open the envelope; whoever does not own it sees only its own access."""
        return answer(wire.acl(sharing.acl(self.attached())))

    @schema.grant
    def post(self, request: Request) -> HttpResponseBase:
        """Lets another client open the envelope, with the id and key that its owner gives it."""
        wanted = wire.grant(request)
        entry = sharing.grant(
            self.attached(), wanted.client_id, wanted.access, subject=wanted.subject
        )
        return answer(wire.entry(entry))


@schema.described
class ClientAccess(DatawolletView):
    """DELETE /envelope/acl/{clientId}"""

    @schema.revoke_client
    def delete(self, request: Request, client_id: str) -> HttpResponseBase:
        """Ends a client's access, also that of its people, with their next request."""
        sharing.revoke(self.attached(), client_id)
        return HttpResponse(status=204)


@schema.described
class SubjectAccess(DatawolletView):
    """DELETE /envelope/acl/{clientId}/{subId}"""

    @schema.revoke_subject
    def delete(self, request: Request, client_id: str, subject: str) -> HttpResponseBase:
        """Ends the access of one of a client's people, with their next request."""
        sharing.revoke(self.attached(), client_id, subject=subject)
        return HttpResponse(status=204)


@schema.described
class Audit(DatawolletView):
    """GET /envelope/audit?cursor=&limit="""

    @schema.get_audit
    def get(self, request: Request) -> HttpResponseBase:
        """What was done with the envelope, newest first; only its owner sees what others did."""
        limit, before = wire.paging(request.query_params)
        found = sharing.trail(self.attached(), before=before or None, limit=limit + 1)
        return answer(wire.audit(found, limit))
