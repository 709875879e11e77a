"""PrizmDoc's viewing packages, v3 and V2 (PAS), and the v3 viewing sessions on them.

Source: seed 002; CONTRACT section 1, "v3 packages".
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.core.errors import ErrorCode
from apps.dialects.base import PublicView, json_body
from apps.dialects.prizmdoc import bodies, packages_wire, wire
from apps.dialects.prizmdoc import package_schema as schema
from apps.dialects.prizmdoc.errors import named_at
from apps.dialects.prizmdoc.views import V2View
from apps.dialects.ranges import ranged_response
from apps.viewing import package_sessions, packages
from apps.viewing.processes import Process

_SECONDS = 25.0
# What a package shows never changes; only a browser may keep it.
_CACHE = "private, max-age=3600"


@schema.described_once
class PackageView(V2View):
    """A call of an integrator's server."""


class ViewerView(PublicView, PackageView):
    """A call of a viewer: the session's id opens it."""


# --- v3 viewing sessions ------------------------------------------------------------------------
class ViewingSessions(PackageView):
    """POST /v3/viewingSessions"""

    @schema.create_session
    def post(self, request: Request) -> HttpResponse:
        """Creates a new viewing session on a viewing package."""
        body = json_body(request)
        bodies.require_choice(body, "input.source.type", "viewingPackage")
        path = "input.source.packageId"
        package_id = bodies.require_text(body, path)
        codes = ErrorCode.PACKAGE_NOT_FOUND, ErrorCode.PACKAGE_NOT_COMPLETE
        with named_at(path, *codes):
            identity = package_sessions.open_session(self.actor, package_id, dialect="prizmdoc-v3")
        return JsonResponse({"viewingSessionId": identity})


class Metadata(ViewerView):
    """GET /v3/viewingSessions/{viewingSessionId}/content/root/metadata"""

    @schema.get_metadata
    def get(self, request: Request, identity: str) -> HttpResponse:
        """Gets the first page of each page group, counted from 1."""
        starts = package_sessions.find(identity).group_starts
        body = {"pageGroups": [{"startPage": start + 1} for start in starts]}
        return JsonResponse(body, headers={"Cache-Control": _CACHE})


class PageGroup(ViewerView):
    """GET, HEAD /v3/viewingSessions/{viewingSessionId}/content/root/pageGroups/{index}"""

    @schema.get_page_group
    def get(self, request: Request, identity: str, index: int) -> HttpResponseBase:
        """Gets the PDF of a page group, or a single range of its bytes."""
        part = package_sessions.page_group(identity, index, seconds=_SECONDS)
        return ranged_response(request, part.blob, part.media_type, cache_control=_CACHE)

    def head(self, request: Request, identity: str, index: int) -> HttpResponseBase:
        """Gets the headers of the whole page group; `Range` is ignored."""
        return self.get(request, identity, index)


class Heartbeat(ViewerView):
    """POST /v3/viewingSessions/{viewingSessionId}/heartbeat"""

    @schema.heartbeat
    def post(self, request: Request, identity: str) -> HttpResponse:
        """Keeps the viewing session alive for 5 more minutes, 6 hours at most."""
        package_sessions.heartbeat(identity)
        return JsonResponse({})


# --- v3 packages --------------------------------------------------------------------------------
class PackageCreatorsV3(PackageView):
    """POST /v3/viewingPackageCreators"""

    @schema.create_package_v3
    def post(self, request: Request) -> HttpResponse:
        """Begins to make a viewing package of a work file."""
        wanted = packages_wire.parse_v3(json_body(request))
        with named_at("input.source.fileId", ErrorCode.WORK_FILE_NOT_FOUND):
            started = packages.create(self.actor, wanted)
        return _creator(started.process, started.identity, started.package)


class PackageCreatorV3(PackageView):
    """GET /v3/viewingPackageCreators/{processId}"""

    @schema.get_creator_v3
    def get(self, request: Request, process_id: str) -> HttpResponse:
        """Gets the state of a viewing package creator."""
        process, package = packages.created_by(self.actor, process_id)
        return _creator(process, process_id, package)


class PackageV3(PackageView):
    """GET, DELETE /v3/viewingPackages/{packageId}"""

    @schema.get_package_v3
    def get(self, request: Request, package_id: str) -> HttpResponse:
        """Gets the state of a viewing package."""
        package = packages.get(self.actor, package_id)
        return JsonResponse(packages_wire.package_v3(package, packages.progress(package)))

    @schema.delete_package_v3
    def delete(self, request: Request, package_id: str) -> HttpResponse:
        """Deletes a viewing package and ends the sessions on it."""
        packages.delete(self.actor, package_id)
        return HttpResponse(status=204)


class PackagePdf(PackageView):
    """GET, HEAD /v3/viewingPackages/{packageId}/content/pdf"""

    @schema.get_package_pdf
    def get(self, request: Request, package_id: str) -> HttpResponseBase:
        """Gets the package's document as one PDF; a single range is answered with 206."""
        part = packages.pdf(self.actor, package_id, seconds=_SECONDS)
        return ranged_response(request, part.blob, part.media_type, cache_control=_CACHE)


# --- V2 packages (PAS) --------------------------------------------------------------------------
class PackageCreatorsV2(PackageView):
    """POST /v2/viewingPackageCreators"""

    @schema.create_package_v2
    def post(self, request: Request) -> HttpResponse:
        """Begins to make a viewing package of an upload to come, a work file or a URL."""
        wanted = packages_wire.parse_v2(json_body(request))
        with (
            named_at("input.source.fileName", ErrorCode.WORK_FILE_NOT_FOUND),
            named_at("input.source.url", ErrorCode.REMOTE_REFUSED),
            named_at("input.source.documentId", ErrorCode.PACKAGE_ID_TAKEN),
        ):
            started = packages.create(self.actor, wanted)
        return _creator(started.process, started.identity, started.package)


class PackageCreatorV2(PackageView):
    """GET /v2/viewingPackageCreators/{processId}"""

    @schema.get_creator_v2
    def get(self, request: Request, process_id: str) -> HttpResponse:
        """Gets the state of a viewing package creator."""
        process, package = packages.created_by(self.actor, process_id)
        return _creator(process, process_id, package)


class PackageSourceFile(PackageView):
    """PUT /v2/viewingPackageCreators/{processId}/SourceFile"""

    @schema.put_package_source
    def put(self, request: Request, process_id: str) -> HttpResponse:
        """Uploads the document of a creator of type "upload": raw bytes."""
        extension = wire.file_extension(request.query_params)
        packages.attach_upload(self.actor, process_id, request._request, extension=extension)
        return HttpResponse(status=200)


class PackageV2(PackageView):
    """GET, DELETE /v2/viewingPackages/{documentId}"""

    @schema.get_package_v2
    def get(self, request: Request, package_id: str) -> HttpResponse:
        """Gets information about a viewing package."""
        package = packages.get(self.actor, package_id)
        return JsonResponse(packages_wire.package_v2(package, packages.progress(package)))

    @schema.delete_package_v2
    def delete(self, request: Request, package_id: str) -> HttpResponse:
        """Deletes a viewing package and ends the sessions on it."""
        packages.delete(self.actor, package_id)
        return HttpResponse(status=204)


def _creator(process: Process, identity: str, package: packages.ViewingPackage) -> HttpResponse:
    progress = packages.progress(package)
    return JsonResponse(packages_wire.creator(process, identity, package, progress))
