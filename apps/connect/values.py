"""The values of a form as a session handles them: laid over each other, checked, searched. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
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


def shown(form: Form, data: Collection[str]) -> Form:
    """The form without the fields that the calling program fills with hidden values."""
    return Form(_without(form.fields, data))


def _without(level: tuple[Field, ...], keys: Collection[str]) -> tuple[Field, ...]:
    kept = []
    for field in level:
        if field.kind == "group":
            inner = _without(field.fields, keys)
            if inner or not field.fields:
                kept.append(replace(field, fields=inner))
        elif field.key not in keys:
            kept.append(field)
    return tuple(kept)


def initial(form: Form, language: str, *layers: Mapping[str, Any]) -> Json:
    """What a form shows at first: its defaults, under what fits it of each layer."""
    values = defaults(form.fields)
    for layer in layers:
        values = overlaid(values, clean(form, dict(layer), language, complete=False).values)
    return values


def with_hidden(form: Form, data: Mapping[str, Any], values: Mapping[str, Any]) -> Json:
    """All values that the document is filled with: the hidden ones fill fields, too."""
    return overlaid(clean(form, dict(data), complete=False).values, values)


def faults_of_hidden(
    form: Form, used: Collection[str], data: Mapping[str, Any]
) -> list[FieldError]:
    """What is wrong with hidden values: of another kind than their field, or without any place.

    The document may use marks that are no fields; `used` are all of its paths.
    """
    of_fields = clean(form, dict(data), complete=False).errors
    known = {*used, *(path for path, _ in form.walk())}
    inner = {above for path in known for above in _prefixes(path)[:-1]}
    # What the document uses as a whole may hold anything.
    places = known - inner
    return [
        *(fault for fault in of_fields if fault.code != "unknown_key"),
        *(
            FieldError(at, "unknown_key", f"The template has no place for {path}.")
            for at, path in _leaves(data, "", "")
            if places.isdisjoint(_prefixes(path))
        ),
    ]


def _prefixes(path: str) -> list[str]:
    """a, a.b and a.b.c of "a.b.c"."""
    keys = path.split(".")
    return [".".join(keys[:count]) for count in range(1, len(keys) + 1)]


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
