"""Fields that a caller's own schema asks for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apps.extraction.reading import amounts, labels, lookup, machine_data, proofs, tables
from apps.extraction.reading.findings import Field, FieldType, Findings, Table, Validation
from apps.extraction.reading.folding import key
from apps.extraction.reading.lines import Row, Run, Sheet
from apps.extraction.reading.schema import Property, Schema
from apps.extraction.reading.words import Reading

_NEAR_ROWS = 3
_LONGEST_ROW = 300
# What all patterns of a schema together may cost: some seconds at most.
_MOST_STEPS = 2_000_000
# Rows with a field's label that its pattern sees whatever the others cost.
_LABELLED_ROWS = 5
_FITTING: dict[str, tuple[str, ...]] = {
    "string": ("text", "code", "currency", "date", "amount", "number"),
    "number": ("amount", "number"),
    "integer": ("number",),
    "boolean": ("boolean",),
    "date": ("date",),
}
_TYPES: dict[str, FieldType] = {
    "string": "text",
    "number": "number",
    "date": "date",
    "integer": "integer",
    "boolean": "boolean",
}
_YES = labels.words("Yes|Ja|Oui|Sì|Sí|True|X|☒|☑|✓")
_NO = labels.words("No|Nein|Non|False|☐")
_TICKED, _EMPTY = "☒☑✓✔", "☐"


def apply(schema: Schema, findings: Findings, document: Reading, sheets: Sequence[Sheet]) -> None:
    """Replaces the findings' fields and tables by those the schema asks for."""
    known, known_tables = findings.fields, findings.tables
    findings.fields, findings.tables, findings.validations = {}, [], []
    patterned = sum(wanted.pattern is not None for wanted in schema.properties)
    steps = _MOST_STEPS // max(1, patterned)
    for wanted in schema.properties:
        where = _looked_at(wanted, sheets)
        if wanted.kind == "array":
            table = _table(wanted, where, known_tables)
            if table is not None:
                findings.tables.append(table)
            missing = table is None
        else:
            field = _field(wanted, known, document, where, steps)
            if field is not None:
                findings.fields[wanted.name] = field
            missing = field is None
        if missing and wanted.required:
            message = f"{wanted.name} is required and was not found."
            findings.validations.append(
                Validation("required_missing", "error", message, (wanted.name,))
            )
    _check_patterns(schema, findings)


def _looked_at(wanted: Property, sheets: Sequence[Sheet]) -> Sequence[Sheet]:
    """The pages and rows that the hints leave."""
    if wanted.page is not None:
        sheets = [sheet for sheet in sheets if sheet.page.number == wanted.page]
    if wanted.near is None:
        return sheets
    text, left = key(wanted.near), []
    for sheet in sheets:
        places = [row.index for row in sheet.rows if text and text in row.folded.text]
        rows = [
            row
            for row in sheet.rows
            if any(0 <= row.index - place <= _NEAR_ROWS for place in places)
        ]
        if rows:
            left.append(Sheet(sheet.page, tuple(_numbered(rows))))
    return left


def _numbered(rows: Sequence[Row]) -> list[Row]:
    """The rows as a sheet of their own, counted from 0."""
    return [
        Row(tuple(Run(run.words, run.page, run.source, index) for run in row.runs), row.page, index)
        for index, row in enumerate(rows)
    ]


def _field(
    wanted: Property,
    known: dict[str, Field],
    document: Reading,
    sheets: Sequence[Sheet],
    steps: int,
) -> Field | None:
    own = known.get(wanted.name)
    hinted = wanted.near is not None or wanted.page is not None
    if own is not None and own.type in _FITTING[wanted.kind] and not hinted:
        return proofs.typed(own, _TYPES[wanted.kind]) if wanted.kind == "integer" else own
    for entry in document.form:
        if entry.value and key(entry.name) in (*wanted.labels.folded, key(wanted.name)):
            return _form_field(wanted, machine_data.form_field(entry))
    found = _labelled(wanted, sheets, steps)
    return proofs.unmeasured(found) if found is not None else None


