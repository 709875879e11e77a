"""Sample values for a form, so that a template can be looked at before anybody fills it in."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from apps.document_templates.form import Field, Form, valued

_TEXT = "Sample text"
_PARAGRAPH = "The first line of a longer text.\nAnd the second."
_ITEMS = 2
# The picture of samples: no work file has so short an id.
PICTURE = "sample"
_PICTURE_PIXELS = (640, 400)


def values_of(form: Form) -> dict[str, Any]:
    """A value for every field: defaults where there are some, for pictures `PICTURE`."""
    return _level(form.fields)


def _level(level: tuple[Field, ...]) -> dict[str, Any]:
    made = {field.key: _value(field) for field in valued(level)}
    return {key: value for key, value in made.items() if value is not None}


def _value(field: Field) -> Any:
    if field.kind == "object":
        return _level(field.fields)
    if field.kind == "collection":
        count = max(field.min_items or 0, min(_ITEMS, field.max_items or _ITEMS))
        return [_level(field.fields) for _ in range(count)]
    if field.default is not None:
        return field.default
    if field.kind == "text":
        text = _PARAGRAPH if field.multiline else field.title or _TEXT
        return text[: field.max_length] if field.max_length else text
    if field.kind == "date":
        return field.minimum if isinstance(field.minimum, str) else field.maximum or "2026-03-15"
    if field.kind == "yes_no":
        return True
    if field.kind == "number":
        return field.minimum if field.minimum is not None else field.maximum or 1234.5
    if field.kind == "picture":
        return PICTURE
    return field.choices[0].value if field.choices else None


def picture() -> bytes:
    """The sample picture: a grey plate with a cross, as PNG."""
    image = Image.new("RGB", _PICTURE_PIXELS, (225, 230, 232))
    pen = ImageDraw.Draw(image)
    width, height = _PICTURE_PIXELS
    for line in ((0, 0, width, height), (0, height, width, 0)):
        pen.line(line, fill=(168, 178, 182), width=4)
    pen.rectangle((0, 0, width - 1, height - 1), outline=(120, 132, 136), width=6)
    stream = io.BytesIO()
    image.save(stream, "PNG", dpi=(150, 150))
    return stream.getvalue()
