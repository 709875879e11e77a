"""docs/reference/errors.md: the catalogue with each dialect's spelling."""

from __future__ import annotations

from apps.core.errors import CATALOGUE, ErrorCode
from apps.dialects.native.errors import STATUS
from apps.dialects.prizmdoc.errors import SPELLINGS, V2_SPELLINGS, Spellings
from apps.dialects.reference.markdown import page, table

_INTRODUCTION = """Every failure has one code, on every wire. The native API answers with problem
details (RFC 9457) that hold `code`, `detail`, `remedy` and `correlation_id`; send the last one
along when you ask an administrator, who finds it in the logs. primedocs Connect answers the same
way, with the places in the document as `errors`. PrizmDoc's dialect answers with its
own status codes and names, the words also in the header `Accusoft-Status-Message`; where it shows
no name there is no body, as PrizmDoc's clients expect. In V2 and v3, what the body names and is
not there is 480 instead of 404."""


def document() -> str:
    """The page."""
    return page("Errors", _INTRODUCTION, _overview(), *map(_section, CATALOGUE))


def _overview() -> str:
    rows = [
        [
            f"[`{code}`](#{code})",
            str(STATUS[code]),
            _prizmdoc(code, SPELLINGS),
            _prizmdoc(code, V2_SPELLINGS),
        ]
        for code in CATALOGUE
    ]
    return table(["Code", "Native status", "PrizmDoc V1", "PrizmDoc V2, v3"], rows)


def _prizmdoc(code: ErrorCode, spellings: Spellings) -> str:
    spelling = spellings[code]
    words = f"{spelling.status} `{spelling.name}`" if spelling.name else str(spelling.status)
    if code == ErrorCode.SESSION_STOPPED:
        words = "the status and message given to SessionStopped, else 403"
    return words + (f", number {spelling.number}" if spelling.number else "")


def _section(code: ErrorCode) -> str:
    words = CATALOGUE[code]
    return f"## {code}\n\n**{words.title}.** {words.cause}\n\n*What to do:* {words.remedy}"
