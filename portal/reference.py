"""The description behind /api/schema/ and /api/docs/: made once a process."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from typing import Any, ClassVar

from drf_spectacular.generators import SchemaGenerator as SpectacularGenerator

_making = threading.Lock()


class SchemaGenerator(SpectacularGenerator):  # type: ignore[misc]  # the base class has no types
    """drf-spectacular's generator. Two of them at a time disturb each other: the second request
    would be answered with an error. What they make is the same for everybody."""

    made: ClassVar[dict[str, Any] | None] = None

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """The OpenAPI document."""
        with _making:
            if SchemaGenerator.made is None:
                SchemaGenerator.made = _name_repeated_responses(super().get_schema(request, public))
            return SchemaGenerator.made


def _name_repeated_responses(document: dict[str, Any]) -> dict[str, Any]:
    """The document with answers that several operations share said once, in its components.

    Most operations share their errors: said each time they are half of the document, which the
    reference page has to work through before it draws anything.
    """
    operations = [
        operation for methods in document["paths"].values() for operation in methods.values()
    ]
    told = Counter(
        json.dumps(answer) for operation in operations for answer in operation["responses"].values()
    )
    named: dict[str, str] = {}
    alike: defaultdict[str, int] = defaultdict(int)
    components: dict[str, Any] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            text = json.dumps(answer)
            if told[text] == 1:
                continue
            if text not in named:
                base = f"{_schema_name(answer)}{status}"
                alike[base] += 1
                named[text] = base if alike[base] == 1 else f"{base}-{alike[base]}"
                components[named[text]] = answer
            operation["responses"][status] = {"$ref": f"#/components/responses/{named[text]}"}
    document["components"]["responses"] = dict(sorted(components.items()))
    return document


def _schema_name(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        if reference := content.get("schema", {}).get("$ref"):
            return str(reference).rpartition("/")[2]
    return "Answer"
