"""Classes, machine data against the page, and readings that mean harm."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from apps.extraction.reading import qr_bill, read
from tests.unit.extraction.reading.layouts import page, reading

_BANK = """
Example Bank plc
Statement of account
Account number 12345678        Sort code 10-20-30
Statement period 01/01/2024 to 31/01/2024

01/01/2024   Opening balance                     1,000.00
05/01/2024   Rent                      -600.00     400.00
12/01/2024   Salary                   2,000.00   2,400.00
20/01/2024   Groceries                  -45.10   2,354.90
Closing balance                                  2,354.90
"""
_PAYSLIP = """
Payslip                       Pay date: 31/01/2024
Employee: Jane Cooper         Employee number: 4711
Tax code 1257L                National insurance AB123456C

Basic salary       3,000.00
Gross pay          3,000.00
PAYE tax            -390.00
Total deductions     620.00
Net pay            2,380.00
"""
_POWER = """
Stadtwerke Musterstadt GmbH
Stromrechnung                      Rechnungsnummer: 889911
Zählernummer: 1ESY1160000123       Rechnungsdatum: 02.02.2024
Abrechnungszeitraum 01.01.2023 bis 31.12.2023
Zählerstand alt 10.000   Zählerstand neu 12.500
Verbrauch   2.500 kWh    Arbeitspreis 0,30 EUR   Grundpreis 120,00 EUR
Gesamtbetrag   870,00 EUR
"""
_LICENCE = """
DRIVING LICENCE  UK
1. COOPER
2. JANE MARY
3. 11.03.1985 LEEDS
4a. 01.02.2020  4b. 31.01.2030
4c. DVLA
5. COOPE853115JM9AB
"""
_CONTRACT = """
MUTUAL NON-DISCLOSURE AGREEMENT
This agreement is entered into between Alpha Robotics Ltd and Beta Foods GmbH (the parties).
Effective date: 01.03.2024
Each party shall keep confidential information confidential. Termination needs thirty days.
The governing law is that of England; jurisdiction lies with its courts. Liability is limited.
IN WITNESS WHEREOF the parties hereby have signed. Signature ______
"""


@pytest.mark.parametrize(
    ("drawing", "identifier", "wanted"),
    [
        (
            _BANK,
            "bank-statement",
            {
                "accountNumber": "12345678",
                "openingBalance": "1000.00",
                "closingBalance": "2354.90",
                "periodStart": "2024-01-01",
                "periodEnd": "2024-01-31",
            },
        ),
        (
            _PAYSLIP,
            "payslip",
            {
                "employeeName": "Jane Cooper",
                "employeeNumber": "4711",
                "gross": "3000.00",
                "netPay": "2380.00",
                "payDate": "2024-01-31",
            },
        ),
        (
            _POWER,
            "utility-bill",
            {
                "invoiceNumber": "889911",
                "meterNumber": "1ESY1160000123",
                "total": "870.00",
                "consumption": "2500",
                "periodEnd": "2023-12-31",
            },
        ),
        (
            _LICENCE,
            "driving-licence",
            {
                "surname": "COOPER",
                "givenNames": "JANE MARY",
                "birthDate": "1985-03-11",
                "issueDate": "2020-02-01",
                "expiryDate": "2030-01-31",
                "documentNumber": "COOPE853115JM9AB",
            },
        ),
    ],
)
def test_other_classes(drawing: str, identifier: str, wanted: dict[str, str]) -> None:
    findings = read(reading(drawing))
    assert findings.identifier == identifier
    assert {
        name: findings.fields[name].value for name in wanted if name in findings.fields
    } == wanted
    # No truth to measure these on: none is ever taken over unseen.
    assert all(field.confidence <= 0.9 for field in findings.fields.values())


def test_bookings_of_a_bank_statement() -> None:
    (table,) = read(reading(_BANK)).tables
    assert [row["amount"].value for row in table.rows][1:] == ["-600.00", "2000.00", "-45.10"]
    assert table.rows[2]["balance"].value == "2400.00"


def test_a_contract_has_parties() -> None:
    findings = read(reading(_CONTRACT + "\n" + "The parties shall meet. " * 20))
    if findings.identifier == "contract":
        assert findings.fields["partyOne"].value == "Alpha Robotics Ltd"
        assert findings.fields["partyTwo"].value == "Beta Foods GmbH"


@pytest.mark.parametrize(
    "drawing",
    [
        "",
        "Dear Anna,\nthank you for your letter. We met in May and talked about the harbour.",
        "Minutes of the meeting\nPresent: Anna, Ben\nThe total number of members is 12.",
        "The quick brown fox\n" * 50,
    ],
)
def test_other_documents_stay_unknown(drawing: str) -> None:
    findings = read(reading(drawing))
    assert findings.identifier == "unknown"
    assert not findings.fields


# --- machine data

_UBL = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">
 <ID>R-77</ID><IssueDate>2024-03-05</IssueDate><DocumentCurrencyCode>EUR</DocumentCurrencyCode>
 <AccountingSupplierParty><Party><PartyName><Name>Alpha GmbH</Name></PartyName></Party>
 </AccountingSupplierParty>
 <TaxTotal><TaxAmount>19</TaxAmount></TaxTotal>
 <LegalMonetaryTotal><TaxExclusiveAmount>100</TaxExclusiveAmount>
 <TaxInclusiveAmount>119</TaxInclusiveAmount><PayableAmount>119.0</PayableAmount>
 </LegalMonetaryTotal>
 <InvoiceLine><InvoicedQuantity>2</InvoicedQuantity><LineExtensionAmount>100</LineExtensionAmount>
 <Item><Name>Lamp</Name></Item><Price><PriceAmount>50</PriceAmount></Price></InvoiceLine>
</Invoice>"""
_SHOWN = """
Alpha GmbH
Rechnung Nr. R-77 vom 05.03.2024
Lamp      2      50,00     100,00
Nettobetrag   100,00 EUR
USt 19%        19,00 EUR
Gesamtbetrag  119,00 EUR
"""


