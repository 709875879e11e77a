"""The head of a receipt: who sells, and where."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.reading import dates, labels, parties, proofs
from apps.extraction.reading.findings import Field
from apps.extraction.reading.lines import Row

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
TAX_ID = labels.words(
    "GST ID|GST Reg|GST no|GST registration|GST ID no|GST reg no|GSTID|SST no|"
    "SST ID|SST reg|VAT no|VAT reg|USt-ID|UStID|GST#|G S T|GST"
)
_NOISE = labels.words(
    "Formerly|Known as|Licensee|Welcome to|Thank you|Copy|Reprint|Duplicate|"
    "A member of|Managed by|Owned by|Operated by|Trading as"
)
_HEADER_ROWS = 16


def fields(rows: Sequence[Row]) -> dict[str, Field]:
    """The merchant's name and address."""
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
    name = proofs.joined(spots, features)
    found = {"merchantName": proofs.valued(name, parties.repaired(str(name.value)), "text")}
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
        or labels.starts(TAX_ID, folded)
        or folded.startswith(("COREG", "REGNO", "ROC", "COMPANYREG", "COMPANYNO", "BUSINESSREG"))
        or ("@" in row.text and "." in row.text)
        or "WWW" in folded
        or "HTTP" in folded
    )
