"""Whether a value is right: strictly, and normalised as the corpus describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.extraction.reading import dates
from apps.extraction.reading.findings import Field, Findings
from benchmarks.extraction.truth import Case

_DATES = {"date", "issueDate", "dueDate", "birthDate", "expiryDate"}
_AMOUNTS = {"total", "net", "tax", "amountDue"}
_AS_PRINTED = {"date", "total"}


@dataclass
class Score:
    """One document: per field (strictly right, normalised right), None where nothing was found."""

    case: Case
    findings: Findings
    fields: dict[str, tuple[bool, bool] | None] = field(default_factory=dict)

    @property
    def all_right(self) -> bool:
        return all(right is not None and right[1] for right in self.fields.values())


def score(case: Case, findings: Findings) -> Score:
    """Compares all fields whose value is known."""
    made = Score(case, findings)
    for name, wanted in case.values.items():
        found = findings.fields.get(name)
        made.fields[name] = _right(case.family, name, wanted, found) if found else None
    for name, wanted in case.extra.get("dates", {}).items():
        found = findings.fields.get(name)
        right = bool(found) and str(found.value)[2:].replace("-", "") == wanted if found else False
        made.fields[name] = (right, right) if found else None
    return made


def _right(family: str, name: str, wanted: str, found: Field) -> tuple[bool, bool]:
    value = str(found.value)
    if family == "receipts" and name in _AS_PRINTED and found.spot is not None:
        value = found.spot.text
    return value == wanted, normalised(name, value) == normalised(name, wanted)


def normalised(name: str, value: str) -> str:
    """Capitals without blanks and signs; ISO dates; two decimals without currency."""
    if name in _DATES:
        found = next(dates.find(value), None)
        if found is not None:
            return found.iso
    if name in _AMOUNTS:
        match = re.search(r"-?[0-9][0-9,]*(?:\.[0-9]+)?", value)
        if match is not None:
            try:
                return f"{Decimal(match[0].replace(',', '')):.2f}"
            except InvalidOperation:
                return value
    return re.sub(r"[\W_]", "", value.upper())


def predictions(scores: list[Score]) -> list[tuple[Score, str, Field, bool]]:
    """Every value that was found for a field whose truth is known: (.., right?)."""
    return [
        (score, name, score.findings.fields[name], right[1])
        for score in scores
        for name, right in score.fields.items()
        if right is not None
    ]


def shares(scores: list[Score]) -> dict[str, Any]:
    """Right of all, of strict and normalised comparison, over all fields of the documents."""
    results = [right for score in scores for right in score.fields.values()]
    total = max(1, len(results))
    return {
        "documents": len(scores),
        "fields": len(results),
        "found": sum(right is not None for right in results) / total,
        "strict": sum(right is not None and right[0] for right in results) / total,
        "normalised": sum(right is not None and right[1] for right in results) / total,
        "all_right": sum(score.all_right for score in scores) / max(1, len(scores)),
    }