def _form_field(wanted: Property, field: Field) -> Field | None:
    if wanted.kind in ("number", "integer"):
        amount = amounts.parse(str(field.value))
        return (
            proofs.valued(field, _number(wanted, amount), _TYPES[wanted.kind]) if amount else None
        )
    return proofs.typed(field, _TYPES[wanted.kind])


def _labelled(wanted: Property, sheets: Sequence[Sheet], steps: int) -> Field | None:
    if wanted.kind == "date":
        return lookup.date(sheets, wanted.labels)
    if wanted.kind in ("number", "integer"):
        return _labelled_number(wanted, sheets)
    if wanted.kind == "boolean":
        return _labelled_choice(wanted, sheets)
    field = lookup.text(sheets, wanted.labels)
    if wanted.pattern is None:
        return field
    return _matching(wanted, field, sheets, steps)


def _labelled_number(wanted: Property, sheets: Sequence[Sheet]) -> Field | None:
    found = lookup.amount(sheets, wanted.labels, plain=True)
    if found is None:
        return None
    number = Decimal(str(found.value))
    if wanted.kind == "integer" and number != number.to_integral_value():
        return None
    value = str(int(number)) if wanted.kind == "integer" else str(found.value)
    return proofs.valued(found, value, _TYPES[wanted.kind])


def _number(wanted: Property, amount: amounts.Amount) -> str:
    return str(int(amount.value)) if wanted.kind == "integer" else amounts.plain(amount.value)


def _labelled_choice(wanted: Property, sheets: Sequence[Sheet]) -> Field | None:
    found = lookup.text(sheets, wanted.labels)
    if found is None:
        return None
    text = str(found.value)
    first = key(text.split()[0]) if text.split() else ""
    if any(sign in text for sign in _TICKED) or first in _YES.folded:
        return proofs.valued(found, True, "boolean")
    if _EMPTY in text or first in _NO.folded:
        return proofs.valued(found, False, "boolean")
    return None


def _matching(
    wanted: Property, field: Field | None, sheets: Sequence[Sheet], steps: int
) -> Field | None:
    """The part of the labelled text, else of any run, that the pattern matches.

    At most so many `steps` are spent: a letter and a state of the pattern are one.
    """
    pattern = wanted.pattern
    if pattern is None:
        return field
    letters = steps // (len(pattern.states) + 1)
    left = max(letters, _LABELLED_ROWS * _LONGEST_ROW)
    for row in (row for sheet in sheets for row in sheet.rows):
        if labels.inside(wanted.labels, row) is None:
            continue
        text = row.whole.text[:_LONGEST_ROW]
        left -= len(text)
        if left < 0:
            break
        place = pattern.search(text)
        if place is not None and place[0] < place[1]:
            spot = row.whole.spot(*place)
            return proofs.field(spot.text, "text", spot, ["text:labelled", "text:pattern"])
    if field is not None:
        return field
    for run in (run for sheet in sheets for run in sheet.runs):
        letters -= len(run.text)
        if letters < 0:
            break
        place = pattern.search(run.text)
        if place is not None and place[1] - place[0] > 2:
            spot = run.spot(*place)
            return proofs.field(spot.text, "text", spot, ["text:pattern"]).less_sure(0.5)
    return None


def _table(wanted: Property, sheets: Sequence[Sheet], known: Sequence[Table]) -> Table | None:
    columns = {
        item.name: (_TYPES[item.kind], item.labels) for item in wanted.items if item.kind != "array"
    }
    found = tables.find(sheets, columns, name=wanted.name)
    if found is not None:
        return found
    for table in known:
        shared = [name for name in table.columns if name in columns]
        if len(shared) >= min(2, len(columns)):
            rows = tuple({name: row[name] for name in shared if name in row} for row in table.rows)
            return Table(wanted.name, tuple(shared), rows)
    return None


def _check_patterns(schema: Schema, findings: Findings) -> None:
    for wanted in schema.properties:
        field = findings.fields.get(wanted.name)
        if wanted.pattern is None or field is None:
            continue
        if not wanted.pattern.matches(str(field.value)):
            message = f"{wanted.name} does not match its pattern."
            findings.validations.append(
                Validation("pattern_mismatch", "warning", message, (wanted.name,))
            )
            findings.fields[wanted.name] = field.less_sure(0.5)
