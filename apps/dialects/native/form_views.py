"""The native API of the form page. The session's id opens it; every call is a use of it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.connect import filling, results
from apps.connect.services import Filling
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import PublicView, file_response, json_body
from apps.dialects.native import form_schema as schema
from apps.dialects.native import form_wire, wire
from apps.dialects.native.views import NativeView
from apps.workfiles import services as workfiles

_DOWNLOAD_SECONDS = 25.0


@schema.described
class FormView(NativeView, PublicView):
    """A call of the form page."""

    def form(self, identity: str) -> Filling:
        """The session's form."""
        return filling.look(identity)

    @property
    def extra(self) -> str:
        """A datasource that is searched beside the session's own."""
        return self.request.query_params.get("datasourceId", "")

    def answer(self, members: form_wire.Json) -> HttpResponse:
        """JSON that is true now only."""
        response = JsonResponse(members)
        response["Cache-Control"] = "no-store"
        return response


class State(FormView):
    """GET /api/v1/forms/{id}"""

    @schema.get_state
    def get(self, request: Request, identity: str) -> HttpResponse:
        """The state of a form session: its form, values, draft and result."""
        return self.answer(form_wire.state(self.form(identity), self.extra))


class Templates(FormView):
    """GET /api/v1/forms/{id}/templates?q=&tag=&offset=&limit="""

    @schema.get_templates
    def get(self, request: Request, identity: str) -> HttpResponse:
        """The templates that the person may choose, searched by name and tags."""
        query = request.query_params
        words, tags = query.get("q", ""), query.getlist("tag")
        if len(words) > 200 or len(tags) > 20:
            raise PortalError(ErrorCode.INPUT_INVALID, "The search is too long.", at="q")
        found = filling.choices(
            self.form(identity),
            words=words,
            tags=tags,
            extra=self.extra,
            offset=wire.number(query.get("offset"), "offset", default=0, least=0, most=1_000_000),
            limit=wire.number(query.get("limit"), "limit", default=24, least=1, most=100),
        )
        return self.answer(form_wire.choices(found))


class Choice(FormView):
    """POST /api/v1/forms/{id}/template"""

    @schema.choose_template
    def post(self, request: Request, identity: str) -> HttpResponse:
        """Chooses the template; what was typed stays where the new form has a place for it."""
        form = self.form(identity)
        filling.choose(form, form_wire.text_of(json_body(request), "template"), self.extra)
        return self.answer(form_wire.state(form, self.extra))


class Draft(FormView):
    """PUT /api/v1/forms/{id}/draft"""

    @schema.save_draft
    def put(self, request: Request, identity: str) -> HttpResponse:
        """Keeps what was typed, unchecked, unless another window saved meanwhile."""
        form, body = self.form(identity), json_body(request)
        filling.save_draft(form, form_wire.number_of(body, "number"), form_wire.values_of(body))
        return self.answer(form_wire.draft(form))


class Preview(FormView):
    """POST /api/v1/forms/{id}/preview"""

    @schema.preview
    def post(self, request: Request, identity: str) -> HttpResponse:
        """A page of the document as it would be with these values. Nothing is kept."""
        form, body = self.form(identity), json_body(request)
        width = form_wire.number_of(body, "width", default=960, most=2400)
        page = filling.preview(
            form,
            form_wire.values_of(body),
            page=form_wire.number_of(body, "page", default=0),
            width=max(160, width),
        )
        response = HttpResponse(page.image, content_type="image/png")
        response["Recto-Preview"] = form_wire.preview(page)
        response["Cache-Control"] = "no-store"
        return response


class Pictures(FormView):
    """POST /api/v1/forms/{id}/pictures"""

    @schema.add_picture
    def post(self, request: Request, identity: str) -> HttpResponse:
        """Takes a picture, raw bytes whatever the Content-Type says; a field holds its id."""
        work_file = filling.add_picture(self.form(identity), request._request)
        return self.answer({"picture": work_file.file_id, "size": work_file.blob.size})


class Picture(FormView):
    """GET /api/v1/forms/{id}/pictures/{picture}"""

    @schema.get_picture
    def get(self, request: Request, identity: str, picture: str) -> HttpResponseBase:
        """A picture of the form."""
        work_file = filling.picture(self.form(identity), picture)
        response = file_response(
            workfiles.read(work_file.blob),
            size=work_file.blob.size,
            media_type=workfiles.describe(work_file).media_type,
        )
        response["Cache-Control"] = "private, max-age=3600, immutable"
        return response


class Completion(FormView):
    """POST /api/v1/forms/{id}/complete"""

    @schema.complete
    def post(self, request: Request, identity: str) -> HttpResponse:
        """Checks the values and makes the document, once; later calls get the same result."""
        form, body = self.form(identity), json_body(request)
        filling.complete(form, form_wire.number_of(body, "number"), form_wire.values_of(body))
        return self.answer({"result": form_wire.result(form)})


class Result(FormView):
    """GET /api/v1/forms/{id}/result/{format}"""

    @schema.get_result
    def get(self, request: Request, identity: str, format: str) -> HttpResponseBase:
        """The finished document; 202 while its PDF is being made."""
        form = self.form(identity)
        wanted = wire.choice(format, "format", results.FORMATS)
        made = filling.result(form, wanted, seconds=_DOWNLOAD_SECONDS)
        response = file_response(
            workfiles.read(made.blob),
            size=made.blob.size,
            media_type=made.media_type,
            name=f"{filling.file_stem(form)}.{made.extension}",
        )
        response["Cache-Control"] = "no-store"
        return response
