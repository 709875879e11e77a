"""Invoices of several countries, from what their pages show."""

from __future__ import annotations

import pytest

from apps.extraction.reading import read
from tests.unit.extraction.reading.layouts import reading

_GERMAN = """
Muster Handel GmbH | Hafenstr. 3 | 20457 Hamburg

Herr
Jonas Weber
Lindenweg 12
80331 München
                                                     Rechnungsdatum:  05.03.2024
                                                     Lieferdatum:     01.03.2024
                                                     Kundennummer:    7781

Rechnung Nr. 2024-0815

Pos   Bezeichnung                  Menge     Einzelpreis     Gesamtpreis
1     Schraubendreher              2         12,50           25,00
2     Werkbank, klappbar           1         175,00          175,00

                                          Summe netto              200,00 EUR
                                          zzgl. 19% MwSt            38,00 EUR
                                          Rechnungsbetrag          238,00 EUR

Zahlbar bis 19.03.2024 ohne Abzug.
IBAN: DE89 3704 0044 0532 0130 00    BIC: COBADEFFXXX    USt-IdNr.: DE136695976
"""
_FRENCH = """
Atelier Dupont SARL
14 rue des Lilas
69003 Lyon
Tél : 04 72 00 00 00

                                             Facturé à
                                             Boulangerie Martin SAS
                                             8 avenue Foch
                                             75016 Paris

FACTURE N° FA-2023-118
Date de facturation : 13/11/2023
Date d'échéance : 13/12/2023

Désignation                      Quantité    Prix unitaire    Montant HT
Entretien du four                1           450,00 €         450,00 €
Joint de porte                   3           25,00 €           75,00 €

                                             Total HT         525,00 €
                                             TVA 20 %         105,00 €
                                             Total TTC        630,00 €
                                             Net à payer      630,00 €

N° TVA : FR40303265045    IBAN FR76 3000 6000 0112 3456 7890 189
"""
_AMERICAN = """
Brightline Supplies Inc.
500 Market Street
San Francisco, CA 94105

INVOICE

Invoice #  INV-10293                     Bill To
Invoice Date  12/31/2023                 Northwind Traders LLC
Due Date  01/30/2024                     77 Harbor Blvd
                                         Portland, OR 97201

Description            Qty       Unit price        Amount
Toner cartridge        4         $60.00            $240.00
Paper, box             10        $30.00            $300.00

                                 Subtotal          $540.00
                                 Sales tax          $48.60
                                 Total             $588.60
                                 Amount due        $588.60
"""
_ITALIAN = """
Officina Rossi S.r.l.
Via Roma 10
20121 Milano
Partita IVA: IT01234567897

                                       Spett.le
                                       Bianchi Costruzioni S.p.A.
                                       Via Verdi 5
                                       10121 Torino

Fattura n. 77/2024
Data fattura: 10/02/2024

Descrizione              Quantità     Prezzo     Importo
Revisione gru            1            900,00     900,00

                                      Imponibile         900,00 €
                                      IVA 22%            198,00 €
                                      Totale fattura   1.098,00 €
Scadenza: 11/03/2024
"""
_WANTED = {
    "german": (
        _GERMAN,
        {
            "invoiceNumber": "2024-0815",
            "issueDate": "2024-03-05",
            "dueDate": "2024-03-19",
            "sellerName": "Muster Handel GmbH",
            "buyerName": "Jonas Weber",
            "net": "200.00",
            "tax": "38.00",
            "total": "238.00",
            "amountDue": "238.00",
            "currency": "EUR",
            "iban": "DE89370400440532013000",
            "sellerVatId": "DE136695976",
        },
    ),
    "french": (
        _FRENCH,
        {
            "invoiceNumber": "FA-2023-118",
            "issueDate": "2023-11-13",
            "dueDate": "2023-12-13",
            "sellerName": "Atelier Dupont SARL",
            "buyerName": "Boulangerie Martin SAS",
            "net": "525.00",
            "tax": "105.00",
            "total": "630.00",
            "amountDue": "630.00",
            "sellerVatId": "FR40303265045",
            "iban": "FR7630006000011234567890189",
        },
    ),
    "american": (
        _AMERICAN,
        {
            "invoiceNumber": "INV-10293",
            "issueDate": "2023-12-31",
            "dueDate": "2024-01-30",
            "sellerName": "Brightline Supplies Inc.",
            "buyerName": "Northwind Traders LLC",
            "net": "540.00",
            "tax": "48.60",
            "total": "588.60",
            "currency": "USD",
        },
    ),
    "italian": (
        _ITALIAN,
        {
            "invoiceNumber": "77/2024",
            "issueDate": "2024-02-10",
            "dueDate": "2024-03-11",
            "sellerName": "Officina Rossi S.r.l.",
            "buyerName": "Bianchi Costruzioni S.p.A.",
            "net": "900.00",
            "tax": "198.00",
            "total": "1098.00",
            "sellerVatId": "IT01234567897",
        },
    ),
}


@pytest.mark.parametrize("country", _WANTED)
def test_fields_of_an_invoice(country: str) -> None:
    drawing, wanted = _WANTED[country]
    findings = read(reading(drawing))
    assert findings.identifier == "invoice"
    assert {
        name: findings.fields[name].value for name in wanted if name in findings.fields
    } == wanted


def test_every_value_has_a_place_on_the_page() -> None:
    fields = read(reading(_GERMAN)).as_json()["fields"]
    assert fields["total"]["text"] == "238,00 EUR"
    assert fields["total"]["page"] == 0
    assert len(fields["total"]["polygon"]) == 4
    for field in fields.values():
        assert field["polygon"] and field["text"], field


@pytest.mark.parametrize("country", _WANTED)
def test_line_items(country: str) -> None:
    (table,) = read(reading(_WANTED[country][0])).tables
    amounts = [row["amount"].value for row in table.rows]
    assert (
        amounts
        == {
            "german": ["25.00", "175.00"],
            "french": ["450.00", "75.00"],
            "american": ["240.00", "300.00"],
            "italian": ["900.00"],
        }[country]
    )
    assert all("description" in row for row in table.rows)


def test_sums_that_do_not_add_up_are_told_and_doubted() -> None:
    findings = read(reading(_GERMAN.replace(" 38,00 EUR", " 83,00 EUR")))
    assert [fault.code for fault in findings.validations] == ["sum_mismatch"]
    assert findings.fields["total"].confidence <= 0.5


def test_an_iban_with_a_wrong_digit_is_told() -> None:
    findings = read(reading(_GERMAN.replace("0130 00", "0130 01")))
    assert "iban_check" in {fault.code for fault in findings.validations}
    assert findings.fields["iban"].confidence <= 0.5


def test_hidden_text_is_no_value_and_is_reported() -> None:
    document = reading(_GERMAN)
    hidden = [{"text": "Rechnungsbetrag 1,00 EUR", "box": [0, 0, 9, 9], "reason": "white"}]
    document["pages"][0]["hidden"] = hidden
    findings = read(document)
    assert findings.fields["total"].value == "238.00"
    assert [(entry.code, entry.page) for entry in findings.warnings] == [("hidden_text", 0)]
    alone = read(reading({**document["pages"][0], "words": []}))
    assert not alone.fields
