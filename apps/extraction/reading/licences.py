"""Driving licences of the European model: fields with numbers (Directive 2006/126/EC, Annex I)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.extraction.reading import dates, proofs
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Sheet

_NAMES = {
    **{"1": "surname", "2": "givenNames", "3": "birthDate", "4a": "issueDate"},
    **{"4b": "expiryDate", "4c": "authority", "5": "documentNumber", "9": "categories"},
}
_DATES = {"birthDate", "issueDate", "expiryDate"}


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """The numbered fields of the card's front."""
    found: dict[str, Field] = {}
    for sheet in sheets[:2]:
        for run in sheet.runs:
            for match in _split(run.text):
                number, start, end = match
                name = _NAMES[number]
                if name in found:
                    continue
                spot = run.spot(start, end)
                if name in _DATES:
                    date = next(dates.find(spot.text), None)
                    if date is None:
                        continue
                    spot = run.spot(start + date.start, start + date.end)
                    field = proofs.field(date.iso, "date", spot, ["date:labelled"])
                elif spot.text:
                    field = proofs.field(spot.text, "text", spot, ["licence:numbered"])
                else:
                    continue
                found[name] = proofs.unmeasured(field)
    return found


_MARK = re.compile(r"(?<![0-9A-Za-z.])(1|2|3|4a|4b|4c|5|9)\.\s*(?![0-9]{1,2}\.[0-9]{2,4})", re.I)
_DATED_MARK = re.compile(
    r"(?<![0-9A-Za-z.])(3|4a|4b)\.?\s*(?=[0-9]{2}[./-][0-9]{2}[./-][0-9]{2})", re.I
)


def _split(text: str) -> list[tuple[str, int, int]]:
    """(field's number, start, end) of each numbered part of a text."""
    marks = sorted(
        {
            (match.start(), match.end(), match[1].lower())
            for pattern in (_MARK, _DATED_MARK)
            for match in pattern.finditer(text)
        }
    )
    ends = [*(start for start, _, _ in marks[1:]), len(text)][: len(marks)]
    return [(number, at, end) for (_, at, number), end in zip(marks, ends, strict=True)]
