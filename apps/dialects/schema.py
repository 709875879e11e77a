"""How the API reference describes an operation. Each dialect's schema.py says what it takes.

Views carry one decorator a method and no serializers: requests and answers are described by plain
JSON Schema, and the errors come from the dialect's own table, so that they cannot differ from what
is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, OpenApiRequest, OpenApiResponse

from apps.core.errors import CATALOGUE, ErrorCode, PortalError
from apps.dialects.problems import problem

Json = dict[str, Any]
View = TypeVar("View", bound=type)
# By status, or by status and media type.
Answers = dict[Any, Any]
BYTES: Json = {"type": "string", "format": "binary"}
# What is nobody's fault but the server's own, at any call.
FAULTS = (ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.INTERNAL)


class OperationSchema(AutoSchema):  # type: ignore[misc]  # the base class has no types
    """One dialect's operations: the spelling of its paths that is shown, and its named schemas."""

    prefix = "/"
    components: ClassVar[dict[str, Json]] = {}

    def is_excluded(self) -> bool:
        """Whether this path is another spelling of an operation that is shown already."""
        return not self.path.startswith(self.prefix) or super().is_excluded()

    def get_summary(self) -> str:
        """The first line of the method's docstring."""
        return str(super().get_description()).partition("\n")[0]

    def get_description(self) -> str:
        """The rest of it."""
        return str(super().get_description()).partition("\n")[2].strip()

    def get_operation(self, *arguments: Any, **options: Any) -> Json | None:
        """The operation, with the schemas that its `$ref`s name."""
        operation: Json | None = super().get_operation(*arguments, **options)
        if operation is not None:
            for name, schema in self.components.items():
                # A copy: hooks of drf-spectacular write into the schemas they find.
                component = ResolvedComponent(
                    name, ResolvedComponent.SCHEMA, schema=deepcopy(schema), object=name
                )
                self.registry.register_on_missing(component)
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
        return operation


def describing(schema: type[OperationSchema]) -> Callable[[View], View]:
    """The class decorator of a dialect: the views below it stand in the reference."""

    def described(view: View) -> View:
        view.schema = schema()  # type: ignore[attr-defined]
        return view

    return described


def problem_details(more: Json | None = None) -> Json:
    """The schema of an error as RFC 9457 words it, with what a dialect adds."""
    text: Json = {"type": "string"}
    members: Json = {
        "type": {"type": "string", "format": "uri-reference"},
        "title": text,
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [code.value for code in ErrorCode]},
        "detail": text,
        "remedy": text,
        "correlation_id": text,
    }
    at = {"at": {"type": "string", "description": "The input at fault."}}
    return shape(members | at | (more or {}), list(members))


def ref(name: str) -> Json:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(properties: dict[str, Json], required: Iterable[str] | None = None) -> Json:
    """A JSON object; without `required` every property is."""
    names = list(properties if required is None else required)
    return {"type": "object", "properties": properties} | ({"required": names} if names else {})


def array(items: Json) -> Json:
    """A JSON array."""
    return {"type": "array", "items": items}


def sends_json(schema: Json, example: Json) -> dict[str, OpenApiRequest]:
    """A JSON body, for `extend_schema(request=...)`."""
    return {"application/json": OpenApiRequest(schema, examples=[_example(example)])}


def sends_bytes() -> dict[str, Json]:
    """A body of raw bytes."""
    return {"application/octet-stream": BYTES}


def answers(description: str, schema: Json, example: Any) -> OpenApiResponse:
    """An answer with a JSON body."""
    return OpenApiResponse(schema, description=description, examples=[_example(example)])


def answers_bytes(description: str) -> OpenApiResponse:
    """An answer of raw bytes."""
    return OpenApiResponse(BYTES, description=description)


def answers_nothing(description: str) -> OpenApiResponse:
    """An answer without a body."""
    return OpenApiResponse(None, description=description)


def answers_error(description: str, schema: Json, name: str, example: Json) -> OpenApiResponse:
    """An answer for a few errors, with one of them as example."""
    return OpenApiResponse(
        schema, description=description, examples=[OpenApiExample(name, value=example)]
    )


def answers_problems(
    codes: Iterable[ErrorCode], statuses: Mapping[ErrorCode, int], component: str
) -> Answers:
    """Problem details for these codes, by status; `component` is the named schema."""
    answers: Answers = {}
    chosen = list(dict.fromkeys(codes))
    for status in sorted({statuses[code] for code in chosen}):
        same = [code for code in chosen if statuses[code] == status]
        example = problem(PortalError(same[0]), statuses) | {
            "code": same[0].value,
            "correlation_id": "5f2c9a7be10d4c33",
        }
        answers[status, "application/problem+json"] = answers_error(
            "\n".join(f"- `{code}`: {CATALOGUE[code].title}." for code in same),
            ref(component),
            same[0].value,
            example,
        )
    return answers


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("Example", value=value)
