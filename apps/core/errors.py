"""The closed catalogue of what can go wrong.

A service raises `PortalError(code, ...)`; each dialect has a table that gives the code its status
and its wire form.
"""

from __future__ import annotations

from apps.core.catalogue import CATALOGUE as CATALOGUE
from apps.core.codes import ErrorCode as ErrorCode
from apps.core.codes import Explanation as Explanation


class PortalError(Exception):
    """A failure with a code of the catalogue.

    `detail` is one English sentence about this very case; `remedy` another, where the catalogue's
    would not help; `at` names the input at fault, as a dotted path; `data` is what a dialect may
    want to spell (expected values, a stop notice).
    """

    def __init__(
        self, code: ErrorCode, detail: str = "", *, remedy: str = "", at: str = "", **data: object
    ) -> None:
        super().__init__(detail or CATALOGUE[code].title)
        self.code = code
        self.detail = detail or CATALOGUE[code].cause
        self.remedy = remedy or CATALOGUE[code].remedy
        self.at = at
        self.data = data

    @property
    def explanation(self) -> Explanation:
        """The catalogue's words for this code."""
        return CATALOGUE[self.code]
