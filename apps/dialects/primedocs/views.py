"""primedocs Connect: each view parses, calls one service, renders.

Source: seed 000 for the session; CONTRACT section 2 for the endpoints of later versions.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.connect import filling, prepared, results
from apps.connect import services as connect
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import DialectView, PublicView, file_response
from apps.dialects.primedocs import errors, schema, wire
from apps.workfiles import services as workfiles

DIALECT = "primedocs"
_SECONDS = 60.0


@schema.described
class ConnectView(DialectView):
    """A call of an integrator's server."""

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)


class NotRouted(ConnectView, PublicView):
    """Paths below the dialect's prefix that no other view answers."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return self.render_error(
            PortalError(ErrorCode.NOT_ROUTED, f"No endpoint at {request.path}.")
        )


class Sessions(ConnectView):
    """POST /webapi/api/v3/{datasourceId}/connect/session"""

    @schema.create_session
    def post(self, request: Request, datasource_id: str) -> HttpResponseBase:
        """Opens a session on a form: the answer's url is the person's page."""
        document = wire.read(request._request)
        try:
            _, identity = connect.open_session(
                self.actor, datasource_id, wire.wanted(document), dialect=DIALECT
            )
        except PortalError as error:
            raise wire.located(error, document) from error
        return _fresh(JsonResponse(wire.session(identity)))


class PreparedSessions(ConnectView):
    """POST /webapi/api/v3/{datasourceId}/connect/session/template/{name}"""

    @schema.create_prepared_session
    def post(self, request: Request, datasource_id: str, name: str) -> HttpResponseBase:
        """Opens a session that an administrator prepared; a document may add values to it."""
        document = wire.read_if_any(request._request)
        try:
            _, identity = prepared.open_session(
                self.actor, datasource_id, name, wire.wanted(document), dialect=DIALECT
            )
        except PortalError as error:
            raise wire.located(error, document) from error
        return _fresh(JsonResponse(wire.session(identity)))


class Navigation(ConnectView):
    """GET /webapi/api/v3/{datasourceId}/connect/session/{sessionId}/Navigation"""

    @schema.get_navigation
    def get(self, request: Request, datasource_id: str, session_id: str) -> HttpResponseBase:
        """Tells where a session's page goes: to a template, or to the choice of one."""
        form = connect.find(self.actor, session_id, datasource_id)
        return _fresh(JsonResponse(wire.navigation(form)))


class Input(ConnectView):
    """GET /webapi/api/v3/{datasourceId}/connect/session/{sessionId}/Input"""

    @schema.get_input
    def get(self, request: Request, datasource_id: str, session_id: str) -> HttpResponseBase:
        """Tells the values that a session was opened with."""
        form = connect.find(self.actor, session_id, datasource_id)
        return _fresh(JsonResponse(wire.input_values(form)))


class Result(ConnectView):
    """GET /webapi/api/v3/{datasourceId}/connect/session/{sessionId}/Result?conversion="""

    @schema.get_result
    def get(self, request: Request, datasource_id: str, session_id: str) -> HttpResponseBase:
        """Downloads the document that a person has finished."""
        form = connect.find(self.actor, session_id, datasource_id)
        format = wire.conversion(request.query_params)
        return _file(filling.result(form, format, seconds=_SECONDS), filling.file_stem(form))


class Documents(ConnectView):
    """POST /webapi/api/v3/{datasourceId}/connect/document?conversion="""

    @schema.create_document
    def post(self, request: Request, datasource_id: str) -> HttpResponseBase:
        """Generates a document without a person; nothing of it is kept."""
        format = wire.conversion(request.query_params)
        document = wire.read(request._request)
        try:
            stem, made = connect.generate(
                self.actor, datasource_id, wire.wanted(document), format=format, seconds=_SECONDS
            )
        except PortalError as error:
            raise wire.located(error, document) from error
        return _file(made, stem)


class Templates(ConnectView):
    """GET /webapi/api/v3/{datasourceId}/connect/templates?page&pageSize&templateQuery"""

    @schema.list_templates
    def get(self, request: Request, datasource_id: str) -> HttpResponseBase:
        """Lists the published templates of a datasource."""
        wanted = wire.template_query(request.query_params)
        found = connect.list_templates(
            self.actor,
            datasource_id,
            template_id=wanted.template_id,
            tags=wanted.tags,
            name=wanted.name,
            active=wanted.active,
            offset=(wanted.page - 1) * wanted.page_size,
            limit=wanted.page_size,
        )
        return _fresh(JsonResponse(wire.templates(found, wanted)))


def _file(made: results.Made, stem: str) -> HttpResponseBase:
    response = file_response(
        workfiles.read(made.blob),
        size=made.blob.size,
        media_type=made.media_type,
        name=f"{stem}.{made.extension}",
    )
    return _fresh(response)


def _fresh(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    return response
