"""Named schemas of DataWollet's part of the API reference."""

from __future__ import annotations

from typing import Any

from apps.dialects import schema as api

Json = dict[str, Any]

TEXT, COUNT, NUMBER, OBJECT, YES_NO = (
    {"type": name} for name in ("string", "integer", "number", "object", "boolean")
)
GUID = {"type": "string", "format": "uuid"}
MOMENT = {"type": "string", "format": "date-time"}


def or_null(schema: Json) -> Json:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


COMPONENTS: dict[str, Json] = {
    "ExtractionProblem": api.problem_details(
        {
            "scope": {"type": "string", "description": "The scope that is missing."},
            "requestId": {"type": "string", "description": "The request that failed."},
        }
    ),
    "ExtractedField": api.shape(
        {
            "value": or_null(TEXT),
            "type": TEXT,
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "page": or_null(COUNT),
            "polygon": or_null(api.array(api.array(NUMBER))),
            "text": or_null(TEXT),
            "source": {
                "type": "string",
                "enum": ["text", "ocr", "xml", "form", "code", "mrz", "person", "model"],
            },
            "state": {"type": "string", "enum": ["confirmed", "corrected", "added"]},
        },
        ["value", "type", "confidence", "page", "polygon", "text", "source"],
    ),
    "ExtractionResult": api.shape(
        {
            "requestId": TEXT,
            "documentId": GUID,
            "sha256": TEXT,
            "pages": COUNT,
            "pageSizes": api.array(
                api.shape({"width": NUMBER, "height": NUMBER, "source": TEXT}),
            ),
            "classIdentifier": TEXT,
            "className": TEXT,
            "confidence": NUMBER,
            "fields": {
                "type": "object",
                "additionalProperties": api.ref("ExtractedField"),
            },
            "tables": api.array(OBJECT),
            "validations": api.array(
                api.shape({"code": TEXT, "severity": TEXT, "message": TEXT}),
            ),
            "warnings": api.array(OBJECT),
            "expectations": api.shape({"warnings": api.array(TEXT)}),
            "timings": OBJECT,
            "author": OBJECT,
            "version": COUNT,
            "envelopeItems": api.shape({"document": GUID, "data": GUID}),
        },
        ["requestId", "documentId", "sha256", "pages", "classIdentifier", "fields", "version"],
    ),
    "ExtractionRequest": api.shape(
        {
            "requestId": TEXT,
            "type": {"type": "string", "enum": ["documents/append", "documents/single"]},
            "status": {"type": "string", "enum": ["queued", "running", "succeeded", "failed"]},
            "receivedAt": MOMENT,
            "finishedAt": MOMENT,
            "documentId": GUID,
            "result": api.ref("ExtractionResult"),
            "error": api.ref("ExtractionProblem"),
        },
        ["requestId", "type", "status", "receivedAt"],
    ),
    "ExtractionSession": api.shape(
        {
            "sessionId": TEXT,
            "resumed": YES_NO,
            "createdAt": MOMENT,
            "expiresAt": MOMENT,
            "maxExpiresAt": MOMENT,
            "requests": api.array(api.ref("ExtractionRequest")),
            "envelope": api.shape(
                {
                    "id": GUID,
                    "key": {
                        "type": "string",
                        "description": "Once, when it is created. Without it nobody, not even the "
                        "administrator, can open the envelope again: what is in it is lost.",
                    },
                    "access": {"type": "string", "enum": ["read", "write"]},
                    "retainUntil": MOMENT,
                },
                ["id", "access", "retainUntil"],
            ),
        },
        ["createdAt", "expiresAt", "maxExpiresAt", "requests"],
    ),
}
