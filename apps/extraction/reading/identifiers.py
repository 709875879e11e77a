"""Numbers with check digits: IBAN, VAT numbers, creditor references."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Several may begin in one stretch of capitals and digits: each beginning is looked at.
_IBAN = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2}[0-9OI]{2}(?:\s?[A-Z0-9]){11,30}(?![A-Z0-9])))")
BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Z0-9])")
# National lengths of the SWIFT registry; a text that goes on behind is cut there.
_IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28},
    **{"CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27},
    **{"HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21},
    **{"MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19},
    **{"SK": 24, "SM": 27, "TR": 26, "UA": 29},
}
_VAT = re.compile(
    r"(?<![A-Za-z0-9])(?:AT\s?U[0-9]{8}|BE\s?[01]?[0-9]{9}|BG\s?[0-9]{9,10}|CY\s?[0-9]{8}[A-Z]"
    r"|CZ\s?[0-9]{8,10}|DE\s?[0-9]{3}\s?[0-9]{3}\s?[0-9]{3}|DK\s?[0-9]{8}|EE\s?[0-9]{9}"
    r"|EL\s?[0-9]{9}|ES\s?[A-Z0-9][0-9]{7}[A-Z0-9]|FI\s?[0-9]{8}"
    r"|FR\s?[A-Z0-9]{2}\s?[0-9]{3}\s?[0-9]{3}\s?[0-9]{3}|GB\s?[0-9]{3}\s?[0-9]{4}\s?[0-9]{2}"
    r"|HR\s?[0-9]{11}|HU\s?[0-9]{8}|IE\s?[0-9][A-Z0-9][0-9]{5}[A-Z]{1,2}|IT\s?[0-9]{11}"
    r"|LT\s?[0-9]{9,12}|LU\s?[0-9]{8}|LV\s?[0-9]{11}|MT\s?[0-9]{8}|NL\s?[0-9]{9}B[0-9]{2}"
    r"|PL\s?[0-9]{10}|PT\s?[0-9]{9}|RO\s?[0-9]{2,10}|SE\s?[0-9]{12}|SI\s?[0-9]{8}|SK\s?[0-9]{10}"
    r"|CHE[-\s]?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3})(?![A-Za-z0-9])"
)


def compact(text: str) -> str:
    """Without blanks and signs, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def valid_iban(text: str) -> bool:
    """ISO 13616: the length of its country, and 1 as remainder of 97."""
    iban = compact(text)
    if not 15 <= len(iban) <= 34 or not iban[:2].isalpha() or not iban[2:4].isdigit():
        return False
    if len(iban) != _IBAN_LENGTHS.get(iban[:2], len(iban)):
        return False
    return _remainder(iban[4:] + iban[:4]) == 1


def find_ibans(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """(IBAN without blanks, start, end, whether its check digits hold) of a text."""
    for match in _IBAN.finditer(text.upper()[:2000]):
        start, length = match.start(), _IBAN_LENGTHS.get(match[1][:2])
        end, seen = match.end(1), 0
        if length:
            for offset, sign in enumerate(match[1], start):
                seen += sign.isalnum()
                if seen == length:
                    end = offset + 1
                    break
        iban = compact(text[start:end])
        if valid_iban(iban):
            yield iban, start, end, True
        elif length:
            yield iban, start, end, False


def valid_vat(number: str) -> bool | None:
    """Whether a German VAT number's check digit holds; None for countries not checked here.

    ISO 7064 Mod 11,10.
    """
    number = compact(number)
    if not re.fullmatch(r"DE[0-9]{9}", number):
        return None
    product = 10
    for digit in number[2:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(number[10])


def find_vat_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """(number without blanks, start, end) of the European VAT numbers of a text."""
    for match in _VAT.finditer(text[:2000]):
        yield compact(match[0]), match.start(), match.end()


def valid_reference(text: str) -> bool:
    """A creditor reference of ISO 11649 (RF..) or a Swiss QR reference of 27 digits."""
    reference = compact(text)
    if reference.startswith("RF"):
        return 5 <= len(reference) <= 25 and _remainder(reference[4:] + reference[:4]) == 1
    if not re.fullmatch(r"[0-9]{27}", reference):
        return False
    carry = 0
    for digit in reference[:26]:
        carry = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(reference[26])


def _remainder(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97
