"""Receipts of tills: merchant, address, date, total and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.extraction.reading import amounts, dates, labels, parties, proofs
from apps.extraction.reading.amounts import Amount
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row, Run, Sheet

_DATE = labels.words("Date|Datum|Tarikh|Fecha|Data|Bill date|Invoice date|Order date|Trans date")
_NOT_DATE = labels.words("Expiry|Exp date|Due|Valid|Best before|Printed|Member since|Birth")
_SUBTOTAL = labels.words(
    "Subtotal|Sub total|Excl|Exclud|Excluding|Excluded|Before|Without|Excl GST|"
    "Zwischensumme|Sous-total|W/O"
)
_NO_TOTAL = labels.words(
    "Total GST|GST total|Total tax|Tax total|Total qty|Qty|Quantity|Total item|"
    "Items|Item(s)|Total discount|Discount|Disc|Saving|Savings|Total includes|"
    "Includes|Included|Points|Point|Change|Accepted|Tender|Tendered|Paid|Payment|"
    "Kembali|Rückgeld|Gegeben|Balance point|Total SVC|Service|Rounding|Adjustment|"
    "Deposit|Credit|Approval|Voucher|Total pcs|Total unit|Total weight|Summary|Pax|"
    "Total no|Taxable|MwSt|enthalten|Total save"
)
_FINAL = labels.words(
    "Grand total|Nett total|Net total|Total rounded|Rounded total|Total round|"
    "Total after rounding|Total after adj|Amount due|Total due|Total payable|"
    "Net amount|Nett amount|Amount payable|Total net|Bill amount|Balance due|"
    "Total (RM) rounded|Zu zahlen|Gesamtbetrag|Net à payer|Total incl rounding|"
    "Rounded bill|Nett|Net total (rounded)|Total amount due|Total to pay"
)
_TOTAL = labels.words(
    "Total|Tota1|T0tal|Tatal|Totai|Total amount|Total sales|Total incl|Total amt|"
    "Jumlah|Summe|Gesamt|Totale|Importe total|Total TTC|Amount|Amt due|Betrag|"
    "Bill total"
)
_CASH = labels.words(
    "Cash|Tendered|Tunai|Bar|Cash tendered|Gegeben|Espèces|Contanti|Efectivo|Paid|Payment"
)
_CARD = labels.words(
    "Visa|Mastercard|Master card|Master|Credit card|Debit|Amex|Card|EC-Karte|Nets|Carte"
)
_CHANGE = labels.words("Change|Baki|Rückgeld|Kembali|Rendu|Resto|Cambio|Balance")
_ROUNDING = labels.words(
    "Rounding|Round adj|Rounding adj|Rounding adjustment|Rnd adj|Rounded adj|Bill rounding|Roundng"
)
_TAX_SUMMARY = labels.words(
    "GST summary|Tax summary|GST analysis|GST code|Tax code|SST summary|GST sum"
)
_TITLES = labels.words(
    "Tax invoice|Invoice|Receipt|Simplified|Cash bill|Bill no|Bill to|"
    "Sales receipt|Resit|Cashier|Counter|Table|Sold to|Order|Operator|Qty|"
    "Description|Item|Cash sales|Bill|Member|Doc no|Ref no|Rcpt|Terminal|Server|"
    "Salesperson|Sales person|Staff|Slip|Rechnung|Beleg|Quittung|Bon|Customer|Attn|"
    "Pax|Guest|Cust|Station|Check no|Welcome"
)
_CONTACT = labels.words(
    "Tel|Fax|Phone|Telefon|Hotline|Mobile|Email|E-mail|www|http|HP|Website|"
    "Whatsapp|Facebook|Contact|Tei"
)
_TAX_ID = labels.words(
    "GST ID|GST Reg|GST no|GST registration|GST ID no|GST reg no|GSTID|SST no|"
    "SST ID|SST reg|VAT no|VAT reg|USt-ID|UStID|GST#|G S T|GST"
)
_NOISE = labels.words(
    "Formerly|Known as|Licensee|Welcome to|Thank you|Copy|Reprint|Duplicate|"
    "A member of|Managed by|Owned by|Operated by|Trading as"
)
_NUMBER = labels.words(
    "Invoice no|Invoice number|Tax invoice no|Receipt no|Receipt number|Receipt #|"
    "Bill no|Bill#|Inv no|Inv#|Doc no|Document no|Invoice #|Invoice|Receipt|"
    "Rcpt no|Rcpt #|Slip no|Bon-Nr|Beleg-Nr|Trans no|Check no|Transaction no"
)
_HEADER_ROWS = 16


@dataclass(frozen=True)
class _Money:
    """An amount with the text before it in its row."""

    value: Decimal
    label: str
    row: Row
    field: Field
    in_tax_summary: bool


def fields(sheets: Sequence[Sheet]) -> dict[str, Field]:
    """What the receipt on these pages tells."""
    rows = [row for sheet in sheets for row in sheet.rows]
    found: dict[str, Field] = {}
    found.update(_merchant(rows))
    if date := _date(rows):
        found["date"] = date
    money = list(_money(rows))
    found.update(_total(money))
    found.update(_small_sums(money, found.get("total")))
    found.update(_numbers(rows))
    return found


# --- merchant and address


def _merchant(rows: Sequence[Row]) -> dict[str, Field]:
    head = _head(rows)
    first_address = next(
        (
            index
            for index, row in enumerate(head)
            if index and _is_address_row(row) and not parties.has_legal_form(row.text)
        ),
        len(head),
    )
    names = [
        index
        for index in range(min(first_address, len(head)))
        if parties.letters(head[index].text) >= 3
        and not parties.is_registration(head[index].text)
        and not labels.has(_NOISE, head[index].folded.text)
        and not _is_contact(head[index])
        and not labels.starts(_TITLES, head[index].folded.text)
    ]
    if not names:
        names = [
            index
            for index, row in enumerate(head[:4])
            if parties.letters(row.text) >= 4 and not _is_contact(row)
        ]
    if not names:
        return {}
    legal = [index for index in names if parties.has_legal_form(head[index].text)]
    trade = [index for index in names if parties.names_trade(head[index].text)]
    chosen = (legal or trade or names)[0]
    taken = _name_rows(head, names, chosen, bool(legal))
    features = [
        "name:legal" if legal else "name:trade" if trade else "name:first",
        *(["name:joined"] if len(taken) > 1 else []),
        *(["name:many"] if len(names) > 2 else []),
    ]
    last = head[taken[-1]]
    end = parties.without_registration(last.whole.text)
    cut = parties.legal_form_end(end) if legal else None
    if cut is not None and end[cut:].strip(" .,-"):
        end = end[:cut]
    spots = [head[index].whole.spot() for index in taken[:-1]]
    spots.append(last.whole.spot(0, len(end)))
    found = {"merchantName": proofs.joined(spots, features)}
    address = _address_rows(head, taken[-1] + 1)
    if address:
        spots = [row.whole.spot() for row in address]
        text = " ".join(spot.text for spot in spots)
        features = [
            "address:postcode" if parties.has_postcode(text) else "address:open",
            "address:starts" if parties.starts_address(spots[0].text) else "address:inside",
            *(["address:long"] if len(address) > 4 else []),
        ]
        found["merchantAddress"] = proofs.joined(spots, features)
    return found


def _head(rows: Sequence[Row]) -> list[Row]:
    """The rows above the receipt's own business: up to a title, a date or an amount."""
    head: list[Row] = []
    for row in rows[:_HEADER_ROWS]:
        folded = row.folded.text
        titled = labels.starts(_TITLES, folded) and not parties.has_legal_form(row.text)
        dated = any(dates.find(row.text)) and not _is_address_row(row)
        if head and parties.letters("".join(r.text for r in head)) > 8 and (titled or dated):
            # A shop may print its title first and its name below.
            if any(_is_address_row(r) for r in head):
                break
            if dated:
                break
            continue
        head.append(row)
    return head


