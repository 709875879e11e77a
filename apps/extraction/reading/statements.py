"""Bank statements, utility bills and payslips: labelled values, and the list of bookings."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.reading import (
    amounts,
    dates,
    invoice_parties,
    invoices,
    labels,
    lookup,
    proofs,
)
from apps.extraction.reading.findings import Field, Table
from apps.extraction.reading.lines import Row, Sheet, Spot

_OPENING = labels.words(
    "Opening balance|Balance brought forward|Previous balance|Beginning balance|Start balance|"
    "Anfangssaldo|Alter Saldo|Alter Kontostand|Saldovortrag|Ancien solde|Solde précédent|"
    "Saldo iniziale|Saldo inicial|Saldo anterior|Startsaldo"
)
_CLOSING = labels.words(
    "Closing balance|Balance carried forward|New balance|Ending balance|End balance|Endsaldo|"
    "Neuer Saldo|Neuer Kontostand|Schlusssaldo|Nouveau solde|Solde final|Saldo finale|"
    "Saldo final|Kontostand am|Current balance"
)
_ACCOUNT = labels.words(
    "Account number|Account no|Kontonummer|Konto-Nr|Konto Nr|Numéro de compte|N° de compte|"
    "Numero conto|Número de cuenta|Account"
)
_HOLDER = labels.words(
    "Account holder|Account name|Kontoinhaber|Titulaire|Titulaire du compte|Intestatario|Titular"
)
_PERIOD = labels.words(
    "Statement period|Period|Pay period|Billing period|Zeitraum|Abrechnungszeitraum|"
    "Abrechnungsmonat|Période|Periodo|Lieferzeitraum|Période de paie|Verbrauchszeitraum|From|Vom|Du"
)
_METER = labels.words(
    "Meter number|Meter no|Meter serial number|Zählernummer|Zähler-Nr|Zähler Nr|Numéro de compteur|"
    "N° compteur|Numero contatore|Matricola contatore|Número de contador"
)
_CONSUMPTION = labels.words(
    "Consumption|Total consumption|Usage|Energy used|Units used|Verbrauch|Gesamtverbrauch|"
    "Consommation|Consumo|Consumo totale"
)
_SUPPLY = labels.words(
    "Supply address|Service address|Lieferstelle|Verbrauchsstelle|Lieferanschrift|"
    "Adresse de livraison|Lieu de consommation|Indirizzo di fornitura|Dirección de suministro"
)
_BILL_TOTAL = labels.words(
    "Total amount due|Amount due|Total due|Total to pay|Please pay|Total|Gesamtbetrag|"
    "Rechnungsbetrag|Zu zahlen|Zahlbetrag|Nachzahlung|Montant à payer|Total TTC|Net à payer|"
    "Totale da pagare|Total a pagar|Importe total"
)
_GROSS = labels.words(
    "Gross pay|Total gross pay|Gross salary|Total gross|Gross earnings|Total earnings|"
    "Gesamtbrutto|Bruttogehalt|Bruttolohn|Gesamt-Brutto|Brutto|Salaire brut|Total brut|"
    "Brut|Retribuzione lorda|Totale competenze|Total devengado|Salario bruto"
)
_NET_PAY = labels.words(
    "Net pay|Net salary|Net amount|Take home pay|Net earnings|Auszahlungsbetrag|Auszahlung|"
    "Nettogehalt|Nettolohn|Netto-Verdienst|Nettoverdienst|Net à payer|Net payé|Salaire net|"
    "Netto in busta|Netto del mese|Netto a pagare|Líquido a percibir|Líquido total a percibir"
)
_DEDUCTIONS = labels.words(
    "Total deductions|Deductions|Gesamtabzüge|Abzüge|Total des retenues|Total cotisations|"
    "Totale trattenute|Total a deducir|Total deducciones"
)
_EMPLOYEE = labels.words(
    "Employee|Employee name|Name|Mitarbeiter|Arbeitnehmer|Name des Mitarbeiters|Salarié|"
    "Nom du salarié|Dipendente|Trabajador|Empleado"
)
_EMPLOYEE_NUMBER = labels.words(
    "Employee number|Employee no|Employee ID|Payroll number|Payroll no|Personalnummer|"
    "Personal-Nr|Pers-Nr|Matricule|Matricola|Número de empleado"
)
_EMPLOYER = labels.words("Employer|Company|Arbeitgeber|Firma|Employeur|Datore di lavoro|Empresa")
_PAY_DATE = labels.words(
    "Pay date|Payment date|Date paid|Auszahlungsdatum|Date de paiement|Data pagamento|Fecha de pago"
)


def bank_statement(sheets: Sequence[Sheet]) -> tuple[dict[str, Field], list[Table]]:
    """Account, period, balances, and the bookings as a table."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found = {name: field for name, field in invoices.payment(rows).items()}
    _amounts(found, sheets, {"openingBalance": _OPENING, "closingBalance": _CLOSING})
    if account := lookup.code(rows, _ACCOUNT, digits=4):
        found["accountNumber"] = proofs.unmeasured(account)
    _texts(found, sheets, {"accountHolder": _HOLDER})
    found.update(_period(sheets))
    if currency := proofs.currency(rows):
        found["currency"] = proofs.unmeasured(currency)
    table = _bookings(rows)
    return found, [table] if table else []


