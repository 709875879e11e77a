"""What a person says of extracted data: confirmed, corrected, added, removed. Pure functions."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from apps.core.errors import ErrorCode, PortalError
from apps.extraction.reading import amounts, confidence, dates, validations
from apps.extraction.reading.findings import Field, Table

Json = dict[str, Any]
Box = tuple[float, float, float, float]
Action = Literal["correct", "confirm", "add", "remove", "check"]
ACTIONS: tuple[Action, ...] = ("correct", "confirm", "add", "remove", "check")
# From here on a value may be taken over without a person looking.
AUTO_ACCEPT = confidence.AUTO_ACCEPT
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,119}")
_ROW = re.compile(r"([A-Za-z_][\w.-]{0,119})\[(\d{1,6})\]")
_CELL = re.compile(rf"{_ROW.pattern}\.({_NAME.pattern})")
_LONGEST, _LONGEST_TYPE = 4000, 40
# Each version is kept whole: what people add must not let them grow without end.
_MOST_FIELDS = 2000
_MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a person says.

    `field` is a field's name, or "table[row].column"; to remove, "table[row]"; to say that the
    whole document is checked, blank. A cell may be added to the row after the last one. `value`
    None: there is none. `box` is where it stands: left, top, right, bottom in points.
    """

    field: str
    action: Action
    value: str | bool | None = None
    type: str = ""
    text: str = ""
    page: int | None = None
    box: Box | None = None


def apply(result: Json, change: Change, at: str, reviewer: str) -> None:
    """Makes one change of a result. `at` is its place in the request. Raises INPUT_INVALID."""
    if change.action == "check":
        result["review"] = {"state": "checked", "by": reviewer}
        return
    if change.action == "remove":
        _remove_row(result, change, at)
        return
    holder, name = _place(result, change, at)
    before = holder.get(name)
    if change.action == "confirm":
        if not isinstance(before, dict):
            raise _invalid(at, "there is no such field to confirm")
        holder[name] = before | {"state": "confirmed", "by": reviewer}
        return
    if change.action == "add" and before is not None and before.get("value") is not None:
        raise _invalid(at, "there is such a field already; correct it")
    if change.action == "correct" and not isinstance(before, dict):
        raise _invalid(at, "there is no such field to correct; add it")
    holder[name] = (before or {}) | _told(result, change, before, at, reviewer)


def checked_rules(result: Json) -> list[Json]:
    """The rules between fields that do not hold now; others stay as the engine told them.

    A rule that did not speak before may speak after a correction, so all are looked at anew.
    """
    fields = dict(_as_fields(result["fields"]))
    tables = [
        Table(
            one["name"], tuple(one["columns"]), tuple(dict(_as_fields(row)) for row in one["rows"])
        )
        for one in result["tables"]
    ]
    broken = [rule.as_json() for rule in validations.of(fields, tables)]
    kept = [rule for rule in result["validations"] if rule["code"] not in validations.CODES]
    # What is missing is not missed once a person has added it or said that it is not there.
    missed = [
        rule
        for rule in kept
        if rule["code"] != "required_missing"
        or not any(name in result["fields"] for name in rule["fields"])
    ]
    return missed + broken


def undone(newest: Json, before: Json, after: Json) -> Json:
    """`newest` without what was changed from `before` to `after`.

    Raises RESULT_OUTDATED where that was changed once more since.
    """
    result = copy.deepcopy(newest)
    for name in before["fields"].keys() | after["fields"].keys():
        _take_back(result["fields"], name, before["fields"], after["fields"])
    for number, table in enumerate(after["tables"]):
        _take_back(result["tables"][number], "rows", before["tables"][number], table)
    _take_back(result, "review", before, after)
    return result


def needs_look(result: Json, name: str, value: Json) -> bool:
    """Whether a person should look at a value: nobody has, and it is not sure or breaks a rule."""
    if value.get("state") or value.get("value") is None:
        return False
    doubted = any(name in rule["fields"] for rule in result["validations"])
    return doubted or float(value.get("confidence") or 0) < AUTO_ACCEPT


def left_to_check(result: Json) -> int:
    """How many fields a person should still look at; a table counts as one."""
    fields = sum(needs_look(result, name, value) for name, value in result["fields"].items())
    return fields + sum(
        any(
            needs_look(result, "", cell)
            for row in table["rows"]
            for cell in row.values()
            if isinstance(cell, dict)
        )
        for table in result["tables"]
    )


def proposed(text: str, kind: str) -> str:
    """A text on a page as a value of a type, where there is only one way to read it."""
    if kind == "amount" and (amount := amounts.parse(text)) is not None:
        return amounts.plain(amount.value)
    if kind == "date":
        found = list(dates.find(text))
        if len(found) == 1 and found[0].clear:
            return found[0].iso
    return " ".join(text.split("\n")) if kind else text


# --- Parts --------------------------------------------------------------------------------------


def _take_back(result: Json, name: str, before: Json, after: Json) -> None:
    if before.get(name) == after.get(name):
        return
    if result.get(name) != after.get(name):
        raise PortalError(ErrorCode.RESULT_OUTDATED, "It was changed once more since.", at="undone")
    if name in before:
        result[name] = copy.deepcopy(before[name])
    else:
        del result[name]


