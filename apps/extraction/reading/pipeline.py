"""From a reading to findings: machine data first, then the class's own rules, then checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.extraction.reading import (
    classify,
    contracts,
    invoice_xml,
    invoices,
    licences,
    lines,
    machine_data,
    mrz,
    qr_bill,
    receipts,
    statements,
    tables,
    validations,
    words,
)
from apps.extraction.reading.classes import NAMES
from apps.extraction.reading.custom import apply as apply_schema
from apps.extraction.reading.findings import Field, Findings, Table, Warned
from apps.extraction.reading.lines import Sheet
from apps.extraction.reading.schema import Schema
from apps.extraction.reading.words import FormEntry, Reading

_SURE = 0.99


def read(reading: dict[str, Any], *, schema: Schema | None = None) -> Findings:
    """Classifies a document and finds its fields.

    `reading` is the engines' JSON (see `words`); lengths in points. With a `schema` only its
    fields are answered. Never raises on a strange reading; looks at a bounded part of a huge one.
    """
    document = words.parse(reading)
    sheets = [lines.sheet(page) for page in document.pages]
    findings = Findings(warnings=_warnings(document))
    invoice = _embedded_invoice(document)
    zone = mrz.find(sheets)
    if invoice is not None:
        findings.identifier, findings.confidence = "invoice", _SURE
    elif zone is not None and zone.identifier != "unknown":
        findings.identifier = zone.identifier
        findings.confidence = _SURE if zone.proven else 0.9
    else:
        findings.identifier, findings.confidence = classify.classify(sheets)
    findings.name = NAMES[findings.identifier]
    if zone is not None:
        findings.fields.update(mrz.fields(zone))
        findings.validations.extend(mrz.validations(zone))
    if invoice is not None:
        _electronic_invoice(findings, invoice, sheets)
    elif zone is None:
        found, found_tables = _by_class(findings.identifier, sheets)
        findings.fields.update(found)
        findings.tables.extend(found_tables)
        _payment_code(findings, document)
    if schema is not None:
        apply_schema(schema, findings, document, sheets)
        return findings
    _form(findings, document.form)
    findings.validations.extend(validations.of(findings.fields, findings.tables))
    _doubt(findings)
    return findings


def _by_class(identifier: str, sheets: Sequence[Sheet]) -> tuple[dict[str, Field], list[Table]]:
    """The fields and tables that documents of a class have."""
    if identifier == "receipt":
        return receipts.fields(sheets), []
    if identifier == "invoice":
        table = tables.line_items(sheets)
        return invoices.fields(sheets), [table] if table else []
    if identifier == "bank-statement":
        return statements.bank_statement(sheets)
    if identifier == "utility-bill":
        return statements.utility_bill(sheets)
    if identifier == "payslip":
        return statements.payslip(sheets)
    if identifier == "driving-licence":
        return licences.fields(sheets), []
    if identifier == "contract":
        return contracts.fields(sheets), []
    return {}, []


# --- machine data


def _embedded_invoice(document: Reading) -> invoice_xml.Invoice | None:
    for attachment in document.attachments:
        invoice = invoice_xml.parse(attachment.text)
        if invoice is not None and invoice.values:
            return invoice
    return None


def _electronic_invoice(
    findings: Findings, invoice: invoice_xml.Invoice, sheets: Sequence[Sheet]
) -> None:
    visible = invoices.fields(sheets)
    found, faults = machine_data.fields(invoice, visible, sheets)
    findings.fields.update(found)
    for name, field in visible.items():
        findings.fields.setdefault(name, field)
    findings.validations.extend(faults)
    if table := machine_data.table(invoice, sheets):
        findings.tables.append(table)


def _payment_code(findings: Findings, document: Reading) -> None:
    found, faults = qr_bill.fields(document.pages)
    if not found:
        return
    findings.validations.extend(faults)
    for name, field in found.items():
        seen = findings.fields.get(name)
        if seen is not None and seen.value != field.value and name in ("iban", "amountDue"):
            findings.validations.append(qr_bill.differs(name, field, seen))
            field = field.less_sure(0.5)
        findings.fields[name] = field


def _form(findings: Findings, form: Sequence[FormEntry]) -> None:
    """Filled form fields under their own names, where no other field has that name."""
    for entry in form:
        if entry.value and entry.name:
            findings.fields.setdefault(entry.name, machine_data.form_field(entry))


# --- warnings and doubts

_REASONS = {
    "invisible": "invisible text",
    "off_page": "text outside the page",
    "white": "text in the colour of the paper",
    "tiny": "text too small to read",
    "covered": "text covered by something else",
}


def _warnings(document: Reading) -> list[Warned]:
    warned = []
    for page in document.pages:
        for reason in sorted({entry.reason for entry in page.hidden}):
            what = _REASONS.get(reason, "hidden text")
            message = f"Page {page.number + 1} has {what}; it was not read."
            warned.append(Warned("hidden_text", message, page.number))
        if page.source == "none":
            message = f"Page {page.number + 1} has no text; it needs character recognition."
            warned.append(Warned("no_text", message, page.number))
    if document.cut:
        message = "The document is longer than what is looked at; its end was left out."
        warned.append(Warned("cut", message, None))
    return warned


def _doubt(findings: Findings) -> None:
    """A field that breaks a rule is never taken over unseen."""
    for fault in findings.validations:
        ceiling = 0.5 if fault.severity == "error" else 0.8
        for name in fault.fields:
            if name in findings.fields:
                findings.fields[name] = findings.fields[name].less_sure(ceiling)
