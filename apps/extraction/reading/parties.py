"""Names and addresses of companies and people: what their lines look like."""

from __future__ import annotations

import re

from apps.extraction.reading import labels
from apps.extraction.reading.folding import key

_LEGAL = re.compile(
    r"(?<![A-Za-z])(?:S[DO][NM]\.?\s?B[HN][DO]|[S5]/B|B[HN]D|P\.?L\.?T|G\.?m\.?b\.?H(?:\s?&\s?Co\.?\s?KG)?"
    r"|mbH|AG|KG(?:aA)?|OHG|GbR|UG|e\.\s?K|e\.\s?V|e\.\s?G|Ltd|Limited|LLP|LLC|Inc|Corp|Corporation|"
    r"PLC|P/L|Pty|S\.?A\.?R\.?L|SASU?|S\.A\.S|S\.?A|S\.?R\.?L|S\.?p\.?A|S\.?L\.?U?|B\.?V|N\.?V|Oy|"
    r"A/?B|A/S|ApS|Sp\.\s?z\s?o\.\s?o|a\.\s?G|Genossenschaft|Verein|Stiftung|Foundation)\.?(?![A-Za-z])",
    re.IGNORECASE,
)
_MERGED_LEGAL = re.compile(r"(?:SDN\.?BHD|GMBH)\.?(?![A-Z])", re.IGNORECASE)
_TRADES = labels.words(
    "Restaurant|Restoran|Kedai|Enterprise|Enterprises|Trading|Stationery|Stationer|"
    "Hardware|Supermarket|Mini market|Minimarket|Mart|Bakery|Pharmacy|Farmasi|"
    "Hotel|Cafe|Kafe|Bistro|Shop|Store|Stores|Book|Petrol|Service station|Seafood|"
    "House|Kitchen|Boutique|Salon|Clinic|Klinik|Pasaraya|Pasar|Hypermarket|"
    "Emporium|Industries|Holdings|Marketing|Corner|Kopitiam|Medical|Bäckerei|"
    "Apotheke|Gasthaus|Gasthof|Metzgerei|Markt|Boulangerie|Pharmacie|Ristorante|"
    "Trattoria|Farmacia|Restaurante|Supermercado|Handicraft|Tailoring|Optical|"
    "Furniture|Motor|Auto|Electrical|Communication|Photo|Florist|Laundry|Spa|Gifts|"
    "Toys|Foods?"
)
_ADDRESS = re.compile(
    r"(?<![A-Za-z])(?:JALAN|J[L1I]N|JLM|LOT|LEVEL|LVL|FLOOR|FLR|GROUND|UNIT|SUITE|BLOCK|BLK|BLOK|TAMAN|TMN|"
    r"BANDAR|LORONG|PERSIARAN|LEBUH|LEBUHRAYA|SEKSYEN|SECTION|KAWASAN|MUKIM|BATU|KAMPUNG|KG\.|PUSAT|"
    r"PERINDUSTRIAN|BASEMENT|MALL|PLAZA|MENARA|WISMA|BANGUNAN|BUILDING|COMPLEX|KOMPLEKS|SQUARE|CENTRE|"
    r"AVENUE|AVE|STREET|ROAD|DRIVE|LANE|BOULEVARD|HIGHWAY|PARK|MEDAN|DESA|"
    r"SELANGOR|KUALA\s?LUMPUR|K\.L|JOHOR|PERAK|PAHANG|PENANG|PULAU|PINANG|MELAKA|MALACCA|KEDAH|"
    r"KELANTAN|TERENGGANU|SABAH|SARAWAK|PERLIS|PUTRAJAYA|LABUAN|WILAYAH|PERSEKUTUAN|NEGERI|SEMBILAN|"
    r"PETALING|SHAH\s?ALAM|KLANG|CHERAS|SUBANG|AMPANG|MALAYSIA|"
    r"P\.?O\.?\s?BOX|POSTFACH|RUE|ALLEE|ALL[EÉ]E|CHEMIN|IMPASSE|PLACE|VIA|VIALE|PIAZZA|CALLE|PLAZA|AVENIDA)"
    r"(?![A-Za-z])|(?i:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|damm|ring|ufer)\s?[0-9]",
    re.IGNORECASE,
)
_MERGED_ADDRESS = re.compile(
    r"JALAN|(?<![A-Z])JLN|TAMAN|BANDAR|KUALALUMPUR|SELANGOR|SEKSYEN|PERINDUSTRIAN|PERSIARAN|LORONG|"
    r"KAWASAN|PETALINGJAYA|SHAHALAM"
)
_POSTCODE = re.compile(
    r"(?<![0-9A-Za-z-])(?:[A-Z]{1,2}-?)?[0-9]{5}(?![0-9-])|(?<![0-9])[A-Z]{1,2}[0-9]{1,2}[A-Z]?\s[0-9][A-Z]{2}(?![A-Z])"
)
_STARTS_ADDRESS = re.compile(
    r"\s?(?:N[O0]\.?\s?:?\s?[0-9]|LOT|UNIT|LEVEL|SUITE|BLO?C?K|G[-. ]?[0-9]|"
    r"[0-9]{1,5}[A-Z]?\s?[,&/-]|"
    r"[0-9]{1,4}[A-Z]?\s+[A-Z]|[A-Z]{1,3}-?[0-9]{1,4}[A-Z]?\s?,)",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"\s?[(\[{]?\s?(?:(?:CO(?:MPANY)?|BIZ|BUSINESS)?\.?\s?(?:REG(?:ISTRATION)?|R[O0]C|SSM)?\.?\s?(?:N[O0]|#)?\.?\s?[:.]?)?\s?"
    r"[0-9A-Z]{0,3}[0-9]{4,9}\s?[-\u2013.]?\s?[A-Z0-9]?\s?[)\]}]?\s?$",
    re.IGNORECASE,
)


