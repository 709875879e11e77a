"""Amounts, dates and numbers with check digits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.extraction.reading import amounts, dates, identifiers


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.234,56 €", "1234.56", "EUR"),
        ("1,234.56", "1234.56", None),
        ("1 234,56 EUR", "1234.56", "EUR"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("RM12.00", "12.00", "MYR"),
        ("$5", "5", "USD"),
        ("-8,79", "-8.79", None),
        ("(8.79)", "-8.79", None),
        ("12,-", "12.00", None),
        (".40", "0.40", None),
        ("12. 00", "12.00", None),
        ("1,0000", "1.0000", None),
    ],
)
def test_amounts(text: str, value: str, currency: str | None) -> None:
    found = amounts.parse(text)
    assert found is not None
    assert str(found.value) == value
    assert found.currency == currency


@pytest.mark.parametrize(
    "text", ["01/02/2024", "12:30", "A12", "19%", "1.2.3.4", "20-30-40", "2.5kg"]
)
def test_what_is_no_amount_of_money(text: str) -> None:
    assert not [found for found in amounts.find(text) if found.money_like]


def test_the_wire_has_two_decimals() -> None:
    assert amounts.plain(Decimal("5")) == "5.00"
    assert amounts.plain(Decimal("0.025")) == "0.025"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("05.03.2024", "2024-03-05"),
        ("2024-03-05", "2024-03-05"),
        ("5. März 2024", "2024-03-05"),
        ("5 mars 2024", "2024-03-05"),
        ("March 5, 2024", "2024-03-05"),
        ("5 de marzo de 2024", "2024-03-05"),
        ("12/31/2023", "2023-12-31"),
        ("28 MAR 18", "2018-03-28"),
        ("17-12-28", "2028-12-17"),
    ],
)
def test_dates(text: str, iso: str) -> None:
    assert [found.iso for found in dates.find(text)] == [iso]


def test_month_first_is_a_choice() -> None:
    (found,) = dates.find("03/04/2018", month_first=True)
    assert found.iso == "2018-03-04"
    assert not found.clear


@pytest.mark.parametrize("text", ["31.02.2024", "99/99/2024", "1.2", "00.00.0000", "1.2.3.4"])
def test_what_is_no_date(text: str) -> None:
    assert not list(dates.find(text))


def test_check_digits() -> None:
    assert identifiers.valid_iban("DE89 3704 0044 0532 0130 00")
    assert not identifiers.valid_iban("DE89 3704 0044 0532 0130 01")
    assert not identifiers.valid_iban("DE12 1234 4321 9876 00")
    assert identifiers.valid_vat("DE136695976") is True
    assert identifiers.valid_vat("DE136695975") is False
    assert identifiers.valid_vat("FR40303265045") is None
    assert identifiers.valid_reference("21 00000 00003 13947 14300 09017")
    assert identifiers.valid_reference("RF18 5390 0754 7034")
    assert not identifiers.valid_reference("RF19 5390 0754 7034")


def test_an_iban_in_a_sentence() -> None:
    text = "VAT FR40303265045 IBAN FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP"
    assert [found[0] for found in identifiers.find_ibans(text) if found[3]] == [
        "FR7630006000011234567890189"
    ]
