"""The page's rules and numbers, run in the browser: the server's cases give the same answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Person
from tests.stack import PROJECT

FILE = PROJECT / "tests" / "unit" / "document_templates" / "validation_cases.json"
CASES: list[dict[str, Any]] = json.loads(Path(FILE).read_text())


@pytest.fixture
def page(person: Person) -> Page:
    """Any page of the portal: modules are loaded by address."""
    viewer = person()
    viewer.page.goto(viewer.url)
    return viewer.page


def test_the_page_and_the_server_agree_on_every_case(page: Page) -> None:
    answers = page.evaluate(
        """async (cases) => {
          const { clean } = await import("/static/js/connect/validation.js");
          return cases.map(({ form, values, complete = true }) =>
            clean(form, values, { complete }));
        }""",
        CASES,
    )
    for case, answer in zip(CASES, answers, strict=True):
        found = [{"path": error["path"], "code": error["code"]} for error in answer["errors"]]
        assert sorted(found, key=str) == sorted(case["errors"], key=str), case["name"]
        assert answer["values"] == case["cleaned"], case["name"]


@pytest.mark.parametrize(
    ("language", "text", "number", "written"),
    [
        ("de-ch", "1'234.50", 1234.5, "1234.5"),
        ("de-ch", "99000", 99000, "99'000"),
        ("de-ch", "12,5", 12.5, "12.5"),
        ("de", "1.234,5", 1234.5, "1234,5"),
        ("de", "1.5", 1.5, "1,5"),
        ("en-US", "12,345.5", 12345.5, "12,345.5"),
        ("en-US", "1,5", "1,5", None),
        ("fr", "12 345,5", 12345.5, "12\u202f345,5"),
        ("fr", "\u22123", -3, "-3"),
        ("en", "1.2345678", "1.2345678", None),
        ("en", "1234567890123456", "1234567890123456", None),
        ("en", "free", "free", None),
        ("en", " ", "", None),
        ("not a language", "1.5", 1.5, "1.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    page: Page, language: str, text: str, number: float | str, written: str | None
) -> None:
    read, shown = page.evaluate(
        """async ([language, text]) => {
          const { numbersOf } = await import("/static/js/connect/locale.js");
          const { parse, format } = numbersOf(language);
          const read = parse(text);
          return [read, typeof read === "number" ? format(read) : null];
        }""",
        [language, text],
    )
    assert read == number
    assert shown == written
