"""Plain text and comma separated values: which encoding, which delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter

try:
    import charset_normalizer
except ImportError:
    charset_normalizer = None  # type: ignore[assignment]

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 50


def decode(data: bytes) -> str:
    """Text of unknown encoding, with "\\n" line ends and without control characters. Never fails.

    In this order: byte order mark, UTF-16 by its zero bytes, UTF-8, a statistical guess where the
    library for it is installed, Windows-1252.
    """
    text = _decode(data)
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))


def _decode(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    wide = _utf16_without_mark(data[:_SAMPLE])
    if wide:
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if charset_normalizer is not None:
        best = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return data.decode("cp1252", "replace")


def _utf16_without_mark(sample: bytes) -> str | None:
    # Western text in UTF-16 has a zero in every other byte; 8-bit text has none.
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def delimiter(text: str) -> str:
    """The delimiter that most lines agree about; a comma when none does."""
    lines = [line for line in text[:_SAMPLE].split("\n") if line.strip()][:_SNIFFED_LINES]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]

    def agreement(candidate: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=candidate))
        except csv.Error:
            return 0, 0
        columns, agreeing = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
        return (agreeing, columns) if columns > 1 else (0, 0)

    return max(_DELIMITERS, key=agreement) if lines else ","
