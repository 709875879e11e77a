"""A system check: every dialect has an answer for every error code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, register

from apps.core.errors import CATALOGUE, ErrorCode
from apps.dialects.datawollet.errors import STATUS as DATAWOLLET
from apps.dialects.kudo.errors import STATUS as KUDO
from apps.dialects.native.errors import STATUS
from apps.dialects.primedocs.errors import STATUS as PRIMEDOCS
from apps.dialects.prizmdoc.errors import SPELLINGS, V2_SPELLINGS
from apps.dialects.wopi.errors import STATUS as WOPI

_TABLES: dict[str, Iterable[ErrorCode]] = {
    "the catalogue": CATALOGUE,
    "the native API": STATUS,
    "primedocs Connect": PRIMEDOCS,
    "DataWollet": DATAWOLLET,
    "Kudo": KUDO,
    "WOPI": WOPI,
    "PrizmDoc": SPELLINGS,
    "PrizmDoc V2": V2_SPELLINGS,
}


@register
def every_code_is_answered(**_: Any) -> list[CheckMessage]:
    """dialects.E001: a code of the catalogue that a dialect cannot spell."""
    return [
        Error(f"{table} has no entry for the error code {code}", id="dialects.E001")
        for table, known in _TABLES.items()
        for code in sorted(set(ErrorCode) - set(known))
    ]
