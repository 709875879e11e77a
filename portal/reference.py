"""The description behind /api/schema/ and /api/docs/: made once a process."""

from __future__ import annotations

import threading
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
                SchemaGenerator.made = super().get_schema(request, public)
            return SchemaGenerator.made
