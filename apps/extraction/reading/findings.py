"""What was found in a document: fields with their places, tables, validations, warnings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from apps.extraction.reading.lines import Spot

FieldType = Literal["text", "date", "amount", "number", "integer", "boolean", "currency", "code"]
Severity = Literal["warning", "error"]


@dataclass(frozen=True)
class Field:
    """A value and its proof.

    `value` is normalised: dates ISO 8601, amounts decimal strings with a dot. `spot` is where the
    page shows it; None only for machine data that no page shows. `source` is "text", "ocr",
    "xml", "form", "code" or "mrz". `confidence` is the probability that the value is right.
    """

    value: str | bool
    type: FieldType
    confidence: float
    spot: Spot | None
    source: str
    features: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        spot = self.spot
        return {
            "value": self.value,
            "type": self.type,
            "confidence": round(self.confidence, 4),
            "page": spot.page if spot else None,
            "polygon": spot.box.polygon() if spot else None,
            "text": spot.text if spot else None,
            "source": self.source,
        }

    def less_sure(self, ceiling: float) -> Field:
        """The same field with a confidence of at most `ceiling`."""
        return replace(self, confidence=min(self.confidence, ceiling))


@dataclass(frozen=True)
class Table:
    """Rows of fields; a cell that the page leaves empty is absent from its row."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Field], ...]

    def as_json(self) -> dict[str, Any]:
        rows = [{name: cell.as_json() for name, cell in row.items()} for row in self.rows]
        return {"name": self.name, "columns": list(self.columns), "rows": rows}


@dataclass(frozen=True)
class Validation:
    """A rule that does not hold, and the fields it is about."""

    code: str
    severity: Severity
    message: str
    fields: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "fields": list(self.fields),
        }


@dataclass(frozen=True)
class Warned:
    """Something that a person should know about the document itself."""

    code: str
    message: str
    page: int | None

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "page": self.page}


@dataclass
class Findings:
    """The answer of `read`."""

    identifier: str = "unknown"
    name: str = "Unknown"
    confidence: float = 0.0
    fields: dict[str, Field] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The form that callers get; see docs/reference."""
        return {
            "classIdentifier": self.identifier,
            "className": self.name,
            "confidence": round(self.confidence, 4),
            "fields": {name: entry.as_json() for name, entry in self.fields.items()},
            "tables": [table.as_json() for table in self.tables],
            "validations": [entry.as_json() for entry in self.validations],
            "warnings": [entry.as_json() for entry in self.warnings],
        }
