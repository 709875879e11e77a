"""docs/dialects/*.md: each line of a vendor's page, what we do about it, and the test for it.

Read from the tests' source, so that no test has to run:
`@pytest.mark.conformance("prizmdoc-v1", line="...", outcome="...")`, all values literal.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from apps.dialects.reference.markdown import page, table

OUTCOMES = {
    "supported": "as the vendor's page says",
    "ours": "the page is silent; this is our decision",
    "refused": "refused with an error that says so",
    "absent": "not here yet; the test shows what is answered meanwhile",
}
SEEDS = {
    "prizmdoc-v1": "Viewing sessions, V1",
    "prizmdoc-v2": "Comparing, searching, converting, V2",
    "prizmdoc-v3": "Viewing packages and their sessions, v3",
    "prizmdoc-pas": "Application services (PAS)",
    "primedocs-session": "Connect Session API (4.0)",
    "primedocs-later": "Endpoints of later versions",
    "primedocs-errors": "Errors and bad input",
    "datawollet-session": "Extraction sessions",
    "datawollet-public": "Pages of public clients",
    "datawollet-documents": "Documents and results",
    "datawollet-envelopes": "Envelopes",
    "kudo-tokens": "Token service",
    "kudo-editor": "Opening the editor, saving",
    "wopi-files": "Files",
    "wopi-collabora": "Collabora's and ONLYOFFICE's additions",
    "wopi-discovery": "Discovery and proof keys",
}
_Tested = ast.FunctionDef | ast.ClassDef


class Claim(NamedTuple):
    """One marker: the seed's line, the outcome, and the test that proves it."""

    seed: str
    line: str
    outcome: str
    test: str


def prizmdoc() -> str:
    """docs/dialects/prizmdoc.md. Raises ValueError for a marker that is not as agreed."""
    return _document("PrizmDoc", "prizmdoc")


def primedocs() -> str:
    """docs/dialects/primedocs.md; otherwise as :func:`prizmdoc`."""
    return _document("primedocs Connect", "primedocs")


def datawollet() -> str:
    """docs/dialects/datawollet.md; otherwise as :func:`prizmdoc`."""
    return _document("DataWollet", "datawollet")


def kudo() -> str:
    """docs/dialects/kudo.md; otherwise as :func:`prizmdoc`."""
    return _document("ARES Kudo", "kudo")


def wopi() -> str:
    """docs/dialects/wopi.md; otherwise as :func:`prizmdoc`."""
    return _document("WOPI", "wopi")


def _document(vendor: str, folder: str) -> str:
    claims = list(_claims(f"tests/dialects/{folder}"))
    counts = Counter(claim.outcome for claim in claims)
    legend = [[f"**{name}**", text, str(counts[name])] for name, text in OUTCOMES.items()]
    return page(
        f"{vendor}: conformance",
        f"Each row is a statement of {vendor}'s documentation, or of ours where that is silent, "
        "with the test that proves it. The calls themselves are shown at `/api/docs/`, the errors "
        "in [errors](../reference/errors.md).",
        table(["Outcome", "Meaning", "Rows"], legend),
        *_by_seed(claims),
    )


def _by_seed(claims: list[Claim]) -> Iterator[str]:
    for seed, title in SEEDS.items():
        if own := [claim for claim in claims if claim.seed == seed]:
            yield f"## {title}"
            yield from _by_subject(own)


def _by_subject(claims: list[Claim]) -> Iterator[str]:
    """A table for each subject: what stands before the colon of a line."""
    subjects: dict[str, list[Claim]] = {}
    for claim in claims:
        subjects.setdefault(claim.line.partition(":")[0], []).append(claim)
    for subject in sorted(subjects):
        rows = sorted(
            [claim.line.partition(":")[2].strip() or claim.line, claim.outcome, f"`{claim.test}`"]
            for claim in subjects[subject]
        )
        yield f"### {subject}\n\n" + table(["Line", "Outcome", "Test"], rows)


def _claims(folder: str) -> Iterator[Claim]:
    root = Path(settings.BASE_DIR)
    for path in sorted((root / folder).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, _Tested):
                test = f"{path.relative_to(root / 'tests')}::{node.name}"
                for decorator in node.decorator_list:
                    yield from _markers(decorator, test)


def _markers(decorator: ast.expr, test: str) -> Iterator[Claim]:
    for call in ast.walk(decorator):
        named = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if not named or call.func.attr != "conformance":  # type: ignore[attr-defined]
            continue
        yield _claim(call, test)  # type: ignore[arg-type]


def _claim(call: ast.Call, test: str) -> Claim:
    try:
        (seed,) = [ast.literal_eval(argument) for argument in call.args]
        values = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        claim = Claim(seed=seed, test=test, **values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{test}: write conformance(seed, line=..., outcome=...) with literal values"
        ) from error
    if claim.outcome not in OUTCOMES:
        raise ValueError(f"{test}: the outcome must be one of {', '.join(OUTCOMES)}")
    if claim.seed not in SEEDS:
        raise ValueError(f"{test}: the seed must be one of {', '.join(SEEDS)}")
    return claim
