"""What the API reference says alike of all calls by which programs operate what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.core.errors import ErrorCode
from apps.dialects import schema as api
from apps.dialects.native.schema import problems

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

TEXT: Json = {"type": "string"}
MOMENT: Json = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
AT = "2026-11-22T12:20:00+00:00"


def one_of(*words: str) -> Json:
    """The shape of a text that is one of a few words."""
    return {"type": "string", "enum": list(words)}


_CALLER = (
    ErrorCode.NOT_AUTHENTICATED,
    ErrorCode.SCOPE_MISSING,
    ErrorCode.QUOTA_EXCEEDED,
    *api.FAULTS,
)
_REPEATED = (ErrorCode.IDEMPOTENCY_KEY_REUSED, ErrorCode.INPUT_INVALID)
_CHANGED = (ErrorCode.PRECONDITION_FAILED,)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A repeated request with the same key is answered as the first was, for a day.",
)
_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the state that is to be changed; another one is left as it is.",
)
_PATH = {
    "job": "The job's `id`.",
    "session": "The session's number, or the id that opens it.",
    "webhook": "The webhook's `id`.",
    "delivery": "The message's `id`.",
    "file": "The work file's `id`.",
    "envelope": "The envelope's `id`.",
    "template": "The template's `id`.",
    "version": "The version's `number`.",
}


def call(
    id: str,
    tag: str,
    scopes: list[str],
    answer: api.Answers,
    *codes: ErrorCode,
    path: tuple[str, ...] = (),
    filters: tuple[OpenApiParameter, ...] = (),
    request: Any = None,
    repeats: bool = False,
    matches: bool = False,
) -> Callable[[Method], Method]:
    """The decorator of a method. `repeats`: it knows `Idempotency-Key`; `matches`: `If-Match`."""
    in_path = [
        OpenApiParameter(name, str, OpenApiParameter.PATH, description=_PATH[name]) for name in path
    ]
    known = (*_CALLER, *codes, *(_REPEATED if repeats else ()), *(_CHANGED if matches else ()))
    headers = [*([_KEY] if repeats else []), *([_MATCH] if matches else [])]
    decorator: Callable[[Method], Method] = extend_schema(
        operation_id=id,
        tags=[f"Native: {tag}"],
        request=request,
        responses=answer | problems(*known),
        parameters=[*in_path, *filters, *headers],
        extensions={REQUIRED_SCOPES: scopes},
    )
    return decorator


def query(
    name: str, schema: Any, description: str = "", *, required: bool = False
) -> OpenApiParameter:
    """A parameter of the query."""
    return OpenApiParameter(name, schema, description=description, required=required)


PAGING = (
    query("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    query("cursor", str, "`next` of the page before."),
)


def page_of(name: str, example: Json) -> api.Answers:
    """The answer of a list."""
    shape = api.shape({"items": api.array(api.ref(name)), "next": {"type": ["string", "null"]}})
    return {200: api.answers("A page of them.", shape, {"items": [example], "next": None})}


def one(name: str, example: Json, status: int = 200) -> api.Answers:
    """The answer with one thing."""
    return {status: api.answers("As it is now.", api.ref(name), example)}
