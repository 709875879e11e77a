"""Dates as people print them: day first, month first, year first, months in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apps.extraction.reading.folding import key

_MONTHS = (
    "JANUARY JANUAR JANVIER ENERO GENNAIO JAN JANV ENE GEN JANUARI JAENNER",
    "FEBRUARY FEBRUAR FEVRIER FEBRERO FEBBRAIO FEB FEVR FEV FEBRUARI",
    "MARCH MAERZ MARZ MARS MARZO MAR MRZ MAC",
    "APRIL AVRIL ABRIL APRILE APR AVR ABR",
    "MAY MAI MAYO MAGGIO MAG MEI",
    "JUNE JUNI JUIN JUNIO GIUGNO JUN GIU",
    "JULY JULI JUILLET JULIO LUGLIO JUL JUIL LUG JULAI",
    "AUGUST AOUT AGOSTO AUG AOU AGO OGOS",
    "SEPTEMBER SEPTEMBRE SEPTIEMBRE SETTEMBRE SEP SEPT SET",
    "OCTOBER OKTOBER OCTOBRE OCTUBRE OTTOBRE OCT OKT OTT",
    "NOVEMBER NOVEMBRE NOVIEMBRE NOV",
    "DECEMBER DEZEMBER DECEMBRE DICIEMBRE DICEMBRE DEC DEZ DIC DISEMBER",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_D = r"[0-9OolI]"
# A time may follow without a blank: 16-04-201814:51.
_NUMERIC = re.compile(
    rf"(?<![0-9A-Za-z])(?P<a>{_D}{{4}}|{_D}{{1,2}})\s?(?P<s>[./\-\u2013])\s?(?P<b>{_D}{{1,2}})"
    rf"\s?(?P=s)\s?(?P<c>(?:{_D}{{4}}|{_D}{{2}})(?=[0-9]{{2}}:[0-9]{{2}})|(?:{_D}{{4}}|{_D}{{2}})(?![0-9]))"
)
_WORDED = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{1,2})(?:st|nd|rd|th|er)?[.\s\-/,]{0,3}(?:de\s)?"
    r"(?P<m>[A-Za-zäöüéûÄÉ]{3,10})[.\s\-/',]{0,3}(?:de[l]?\s)?(?P<y>[0-9]{4}|[0-9]{2})(?![0-9])"
)
_MONTH_FIRST = re.compile(
    r"(?<![A-Za-z])(?P<m>[A-Za-z]{3,9})\.?\s?(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?,?\s{1,2}(?P<y>[0-9]{4})(?![0-9])"
)
_ANY_DIGIT = re.compile(r"[0-9]")
_REPAIRS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text. `clear`: no other reading of it is possible (four-digit year, and the
    day cannot be a month)."""

    value: date
    start: int
    end: int
    clear: bool
    four_digit_year: bool

    @property
    def iso(self) -> str:
        return self.value.isoformat()


def find(text: str, *, month_first: bool = False) -> Iterator[Found]:
    """The dates of a text in reading order. `month_first` decides 03/04/2018."""
    if _ANY_DIGIT.search(text) is None:
        return iter(())
    text = text[:2000]
    taken: list[Found] = []
    for match in _NUMERIC.finditer(text):
        if found := _numeric(match, month_first=month_first):
            taken.append(found)
    for pattern in (_WORDED, _MONTH_FIRST):
        for match in pattern.finditer(text):
            found = _worded(match)
            if found and not any(f.start < found.end and found.start < f.end for f in taken):
                taken.append(found)
    return iter(sorted(taken, key=lambda found: found.start))


def _numeric(match: re.Match[str], *, month_first: bool) -> Found | None:
    a, b, c = (match[name].translate(_REPAIRS) for name in "abc")
    span = match.span()
    if sum(sign.isdigit() for sign in match[0]) < 3:
        return None
    if len(a) == 4:
        return _made(a, b, c, span, clear=True) if len(c) == 2 else None
    options = [(c, b, a), (c, a, b)]
    if month_first:
        options.reverse()
    valid = [made for year, month, day in options if (made := _made(year, month, day, span))]
    if valid:
        alone = len({found.value for found in valid}) == 1
        first = valid[0]
        return Found(first.value, *span, clear=alone and len(c) == 4, four_digit_year=len(c) == 4)
    # 17-12-28: the year may stand in front.
    return _made(a, b, c, span) if len(c) == 2 else None


def _worded(match: re.Match[str]) -> Found | None:
    month = _MONTH.get(key(match["m"]))
    if month is None:
        return None
    return _made(match["y"], str(month), match["d"], match.span(), clear=len(match["y"]) == 4)


def _made(
    year: str, month: str, day: str, span: tuple[int, int], *, clear: bool = False
) -> Found | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    if not 1900 <= number <= 2099:
        return None
    try:
        value = date(number, int(month), int(day))
    except ValueError:
        return None
    return Found(value, *span, clear=clear, four_digit_year=len(year) == 4)
