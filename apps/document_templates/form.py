"""The form of a template: a tree of fields, as plain values and as JSON.

The page, the server's validation, the XML grammar and the administration all read this one tree.
Values are a JSON object shaped like it: text, date ("2026-11-22") and choice (the option's value)
are strings, number is a number, yes_no true or false, picture the id of a work file, object an
object and collection a list of objects. Absent, null and "" mean empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

Kind = Literal[
    "text",
    "date",
    "yes_no",
    "choice",
    "number",
    "picture",
    "object",
    "collection",
    "group",
    "info",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Scalar = str | float | bool
Json = dict[str, Any]
# Kinds that hold no value of their own.
LAYOUT: frozenset[Kind] = frozenset({"group", "info"})
# Kinds with fields inside.
NESTING: frozenset[Kind] = frozenset({"object", "collection", "group"})


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a choice: what is stored and what people (and the document) read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is there only while another has this value.

    `key` names a field beside it, or in an enclosing level (the innermost that has it).
    """

    key: str
    equals: Scalar


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    `group` and `info` are layout: a group's fields have their values at the level of the group
    itself, an info shows its label and help. `object` nests one set of values, `collection` a list
    of them. `minimum` and `maximum` (JSON: min, max) are numbers, or ISO dates. A field whose
    condition does not hold is not shown, not required, and its value is dropped.
    """

    key: str
    kind: Kind = "text"
    label: str = ""
    help: str = ""
    required: bool = False
    default: Scalar | None = None
    choices: tuple[Option, ...] = ()
    multiline: bool = False
    max_length: int | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    min_items: int | None = None
    max_items: int | None = None
    depends_on: Condition | None = None
    fields: tuple[Field, ...] = ()

    @property
    def title(self) -> str:
        """The label, or the key where there is none."""
        return self.label or self.key


@dataclass(frozen=True, slots=True)
class Form:
    """All fields of a template, in the order they are shown in."""

    fields: tuple[Field, ...] = ()

    def to_json(self) -> Json:
        """`{"fields": [...]}`; attributes that say nothing are left out, key and kind never."""
        return {"fields": [_field_to_json(field) for field in self.fields]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Form:
        """The form of :meth:`to_json`. Raises ValueError that names the field at fault."""
        return cls(_fields_from_json(data.get("fields", []), ""))

    def walk(self) -> Iterator[tuple[str, Field]]:
        """Every field with the dotted path of its value, outer before inner."""
        return _walk(self.fields, "")

    def find(self, path: str) -> Field | None:
        """The field with this dotted path, without item numbers: `Positions.Price`."""
        return next((field for at, field in self.walk() if at == path), None)


def valued(level: tuple[Field, ...]) -> Iterator[Field]:
    """The fields that have values at a level: groups are opened, infos left out."""
    for field in level:
        if field.kind == "group":
            yield from valued(field.fields)
        elif field.kind != "info":
            yield field


def defaults(level: tuple[Field, ...]) -> Json:
    """The values a new form starts with: defaults, objects made of them, collections empty."""
    values: Json = {}
    for field in valued(level):
        if field.kind == "object":
            if inner := defaults(field.fields):
                values[field.key] = inner
        elif field.default is not None:
            values[field.key] = field.default
    return values


def _walk(level: tuple[Field, ...], above: str) -> Iterator[tuple[str, Field]]:
    for field in level:
        path = f"{above}{field.key}"
        yield path, field
        yield from _walk(field.fields, above if field.kind == "group" else f"{path}.")


_JSON_NAMES = {"minimum": "min", "maximum": "max"}
_PLAIN = Field("")


def _field_to_json(field: Field) -> Json:
    made: Json = {"key": field.key, "kind": field.kind}
    for attribute in fields(Field):
        value = getattr(field, attribute.name)
        if attribute.name in made or value == getattr(_PLAIN, attribute.name):
            continue
        if attribute.name == "choices":
            value = [{"value": option.value, "label": option.label} for option in value]
        elif attribute.name == "fields":
            value = [_field_to_json(inner) for inner in value]
        elif isinstance(value, Condition):
            value = {"key": value.key, "equals": value.equals}
        made[_JSON_NAMES.get(attribute.name, attribute.name)] = value
    return made


_TYPES: dict[str, tuple[type, ...]] = {
    "key": (str,),
    "kind": (str,),
    "label": (str,),
    "help": (str,),
    "required": (bool,),
    "default": (str, bool, int, float, type(None)),
    "choices": (list,),
    "multiline": (bool,),
    "max_length": (int, type(None)),
    "min": (str, int, float, type(None)),
    "max": (str, int, float, type(None)),
    "min_items": (int, type(None)),
    "max_items": (int, type(None)),
    "depends_on": (dict, type(None)),
    "fields": (list,),
}


def _fields_from_json(data: Any, above: str) -> tuple[Field, ...]:
    if not isinstance(data, list):
        raise ValueError(f"The fields of {above or 'the form'} must be a list.")
    return tuple(_field_from_json(one, above) for one in data)


def _field_from_json(data: Any, above: str) -> Field:
    if not isinstance(data, dict) or not isinstance(data.get("key"), str) or not data["key"]:
        raise ValueError(f"A field of {above or 'the form'} has no key.")
    path = f"{above}.{data['key']}".lstrip(".")
    for name, value in data.items():
        if name not in _TYPES:
            raise ValueError(f"{path}: there is no attribute {name!r}.")
        if not isinstance(value, _TYPES[name]):
            raise ValueError(f"{path}: {name} has the wrong type.")
    if data.get("kind", "text") not in KINDS:
        raise ValueError(f"{path}: there is no kind {data['kind']!r}.")
    try:
        condition = data.get("depends_on")
        return replace(
            _PLAIN,
            **{
                attribute.name: data[_JSON_NAMES.get(attribute.name, attribute.name)]
                for attribute in fields(Field)
                if _JSON_NAMES.get(attribute.name, attribute.name) in data
            }
            | {
                "choices": tuple(
                    Option(str(one["value"]), str(one.get("label", one["value"])))
                    for one in data.get("choices", [])
                ),
                "depends_on": Condition(str(condition["key"]), condition["equals"])
                if condition
                else None,
                "fields": _fields_from_json(data.get("fields", []), path),
            },
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: a choice or condition is incomplete.") from error