def _name_rows(head: Sequence[Row], names: list[int], chosen: int, legal: bool) -> list[int]:
    """The rows of a name that goes over two lines."""
    row = head[chosen]
    before, after = chosen - 1, chosen + 1
    if legal:
        body = row.text[: (parties.legal_form_end(row.text) or 0)]
        alone = parties.letters(body) < 16 or row.text.lstrip()[:1] in "(&"
        one_text = alone and not any(sign.isdigit() or sign == "@" for sign in head[before].text)
        if (
            before in names
            and (one_text or _share_a_word(head[before], row))
            and _alike(head[before], row)
        ):
            return [before, chosen]
        return [chosen]
    if after in names and after < len(head):
        unfinished = row.text.rstrip().endswith(("&", "-", " AND", " OF"))
        if unfinished or (_alike(row, head[after]) and _share_a_word(row, head[after])):
            return [chosen, after]
    return [chosen]


def _share_a_word(one: Row, other: Row) -> bool:
    first, second = ({w for w in row.text.upper().split() if len(w) > 3} for row in (one, other))
    return bool(first & second)


def _alike(one: Row, other: Row) -> bool:
    """Whether two rows look like one text over two lines."""
    taller, lower = sorted((one.whole.height, other.whole.height), reverse=True)
    return lower >= 0.7 * taller and other.box.top - one.box.bottom < 1.2 * taller


