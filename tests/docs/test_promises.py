"""Each promise of the page on security names a test, and the test is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.test_documents import rows
from tests.stack import PROJECT

PAGE = "docs/explanation/security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def proofs(cells: list[str]) -> list[tuple[str, str]]:
    """The tests that a row names: files, and the functions in them."""
    return TEST.findall(cells[1])


def missing(file: str, function: str) -> bool:
    """Whether there is no such test."""
    path = PROJECT / file
    if not path.is_file():
        return True
    defined = {
        one.name for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)
    }
    return not (
        function in defined if function else any(name.startswith("test_") for name in defined)
    )


def test_each_promise_names_tests_that_exist() -> None:
    promises = rows(PAGE, "Promises")
    assert len(promises) >= 15
    for promise, cells in promises.items():
        assert len(cells) == 3 and all(cells), promise
        named = proofs(cells)
        assert named, promise
        assert [one for one in named if missing(*one)] == [], promise


@pytest.mark.parametrize(
    ("file", "function", "gone"),
    [
        ("tests/docs/test_promises.py", "test_each_promise_names_tests_that_exist", False),
        ("tests/docs/test_promises.py", "", False),
        ("tests/docs/test_promises.py", "test_of_nothing", True),
        ("tests/docs/test_of_nothing.py", "", True),
    ],
)
def test_a_test_that_is_gone_is_noticed(file: str, function: str, gone: bool) -> None:
    assert missing(file, function) == gone