def utility_bill(sheets: Sequence[Sheet]) -> tuple[dict[str, Field], list[Table]]:
    """An invoice's fields with meter, consumption and supply address."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found = {name: proofs.unmeasured(field) for name, field in invoices.fields(sheets).items()}
    if "total" not in found:
        _amounts(found, sheets, {"total": _BILL_TOTAL})
    if meter := lookup.code(rows, _METER, digits=3):
        found["meterNumber"] = proofs.unmeasured(meter)
    _texts(found, sheets, {"supplyAddress": _SUPPLY})
    found.update(_period(sheets))
    if used := _consumption(rows):
        found["consumption"] = used
    return found, []


def payslip(sheets: Sequence[Sheet]) -> tuple[dict[str, Field], list[Table]]:
    """Who is paid by whom, for when, and how much."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found: dict[str, Field] = {}
    _amounts(found, sheets, {"gross": _GROSS, "netPay": _NET_PAY, "deductions": _DEDUCTIONS})
    _texts(found, sheets, {"employeeName": _EMPLOYEE, "employerName": _EMPLOYER})
    if number := lookup.code(rows, _EMPLOYEE_NUMBER, digits=1):
        found["employeeNumber"] = proofs.unmeasured(number)
    if paid := lookup.date(sheets, _PAY_DATE):
        found["payDate"] = proofs.unmeasured(paid)
    if "employerName" not in found and sheets:
        parties = invoice_parties.fields(sheets[0])
        if seller := parties.get("sellerName"):
            found["employerName"] = proofs.unmeasured(seller)
    found.update(_period(sheets))
    found.update(invoices.payment(rows))
    return found, []


def _amounts(
    found: dict[str, Field], sheets: Sequence[Sheet], wanted: dict[str, labels.Names]
) -> None:
    for name, names in wanted.items():
        if field := lookup.amount(sheets, names):
            found[name] = proofs.unmeasured(field)


def _texts(
    found: dict[str, Field], sheets: Sequence[Sheet], wanted: dict[str, labels.Names]
) -> None:
    for name, names in wanted.items():
        if field := lookup.text(sheets, names):
            found[name] = proofs.unmeasured(field)


def _period(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """The first two dates of a row that speaks of a period."""
    for sheet in sheets[:2]:
        for row in sheet.rows:
            if labels.inside(_PERIOD, row) is None:
                continue
            run = row.whole
            found = list(dates.find(run.text))
            if len(found) >= 2 and found[0].value <= found[1].value:
                return {
                    name: proofs.unmeasured(
                        proofs.field(
                            date.iso, "date", run.spot(date.start, date.end), ["date:labelled"]
                        )
                    )
                    for name, date in zip(("periodStart", "periodEnd"), found[:2], strict=True)
                }
    return {}


def _consumption(rows: Sequence[Row]) -> Field | None:
    for row in rows:
        run = row.whole
        if labels.inside(_CONSUMPTION, row) is None:
            continue
        for unit in ("kWh", "m³", "m3", "MWh"):
            at = run.text.find(unit)
            if at < 0:
                continue
            before = [amount for amount in amounts.in_run(run) if amount.end <= at + len(unit)]
            if before:
                amount = before[-1]
                spot = run.spot(amount.start, max(amount.end, at + len(unit)))
                value = f"{amount.value.normalize():f}"
                return proofs.unmeasured(proofs.field(value, "number", spot, ["amount:labelled"]))
    return None


def _bookings(rows: Sequence[Row]) -> Table | None:
    """Rows that begin with a date and end with an amount."""
    made: list[dict[str, Field]] = []
    for row in rows:
        run = row.whole
        date = next(dates.find(run.text), None)
        money = [amount for amount in amounts.in_run(run) if amount.decimals == 2]
        if date is None or date.start > 3 or not money or money[0].start < date.end:
            continue
        booked = {
            "date": proofs.field(date.iso, "date", run.spot(date.start, date.end), ["cell"]),
            "amount": _money(run.spot(money[0].start, money[0].end), money[0]),
        }
        words = run.text[date.end : money[0].start].strip()
        if words:
            spot = run.spot(date.end, money[0].start)
            booked["description"] = proofs.field(words, "text", spot, ["cell"])
        if len(money) > 1:
            booked["balance"] = _money(run.spot(money[-1].start, money[-1].end), money[-1])
        made.append({name: proofs.unmeasured(cell) for name, cell in booked.items()})
    columns = ("date", "description", "amount", "balance")
    return Table("transactions", columns, tuple(made)) if len(made) >= 2 else None


def _money(spot: Spot, amount: amounts.Amount) -> Field:
    return proofs.field(amounts.plain(amount.value), "amount", spot, ["cell"])
