"""The catalogue is complete, and its texts say what to do."""

from __future__ import annotations

import pytest

from apps.core.errors import CATALOGUE, ErrorCode, PortalError


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_is_explained(code: ErrorCode) -> None:
    explanation = CATALOGUE[code]
    assert explanation.title and not explanation.title.endswith(".")
    assert explanation.cause.endswith(".")
    assert explanation.remedy.endswith(".")


def test_an_error_without_detail_tells_the_usual_cause() -> None:
    error = PortalError(ErrorCode.DOCUMENT_EMPTY)
    assert error.detail == CATALOGUE[ErrorCode.DOCUMENT_EMPTY].cause
    assert str(error) == error.explanation.title


def test_an_error_carries_what_a_dialect_may_spell() -> None:
    error = PortalError(ErrorCode.INPUT_INVALID, "No.", at="render.html5", expected={"type": "x"})
    assert (error.detail, error.at, error.data) == (
        "No.",
        "render.html5",
        {"expected": {"type": "x"}},
    )
