"""What turns a reading into data: the rules on this host, or a model behind an endpoint."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.core.errors import ErrorCode, PortalError
from apps.extraction import model_engine
from apps.extraction import reading as rules
from apps.extraction.reading import schema as schemas

Json = dict[str, Any]


def check_schema(body: Json) -> None:
    """Raises INPUT_INVALID for a caller's field schema that is none."""
    try:
        schemas.parse(body)
    except schemas.SchemaFault as fault:
        at = f"schema.{fault.path}" if fault.path else "schema"
        raise PortalError(ErrorCode.INPUT_INVALID, f"{at}: {fault.message}", at=at) from fault


def understand(reading: Json, schema: Json | None) -> Json:
    """The findings of a reading, and as `engine` what found them."""
    wanted = None if schema is None else schemas.parse(schema)
    found = rules.read(reading, schema=wanted)
    if settings.EXTRACTION_ENGINE == "openai":
        found = model_engine.understand(reading, found, wanted)
    return found.as_json() | {"engine": settings.EXTRACTION_ENGINE}
