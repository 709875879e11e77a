"""Rules between fields: sums that add up, dates in their order, check digits."""

from __future__ import annotations

from decimal import Decimal

from apps.extraction.reading import identifiers
from apps.extraction.reading.findings import Field, Table, Validation

# What `of` may say; other rules need the document itself.
CODES = frozenset(
    (
        "sum_mismatch",
        "tax_implausible",
        "change_mismatch",
        "lines_mismatch",
        "date_order",
        "iban_check",
        "vat_check",
    )
)
_NUMERIC = ("amount", "number", "integer")
_TOLERANCE = Decimal("0.02")
_MOST_TAX = Decimal("0.35")


def of(fields: dict[str, Field], tables: list[Table]) -> list[Validation]:
    """The rules that the fields break."""
    return [
        *_sums(fields),
        *_cash(fields),
        *_lines(fields, tables),
        *_dates(fields),
        *_identifiers(fields),
    ]


def _amount(fields: dict[str, Field], name: str) -> Decimal | None:
    field = fields.get(name)
    # A caller's own schema may call anything so.
    return Decimal(str(field.value)) if field and field.type in _NUMERIC else None


def _sums(fields: dict[str, Field]) -> list[Validation]:
    net, tax, total = (_amount(fields, name) for name in ("net", "tax", "total"))
    if net is not None and tax is not None and total is not None:
        if abs(net + tax - total) > _TOLERANCE:
            message = f"Net {net} and tax {tax} do not add up to the total {total}."
            return [Validation("sum_mismatch", "error", message, ("net", "tax", "total"))]
    elif tax is not None and total is not None and abs(tax) > abs(total) * _MOST_TAX:
        message = f"The tax {tax} is more than a third of the total {total}."
        return [Validation("tax_implausible", "warning", message, ("tax", "total"))]
    return []


def _cash(fields: dict[str, Field]) -> list[Validation]:
    cash, change, total = (_amount(fields, name) for name in ("cash", "change", "total"))
    if cash is None or change is None or total is None or cash - abs(change) == total:
        return []
    message = f"Cash {cash} less change {change} is not the total {total}."
    return [Validation("change_mismatch", "warning", message, ("cash", "change", "total"))]


def _lines(fields: dict[str, Field], tables: list[Table]) -> list[Validation]:
    net, total = _amount(fields, "net"), _amount(fields, "total")
    for table in tables:
        cells = [row.get("amount") for row in table.rows]
        if table.name != "lineItems" or not cells:
            continue
        if not all(cell and cell.type in _NUMERIC for cell in cells):
            continue
        added = sum((Decimal(str(cell.value)) for cell in cells if cell), Decimal())
        known = [value for value in (net, total) if value is not None]
        if known and all(abs(added - value) > _TOLERANCE for value in known):
            message = f"The lines add up to {added}, which is neither the net sum nor the total."
            return [Validation("lines_mismatch", "warning", message, ("net", "total"))]
    return []


def _dates(fields: dict[str, Field]) -> list[Validation]:
    faults = []
    for earlier, later in (
        ("issueDate", "dueDate"),
        ("birthDate", "expiryDate"),
        ("issueDate", "expiryDate"),
        ("periodStart", "periodEnd"),
    ):
        first, second = fields.get(earlier), fields.get(later)
        if first and second and str(first.value) > str(second.value):
            message = f"{later} {second.value} lies before {earlier} {first.value}."
            faults.append(Validation("date_order", "warning", message, (earlier, later)))
    return faults


def _identifiers(fields: dict[str, Field]) -> list[Validation]:
    faults = []
    iban = fields.get("iban")
    if iban is not None and not identifiers.valid_iban(str(iban.value)):
        faults.append(Validation("iban_check", "error", "The IBAN is not valid.", ("iban",)))
    for name in ("sellerVatId", "buyerVatId"):
        field = fields.get(name)
        if field is not None and identifiers.valid_vat(str(field.value)) is False:
            message = "The check digit of the VAT number does not hold."
            faults.append(Validation("vat_check", "warning", message, (name,)))
    return faults
