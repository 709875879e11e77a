"""Programs look after what they keep here: work files, envelopes, templates."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import PurePath

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from apps.dialects.base import download, json_body
from apps.dialects.native import program_wire, store_wire, wire
from apps.dialects.native import store_schema as schema
from apps.dialects.native.program_views import ProgramView, identity, repeatable
from apps.dialects.ranges import ranged_response
from apps.document_templates import library as templates
from apps.envelopes import ledger as envelopes
from apps.workfiles import ledger as files
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS

_MONTH = 30 * 24 * 3600


@schema.described
class _Store(ProgramView):
    """A call of a program about what it keeps."""


class WorkFiles(_Store):
    """GET, POST /api/v1/work-files"""

    @schema.list_work_files
    def get(self, request: Request) -> HttpResponse:
        """The client's work files, newest first."""
        format = request.query_params.get("format", "").lower()
        find = partial(files.work_files, self.actor, format=format)
        return self.page(find, store_wire.work_file, "format")

    @schema.add_work_file
    def post(self, request: Request) -> HttpResponse:
        """Uploads a work file: raw bytes, of any size the client may send."""
        self.actor.require("workfiles:write")
        query = request.query_params
        policy = self.actor.require_client().workfile_seconds
        seconds = wire.number(
            query.get("seconds"), "seconds", default=policy, least=1, most=max(policy, _MONTH)
        )
        name = query.get("name", "")
        told = PurePath(name).suffix[1:].lower()
        file = workfiles.upload(
            self.actor,
            request._request,
            extension=query.get("format") or (told if told in FORMATS else ""),
            name=name,
            keep=timedelta(seconds=seconds),
        )
        response = self.one(store_wire.work_file(file), 201)
        response["Location"] = f"/api/v1/work-files/{file.file_id}"
        return response


class WorkFile(_Store):
    """GET, DELETE /api/v1/work-files/{id}"""

    @schema.get_work_file
    def get(self, request: Request, file: str) -> HttpResponse:
        """One work file."""
        return self.one(store_wire.work_file(files.work_file(self.actor, file)))

    @schema.remove_work_file
    def delete(self, request: Request, file: str) -> HttpResponse:
        """Removes a work file; sessions that show it go on."""
        files.remove(self.actor, files.work_file(self.actor, file))
        return HttpResponse(status=204)


class WorkFileContent(_Store):
    """GET /api/v1/work-files/{id}/content"""

    @schema.get_work_file_content
    def get(self, request: Request, file: str) -> HttpResponseBase:
        """A work file's bytes, or a range of them."""
        found = files.work_file(self.actor, file)
        return ranged_response(
            request,
            found.blob,
            FORMATS[found.extension].media_type,
            cache_control="private, no-cache",
            name=workfiles.download_name(found, found.name, default="document"),
        )


class Envelopes(_Store):
    """GET /api/v1/envelopes"""

    @schema.list_envelopes
    def get(self, request: Request) -> HttpResponse:
        """The envelopes of the client and those it may open, newest first; no contents."""
        state = self.chosen("state", envelopes.STATES)
        find = partial(envelopes.envelopes, self.actor, state=state)
        return self.page(find, store_wire.envelope, "state")


class Envelope(_Store):
    """GET, DELETE /api/v1/envelopes/{id}"""

    @schema.get_envelope
    def get(self, request: Request, envelope: str) -> HttpResponse:
        """One envelope from outside."""
        return self.one(store_wire.envelope(envelopes.envelope(self.actor, envelope)))

    @schema.remove_envelope
    def delete(self, request: Request, envelope: str) -> HttpResponse:
        """Destroys an envelope's key and contents, for ever."""
        found = envelopes.envelope(self.actor, envelope)
        self.require_match(store_wire.envelope(found))
        envelopes.remove(self.actor, found)
        return HttpResponse(status=204)