def _address_rows(head: Sequence[Row], start: int) -> list[Row]:
    taken: list[Row] = []
    for row in head[start : start + 9]:
        text = row.text.strip()
        skip = (
            parties.is_registration(text)
            or _is_contact(row)
            or text.startswith(("(", "["))
            or labels.has(_NOISE, row.folded.text)
        )
        if not taken:
            if not skip and (_is_address_row(row) or parties.starts_address(text)):
                taken.append(row)
            continue
        done = parties.has_postcode(" ".join(r.text for r in taken))
        if skip or (done and not _is_address_row(row)) or len(taken) == 6:
            break
        taken.append(row)
    return taken


def _is_address_row(row: Row) -> bool:
    return parties.is_address(row.text) and not _is_contact(row)


def _is_contact(row: Row) -> bool:
    folded = row.folded.text
    return bool(
        labels.starts(_CONTACT, folded)
        or labels.starts(_TAX_ID, folded)
        or folded.startswith(("COREG", "REGNO", "ROC", "COMPANYREG", "COMPANYNO", "BUSINESSREG"))
        or ("@" in row.text and "." in row.text)
        or "WWW" in folded
        or "HTTP" in folded
    )


# --- date


def _date(rows: Sequence[Row]) -> Field | None:
    best: tuple[float, int, Field] | None = None
    seen: dict[str, int] = {}
    options: list[tuple[float, Row, dates.Found, bool]] = []
    for row in rows:
        run = row.whole
        for found in dates.find(run.text):
            before = run.folded.text[: sum(at < found.start for at in run.folded.at)]
            if labels.has(_NOT_DATE, before[-14:]):
                continue
            labelled = labels.has(_DATE, before[-12:])
            timed = any(sign == ":" for sign in run.text[found.end :])
            score = 2.0 * labelled + timed + 0.5 * found.four_digit_year
            options.append((score, row, found, labelled))
            seen[found.iso] = seen.get(found.iso, 0) + 1
    for score, row, found, labelled in options:
        features = [
            "date:labelled" if labelled else "date:bare",
            "date:year4" if found.four_digit_year else "date:year2",
            *(["date:clear"] if found.clear else []),
            *(["date:repeats"] if seen[found.iso] > 1 else []),
            *(["date:rivals"] if len(seen) > 1 else []),
        ]
        total = score + 0.5 * (seen[found.iso] > 1)
        if best is None or total > best[0]:
            spot = row.whole.spot(found.start, found.end)
            best = (total, row.index, proofs.field(found.iso, "date", spot, features))
    return best[2] if best else None


# --- sums


def _money(rows: Sequence[Row]) -> Iterator[_Money]:
    summary = False
    for index, row in enumerate(rows):
        run = row.whole
        folded = run.folded
        if labels.has(_TAX_SUMMARY, folded.text):
            summary = True
        elif labels.has(_FINAL, folded.text) or labels.starts(_CASH, folded.text):
            summary = False
        found: Sequence[Amount] = [a for a in amounts.in_run(run) if a.money_like]
        if not found and _wants_amount(folded.text):
            run, found = _beside(rows, index)
        if not found:
            continue
        amount = found[-1]
        place = sum(at < amount.start for at in folded.at) if run.row == row.index else None
        label = folded.text[:place] if place is not None else folded.text
        if not label:
            label = folded.text
        features = ["total:repaired"] if amount.repaired else []
        spot = run.spot(amount.start, amount.end)
        field = proofs.field(amounts.plain(amount.value), "amount", spot, features)
        yield _Money(amount.value, label, row, field, summary)


def _wants_amount(folded: str) -> bool:
    return len(folded) < 40 and (
        labels.has(_FINAL, folded) or labels.starts(_TOTAL, folded) is not None
    )


def _beside(rows: Sequence[Row], index: int) -> tuple[Run, Sequence[Amount]]:
    """The amount of a label whose row slipped: a row that is nothing but one amount."""
    row = rows[index]
    for other in rows[max(0, index - 1) : index + 2]:
        near = abs(other.box.middle - row.box.middle) < 1.1 * max(row.whole.height, 1)
        found = [amount for amount in amounts.in_run(other.whole) if amount.money_like]
        if other is not row and near and len(found) == 1 and parties.letters(other.text) <= 3:
            return other.whole, found
    return row.whole, []


def _grade(money: _Money) -> float:
    """How much a label says that its amount is the total; 0 for not at all."""
    label = money.label
    if money.in_tax_summary or money.value <= 0:
        return 0
    final, total = labels.has(_FINAL, label), labels.has(_TOTAL, label)
    if not final and not total:
        return 0
    rest = _ROUNDED_NAMES.pattern.sub("", label)
    if labels.has(_NO_TOTAL, rest):
        return 0
    if labels.has(_SUBTOTAL, label):
        return 1
    if final:
        return 5
    return 4 if "TOTAL" in label or "TOTA" in label or "JUMLAH" in label else 2.5