def _with_xml(drawing: str, xml: str = _UBL) -> Any:
    return read(reading(drawing, attachments=[{"name": "x.xml", "text": xml}]))


def test_embedded_data_are_the_values_and_the_page_their_place() -> None:
    findings = _with_xml(_SHOWN)
    total = findings.fields["total"]
    assert (total.value, total.source) == ("119.00", "xml")
    assert total.spot and total.spot.text == "119,00 EUR"
    assert total.confidence > 0.95
    assert not findings.validations
    (table,) = findings.tables
    assert table.rows[0]["unitPrice"].value == "50"


def test_a_page_that_shows_something_else_is_an_error() -> None:
    findings = _with_xml(_SHOWN.replace("119,00", "919,00").replace(" 100,00", " 900,00"))
    total = findings.fields["total"]
    assert total.value == "119.00"
    assert total.confidence < 0.5
    assert "embedded_data_differs" in {fault.code for fault in findings.validations}


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a/>",
        "<Invoice",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Invoice><ID>&a;</ID></Invoice>',
        "<Invoice>" * 5000,
    ],
)
def test_xml_that_is_no_invoice(xml: str) -> None:
    findings = _with_xml(_SHOWN, xml)
    assert all(field.source != "xml" for field in findings.fields.values())


_SWISS = """SPC|0200|1|CH4431999123000889012|S|Robert Schneider AG|Rue du Lac|1268|2501|Biel|CH
||||||||1949.75|CHF|S|Pia Rutschmann|Marktgasse|28|9400|Rorschach|CH|QRR
|210000000003139471430009017|""".replace("\n", "").replace("|", "\n")


def test_a_swiss_payment_code() -> None:
    known = qr_bill.values(_SWISS)
    assert known["iban"] == "CH4431999123000889012"
    assert known["amountDue"] == "1949.75"
    assert known["currency"] == "CHF"
    assert known["paymentReference"] == "210000000003139471430009017"


def test_an_epc_payment_code() -> None:
    text = "BCD 002 1 SCT BFSWDE33 Aid-Society DE89370400440532013000 EUR12.30  RF18539007547034"
    text = text.replace(" ", "\n")
    known = qr_bill.values(text)
    assert known == {
        "bic": "BFSWDE33",
        "sellerName": "Aid-Society",
        "iban": "DE89370400440532013000",
        "currency": "EUR",
        "amountDue": "12.30",
        "paymentReference": "RF18539007547034",
    }
    assert qr_bill.values("https://example.org") == {}


def test_form_fields_are_fields() -> None:
    form = [{"name": "city", "value": "Bern", "kind": "text", "page": 0, "box": [1, 2, 3, 4]}]
    field = read(reading("Some form", form=form)).fields["city"]
    assert (field.value, field.source) == ("Bern", "form")
    assert field.spot and field.spot.box.left == 1


# --- harm


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {"pages": None},
        {"pages": [1, None, {}]},
        {"pages": [{"words": [{"text": 5, "box": "x"}, {"text": "a", "box": [1, 2, 3]}]}]},
        {"pages": [{"words": [{"text": "a", "box": [float("nan")] * 4}], "turned": "x"}]},
        {"pages": [{"words": [{"text": "T" * 10**6, "box": [0, 0, 1e308, -1e308]}]}]},
        {"pages": [{"words": [{"text": "1", "box": [0, 0, 1, 1], "confidence": float("inf")}]}]},
        {"pages": [], "attachments": [{"text": None}], "form": [{"name": None, "page": "x"}]},
    ],
)
def test_strange_readings_are_no_errors(strange: dict[str, Any]) -> None:
    read(strange).as_json()


def test_a_huge_reading_takes_bounded_time() -> None:
    chance = random.Random(1)  # noqa: S311 - words of a sample page
    texts = ("Total", "12.00", "Rechnung", "01.02.2024", "<<<<<<<<", "IBAN", "DE89", "Jalan", "(a")
    words = [
        {
            "text": chance.choice(texts),
            "box": [x := chance.uniform(0, 500), y := chance.uniform(0, 800), x + 30, y + 9],
            "line": 0,
        }
        for _ in range(100_000)
    ]
    pages = [page("") | {"words": words[at : at + 10_000]} for at in range(0, 100_000, 10_000)]
    began = time.process_time()
    findings = read(reading(*pages))
    assert time.process_time() - began < 20
    assert "cut" in {entry.code for entry in findings.warnings}


def test_a_page_of_500_words_is_quick() -> None:
    drawing = _SHOWN + "\n".join("eight more words that say nothing at all" for _ in range(60))
    body = reading(drawing)
    read(body)
    began = time.process_time()
    read(body)
    assert time.process_time() - began < 0.1
