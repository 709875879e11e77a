"""The collection for Postman and Bruno: well formed, complete, and its calls are answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import resolve

from tests import factories
from tests.stack import PROJECT

VARIABLE = re.compile(r"\{\{(\w+)\}\}")


@pytest.fixture(scope="module")
def collection() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((PROJECT / "docs/reference/collection.json").read_text())
    return kept


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PROJECT / "tests/snapshots/openapi.json").read_text())
    return document


def requests(collection: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(folder, item) of every request."""
    for folder in collection["item"]:
        for item in folder["item"]:
            yield folder["name"], item


def test_is_what_the_format_asks_for(collection: dict[str, Any]) -> None:
    assert collection["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    assert collection["info"]["name"]
    variables = {one["key"]: one["value"] for one in collection["variable"]}
    assert {"baseUrl", "clientId", "clientSecret", "token"} <= set(variables)
    assert len(variables) == len(collection["variable"])
    assert set(VARIABLE.findall(json.dumps(collection))) <= set(variables)
    for script in re.findall(r'"exec": (\[.*?\])', json.dumps(collection)):
        assert "pm." in script
    for _, item in requests(collection):
        request = item["request"]
        assert request["method"] in {"GET", "PUT", "POST", "PATCH", "DELETE"}
        url = request["url"]
        assert url["raw"].split("?")[0] == "/".join([*url["host"], *url["path"]])
        assert all("key" in one for one in [*request["header"], *url["query"]])
        body = request.get("body")
        assert body is None or body["mode"] in body
        if body and body.get("options", {}).get("raw", {}).get("language") == "json":
            json.loads(body["raw"])


def test_has_every_operation_in_the_folder_of_its_chapter(
    collection: dict[str, Any], operations: dict[str, Any]
) -> None:
    shown = [
        (folder, item["request"]["method"], resolved(item).route)
        for folder, item in requests(collection)
    ]
    expected = [
        (operation["tags"][0], method.upper(), resolve(re.sub(r"\{\w+\}", "1", path)).route)
        for path, methods in operations["paths"].items()
        for method, operation in methods.items()
        if "{" not in path
    ]
    total = sum(len(methods) for methods in operations["paths"].values())
    assert len(set(shown)) == len(shown) == total
    assert set(expected) <= set(shown)


UUID = "6f1c2d3e-4b5a-4c6d-8e7f-901234567890"
NUMBERS = {"first", "last", "page", "x", "y", "width", "height", "index", "number", "version"}
WORDS = {"format": "pdf", "side": "original"}


def path_of(item: dict[str, Any]) -> str:
    """The request's path, with something that fits in the place of each variable."""
    path = "/" + "/".join(item["request"]["url"]["path"])
    return VARIABLE.sub(lambda name: WORDS.get(name[1], "1" if name[1] in NUMBERS else UUID), path)


def resolved(item: dict[str, Any]) -> Any:
    return resolve(path_of(item))


def test_one_call_of_each_folder_is_answered(
    collection: dict[str, Any], operations: dict[str, Any], db: None
) -> None:
    """Sent as the collection says, with made-up ids: the answer is one that is described."""
    program = factories.caller()
    described = {
        operation["summary"].rstrip("."): operation["responses"]
        for methods in operations["paths"].values()
        for operation in methods.values()
    }
    for folder in collection["item"]:
        item = folder["item"][0]
        request = item["request"]
        query = {one["key"]: UUID for one in request["url"]["query"] if "disabled" not in one}
        headers = {one["key"]: one["value"] for one in request["header"] if "disabled" not in one}
        answer = program.generic(
            request["method"],
            path_of(item),
            data=request.get("body", {}).get("raw", ""),
            content_type=headers.get("Content-Type", "application/octet-stream"),
            headers=headers,
            query_params=query,
        )
        assert str(answer.status_code) in described[item["name"]], (folder["name"], answer.content)