_ROUNDED_NAMES = labels.words(
    "Total rounded|Rounded total|Total after rounding|Net total|Incl rounding|"
    "Including service|Incl service|Total sales inclusive|Inclusive of|"
    "Total payment|Payment due|Incl GST|Inc GST|Included GST|GST included|"
    "After discount|Total amount paid|After rounding adj|After rounding adjustment|"
    "Incl rounding adj"
)


def _total(money: list[_Money]) -> dict[str, Field]:
    graded = [(grade, entry) for entry in money if (grade := _grade(entry))]
    cash = [entry.value for entry in money if labels.starts(_CASH, entry.label)]
    card = [entry.value for entry in money if labels.has(_CARD, entry.label)]
    change = [entry.value for entry in money if labels.starts(_CHANGE, entry.label)]
    paid = {one - other for one in cash for other in change}
    rounded = [entry for entry in money if labels.has(_ROUNDING, entry.label)]
    small = {entry.value for entry in rounded if abs(entry.value) < Decimal("0.1")}
    graded += _after_rounding(graded, rounded, small, paid)
    values: dict[Decimal, list[tuple[float, _Money]]] = {}
    for grade, entry in graded:
        values.setdefault(entry.value, []).append((grade, entry))
    if not values:
        return _guess(money, paid)
    scores: dict[Decimal, float] = {}
    for value, entries in values.items():
        score = max(grade for grade, _ in entries) + 0.3 * (len(entries) - 1)
        score += 3.0 * (value in paid) + 1.5 * (value in card) + 1.0 * (value in cash)
        if any(value - r in values and r for r in small):
            score += 3.0
        score += 0.2 * max(entry.row.index for _, entry in entries) / max(1, money[-1].row.index)
        scores[value] = score
    order = sorted(scores, key=lambda value: scores[value], reverse=True)
    value = order[0]
    grade, entry = max(values[value], key=lambda pair: pair[0])
    margin = scores[value] - scores[order[1]] if len(order) > 1 else 9.0
    features = [
        f"total:label{int(grade)}",
        *(["total:paid"] if value in paid else []),
        *(["total:tendered"] if value in cash or value in card else []),
        *(["total:repeats"] if len(values[value]) > 1 else []),
        *(["total:narrow"] if margin < 1.0 else []),
    ]
    return {"total": proofs.more(entry.field, features)}


def _after_rounding(
    graded: list[tuple[float, _Money]],
    rounded: list[_Money],
    small: set[Decimal],
    paid: set[Decimal],
) -> list[tuple[float, _Money]]:
    """Amounts labelled "Rounding" that are a total with the rounding added."""
    totals = {entry.value for _, entry in graded}
    return [
        (4.0, entry)
        for entry in rounded
        if entry.value not in small
        and (
            entry.value in paid
            or any(abs(entry.value - total) == abs(by) for total in totals for by in small if by)
        )
    ]


def _guess(money: list[_Money], paid: set[Decimal]) -> dict[str, Field]:
    """Without a total's label: what was paid less the change, else nothing."""
    for entry in money:
        if entry.value in paid and entry.value > 0:
            return {"total": proofs.more(entry.field, ["total:unlabelled", "total:paid"])}
    cash = [e for e in money if labels.starts(_CASH, e.label) or labels.has(_CARD, e.label)]
    if cash:
        return {"total": proofs.more(cash[0].field, ["total:unlabelled", "total:tendered"])}
    return {}


def _small_sums(money: list[_Money], total: Field | None) -> dict[str, Field]:
    found: dict[str, Field] = {}
    kinds = (("cash", _CASH), ("change", _CHANGE), ("rounding", _ROUNDING))
    for entry in money:
        for name, names in kinds:
            if name not in found and labels.starts(names, entry.label) and not entry.in_tax_summary:
                found[name] = proofs.unmeasured(entry.field)
        if (
            "tax" not in found
            and labels.has(_TAX_NAMES, entry.label)
            and not entry.in_tax_summary
            and not labels.has(_WITH_TAX, entry.label)
            and (total is None or entry.value < Decimal(str(total.value)))
        ):
            found["tax"] = proofs.unmeasured(entry.field)
    return found


_TAX_NAMES = labels.words("GST|SST|VAT|MwSt|USt|TVA|IVA|Sales tax|Total tax")
_WITH_TAX = labels.words(
    "Incl GST|Inclusive|Inc GST|Incl|Excl|Exclusive|Excluding|Summary|Before|Sales|"
    "Taxable|Including"
)


def _numbers(rows: Sequence[Row]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for name, names in (("receiptNumber", _NUMBER), ("taxId", _TAX_ID)):
        for row in rows[:40]:
            spot = proofs.code_after(row, names)
            if spot is not None:
                found[name] = proofs.unmeasured(
                    proofs.field(spot.text.replace(" ", ""), "code", spot, ["code:labelled"])
                )
                break
    if currency := proofs.currency(rows):
        found["currency"] = currency
    return found