def _place(result: Json, change: Change, at: str) -> tuple[Json, str]:
    """The object that holds a field, and the field's name in it."""
    cell = _CELL.fullmatch(change.field)
    if cell is None:
        if not _NAME.fullmatch(change.field):
            raise _invalid(at, 'the field must be a name, or "table[row].column"')
        fields: Json = result["fields"]
        if change.field not in fields and len(fields) >= _MOST_FIELDS:
            raise _invalid(at, f"a document has at most {_MOST_FIELDS} fields")
        return fields, change.field
    table = _table(result, cell[1], at)
    rows: list[Json] = table["rows"]
    number = int(cell[2])
    if cell[3] not in table["columns"]:
        raise _invalid(at, f"the table has no column {cell[3]}")
    if change.action == "add" and number == len(rows) < _MOST_ROWS:
        rows.append({})
    if number >= len(rows):
        raise _invalid(at, "the table has no such row")
    return rows[number], cell[3]


def _remove_row(result: Json, change: Change, at: str) -> None:
    row = _ROW.fullmatch(change.field)
    if row is None:
        raise _invalid(at, 'only a row is removed: "table[row]"; correct a field to null')
    rows: list[Json] = _table(result, row[1], at)["rows"]
    if int(row[2]) >= len(rows):
        raise _invalid(at, "the table has no such row")
    del rows[int(row[2])]


def _table(result: Json, name: str, at: str) -> Json:
    for table in result["tables"]:
        if table["name"] == name:
            return table  # type: ignore[no-any-return]
    raise _invalid(at, "there is no such table")


def _told(result: Json, change: Change, before: Json | None, at: str, reviewer: str) -> Json:
    """What a person said of a field. A person's word is no probability."""
    kind = change.type or (before or {}).get("type") or "text"
    value = change.value
    if max(len(value) if isinstance(value, str) else 0, len(change.text)) > _LONGEST:
        raise _invalid(at, f"the value is longer than {_LONGEST} characters")
    if len(kind) > _LONGEST_TYPE:
        raise _invalid(at, f"the type is longer than {_LONGEST_TYPE} characters")
    if value is not None and (expected := _unlike(value, kind)):
        raise _invalid(at, expected)
    told: Json = {
        "value": value,
        "type": kind,
        "confidence": 1.0,
        "source": "person",
        "state": "added" if change.action == "add" else "corrected",
        "by": reviewer,
    }
    if change.page is not None and change.box is not None:
        told |= {
            "page": change.page,
            "polygon": _polygon(result, change.page, change.box, at),
            "text": change.text or (None if value is None else str(value)),
        }
    elif before is None:
        told |= {"page": None, "polygon": None, "text": None}
    return told


def _polygon(result: Json, page: int, box: Box, at: str) -> list[list[float]]:
    """The corners of a box on a page, clockwise from the top left."""
    left, top, right, bottom = box
    sizes = result["pages"]
    if not 0 <= page < len(sizes) or not all(map(math.isfinite, box)):
        raise _invalid(at, "there is no such page or box")
    width, height = sizes[page]["width"], sizes[page]["height"]
    if not (0 <= left < right <= width + 1 and 0 <= top < bottom <= height + 1):
        raise _invalid(at, f"the box is not on the page, which is {width} by {height} points")
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_TYPES: dict[str, tuple[Callable[[str], object], str]] = {
    "amount": (
        re.compile(r"-?\d{1,18}(?:\.\d{1,9})?").fullmatch,
        "an amount is written with a dot and without groups, as 1234.50",
    ),
    "number": (
        re.compile(r"-?\d{1,18}(?:\.\d{1,9})?").fullmatch,
        "a number is written with a dot and without groups, as 12.5",
    ),
    "integer": (re.compile(r"-?\d{1,18}").fullmatch, "a whole number has digits only, as 12"),
    "currency": (re.compile(r"[A-Z]{3}").fullmatch, "a currency is three capital letters, as EUR"),
    "date": (_is_date, "a date is written as 2026-11-22"),
}


def _unlike(value: str | bool, kind: str) -> str:
    """What a value of this type looks like, if this one does not; else blank."""
    if kind == "boolean" or isinstance(value, bool):
        told = kind == "boolean" and isinstance(value, bool)
        return "" if told else "yes or no is told as true or false"
    fits, expected = _TYPES.get(kind, (bool, "a value is not blank"))
    return "" if fits(value) else expected


def _as_fields(members: Json) -> Iterator[tuple[str, Field]]:
    """The fields that have a value which the rules can read."""
    for name, field in members.items():
        if not isinstance(field, dict) or field.get("value") is None:
            continue
        if isinstance(field["value"], str) and _unlike(field["value"], field["type"]):
            continue
        yield name, Field(field["value"], field["type"], field["confidence"], None, field["source"])


def _invalid(at: str, detail: str) -> PortalError:
    return PortalError(ErrorCode.INPUT_INVALID, f"{at}: {detail}.", at=at)
