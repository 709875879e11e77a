"""What was extracted, to be taken away: JSON as it is, CSV a row for each value."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from apps.core.spreadsheets import harmless
from apps.extraction import documents
from apps.extraction.services import Extraction

Json = dict[str, Any]
COLUMNS = (
    "document",
    "class",
    "field",
    "value",
    "type",
    "confidence",
    "page",
    "text",
    "source",
    "state",
)


def as_json(extraction: Extraction) -> list[Json]:
    """Each document that has data, with its name and the newest version of that."""
    found = []
    for document in documents.documents(extraction):
        result = documents.result(extraction, documents.latest_of(document))
        if result is not None:
            name = documents.name_of(extraction, document)
            found.append({"documentId": str(document.guid), "name": name or None} | result)
    return found


def as_csv(extraction: Extraction) -> str:
    """The same as RFC 4180 has it, in UTF-8 with a mark, as spreadsheets want it."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for result in as_json(extraction):
        name = result["name"] or result["documentId"]
        for field, value in _values(result):
            row = (
                name,
                result["classIdentifier"],
                field,
                *(value.get(key) for key in ("value", "type", "confidence", "page", "text")),
                *(value.get(key) for key in ("source", "state")),
            )
            writer.writerow(["" if cell is None else harmless(str(cell)) for cell in row])
    return "\ufeff" + stream.getvalue()


def _values(result: Json) -> Iterator[tuple[str, Json]]:
    yield from result["fields"].items()
    for table in result["tables"]:
        for number, row in enumerate(table["rows"]):
            for column, value in row.items():
                if isinstance(value, dict):
                    yield f"{table['name']}[{number}].{column}", value
