"""Amounts of money as people print them, and as OCR spoils them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.extraction.reading.lines import Run

# Signs and codes, by what they name. "RM" is how Malaysia prints ringgit.
CURRENCIES = {
    "€": "EUR",
    "EUR": "EUR",
    "EURO": "EUR",
    "RM": "MYR",
    "MYR": "MYR",
    "$": "USD",
    "US$": "USD",
    "USD": "USD",
    "£": "GBP",
    "GBP": "GBP",
    "CHF": "CHF",
    "FR.": "CHF",
    "¥": "JPY",
    "JPY": "JPY",
    "S$": "SGD",
    "SGD": "SGD",
    "PLN": "PLN",
    "SEK": "SEK",
    "NOK": "NOK",
    "DKK": "DKK",
    "CZK": "CZK",
}
_SIGN = r"(?:US\$|S\$|RM|€|\$|£|¥|EURO?|MYR|USD|GBP|CHF|JPY|SGD|PLN|SEK|NOK|DKK|CZK|Fr\.)"
# O, o, I, l, S and B stand for digits only beside digits, as OCR confuses them.
_DIGIT = r"[0-9OolISB]"
# A blank parts thousands only before a decimal comma: "2 100.00" is two columns run together.
_WHOLE = (
    r"(?:[0-9]{1,3}(?:[.,'\u2019][0-9]{3})+(?![0-9])"
    r"|[0-9]{1,3}(?: [0-9]{3})+(?=,[0-9]{2}(?![0-9]))"
    rf"|[0-9]{_DIGIT}{{0,11}}|[Oo](?=\s?[.,]\s?{_DIGIT}{{2}}))"
)
_CENTS = rf"[0-9]{{3,6}}|{_DIGIT}{{2}}|[0-9]|[-\u2013\u2014]{{1,2}}(?![0-9])"
_NUMBER = re.compile(
    rf"(?P<before>[-\u2013\u2212+(]\s?)?(?:(?P<sign>{_SIGN})\s?(?:[:.](?![0-9]))?\s?)?"
    r"(?P<inner>[-\u2013\u2212]\s?)?"
    rf"(?:(?P<whole>{_WHOLE})(?:\s?(?P<point>[.,])\s?(?P<cents>{_CENTS}))?"
    # .40 for 0.40, as tills print it
    r"|(?<![0-9A-Za-z])(?P<bare>\.[0-9]{2}))"
    rf"(?P<after>\s?{_SIGN}(?![A-Za-z]))?(?P<minus>-(?![0-9A-Za-z]))?",
)
_ANY_DIGIT = re.compile(r"[0-9]")
_REPAIRS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "S": "5", "B": "8"})
_MINUS = "-\u2013\u2212("


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a run's text. `decimals` is how many digits follow the point as printed."""

    value: Decimal
    currency: str | None
    decimals: int
    start: int
    end: int
    repaired: bool

    @property
    def money_like(self) -> bool:
        """Whether it is printed as money is: with two decimals, or with a currency."""
        return self.decimals == 2 or self.currency is not None


def plain(value: Decimal) -> str:
    """The wire's spelling: a dot, no thousands, at least two decimals."""
    places = max(2, -int(value.as_tuple().exponent))
    return f"{value:.{min(places, 6)}f}"


def find(text: str) -> Iterator[Amount]:
    """The numbers in a text, dates and times left out, in reading order."""
    if _ANY_DIGIT.search(text) is None:
        return
    for match in _NUMBER.finditer(text):
        amount = _amount(text, match)
        if amount is not None:
            yield amount


def parse(text: str) -> Amount | None:
    """The only number of a text; None where there is none, or more than one."""
    found = list(find(text))
    return found[0] if len(found) == 1 else None


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    whole, point, cents = match["whole"] or "", match["point"], match["cents"] or ""
    start, end = match.start("whole") if whole else match.start("bare"), match.end()
    digits_end = match.end("cents" if cents else "whole" if whole else "bare")
    if _is_part_of_more(text, start, digits_end, match):
        return None
    if match["bare"]:
        point, cents = ".", match["bare"][1:]
    digits = whole.translate(_REPAIRS)
    fraction = "" if cents[:1] in ("-", "\u2013", "\u2014") else cents.translate(_REPAIRS)
    decimals = len(fraction) if cents[:1] not in ("-", "\u2013", "\u2014") else 2
    separators = [sign for sign in digits if not sign.isdigit()]
    if point and len(fraction) == 3 and not separators and fraction == cents and point == ",":
        # "1,250": a thousands comma; "1.250" stays undecided and is read likewise.
        digits, fraction, decimals = digits + fraction, "", 0
    elif point and len(fraction) == 3 and (separators and separators[-1] == point):
        digits, fraction, decimals = digits + fraction, "", 0
    if len(set(separators)) > 1 or (separators and point == separators[-1] and fraction):
        return None
    number = "".join(sign for sign in digits if sign.isdigit()) or "0"
    value = Decimal(f"{number}.{fraction or '0'}").quantize(
        Decimal(1).scaleb(-decimals) if decimals else Decimal(1)
    )
    before = (match["before"] or "").strip()
    closed = text[end : end + 1] == ")"
    if (
        (before and before in _MINUS and (before != "(" or closed))
        or match["inner"]
        or match["minus"]
    ):
        value = -value
    sign = (match["sign"] or match["after"] or "").strip().upper()
    repaired = whole.translate(_REPAIRS) != whole or cents.translate(_REPAIRS) != cents
    first = match.start("sign") if match["sign"] else start
    if (match["before"] or match["inner"]) and value < 0:
        first = min(first, match.start("before") if match["before"] else match.start("inner"))
    return Amount(value, CURRENCIES.get(sign), decimals, first, end, repaired)


def _is_part_of_more(text: str, start: int, end: int, match: re.Match[str]) -> bool:
    """Whether the digits belong to a date, a time, a code or a longer number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if match["sign"] is None and before and (before.isalnum() or before in "/:#@_"):
        # "TOTAL12.00" is money; "A12" is a code.
        joined = before.isalpha() and match["point"] and len(match["cents"] or "") == 2
        if not joined:
            return True
    if text[end:].lstrip()[:1] == "%":
        return True
    if before and before in ".," and text[start - 2 : start - 1].isdigit():
        return True
    if before == "-" and text[start - 2 : start - 1].isalnum():
        return True
    if after and (after in "/:" and text[end + 1 : end + 2].isdigit()):
        return True
    if after in (".", ",", "-") and text[end + 1 : end + 2].isdigit():
        return True
    if after.isalpha() and match["after"] is None:
        # "12.00SR": a tax code behind money; "12pcs": no money.
        return not (match["point"] and len(match["cents"] or "") == 2)
    return after.isdigit()


def in_run(run: Run) -> tuple[Amount, ...]:
    """The amounts of a run."""
    return run.amounts
