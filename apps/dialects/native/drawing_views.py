"""The native API of drawings in the editor: what one consists of, and its sheets as pictures."""

from __future__ import annotations

from django.http import HttpResponseBase
from rest_framework.request import Request

from apps.dialects.base import file_response
from apps.dialects.native import drawing_schema as schema
from apps.dialects.native.edit_views import EditView
from apps.editing import drawing
from apps.editing import services as editing
from apps.workfiles import services as workfiles

_SECONDS = 4.0


class DrawingView(EditView):
    """A call that reads the version of a drawing that the query names, by default the newest."""

    def part(self, handle: str, name: str) -> HttpResponseBase:
        """A part of the drawing. Raises what `drawing.part` raises."""
        found = self.editing(handle)
        revision = editing.revision(found, self.request.query_params.get("revision", ""))
        part = drawing.part(found, revision, name, seconds=_SECONDS)
        response = file_response(
            workfiles.read(part.blob), size=part.blob.size, media_type=part.media_type
        )
        response["ETag"] = f'"{revision.label}"'
        response["Cache-Control"] = "no-store"
        return response


@schema.described
class Drawing(DrawingView):
    """GET /api/v1/edits/{handle}/drawing?revision="""

    @schema.get_drawing
    def get(self, request: Request, handle: str) -> HttpResponseBase:
        """What a version of a drawing consists of, and its mark-up; 202 while it is being read."""
        return self.part(handle, "drawing")


@schema.described
class Picture(DrawingView):
    """GET /api/v1/edits/{handle}/drawing/{number}?revision="""

    @schema.get_picture
    def get(self, request: Request, handle: str, number: int) -> HttpResponseBase:
        """A sheet of a drawing as SVG, to be shown as an image: nothing in it is carried out."""
        response = self.part(handle, f"picture/{number}")
        response["Content-Security-Policy"] = (
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
        )
        return response
