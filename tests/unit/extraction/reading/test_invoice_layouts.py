"""More ways to lay out an invoice."""

from __future__ import annotations

import pytest

from apps.extraction.reading import read
from tests.unit.extraction.reading.layouts import reading

_LAYOUTS = {
    "letter head": (
        """
Papierwerk GmbH
Lieferantenstraße 20
80333 München


Kunden AG Süd
Hans Muster
Kundenstraße 15
69876 Frankfurt

Rechnung 83115                                               München, 05.03.2013

Pos  Artikel                            Menge   Einzelpreis   Betrag
1    Trennblätter A4                    20      9,90          198,00

Warenwert netto                                               198,00
Umsatzsteuer 19% von 198,00                                    37,62
Gesamtsumme                                                   235,62

Zahlbar innerhalb 30 Tagen netto bis 04.04.2013, 3% Skonto innerhalb 10 Tagen bis 15.03.2013
Steuernummer 201/113/40999  USt-IdNr. DE123456789
""",
        {
            "invoiceNumber": "83115",
            "issueDate": "2013-03-05",
            "dueDate": "2013-04-04",
            "sellerName": "Papierwerk GmbH",
            "buyerName": "Kunden AG Süd",
            "net": "198.00",
            "tax": "37.62",
            "total": "235.62",
        },
    ),
    "sums in a row": (
        """
                                                 Musterfirma e.K.
Max Beispiel                                     Hauptstr. 1
Testweg 5                                        12345 Berlin
54321 Köln                                       Tel. 030 123456
                                                 info@muster.de

Rechnungsnr.     Kundennr.     Datum
2020/44          10023         17.02.2020

Beschreibung                 Anzahl    Preis        Summe
Beratung                     3 Std.    80,00 €      240,00 €

Zwischensumme    MwSt. 19%    Gesamtbetrag
240,00 €         45,60 €      285,60 €

Bitte zahlen Sie bis spätestens 02.03.2020 auf DE89 3704 0044 0532 0130 00
""",
        {
            "invoiceNumber": "2020/44",
            "issueDate": "2020-02-17",
            "dueDate": "2020-03-02",
            "sellerName": "Musterfirma e.K.",
            "net": "240.00",
            "tax": "45.60",
            "total": "285.60",
        },
    ),
    "prepaid": (
        """
FACTURE                                          Numéro : F20220023
                                                 Date : 31/01/2022
LE FOURNISSEUR                                   Échéance : 02/03/2022
35 rue d'ici
75018 PARIS
SIRET : 123 456 782 00010
N° TVA : FR11123456782

                                      LE CLIENT
                                      35 rue de la République
                                      69001 LYON

Réf      Désignation        Qté   PU HT     TVA     Total HT
BRS      Brosse             10    10,00     20%     100,00

                                                  Total HT     100,00 €
                                                  TVA           20,00 €
                                                  Total TTC    120,00 €
                                                  Déjà payé     20,00 €
                                                  Net à payer  100,00 €
""",
        {
            "invoiceNumber": "F20220023",
            "issueDate": "2022-01-31",
            "dueDate": "2022-03-02",
            "sellerName": "LE FOURNISSEUR",
            "buyerName": "LE CLIENT",
            "net": "100.00",
            "tax": "20.00",
            "total": "120.00",
            "amountDue": "100.00",
        },
    ),
    "one line each": (
        """
Widgets Limited
1 High Street, London SW1A 1AA
VAT Reg No: GB123456789

To: Acme Consulting Ltd
    5 Low Road
    Leeds LS1 4AP

Tax Invoice
Invoice No: 1001            Date: 3 April 2024
Payment due by 3 May 2024

Description              Qty   Rate     Amount
Widgets                  10    £5.00    £50.00

Net                                     £50.00
VAT @ 20%                               £10.00
Total due                               £60.00
""",
        {
            "invoiceNumber": "1001",
            "issueDate": "2024-04-03",
            "dueDate": "2024-05-03",
            "sellerName": "Widgets Limited",
            "buyerName": "Acme Consulting Ltd",
            "sellerVatId": "GB123456789",
            "net": "50.00",
            "tax": "10.00",
            "total": "60.00",
            "currency": "GBP",
        },
    ),
    "spanish": (
        """
Construcciones García S.L.                     FACTURA
Calle Mayor 5                                  Factura nº: 2024/015
28013 Madrid                                   Fecha: 15/03/2024
CIF: B12345678

Cliente:
Hotel Sol S.A.
Av. del Mar 3
29001 Málaga

Concepto               Cantidad   Precio     Importe
Pintura                1          500,00     500,00

Base imponible                               500,00 €
IVA 21%                                      105,00 €
TOTAL                                        605,00 €
Vencimiento: 14/04/2024
""",
        {
            "invoiceNumber": "2024/015",
            "issueDate": "2024-03-15",
            "dueDate": "2024-04-14",
            "sellerName": "Construcciones García S.L.",
            "buyerName": "Hotel Sol S.A.",
            "net": "500.00",
            "tax": "105.00",
            "total": "605.00",
        },
    ),
    "insurance": (
        """
Hafen Versicherungsverein a.G. - Postfach 12 34 - 44135 Dortmund

Herrn
Max Mustermann
Musterstr. 1
12345 Musterstadt

                                                      Datum: 18.04.2018
Haftpflichtversicherung Nr. 11.222.333.4
Rechnung Nr. 11.222.333.4-2018-1

Beitrag (netto)                                       EUR 1.163,40
Versicherungssteuer 19%                               EUR   221,05
Gesamtbetrag                                          EUR 1.384,45
""",
        {
            "invoiceNumber": "11.222.333.4-2018-1",
            "issueDate": "2018-04-18",
            "sellerName": "Hafen Versicherungsverein a.G.",
            "buyerName": "Max Mustermann",
            "net": "1163.40",
            "tax": "221.05",
            "total": "1384.45",
        },
    ),
}


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_layout(layout: str) -> None:
    drawing, wanted = _LAYOUTS[layout]
    findings = read(reading(drawing))
    assert findings.identifier == "invoice"
    found = {name: field.value for name, field in findings.fields.items()}
    assert {name: found.get(name) for name in wanted} == wanted
