"""Payment codes: the Swiss QR-bill (SPC 0200) and the European EPC QR code (BCD)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.extraction.reading import amounts, identifiers
from apps.extraction.reading.findings import Field, FieldType, Validation
from apps.extraction.reading.lines import Spot
from apps.extraction.reading.words import Code, Page

# The code's error correction leaves no room for misreading; what it says may still be wrong.
_SURE = 0.98
_TYPES: dict[str, FieldType] = {
    "amountDue": "amount",
    "currency": "currency",
    **dict.fromkeys(("iban", "bic", "paymentReference"), "code"),
}


def values(text: str) -> dict[str, str]:
    """What a payment code says; empty for any other code."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].strip() == "SPC" and len(lines) >= 28:
        return _known(_swiss(lines))
    if lines[0].strip() == "BCD" and len(lines) >= 7:
        return _known(_epc(lines))
    return {}


def _swiss(lines: Sequence[str]) -> dict[str, str]:
    return {
        "iban": lines[3],
        "sellerName": lines[5],
        "amountDue": lines[18],
        "currency": lines[19],
        "buyerName": lines[21],
        "paymentReference": lines[28] if len(lines) > 28 else "",
    }


def _epc(lines: Sequence[str]) -> dict[str, str]:
    amount = lines[7] if len(lines) > 7 else ""
    reference = lines[9] if len(lines) > 9 else ""
    return {
        "bic": lines[4],
        "sellerName": lines[5],
        "iban": lines[6],
        "amountDue": amount[3:],
        "currency": amount[:3],
        "paymentReference": reference or (lines[10] if len(lines) > 10 else ""),
    }


def _known(values: dict[str, str]) -> dict[str, str]:
    known = {name: value.strip()[:140] for name, value in values.items() if value.strip()}
    if "iban" in known:
        known["iban"] = identifiers.compact(known["iban"])
    due = known.pop("amountDue", "")
    if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", due):
        amount = amounts.parse(due)
        if amount is not None:
            known["amountDue"] = amounts.plain(amount.value)
    return known


def fields(pages: Sequence[Page]) -> tuple[dict[str, Field], list[Validation]]:
    """The fields of the first payment code on the pages, each at the code's place."""
    for page in pages:
        for code in page.codes:
            known = values(code.text)
            if known:
                return {name: _field(name, value, code, page) for name, value in known.items()}, (
                    _validations(known)
                )
    return {}, []


def _field(name: str, value: str, code: Code, page: Page) -> Field:
    spot = Spot(value, page.number, code.box, 1.0, "code")
    return Field(value, _TYPES.get(name, "text"), _SURE, spot, "code", ("code:payment",))


def _validations(known: dict[str, str]) -> list[Validation]:
    reference = known.get("paymentReference", "")
    structured = re.fullmatch(r"RF[0-9]{2}[A-Z0-9]+|[0-9]{27}", identifiers.compact(reference))
    if structured and not identifiers.valid_reference(reference):
        message = "The check digits of the payment reference do not hold."
        return [Validation("reference_check", "error", message, ("paymentReference",))]
    return []


def differs(name: str, told: Field, seen: Field) -> Validation:
    """An error for a payment code that says something else than the page."""
    message = f"The payment code says {told.value} for {name}, the page shows {seen.value}."
    return Validation("payment_code_differs", "error", message, (name,))
