"""The bytes that are signed, against the answers that Microsoft published."""

from __future__ import annotations

import pytest

from tests.dialects.wopi.vectors import CASES, CURRENT, OLD


@pytest.mark.conformance(
    "wopi-discovery", line="X-WOPI-Proof: the answers that Microsoft published", outcome="supported"
)
@pytest.mark.parametrize("name", CASES)
def test_published_answers(name: str) -> None:
    case = CASES[name]
    assert case.proof.holds(CURRENT, OLD) is case.holds
    assert not case.proof.holds(None, None)
