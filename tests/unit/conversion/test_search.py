"""Terms to search for, before the engine has them."""

from __future__ import annotations

import re

import pytest

from apps.conversion.search import Term


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", "(?<x", "*", "(" * 5000])
def test_what_is_no_regular_expression_is_told(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Term("regex", pattern).check()


def test_a_term_is_checked_without_compiling_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web process would be busy for seconds with a few hundred letters."""

    def compile(*arguments: object) -> None:
        raise AssertionError("compiled")

    monkeypatch.setattr(re, "compile", compile)
    Term("regex", "[\u0100-\uffff]" * 125, whole=True).check()
