"""What the doctor adds to the engine's findings once there is a form; and merging two forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from apps.document_templates.form import LAYOUT, NESTING, Field, Form, valued


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor says of a place in a document. `paragraph` counts from 1 within `part`
    ("body", "header 1", ...); None for what concerns the whole. Only an "error" stops publishing.
    """

    code: str
    severity: str  # error | warning | info
    message: str
    remedy: str
    part: str = "body"
    paragraph: int | None = None
    excerpt: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @property
    def place(self) -> str:
        """Where, in words; blank for what concerns the whole."""
        if self.part == "form":
            return "Form"
        if self.paragraph is None:
            return "" if self.part == "body" else self.part.capitalize()
        return f"{self.part.capitalize()}, paragraph {self.paragraph}"


def of_form(form: Form, used: list[str]) -> Iterator[Finding]:
    """Fields that are never used, marks without a field, and rules that cannot hold."""
    paths = {path for path, field in form.walk() if field.kind not in LAYOUT}
    needed = set(used)
    for path, field in form.walk():
        if field.kind in NESTING or field.kind == "info":
            if field.kind == "collection" and path not in needed:
                yield _unused(field, path)
        elif path not in needed and not _decides(form, field):
            yield _unused(field, path)
    for path in used:
        if path not in paths and not any(one.startswith(f"{path}.") for one in paths):
            yield Finding(
                "no_field",
                "info",
                f"The document uses “{path}”, which is no field of the form.",
                "Fine if the calling program sends it as data; else add the field.",
                "form",
            )
    yield from _rules(form.fields, ())


def _unused(field: Field, path: str) -> Finding:
    return Finding(
        "unused_field",
        "warning",
        f"The field “{field.title}” ({path}) is never used in the document.",
        f"Write {{{{ {path} }}}} where its value belongs, or delete the field.",
        "form",
    )


def _decides(form: Form, field: Field) -> bool:
    """A field may be there only for others to depend on."""
    return any(one.depends_on and one.depends_on.key == field.key for _, one in form.walk())


def _rules(level: tuple[Field, ...], outer: tuple[str, ...]) -> Iterator[Finding]:
    keys = [field.key for field in valued(level)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Finding(
            "duplicate_key",
            "error",
            f"Two fields have the key “{key}”.",
            "Rename or delete one of them.",
            "form",
        )
    for field in level:
        condition = field.depends_on
        if condition and (condition.key == field.key or condition.key not in (*keys, *outer)):
            yield Finding(
                "bad_condition",
                "error",
                f"“{field.title}” depends on “{condition.key}”, which is no field it can see.",
                "Choose another field, or take the condition away.",
                "form",
            )
        if field.kind == "choice" and not field.choices:
            yield Finding(
                "no_options",
                "error",
                f"The choice “{field.title}” has no options.",
                "Add its options, or make it a text.",
                "form",
            )
        if field.kind in NESTING:
            inside = outer if field.kind == "group" else (*outer, *keys)
            yield from _rules(field.fields, inside if field.kind != "group" else (*outer, *keys))


def merged(found: Form, before: Form) -> Form:
    """The form of a new file with what was set for the fields of the file before.

    Fields both have keep their settings, kind included, in the order of before; new ones follow;
    those the new file no longer uses are left out, but groups, infos and what others depend on
    stay.
    """
    return Form(_merged(found.fields, before.fields))


def _merged(found: tuple[Field, ...], before: tuple[Field, ...]) -> tuple[Field, ...]:
    fresh = {field.key: field for field in valued(found)}
    conditions = {field.depends_on.key for field in before if field.depends_on}
    kept: list[Field] = []
    taken: set[str] = set()

    def take(level: tuple[Field, ...]) -> list[Field]:
        result = []
        for field in level:
            if field.kind == "info":
                result.append(field)
            elif field.kind == "group":
                if inner := take(field.fields):
                    result.append(replace(field, fields=tuple(inner)))
            elif field.key in fresh:
                taken.add(field.key)
                new = fresh[field.key]
                nests = new.kind in NESTING and field.kind in NESTING
                result.append(
                    replace(field, fields=_merged(new.fields, field.fields))
                    if nests
                    else new
                    if new.kind in NESTING or field.kind in NESTING
                    else field
                )
            elif field.key in conditions:
                result.append(field)
        return result

    kept = take(before)
    return (*kept, *(field for field in valued(found) if field.key not in taken))