def has_legal_form(text: str) -> bool:
    """Whether the text names a legal form, such as GmbH, Ltd or Sdn Bhd."""
    return bool(_LEGAL.search(text) or _MERGED_LEGAL.search(text))


def legal_form_end(text: str) -> int | None:
    """Where the last legal form of the text ends; None without one."""
    ends = [match.end() for match in _LEGAL.finditer(text)]
    ends += [match.end() for match in _MERGED_LEGAL.finditer(text)]
    return max(ends, default=None)


def repaired(name: str) -> str:
    """The name with its legal form as it must be meant: `5/B` is `S/B`, `SDN BHO` `SDN BHD`."""
    name = re.sub(r"(?<![A-Za-z0-9])5/B(?![A-Za-z])", "S/B", name)
    return re.sub(r"(?<![A-Za-z])[S5][DO]N(\.?\s?)BH[DO0](?![A-Za-z])", r"SDN\1BHD", name)


def names_trade(text: str) -> bool:
    """Whether the text says what a shop does: Restaurant, Hardware, Trading ..."""
    return labels.has(_TRADES, key(text))


def is_address(text: str) -> bool:
    """Whether the text is a line of a postal address."""
    upper = text.upper()
    return bool(_ADDRESS.search(upper) or _MERGED_ADDRESS.search(upper) or _POSTCODE.search(upper))


def starts_address(text: str) -> bool:
    """Whether an address begins as this text does."""
    return bool(_STARTS_ADDRESS.match(text))


def has_postcode(text: str) -> bool:
    """Whether five digits, or a British code, stand alone in the text."""
    return bool(_POSTCODE.search(text.upper()))


def without_registration(text: str) -> str:
    """The text without a company's register number behind it: `ABC SDN BHD (1234-X)`."""
    match = _REGISTRATION.search(text)
    if match and match.start() >= 3 and re.search(r"[0-9]{4}", match[0]):
        return text[: match.start()].rstrip(" ,-(")
    return text


def is_registration(text: str) -> bool:
    """Whether the text is nothing but a register number."""
    match = _REGISTRATION.match(text)
    return bool(match and re.search(r"[0-9]{4}", text))


def letters(text: str) -> int:
    """How many letters a text has."""
    return sum(sign.isalpha() for sign in text)
