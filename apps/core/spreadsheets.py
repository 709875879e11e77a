"""Text that no spreadsheet takes for a formula. Source: OWASP, "CSV Injection"."""

from __future__ import annotations

import re

# The wide ones are taken for the others.
_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"
_FIRST = tuple(f"{_SIGNS}\t\r\n")
# Where lists are separated by semicolons, a cell begins after each, whatever quotes are around it.
_INNER = re.compile(rf"([;\t\r\n][\s\"']*)(?=[{_SIGNS}])")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def harmless(cell: str) -> str:
    """The cell with an apostrophe wherever a formula could begin; numbers stay numbers."""
    cell = _INNER.sub(r"\1'", cell)
    return f"'{cell}" if cell.startswith(_FIRST) and not _NUMBER.fullmatch(cell) else cell
