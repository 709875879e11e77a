"""What the API reference says of pas_views.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.prizmdoc.bodies import EXTENSION_PATTERN
from apps.dialects.prizmdoc.packages_wire import ID_PATTERN
from apps.dialects.prizmdoc.pas_wire import TYPES
from apps.dialects.prizmdoc.schema_parts import OPENING, described_once, errors

__all__ = ["create_session", "described_once"]

Method = TypeVar("Method", bound=Callable[..., Any])

create_session: Callable[[Method], Method] = extend_schema(
    operation_id="createPasViewingSession",
    tags=["PrizmDoc: sessions"],
    extensions={REQUIRED_SCOPES: ["viewing:write"]},
    request=api.sends_json(
        {
            "allOf": [
                api.ref("PrizmDocSession"),
                api.shape(
                    {
                        "source": api.shape(
                            {
                                "type": {"type": "string", "enum": list(TYPES)},
                                "displayName": {"type": "string", "maxLength": 255},
                                "documentId": {"type": "string", "pattern": ID_PATTERN},
                                "fileName": {
                                    "type": "string",
                                    "description": 'Of "document": the `fileId` of a work file.',
                                },
                                "url": {"type": "string"},
                                "fileExtension": {
                                    "type": "string",
                                    "pattern": EXTENSION_PATTERN,
                                    "description": "Of a document whose bytes do not tell its "
                                    "format, as txt or csv; without a period.",
                                },
                                "headers": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                            ["type"],
                        )
                    },
                    [],
                ),
            ]
        },
        {"source": {"type": "viewingPackage", "documentId": "unique-id-12345"}},
    ),
    responses={
        200: api.answers(
            "The viewing session was created.",
            api.shape(
                {"viewingSessionId": {"type": "string"}, "affinityToken": {"type": "string"}}
            ),
            {
                "viewingSessionId": "GcIsIsEGbLV2_V9yy4NzmK2HB",
                "affinityToken": "recto",
            },
        )
    }
    | errors(*OPENING, ErrorCode.PACKAGE_NOT_COMPLETE),
)
