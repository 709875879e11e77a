"""Machine-readable zones: ICAO's own specimens (Doc 9303), clean and spoilt."""

from __future__ import annotations

import pytest

from apps.extraction.reading import mrz, read
from tests.unit.extraction.reading.layouts import page, reading, sheets

_TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
_TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
_TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
_VISA = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)


def _zone(*printed: str) -> mrz.Zone | None:
    return mrz.find(sheets(page("REPUBLIC\n\n" + "\n".join(printed), source="ocr")))


@pytest.mark.parametrize(
    ("lines", "name"), [(_TD3, "TD3"), (_TD2, "TD2"), (_TD1, "TD1"), (_VISA, "MRV-A")]
)
def test_each_format(lines: tuple[str, ...], name: str) -> None:
    zone = _zone(*lines)
    assert zone and zone.form.name == name
    assert zone.lines == lines
    assert zone.proven


@pytest.mark.parametrize(
    "spoilt",
    [
        # O for 0, I for 1, S for 5
        ("P<UT0ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", _TD3[1].replace("7408122", "74O8I22")),
        (_TD3[0], _TD3[1].replace("L898902C3", "L8989O2C3")),
        # fillers lost, doubled, read as K or as guillemets
        (_TD3[0][:-6], _TD3[1].replace("<<<<<", "<<<")),
        (_TD3[0] + "<<", _TD3[1].replace("<<<<<", "<<<<<<")),
        (_TD3[0].replace("MARIA<<", "MARIA<<K"), _TD3[1]),
        ("P<UTOERIKSSON«ANNA<MARIA<<<<<<<<<<<<<<<<<<<", _TD3[1]),
        # blanks inside
        (
            "P<UTOERIKSSON<<ANNA<MARIA <<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159 ZE184226B<<<<<10",
        ),
    ],
)
def test_repairs_that_the_format_or_a_check_digit_proves(spoilt: tuple[str, str]) -> None:
    zone = _zone(*spoilt)
    assert zone and zone.lines == _TD3
    assert zone.proven


def test_fields() -> None:
    findings = read(reading(page("\n".join(_TD3), source="ocr")))
    assert findings.identifier == "passport"
    values = {name: field.value for name, field in findings.fields.items()}
    assert values == {
        "mrz": "\n".join(_TD3),
        "documentType": "P",
        "issuer": "UTO",
        "surname": "ERIKSSON",
        "givenNames": "ANNA MARIA",
        "documentNumber": "L898902C3",
        "nationality": "UTO",
        "birthDate": "1974-08-12",
        "sex": "F",
        "expiryDate": "2012-04-15",
        "personalNumber": "ZE184226B",
    }
    assert all(field.spot for field in findings.fields.values())
    assert {field.source for field in findings.fields.values()} == {"mrz"}


def test_a_check_digit_that_does_not_hold_is_told() -> None:
    findings = read(reading(page("\n".join((_TD3[0], _TD3[1].replace("1204159", "1204149"))))))
    assert {fault.code for fault in findings.validations} == {"mrz_check_digit"}
    assert findings.fields["expiryDate"].confidence <= 0.5


def test_other_text_is_no_zone() -> None:
    numbers = "4123456000014 ZS997 100,0000 1,0000 19,0 100,00\n" * 4
    assert mrz.find(sheets(numbers)) is None
    assert mrz.find(sheets("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n" * 3)) is None


def test_a_country_is_read_as_a_country() -> None:
    assert mrz.country("0TO".replace("0", "O")) == "UTO" or mrz.country("OTO") == "OTO"
    assert mrz.country("O<<") == "D<<"
    assert mrz.country("HRV") == "HRV"
