"""PrizmDoc's search tasks and content converters: processes that a caller asks after.

Source: CONTRACT section 1.
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import PublicView, json_body
from apps.dialects.prizmdoc import converter_wire, task_wire, wire
from apps.dialects.prizmdoc import task_schema as schema
from apps.dialects.prizmdoc.views import V2View
from apps.viewing import converting, searching
from apps.viewing import services as viewing

_MOST_OFFSET = 10_000_000


@schema.described_once
class TaskView(V2View):
    """A call of an integrator's server."""


class ViewerView(PublicView, TaskView):
    """A call of a viewer: the session's id, or the task's, opens it."""


class SearchTasks(ViewerView):
    """POST /v2/viewingSessions/{viewingSessionId}/searchTasks"""

    @schema.start_search
    def post(self, request: Request, u_id: str) -> HttpResponse:
        """Begins to search the session's document for many terms at once."""
        session = self.identity(u_id)
        viewing.find(self.actor, session)  # one that was stopped says so before its body is read
        terms, echo = task_wire.parse_search(json_body(request))
        identity, task = searching.start(session, terms, echo=echo)
        return JsonResponse(task_wire.search_task(identity, task))


class SearchTask(ViewerView):
    """GET, DELETE /v2/searchTasks/{processId}"""

    @schema.get_search
    def get(self, request: Request, process_id: str) -> HttpResponse:
        """Gets the state of a search task."""
        return JsonResponse(task_wire.search_task(process_id, searching.get(process_id)))

    @schema.cancel_search
    def delete(self, request: Request, process_id: str) -> HttpResponse:
        """Forgets a search task."""
        searching.cancel(process_id)
        return HttpResponse(status=204)


class SearchResults(ViewerView):
    """GET /v2/searchTasks/{processId}/results?limit&continueToken"""

    @schema.get_search_results
    def get(self, request: Request, process_id: str) -> HttpResponse:
        """Gets the hits found so far, also before the task is complete."""
        query = request.query_params
        limit = wire.query_whole(query, "limit", default=100, least=1, most=1000)
        offset = wire.query_whole(query, "continueToken", default=0, least=0, most=_MOST_OFFSET)
        found = searching.results(process_id, offset=offset, limit=limit)
        return JsonResponse(task_wire.search_results(found, offset))


class ContentConverters(TaskView):
    """POST /v2/contentConverters"""

    @schema.start_conversion
    def post(self, request: Request) -> HttpResponse:
        """Begins to convert work files; the body is JSON whatever its Content-Type says."""
        wanted, echo = converter_wire.parse_conversion(json_body(request))
        try:
            started = converting.start(self.actor, wanted, echo=echo)
        except PortalError as error:
            if error.code == ErrorCode.WORK_FILE_NOT_FOUND:
                error.data["error_code"] = "WorkFileDoesNotExist"
            raise
        progress = converting.progress(started.process)
        return JsonResponse(converter_wire.conversion(started.process, started.identity, progress))


class ContentConverter(TaskView):
    """GET /v2/contentConverters/{processId}"""

    @schema.get_conversion
    def get(self, request: Request, process_id: str) -> HttpResponse:
        """Gets the state of a conversion, and the files it made."""
        process, progress = converting.get(self.actor, process_id)
        return JsonResponse(converter_wire.conversion(process, process_id, progress))
