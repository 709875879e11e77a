"""What the application services (PAS) add to the body of POST ViewingSession: `source`.

Source: CONTRACT section 1, "PAS bodies". The storage of `type` "document" is that of work files:
its `fileName` is a `fileId`. A `documentId` that names a complete viewing package is used instead
of the document, whose conversion is then done already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.dialects.prizmdoc import bodies
from apps.dialects.prizmdoc.packages_wire import optional_id, package_id, parse_headers

Json = dict[str, Any]
TYPES = ("upload", "document", "url", "viewingPackage")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a session's document comes from. By default it is uploaded later."""

    type: str = "upload"
    display_name: str = ""
    document_id: str = ""
    file_id: str = ""
    url: str = ""
    extension: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    echo: Json = field(default_factory=dict)


def parse_source(body: Json) -> Source:
    """`source` of a body; without it the document is uploaded. Raises INPUT_*."""
    if not bodies.optional_object(body, "source"):
        return Source()
    kind = bodies.require_choice(body, "source.type", *TYPES)
    document_id = (package_id if kind == "viewingPackage" else optional_id)(
        body, "source.documentId"
    )
    name = bodies.optional_text(body, "source.displayName", most=255)
    file_id = bodies.require_text(body, "source.fileName") if kind == "document" else ""
    url = bodies.require_text(body, "source.url") if kind == "url" else ""
    extension = bodies.optional_extension(body, "source.fileExtension")
    echo = {
        "type": kind,
        "displayName": name,
        "documentId": document_id,
        "fileName": file_id,
        "url": url,
        "fileExtension": extension,
    }
    return Source(
        kind,
        name,
        document_id,
        file_id,
        url,
        extension,
        parse_headers(body, "source.headers"),
        {key: value for key, value in echo.items() if value},
    )
