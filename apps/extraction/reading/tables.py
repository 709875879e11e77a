"""Line items: a row of column headings, and the rows below it until the sums."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.reading import amounts, dates, labels, proofs
from apps.extraction.reading.findings import Field, FieldType, Table
from apps.extraction.reading.lines import Row, Run, Sheet

Columns = dict[str, tuple[FieldType, labels.Names]]
COLUMNS: Columns = {
    "position": ("text", labels.words("Pos|Position|No|Nr|Item no|#|Lfd Nr|Line")),
    "description": (
        "text",
        labels.words(
            "Description|Item|Product|Article|Service|Details|Bezeichnung|Beschreibung|Artikel|"
            "Produkt|Leistung|Artikelbezeichnung|Désignation|Libellé|Description des articles|"
            "Descrizione|Prodotto|Descripción|Concepto|Artículo|Particulars|Omschrijving|Text"
        ),
    ),
    "quantity": (
        "number",
        labels.words(
            "Quantity|Qty|Units|Hours|Menge|Anzahl|Stück|Stunden|Quantité|Qté|Qte|Quantità|"
            "Cantidad|Cant|Amount of units|Aantal"
        ),
    ),
    "unitPrice": (
        "amount",
        labels.words(
            "Unit price|Price|Rate|U/P|Einzelpreis|Preis|Nettopreis|Stückpreis|E-Preis|EP|Einzel|"
            "Prix unitaire|PU|P.U. HT|PU HT|Prix|Prezzo|Prezzo unitario|Precio|Precio unitario|"
            "Price/Unit|S/Price|Unit cost|Prijs|Einzel/€"
        ),
    ),
    "taxRate": (
        "number",
        labels.words("VAT|VAT %|Tax|Tax rate|USt|MwSt|MwSt-%|USt %|TVA|Taux TVA|IVA|IVA %|GST|BTW"),
    ),
    "amount": (
        "amount",
        labels.words(
            "Amount|Total|Line total|Net amount|Sum|Gesamt|Betrag|Gesamtpreis|Gesamtbetrag|Summe|"
            "G-Preis|GP|Nettowert|Positionsbetrag|Gesamt/€|Montant|Montant HT|Total HT|Prix total|"
            "Importo|Totale|Importe|Ext price|Amt|Bedrag|Gesamtnetto|Nettobetrag|Warenwert"
        ),
    ),
}
_MOST_ROWS = 300
_WIDEST_GAP = 7.0
# A run is a column's when they share so much of their width, or end as near (points).
_UNDER, _ALIGNED = 0.25, 25


def line_items(sheets: Sequence[Sheet]) -> Table | None:
    """The first table with an amount and two more known columns; None without one."""
    for sheet in sheets:
        for row in sheet.rows:
            heads = _heads(row, COLUMNS)
            if "amount" in heads and len(heads) >= 3:
                rows = [
                    cells
                    for cells in _rows(sheet, row, heads, COLUMNS, "amount", "description")
                    if "description" in cells or "quantity" in cells
                ]
                if rows:
                    order = [name for name in COLUMNS if any(name in cells for cells in rows)]
                    return Table("lineItems", tuple(order), tuple(rows))
    return None


def find(sheets: Sequence[Sheet], columns: Columns, *, name: str) -> Table | None:
    """The first table that has at least two of the columns, or all of fewer."""
    needed = min(2, len(columns))
    texts = [column for column, (kind, _) in columns.items() if kind == "text"]
    for sheet in sheets:
        for row in sheet.rows:
            heads = _heads(row, columns)
            if len(heads) >= needed:
                last = max(heads, key=lambda column: heads[column].box.left)
                wide = texts[0] if texts else last
                rows = _rows(sheet, row, heads, columns, last, wide)
                if rows:
                    return Table(name, tuple(columns), tuple(rows))
    return None


def _heads(row: Row, columns: Columns) -> dict[str, Run]:
    """The headings in a row; of two for one column the left one, for "amount" the right one."""
    found: dict[str, Run] = {}
    for run in row.runs:
        if len(run.text) > 40 or any(amount.money_like for amount in amounts.in_run(run)):
            return {}
        best: tuple[int, str] | None = None
        for name, (_, names) in columns.items():
            place = labels.inside(names, run)
            if place and (best is None or place[1] - place[0] > best[0]):
                best = (place[1] - place[0], name)
        if best is not None and (best[1] == "amount" or best[1] not in found):
            found[best[1]] = run
    return found


def _rows(
    sheet: Sheet, header: Row, heads: dict[str, Run], columns: Columns, needed: str, wide: str
) -> list[dict[str, Field]]:
    """The rows below the header that fill the `needed` column; `wide` may go on for lines."""
    made: list[dict[str, Field]] = []
    bottom = header.box.bottom
    for row in sheet.rows[header.index + 1 : header.index + 1 + _MOST_ROWS]:
        if row.box.top - bottom > _WIDEST_GAP * max(row.whole.height, 4) or _ends(row):
            break
        cells = _cells(row, heads, columns, wide)
        if needed in cells and len(cells) >= min(2, len(heads)):
            made.append(cells)
            bottom = row.box.bottom
        elif made and list(cells) == [wide] and _continues(made[-1], row, wide):
            made[-1][wide] = _longer(made[-1][wide], cells[wide])
            bottom = row.box.bottom
    return made


def _ends(row: Row) -> bool:
    first = row.runs[0]
    sums = (labels.NET, labels.TOTAL, labels.NOT_TOTAL, labels.DUE)
    summed = any((place := labels.inside(names, first)) and place[0] < 3 for names in sums)
    return summed and len(first.phrases) < 30 and bool(amounts.in_run(row.whole))


def _cells(row: Row, heads: dict[str, Run], columns: Columns, wide: str) -> dict[str, Field]:
    cells: dict[str, Field] = {}
    for run in row.runs:
        name = _column_of(run, heads, wide)
        if name is None or name in cells:
            continue
        cell = _cell(columns[name][0], run)
        if cell is not None:
            cells[name] = cell
    return cells


def _column_of(run: Run, heads: dict[str, Run], wide: str) -> str | None:
    """The column whose heading the run stands under; words between columns are `wide`'s."""
    shared = {name: run.box.overlaps_across(head.box) for name, head in heads.items()}
    best = max(shared, key=lambda name: shared[name])
    if shared[best] > _UNDER:
        return best
    near = min(heads, key=lambda name: abs(heads[name].box.centre - run.box.centre))
    if abs(heads[near].box.right - run.box.right) < _ALIGNED:
        return near
    letters = sum(sign.isalpha() for sign in run.text)
    return wide if letters > len(run.text) / 2 else None


def _cell(kind: FieldType, run: Run) -> Field | None:
    if kind in ("amount", "number", "integer"):
        found = next(amounts.find(run.text.replace("%", " ")), None)
        if found is None:
            return None
        value = amounts.plain(found.value) if kind == "amount" else f"{found.value.normalize():f}"
        spot = run.spot(found.start, found.end)
        return proofs.unmeasured(proofs.field(value, kind, spot, ["cell"]))
    if kind == "date":
        day = next(dates.find(run.text), None)
        if day is None:
            return None
        spot = run.spot(day.start, day.end)
        return proofs.unmeasured(proofs.field(day.iso, "date", spot, ["cell"]))
    return proofs.unmeasured(proofs.field(run.text, "text", run.spot(), ["cell"]))


def _continues(row: dict[str, Field], below: Row, wide: str) -> bool:
    spot = row[wide].spot if wide in row else None
    return spot is not None and below.box.top - spot.box.bottom < 1.2 * spot.box.height


def _longer(above: Field | None, below: Field) -> Field:
    if above is None or above.spot is None or below.spot is None:
        return below
    spot = proofs.in_one([above.spot, below.spot])
    return proofs.unmeasured(proofs.field(spot.text, "text", spot, ["cell"]))
