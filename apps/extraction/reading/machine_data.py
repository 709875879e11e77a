"""Embedded invoice data against the page: places for its values, and contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.extraction.reading import amounts, confidence, dates, invoice_xml
from apps.extraction.reading.findings import Field, FieldType, Table, Validation
from apps.extraction.reading.folding import key
from apps.extraction.reading.lines import Row, Sheet, Spot
from apps.extraction.reading.words import FormEntry

_SHOWN, _SHOWN_ELSEWHERE, _NOT_SHOWN, _CONTRADICTED = 0.995, 0.99, 0.95, 0.4
_FORM = 0.98
# What a page's own reading must be, at least, to speak against embedded data.
_CREDIBLE = 0.6
_COMPARED = ("invoiceNumber", "issueDate", "dueDate", "net", "tax", "total", "amountDue", "iban")
_NAMES = ("sellerName", "buyerName")


def fields(
    invoice: invoice_xml.Invoice, visible: dict[str, Field], sheets: Sequence[Sheet]
) -> tuple[dict[str, Field], list[Validation]]:
    """The invoice's values with their places; an error for each that the page contradicts."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found: dict[str, Field] = {}
    faults: list[Validation] = []
    for name, value in invoice.values.items():
        kind = invoice_xml.TYPES.get(name, "text")
        seen = visible.get(name)
        if seen is not None and _same(kind, value, str(seen.value)):
            found[name] = _field(value, kind, _SHOWN, seen.spot)
            continue
        spot = next(_places(kind, value, rows), None)
        sure = _SHOWN_ELSEWHERE if spot else _NOT_SHOWN
        if spot is None and seen is not None and _contradicts(name, seen):
            sure = _CONTRADICTED
            message = (
                f"The embedded invoice data say {value!r} for {name}, the page shows "
                f"{str(seen.value)!r}."
            )
            faults.append(Validation("embedded_data_differs", "error", message, (name,)))
        found[name] = _field(value, kind, sure, spot)
    return found, faults


def table(invoice: invoice_xml.Invoice, sheets: Sequence[Sheet]) -> Table | None:
    """The invoice's lines; a cell has the place of its text where the page shows it."""
    if not invoice.lines:
        return None
    rows = [row for sheet in sheets for row in sheet.rows]
    made = []
    for line in invoice.lines:
        near = _line_rows(line, rows)
        cells = {}
        for name, value in line.items():
            kind: FieldType = "text" if name == "description" else "number"
            cells[name] = _field(value, kind, _NOT_SHOWN, next(_places(kind, value, near), None))
        made.append(cells)
    return Table("lineItems", invoice_xml.LINE_COLUMNS, tuple(made))


def _line_rows(line: dict[str, str], rows: Sequence[Row]) -> Sequence[Row]:
    spot = next(_places("text", line.get("description", ""), rows), None)
    if spot is None:
        return ()
    return [
        row
        for row in rows
        if row.page == spot.page and abs(row.box.middle - spot.box.middle) < 1.5 * spot.box.height
    ]


def _contradicts(name: str, seen: Field) -> bool:
    if name in _COMPARED:
        return seen.confidence >= _CREDIBLE
    return name in _NAMES and seen.confidence >= confidence.UNMEASURED


def _field(value: str, kind: FieldType, sure: float, spot: Spot | None) -> Field:
    return Field(value, kind, sure, spot, "xml", ("embedded",))


def _same(kind: FieldType, one: str, other: str) -> bool:
    if kind in ("text", "code"):
        return key(one) == key(other)
    return one == other


def _places(kind: FieldType, value: str, rows: Sequence[Row]) -> Iterator[Spot]:
    """Where the rows show a value, whatever stands beside it."""
    wanted = key(value)
    if not wanted:
        return
    for row in rows:
        run = row.whole
        if kind in ("amount", "number"):
            for amount in amounts.in_run(run):
                if amounts.plain(amount.value) == _two_decimals(value):
                    yield run.spot(amount.start, amount.end)
        elif kind == "date":
            for found in dates.find(run.text):
                if found.iso == value:
                    yield run.spot(found.start, found.end)
        elif kind == "currency":
            for phrase, start, end in run.phrases:
                if phrase == wanted or amounts.CURRENCIES.get(phrase) == value:
                    yield run.spot(start, end)
            for sign, code in amounts.CURRENCIES.items():
                if code == value and not sign[0].isalpha() and sign in run.text:
                    at = run.text.index(sign)
                    yield run.spot(at, at + len(sign))
        else:
            at = run.folded.text.find(wanted)
            if at >= 0:
                yield run.spot(run.folded.at[at], run.folded.end(at + len(wanted)))


def _two_decimals(value: str) -> str:
    amount = amounts.parse(value)
    return amounts.plain(amount.value) if amount else value


def form_field(entry: FormEntry) -> Field:
    """A filled field of a PDF form, at its own place."""
    spot = None
    if entry.box is not None:
        spot = Spot(entry.value, entry.page, entry.box, 1.0, "form")
    return Field(entry.value, "text", _FORM, spot, "form", ("form",))
