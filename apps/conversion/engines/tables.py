"""Spreadsheets on paper: bare tables made to fit, vast empty ones kept to what they contain."""

from __future__ import annotations

from typing import Any

from .job import Refusal

# A sheet that would need more pages than this prints its filled areas only.
_VAST_PAGES = 20_000
_ROWS_PER_PAGE, _COLUMNS_PER_PAGE = 50, 8
_MAX_AREAS = 200
# com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING, ANNOTATION, FORMULA.
_CONTENT = 1 | 2 | 4 | 8 | 16


def lay_out(document: Any, *, bare: bool) -> None:
    """Prepare a spreadsheet for export. `bare`: it comes from CSV and has no layout of its own.

    Raises Refusal(too_large) when filled cells are scattered over a vast sheet.
    """
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        if bare:
            _fit(document, sheet, end.EndColumn)
        pages = (end.EndRow // _ROWS_PER_PAGE + 1) * (end.EndColumn // _COLUMNS_PER_PAGE + 1)
        if pages > _VAST_PAGES and not sheet.PrintAreas:
            areas = sheet.queryContentCells(_CONTENT).RangeAddresses
            if len(areas) > _MAX_AREAS:
                raise Refusal("too_large", f"Cells are scattered over about {pages} pages.")
            sheet.PrintAreas = areas


def _fit(document: Any, sheet: Any, last_column: int) -> None:
    """Columns as wide as needed, all of them on one page; landscape when that is wide."""
    used = sheet.getCellRangeByPosition(0, 0, last_column, 0)
    used.Columns.OptimalWidth = True
    style = document.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
    style.HeaderIsOn = style.FooterIsOn = False
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
    printable = style.Width - style.LeftMargin - style.RightMargin
    if used.Size.Width > printable:
        style.IsLandscape = True
        style.Width, style.Height = style.Height, style.Width
