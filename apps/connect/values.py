"""The values of a form as a session handles them: laid over each other, checked, searched. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from apps.document_templates.form import Field, Form, defaults, valued
from apps.document_templates.validation import FieldError, clean

Json = dict[str, Any]


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> Json:
    """`over` laid on `base`: objects key by key, everything else replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = overlaid(below, value) if both else value  # type: ignore[arg-type]
    return merged


def initial(form: Form, language: str, *layers: Mapping[str, Any]) -> Json:
    """What a form shows at first: its defaults, under what fits it of each layer."""
    values = defaults(form.fields)
    for layer in layers:
        values = overlaid(values, clean(form, dict(layer), language, complete=False).values)
    return values


def unknown_data(form: Form, used: Collection[str], data: Mapping[str, Any]) -> list[FieldError]:
    """A fault for each value of `data` that neither the document nor its form has a place for."""
    known = {*used, *(path for path, _ in form.walk())}
    # What the document uses as a whole may hold anything.
    return [
        FieldError(at, "unknown_key", f"The template has no place for {path}.")
        for at, path in _leaves(data, "", "")
        if not any(path == one or path.startswith(f"{one}.") for one in known)
    ]


def _leaves(value: Any, at: str, path: str) -> Iterator[tuple[str, str]]:
    """Each plain value: where it is (`P[0].x`) and its key path (`P.x`)."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{at}.{key}".lstrip("."), f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{at}[{number}]", path)
    else:
        yield at, path


def pictures(
    level: tuple[Field, ...], values: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, str]]:
    """Where each picture stands, and its id. `values` are those of `validation.clean`."""
    for field in valued(level):
        value, path = values.get(field.key), f"{at}{field.key}"
        if field.kind == "picture" and value:
            yield path, str(value)
        elif field.kind == "object" and value:
            yield from pictures(field.fields, value, f"{path}.")
        elif field.kind == "collection":
            for number, item in enumerate(value or ()):
                yield from pictures(field.fields, item, f"{path}[{number}].")
