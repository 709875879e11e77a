"""tests/snapshots/openapi.json: what /api/schema/ answers, so that a change of it is seen."""

from __future__ import annotations

import json

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.validation import validate_schema


def document() -> str:
    """The OpenAPI document. Raises ValueError for a warning, or where it is no OpenAPI 3.1."""
    generator = spectacular_settings.DEFAULT_GENERATOR_CLASS()
    with GENERATOR_STATS.silence():
        schema = generator.get_schema(request=None, public=True)
    if GENERATOR_STATS:
        raise ValueError("drf-spectacular warns: `manage.py spectacular --fail-on-warn` shows it")
    plain = json.dumps(schema, indent=1, ensure_ascii=False)
    validate_schema(json.loads(plain))
    return plain + "\n"