class EnvelopeEvents(_Store):
    """GET /api/v1/envelopes/{id}/events"""

    @schema.list_envelope_events
    def get(self, request: Request, envelope: str) -> HttpResponse:
        """Who did what to an envelope, newest first."""
        found = envelopes.envelope(self.actor, envelope)
        find = partial(envelopes.events, self.actor, found)
        return self.page(find, store_wire.event, number=lambda event: event.number)


class Datasources(_Store):
    """GET /api/v1/datasources"""

    @schema.list_datasources
    def get(self, request: Request) -> HttpResponse:
        """The libraries of templates the client was granted."""
        found = templates.datasources(self.actor)
        return self.one({"items": [store_wire.datasource(one) for one in found]})


class Templates(_Store):
    """GET, POST /api/v1/templates"""

    @schema.list_templates
    def get(self, request: Request) -> HttpResponse:
        """The templates of the client's datasources, newest first."""
        query = request.query_params
        find = partial(
            templates.templates,
            self.actor,
            datasource=query.get("datasource", ""),
            tag=query.get("tag", ""),
            words=query.get("q", ""),
        )
        return self.page(find, store_wire.template, "datasource", "tag", "q")

    @schema.add_template
    def post(self, request: Request) -> HttpResponse:
        """Uploads a Word file: a new template, or the next draft of the one of this name."""
        query = request.query_params
        made = templates.add(
            self.actor,
            program_wire.text(query.dict(), "datasource", longest=36),
            request._request,
            name=program_wire.text(query.dict(), "name", longest=150),
            tags=query.getlist("tag"),
            publish=wire.choice(query.get("publish", "false"), "publish", ("true", "false"))
            == "true",
        )
        made.template.refresh_from_db()
        response = self.one(store_wire.imported(made), 201)
        response["Location"] = f"/api/v1/templates/{made.template.guid}"
        return response


class Template(_Store):
    """GET, PATCH, DELETE /api/v1/templates/{id}"""

    @schema.get_template
    def get(self, request: Request, template: str) -> HttpResponse:
        """One template with its versions."""
        return self.one(store_wire.template(templates.template(self.actor, template)))

    @schema.change_template
    def patch(self, request: Request, template: str) -> HttpResponse:
        """Offers a template or not, and replaces its tags."""
        body = json_body(request)
        active = program_wire.flag(body, "active") if "active" in body else None
        tags = store_wire.tags(body)
        found = templates.template(self.actor, template)
        self.require_match(store_wire.template(found))
        templates.change(self.actor, found, active=active, tags=tags)
        return self.get(request, template)

    @schema.remove_template
    def delete(self, request: Request, template: str) -> HttpResponse:
        """Removes a template with its versions; documents that were made of it stay."""
        found = templates.template(self.actor, template)
        self.require_match(store_wire.template(found))
        templates.remove(self.actor, found)
        return HttpResponse(status=204)


class TemplateVersion(_Store):
    """GET /api/v1/templates/{id}/versions/{number}"""

    @schema.get_version
    def get(self, request: Request, template: str, version: str) -> HttpResponse:
        """One version with its form and what the doctor found."""
        found = templates.template(self.actor, template)
        return self.one(store_wire.version(templates.version(self.actor, found, identity(version))))


class TemplateFile(_Store):
    """GET /api/v1/templates/{id}/versions/{number}/file"""

    @schema.get_version_file
    def get(self, request: Request, template: str, version: str) -> HttpResponseBase:
        """The Word file of a version."""
        found = templates.template(self.actor, template)
        chosen = templates.version(self.actor, found, identity(version))
        return download(
            chosen.blob,
            media_type=FORMATS["docx"].media_type,
            name=chosen.file_name or f"{found.name}.docx",
        )


class TemplatePublication(_Store):
    """POST /api/v1/templates/{id}/versions/{number}/publish"""

    @schema.publish_version
    @repeatable
    def post(self, request: Request, template: str, version: str) -> HttpResponse:
        """Makes a version the one that people fill in; one with errors stays what it is."""
        found = templates.template(self.actor, template)
        chosen = templates.version(self.actor, found, identity(version))
        templates.publish(self.actor, chosen)
        return self.one(store_wire.version(chosen))
