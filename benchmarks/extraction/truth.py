"""What the corpus says is right, in the names of the product's fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import corpus

HALVES = ("development", "check")
RECEIPT_FIELDS = {
    "company": "merchantName",
    "date": "date",
    "address": "merchantAddress",
    "total": "total",
}
INVOICE_FIELDS = {
    "invoice_number": "invoiceNumber",
    "issue_date": "issueDate",
    "due_date": "dueDate",
    "seller_name": "sellerName",
    "seller_vat_id": "sellerVatId",
    "buyer_name": "buyerName",
    "currency": "currency",
    "net_total": "net",
    "tax_total": "tax",
    "grand_total": "total",
    "due_payable": "amountDue",
    "iban": "iban",
}
_MRZ_FIELDS = {
    "issuer": "issuer",
    "document_number": "documentNumber",
    "nationality": "nationality",
    "surname": "surname",
    "given_names": "givenNames",
    "sex": "sex",
    "personal_number": "personalNumber",
    "optional1": "optional1",
    "optional2": "optional2",
}


@dataclass(frozen=True)
class Case:
    """A document and the values that are right. `half` tells what rules may be made on."""

    family: str
    name: str
    path: Path
    half: str
    values: dict[str, str]
    extra: dict[str, Any] = field(default_factory=dict)


def cases() -> list[Case]:
    """All documents with known values; none where there is no corpus."""
    root = corpus.ROOT / "extraction"
    if not root.is_dir():
        return []
    families = (list(_receipts(root)), list(_invoices(root)), list(_zones(root)))
    return [
        Case(case.family, case.name, case.path, HALVES[index % 2], case.values, case.extra)
        for family in families
        for index, name in enumerate(sorted({case.name for case in family}))
        for case in family
        if case.name == name
    ]


def _receipts(root: Path) -> Iterator[Case]:
    for path in root.glob("receipts/*.json"):
        told = json.loads(path.read_text())
        values = {name: told[key] for key, name in RECEIPT_FIELDS.items() if told.get(key)}
        yield Case("receipts", path.stem, path.with_suffix(".jpg"), "", values)


def _invoices(root: Path) -> Iterator[Case]:
    """Each PDF twice: as it is, all fields; and without its XML, the fields its page shows."""
    for path in root.glob("invoices/*.expected.json"):
        told = json.loads(path.read_text())
        stem = path.name.removesuffix(".expected.json")
        known = {
            name: told["fields"][key]
            for key, name in INVOICE_FIELDS.items()
            if told["fields"].get(key) is not None
        }
        source = path.with_name(told.get("pdf") or told["xml"])
        yield Case("invoices with XML", stem, source, "", known)
        if "pdf" in told:
            shown = {
                name: known[name]
                for key, name in INVOICE_FIELDS.items()
                if told["visible_in_pdf_text"].get(key) and name in known
            }
            bare = path.with_name(told.get("pdf_without_xml") or told["pdf"])
            extra = {"without_xml": "pdf_without_xml" not in told}
            yield Case("invoices, page only", stem, bare, "", shown, extra)


def _zones(root: Path) -> Iterator[Case]:
    for path in root.glob("mrz/*.json"):
        told = json.loads(path.read_text())
        fields = told["fields"]
        values = {name: fields[key] for key, name in _MRZ_FIELDS.items() if fields.get(key)}
        values["mrz"] = "\n".join(told["mrz"])
        dates = {"birthDate": fields["birth_date"], "expiryDate": fields["expiry_date"]}
        yield Case("MRZ", path.stem, path.with_suffix(".jpg"), "", values, {"dates": dates})
