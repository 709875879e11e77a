"""Electronic invoices inside documents: CII (ZUGFeRD, Factur-X), UBL (XRechnung), FatturaPA.

Elements are found by local names, so the versions' name spaces do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from apps.extraction.reading import amounts
from apps.extraction.reading.findings import FieldType

_MOST_BYTES = 5 << 20
_MOST_LINES = 500
# Written out, 1E-999999 has a million digits.
_MOST_DECIMALS = 12


@dataclass(frozen=True)
class Invoice:
    """What an invoice's XML says, in the wire's spelling: ISO dates, decimal strings."""

    syntax: str
    values: dict[str, str]
    lines: list[dict[str, str]] = field(default_factory=list)


TYPES: dict[str, FieldType] = {
    **dict.fromkeys(("net", "tax", "total", "amountDue"), "amount"),
    **dict.fromkeys(("issueDate", "dueDate", "deliveryDate"), "date"),
    **dict.fromkeys(("invoiceNumber", "sellerVatId", "buyerVatId", "iban", "bic"), "code"),
    "currency": "currency",
}
LINE_COLUMNS = ("description", "quantity", "unitPrice", "taxRate", "amount")


def parse(text: str) -> Invoice | None:
    """The invoice of an XML file; None where it is none, is broken, or has a DTD."""
    encoded = text.lstrip("\ufeff \r\n\t").encode()
    if len(encoded) > _MOST_BYTES or b"<!DOCTYPE" in encoded:
        return None
    encoded = re.sub(rb"^<\?xml[^>]*\?>", b"", encoded)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(encoded, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    name = _local(root)
    if name in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return Invoice(f"CII {name}", _known(_cii(root)), _lines(_cii_lines(root)))
    if name in ("Invoice", "CreditNote") and _child(root, "ID") is not None:
        return Invoice(f"UBL {name}", _known(_ubl(root)), _lines(_ubl_lines(root)))
    if name == "FatturaElettronica":
        return Invoice("FatturaPA", _known(_fattura(root)), _lines(_fattura_lines(root)))
    return None


def _known(values: dict[str, str | None]) -> dict[str, str]:
    known: dict[str, str] = {}
    for name, value in values.items():
        if not value:
            continue
        kind = TYPES.get(name)
        if kind == "amount":
            value = _amount(value)
        elif kind == "date":
            value = _date(value)
        elif name == "iban":
            value = re.sub(r"\s", "", value)
        if value:
            known[name] = value
    return known


def _lines(lines: Iterator[dict[str, str | None]]) -> list[dict[str, str]]:
    made = []
    for index, line in enumerate(lines):
        if index == _MOST_LINES:
            break
        made.append(
            {
                name: plain
                for name, value in line.items()
                if value and (plain := value if name == "description" else _number(value))
            }
        )
    return made


# --- the syntaxes


def _cii(root: Any) -> dict[str, str | None]:
    head = _find(root, "ExchangedDocument", "HeaderExchangedDocument")
    seller, buyer = _find(root, "SellerTradeParty"), _find(root, "BuyerTradeParty")
    settlement = _find(
        root, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement"
    )
    sums = _find(
        settlement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    terms = _find(settlement, "DueDateDateTime")
    delivery = _find(root, "ActualDeliverySupplyChainEvent")
    return {
        "invoiceNumber": _text(_child(head, "ID")),
        "issueDate": _text(_find(_child(head, "IssueDateTime"), "DateTimeString")),
        "dueDate": _text(_find(terms, "DateTimeString")),
        "deliveryDate": _text(_find(delivery, "DateTimeString")),
        "sellerName": _text(_child(seller, "Name")),
        "sellerVatId": _cii_vat(seller),
        "buyerName": _text(_child(buyer, "Name")),
        "buyerVatId": _cii_vat(buyer),
        "currency": _text(_child(settlement, "InvoiceCurrencyCode")),
        "net": _text(_child(sums, "TaxBasisTotalAmount")),
        "tax": _text(_child(sums, "TaxTotalAmount")),
        "total": _text(_child(sums, "GrandTotalAmount")),
        "amountDue": _text(_child(sums, "DuePayableAmount")),
        "iban": _text(_find(_find(settlement, "PayeePartyCreditorFinancialAccount"), "IBANID")),
        "bic": _text(_find(settlement, "BICID")),
    }


def _cii_vat(party: Any) -> str | None:
    for registration in _every(party, "SpecifiedTaxRegistration"):
        number = _child(registration, "ID")
        if number is not None and number.get("schemeID") in ("VA", None):
            return _text(number)
    return None


def _cii_lines(root: Any) -> Iterator[dict[str, str | None]]:
    for line in _every(root, "IncludedSupplyChainTradeLineItem"):
        price = _find(line, "NetPriceProductTradePrice")
        quantity = _find(line, "BilledQuantity")
        tax = _find(line, "ApplicableTradeTax")
        yield {
            "description": _text(_child(_find(line, "SpecifiedTradeProduct"), "Name")),
            "quantity": _text(quantity),
            "unitPrice": _text(_child(price, "ChargeAmount")),
            "taxRate": _text(_child(tax, "RateApplicablePercent"))
            or _text(_child(tax, "ApplicablePercent")),
            "amount": _text(_find(line, "LineTotalAmount")),
        }


def _ubl(root: Any) -> dict[str, str | None]:
    seller = _find(root, "AccountingSupplierParty")
    buyer = _find(root, "AccountingCustomerParty")
    sums = _child(root, "LegalMonetaryTotal")
    means = _child(root, "PaymentMeans")
    account = _find(means, "PayeeFinancialAccount")
    due = _text(_child(root, "DueDate")) or _text(_find(means, "PaymentDueDate"))
    return {
        "invoiceNumber": _text(_child(root, "ID")),
        "issueDate": _text(_child(root, "IssueDate")),
        "dueDate": due,
        "deliveryDate": _text(_find(_child(root, "Delivery"), "ActualDeliveryDate")),
        "sellerName": _ubl_name(seller),
        "sellerVatId": _text(_find(_find(seller, "PartyTaxScheme"), "CompanyID")),
        "buyerName": _ubl_name(buyer),
        "buyerVatId": _text(_find(_find(buyer, "PartyTaxScheme"), "CompanyID")),
        "currency": _text(_child(root, "DocumentCurrencyCode")),
        "net": _text(_child(sums, "TaxExclusiveAmount")),
        "tax": _text(_child(_child(root, "TaxTotal"), "TaxAmount")),
        "total": _text(_child(sums, "TaxInclusiveAmount")),
        "amountDue": _text(_child(sums, "PayableAmount")),
        "iban": _text(_child(account, "ID")),
        "bic": _text(_child(_find(account, "FinancialInstitutionBranch"), "ID")),
    }


def _ubl_name(party: Any) -> str | None:
    return _text(_find(_find(party, "PartyLegalEntity"), "RegistrationName")) or _text(
        _find(_find(party, "PartyName"), "Name")
    )


def _ubl_lines(root: Any) -> Iterator[dict[str, str | None]]:
    for name in ("InvoiceLine", "CreditNoteLine"):
        for line in _every(root, name):
            item = _child(line, "Item")
            yield {
                "description": _text(_child(item, "Name")),
                "quantity": _text(_child(line, "InvoicedQuantity"))
                or _text(_child(line, "CreditedQuantity")),
                "unitPrice": _text(_find(_child(line, "Price"), "PriceAmount")),
                "taxRate": _text(_find(_child(item, "ClassifiedTaxCategory"), "Percent")),
                "amount": _text(_child(line, "LineExtensionAmount")),
            }


def _fattura(root: Any) -> dict[str, str | None]:
    general = _find(root, "DatiGeneraliDocumento")
    seller, buyer = _find(root, "CedentePrestatore"), _find(root, "CessionarioCommittente")
    payment = _find(root, "DettaglioPagamento")
    summaries = list(_every(root, "DatiRiepilogo"))
    net = _sum(_text(_child(part, "ImponibileImporto")) for part in summaries)
    tax = _sum(_text(_child(part, "Imposta")) for part in summaries)
    stated = _text(_child(general, "ImportoTotaleDocumento"))
    return {
        "invoiceNumber": _text(_child(general, "Numero")),
        "issueDate": _text(_child(general, "Data")),
        "dueDate": _text(_find(payment, "DataScadenzaPagamento")),
        "sellerName": _fattura_name(seller),
        "sellerVatId": _text(_find(_find(seller, "IdFiscaleIVA"), "IdCodice")),
        "buyerName": _fattura_name(buyer),
        "buyerVatId": _text(_find(_find(buyer, "IdFiscaleIVA"), "IdCodice")),
        "currency": _text(_child(general, "Divisa")),
        "net": net,
        "tax": tax,
        "total": stated or _sum((net, tax)),
        "amountDue": _text(_find(payment, "ImportoPagamento")),
        "iban": _text(_find(payment, "IBAN")),
        "bic": _text(_find(payment, "BIC")),
    }


def _fattura_name(party: Any) -> str | None:
    names = _find(party, "Anagrafica")
    whole = _text(_child(names, "Denominazione"))
    given, last = _text(_child(names, "Nome")), _text(_child(names, "Cognome"))
    return whole or " ".join(part for part in (given, last) if part) or None


def _fattura_lines(root: Any) -> Iterator[dict[str, str | None]]:
    for line in _every(root, "DettaglioLinee"):
        yield {
            "description": _text(_child(line, "Descrizione")),
            "quantity": _text(_child(line, "Quantita")),
            "unitPrice": _text(_child(line, "PrezzoUnitario")),
            "taxRate": _text(_child(line, "AliquotaIVA")),
            "amount": _text(_child(line, "PrezzoTotale")),
        }


def _sum(values: Any) -> str | None:
    numbers = [number for value in values if value and (number := _decimal(value)) is not None]
    return str(sum(numbers, Decimal())) if numbers else None


# --- elements and values


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _every(element: Any, *names: str) -> Iterator[Any]:
    if element is not None:
        yield from element.iter(*(f"{{*}}{name}" for name in names))


def _find(element: Any, *names: str) -> Any:
    return next(_every(element, *names), None)


def _child(element: Any, name: str) -> Any:
    if element is None:
        return None
    return next(element.iterchildren(f"{{*}}{name}"), None)


def _text(element: Any) -> str | None:
    if element is None or element.text is None:
        return None
    return " ".join(element.text.split())[:500] or None


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10**15):
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent >= -_MOST_DECIMALS else None


def _amount(text: str) -> str:
    number = _decimal(text)
    return "" if number is None else amounts.plain(number)


def _number(text: str) -> str:
    number = _decimal(text)
    return "" if number is None else f"{number.normalize():f}"


def _date(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else ""
